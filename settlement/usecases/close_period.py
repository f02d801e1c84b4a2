"""A period is settled: its statement, its evidence, its hours, and the order to publish.

It is settled anew when better readings or prices arrived; what was settled before stays as it was.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from settlement.domain import disclosure
from settlement.domain.calendar import civil_days, hours
from settlement.domain.canonical import canonical_json
from settlement.domain.case import Case, Direction
from settlement.domain.community_text import community_toml
from settlement.domain.engine import settle_or_findings
from settlement.domain.errors import CaseNotReady
from settlement.domain.findings import Finding
from settlement.domain.holdings import held_series
from settlement.domain.identifiers import uuid7
from settlement.domain.records import EnergyHour, SettlementMember, StoredSettlement
from settlement.domain.settlement import ConfigurationEnergy, Settlement
from settlement.domain.unverified import unverified_rules
from settlement.ports import Evidence, Settle, UnitOfWork
from settlement.usecases.load_case import load_case
from settlement.usecases.publication import announce_days, announce_deployment
from settlement.usecases.record_claim import record_claim

_QUARTER_MICRO = Decimal(4_000_000)


def close_period(
    work: UnitOfWork,
    evidence: Evidence,
    community_id: UUID,
    start: datetime,
    end: datetime,
    as_of: datetime,
    revenue_micro_eur: int | None = None,
    reason: str | None = None,
    settle: Settle = settle_or_findings,
) -> StoredSettlement:
    """Settle [start, end) as it was known at `as_of`, store it and order its publication.

    Closing a period again returns its settlement, unless readings or prices of it were received since: then
    a newer settlement supersedes it, with the reason (by default what was received), and days that the
    ledger has are corrected. Two closers wait for each other. `refusals` of the returned value says of which
    configurations the ledger may not be shown hour totals: their days are published with hidden ones. Raises
    what `load_case` raises, CaseNotReady with the engine's findings, and ParameterMissing.
    """
    work.lock(f"close:{community_id}")
    # Who imports meanwhile waits, finds the settlement, and counts as received after it.
    work.lock(f"readings:{community_id}")
    work.lock("prices", shared=True)
    existing = work.settlements.of_period(community_id, start, end)
    arrived = None if existing is None else _arrived(work, existing, as_of)
    if existing is not None and arrived is None:
        return existing
    case = load_case(work, community_id, start, end, as_of, revenue_micro_eur)
    found = settle(case)
    if isinstance(found, list):
        raise CaseNotReady([*found, *_held_days(work, community_id, start, end)])
    consents = {member for member, payee in work.communities.payees(community_id).items() if payee.consent}
    document = canonical_json(found.document())
    manifest = evidence(case, document)
    refusals = disclosure.refusals(case, consents)
    stored = _stored(community_id, as_of, found, document, manifest, refusals)
    if existing is not None:
        stored = replace(stored, supersedes=existing.id, reason=reason or arrived)
    configurations = work.communities.configuration_ids(community_id)
    work.settlements.add(stored, _members(found), _energy_hours(case, found, configurations))
    record_claim(work, stored)
    announce_deployment(work, community_id)
    announce_days(work, stored, [configurations[row.id] for row in found.configurations])
    return stored


def _arrived(work: UnitOfWork, settled: StoredSettlement, as_of: datetime) -> str | None:
    """What was received of a settled period since, in words; None when nothing was."""
    days = civil_days(settled.start, settled.end)
    span = (days[0], days[-1])
    readings = work.readings.received_days(settled.community_id, *span, settled.as_of, as_of)
    terms = work.communities.terms(settled.community_id, settled.start, settled.end)
    zones = set() if terms is None else {row.zone for row in terms.configurations}
    known = work.prices.days(zones, *span, as_of)
    prices = {day for (_, day), (received_at, _) in known.items() if received_at > settled.as_of}
    if not (readings or prices):
        return None
    return (
        f"readings of {len(readings)} days and prices of {len(prices)} days were received after "
        f"{settled.as_of.isoformat()}"
    )


def _held_days(work: UnitOfWork, community_id: UUID, start: datetime, end: datetime) -> list[Finding]:
    """Why readings may be absent although they arrived: one finding for each series with held days."""
    days = civil_days(start, end)
    held: dict[tuple[str, Direction], list[date]] = {}
    for row in work.quarantine.waiting(community_id):
        if days[0] <= row.held.day <= days[-1]:
            held.setdefault((row.held.pod, row.held.direction), []).append(row.held.day)
    return [
        Finding(
            "readings.csv",
            1,
            f"POD {pod} {direction}: {len(rows)} days that arrived are held, the first is {rows[0]}; "
            "release them, or reject them and bring better ones",
        )
        for (pod, direction), rows in held.items()
    ]


def _stored(
    community_id: UUID,
    as_of: datetime,
    found: Settlement,
    document: bytes,
    manifest: bytes,
    refusals: tuple[disclosure.Refusal, ...],
) -> StoredSettlement:
    totals = [row.totals() for row in found.configurations]
    return StoredSettlement(
        id=uuid7(),
        community_id=community_id,
        start=found.community.start,
        end=found.community.end,
        as_of=as_of,
        document=document,
        manifest=manifest,
        evidence=hashlib.sha256(manifest).digest(),
        injected_wh=sum(row["injected_wh"] for row in totals),
        withdrawn_wh=sum(row["withdrawn_wh"] for row in totals),
        shared_wh=sum(row["shared_wh"] for row in totals),
        revenue_micro_eur=found.revenue_micro_eur,
        producers_micro_eur=found.split.producers_micro_eur,
        social_micro_eur=found.split.social_micro_eur,
        grid_micro_eur=found.split.grid_micro_eur,
        carried_micro_eur=found.carried_micro_eur,
        moved_to_social_micro_eur=found.moved_to_social_micro_eur,
        enterprise_cap_micro_eur=found.enterprise_cap_micro_eur,
        refusals=refusals,
        terms=community_toml(found.community).encode(),
        unverified_rules=unverified_rules(found.community),
    )


def _members(found: Settlement) -> Iterator[SettlementMember]:
    enterprises = {member.id for member in found.community.members if member.enterprise}
    for member, energy in found.members.items():
        yield SettlementMember(
            member,
            member in enterprises,
            energy.injected_wh,
            energy.withdrawn_wh,
            energy.shared_injection_wh,
            energy.shared_withdrawal_wh,
            found.weights[member],
            found.payouts_micro_eur[member],
        )


def _energy_hours(case: Case, found: Settlement, configurations: Mapping[str, UUID]) -> Iterator[EnergyHour]:
    zones = {row.id: row.zone for row in case.community.configurations}
    sums = {row.zone: row.quarter_micro_eur_per_mwh.reshape(-1, 4).sum(axis=1) for row in case.prices}
    for energy in found.configurations:
        zone = zones[energy.id]
        estimated = _estimated_hours(case, energy)
        columns = (energy.injected_wh, energy.withdrawn_wh, energy.shared_wh, sums[zone], estimated)
        rows = zip(*(column.tolist() for column in columns), strict=True)
        instants = hours(case.community.start, case.community.end)
        for hour, (injected, withdrawn, shared, quarters, guess) in zip(instants, rows, strict=True):
            price = Decimal(quarters) / _QUARTER_MICRO
            status = "estimated" if guess else "measured"
            yield EnergyHour(
                configurations[energy.id], hour, injected, withdrawn, shared, zone, price, status
            )


def _estimated_hours(case: Case, energy: ConfigurationEnergy) -> NDArray[np.bool_]:
    """Mask of the hours in which a reading of the configuration was estimated."""
    mask = np.zeros(len(energy.shared_wh), dtype=np.bool_)
    guessed: dict[tuple[str, Direction], NDArray[np.bool_]] = {
        row.key: np.logical_or.reduce(row.estimated.reshape(len(mask), -1), axis=1) for row in case.series
    }
    held = held_series(case)
    for direction in Direction:
        for series in held.get((energy.id, direction), ()):
            holding = series.holding
            part = slice(holding.first, holding.end)
            mask[part] |= guessed[holding.pod, direction][part]
    return mask
