"""What all messages about days have in common: attest, compare with what was settled, hide, keep, verify.

Before signing, the hour totals recomputed from the readings must equal those of the settlement; afterwards
the ledger must hold the reports, and the sums of a complete month must be those of the settlements behind its
reports. Where hour totals would show single persons the reports hide them, and what opens them stays here.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeAlias
from uuid import UUID

from community.domain.records import ConfigurationRecord
from oracle.attest.messages import report_id
from oracle.errors import LedgerDiverges
from oracle.records import HiddenDay, SignedReport
from oracle.usecases.attest import DayAttestation, attest_days
from oracle.usecases.context import Context, Finish
from oracle.usecases.places import Place, community_of, place_of
from oracle.usecases.totals import require_reported_months
from oracle.work import Work
from settlement.domain.calendar import day_hours, day_number, day_start
from settlement.domain.case import Case
from settlement.domain.disclosure import PERSONS_MIN, refusals
from settlement.domain.errors import NotFound
from settlement.domain.messages import named_configurations, named_days
from settlement.domain.records import EnergyHour, OutboxRow, StoredSettlement
from settlement.usecases.load_case import load_case, load_series

SALT_BYTES = 32
Cases: TypeAlias = dict[tuple[datetime, datetime], Case]
"""Periods [start, end) of one community as one settlement knew them."""


@dataclass(frozen=True, slots=True)
class Order:
    """Days of a configuration that a message wants on the ledger, as a settlement has them."""

    message_id: UUID
    settlement: StoredSettlement
    configuration: ConfigurationRecord
    place: Place
    days: tuple[date, ...]

    @property
    def name(self) -> bytes:
        """The configuration's id on the ledger."""
        return self.place.ledger_name(self.configuration)

    @property
    def area(self) -> str:
        """The code of the configuration's area."""
        return self.configuration.area_code


def orders_of(context: Context, message: OutboxRow) -> list[Order]:
    """What a message asks for, by configuration. Raises NotFound, NotDeployed."""
    payload, place = message.payload, place_of(context, message.community_id)
    with context.unit() as work:
        settlement = work.settlements.get(UUID(payload["settlement_id"]))
        if settlement is None:
            raise NotFound("settlement", payload["settlement_id"])
        community = community_of(work, message.community_id)
    wanted = set(named_configurations(payload))
    return [
        Order(message.id, settlement, row, place, tuple(named_days(payload, row.id)))
        for row in community.configurations
        if row.id in wanted
    ]


def kept_reports(work: Work, order: Order) -> list[SignedReport]:
    """The reports that were signed for the order before, by day."""
    return work.reports.of_message(order.message_id, order.configuration.id)


def sign_days(
    context: Context,
    work: Work,
    order: Order,
    replaced: Mapping[date, SignedReport] | None = None,
    cases: Cases | None = None,
) -> list[SignedReport]:
    """Attest the order's days, or those that are replaced, and keep what was attested and what opens it.

    What an earlier attempt kept is found. A report whose predecessor hides its totals hides them as well.
    `cases` are the periods that were loaded for other orders of the same message, to be used again.
    """
    kept = kept_reports(work, order)
    if kept:
        return kept
    before = replaced or {}
    attestations = _attest(work, order, before, {} if cases is None else cases)
    _require_settled_hours(work, order, attestations)
    hides = _hides_totals(context, work, order)
    hidden_before = {day for day, report in before.items() if report.hidden}
    salts = [
        secrets.token_bytes(SALT_BYTES) if hides or attestation.day in hidden_before else None
        for attestation in attestations
    ]
    drawn = list(zip(attestations, salts, strict=True))
    reports = [_signed_report(order, attestation, salt) for attestation, salt in drawn]
    work.reports.add(reports)
    hidden = [
        HiddenDay(report.report, salt, attestation.blinding, attestation.report().hours)
        for report, (attestation, salt) in zip(reports, drawn, strict=True)
        if salt is not None
    ]
    work.hidden_days.add(hidden)
    return reports


def require_on_ledger(context: Context, order: Order) -> list[SignedReport]:
    """The order's reports, all of which the ledger holds; their months add up. Raises LedgerDiverges."""
    with context.unit() as work:
        reports = kept_reports(work, order)
    for report in reports:
        stored = context.ledger.report_of(order.place.ledger, order.name, day_number(report.day))
        if stored != report.report:
            raise LedgerDiverges(f"report of {report.day}", report.report.hex(), stored.hex())
    days = [report.day for report in reports]
    require_reported_months(context, order.place.ledger, order.name, order.configuration.id, days)
    return reports


def accept(reports: Sequence[SignedReport]) -> Finish:
    """Note that the ledger holds the reports."""
    return lambda work: work.reports.accept([report.report for report in reports])


def _attest(
    work: Work, order: Order, replaced: Mapping[date, SignedReport], cases: Cases
) -> list[DayAttestation]:
    days = sorted(replaced) or order.days
    period = (day_start(days[0]), day_start(days[-1] + timedelta(days=1)))
    if period not in cases:
        cases[period] = load_case(work, order.settlement.community_id, *period, order.settlement.as_of)
    case = cases[period]
    predecessors = {day: report.report for day, report in replaced.items()}
    return list(attest_days(case, order.configuration.code, days, work.pod_keys.make, predecessors))


def _hides_totals(context: Context, work: Work, order: Order) -> bool:
    """Whether hour totals of a direction would show single persons: a report has those of both.

    The larger group decides: that of the service, or the one that the community resolved on the ledger.
    """
    settlement, code = order.settlement, order.configuration.code
    if code in {refusal.configuration for refusal in settlement.refusals}:
        return True
    persons = context.ledger.smallest_group_of(order.place.ledger, order.place.community)
    if persons <= PERSONS_MIN:
        return False
    # The whole period, as at the closing: who owned a POD for some of its days counts for all of them.
    terms, series = load_series(
        work, settlement.community_id, settlement.start, settlement.end, settlement.as_of
    )
    payees = work.communities.payees(settlement.community_id)
    consents = {member for member, payee in payees.items() if payee.consent}
    found = refusals(Case(terms, series, ()), consents, persons)
    return code in {refusal.configuration for refusal in found}


def _require_settled_hours(work: Work, order: Order, attestations: Sequence[DayAttestation]) -> None:
    """The readings must still add up to what was settled, hour by hour."""
    hours = {row.hour: row for row in work.settlements.hours(order.settlement.id, order.configuration.id)}
    for attestation in attestations:
        for number in range(day_hours(attestation.day)):
            hour = day_start(attestation.day) + timedelta(hours=number)
            computed = (attestation.injected_wh[number], attestation.withdrawn_wh[number])
            settled = _energy(hours.get(hour))
            if computed != settled:
                raise LedgerDiverges(
                    f"injected and withdrawn Wh of the hour {hour}", computed, f"settled {settled}"
                )


def _energy(hour: EnergyHour | None) -> tuple[int, int] | None:
    return None if hour is None else (hour.injected_wh, hour.withdrawn_wh)


def _signed_report(order: Order, attestation: DayAttestation, salt: bytes | None) -> SignedReport:
    report = attestation.report(salt)
    return SignedReport(
        report=report_id(report),
        configuration_id=order.configuration.id,
        day=attestation.day,
        settlement_id=order.settlement.id,
        outbox_id=order.message_id,
        predecessor=report.predecessor,
        root=report.root,
        roster=report.roster,
        blinding=report.blinding,
        hour_totals=report.hours,
        pods=attestation.pods,
        entries=attestation.list.entries,
    )
