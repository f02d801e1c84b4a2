"""Between rows, records and the engine's types; exact in both directions."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from community.domain.plants import engine_plant
from community.domain.records import (
    CommunityRecord,
    CommunityStatus,
    ConfigurationRecord,
    MemberRecord,
    MemberStatus,
    MemberType,
    NewMember,
    PlantRecord,
    PodRecord,
)
from community.store.tables import AssetRow, CommunityRow, CommunityRuleRow, ConfigurationRow, MemberRow
from settlement.domain.case import (
    Allocation,
    Attribution,
    Community,
    Configuration,
    LateRequestPolicy,
    Member,
    MemberCategory,
    PodRow,
    Shares,
    Source,
    StoragePolicy,
)
from settlement.domain.community_rules import AdoptedRule, CommunityRule
from settlement.domain.payees import Payee
from settlement.domain.payout_states import Channel

_MEMBER_DOCUMENTS = (
    "location",
    "connection_point",
    "sharing_preferences",
    "engagement_metrics",
    "consumption_patterns",
    "response_history",
)


def community_columns(community: Community) -> dict[str, Any]:
    """Columns of the terms that a community settles by."""
    return {
        "name": community.name,
        "rule_set": community.rule_set,
        "attribution": community.attribution,
        "allocation": community.allocation,
        "storage_policy": community.storage_policy,
        "late_request_policy": community.late_request_policy,
        "producers_bps": community.shares_bps.producers,
        "social_bps": community.shares_bps.social,
        "grid_bps": community.shares_bps.grid,
        "parameters": dict(community.parameters_micro),
        "parameter_sources": dict(community.parameter_sources),
    }


def changed_columns(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Columns of changed fields of a CommunityRecord."""
    columns = dict(fields)
    shares = columns.pop("shares_bps", None)
    if shares is not None:
        columns |= {
            "producers_bps": shares.producers,
            "social_bps": shares.social,
            "grid_bps": shares.grid,
        }
    parameters = columns.pop("parameters_micro", None)
    if parameters is not None:
        columns["parameters"] = dict(parameters)
    return columns


def community(row: CommunityRow, configurations: Iterable[ConfigurationRecord]) -> CommunityRecord:
    """The record of a community."""
    return CommunityRecord(
        id=row.id,
        name=row.name,
        legal_type=row.legal_type,
        status=CommunityStatus(row.status),
        gse_compliance_status=row.gse_compliance_status,
        boundary=row.boundary,
        max_radius_m=row.max_radius_m,
        rule_set=row.rule_set,
        attribution=Attribution(row.attribution),
        allocation=Allocation(row.allocation),
        storage_policy=StoragePolicy(row.storage_policy),
        late_request_policy=LateRequestPolicy(row.late_request_policy),
        shares_bps=Shares(row.producers_bps, row.social_bps, row.grid_bps),
        parameters_micro=row.parameters,
        parameter_sources=row.parameter_sources,
        ledger_id=row.ledger_id,
        extra=row.extra,
        configurations=tuple(sorted(configurations, key=lambda entry: entry.code.encode())),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def configuration(row: ConfigurationRow) -> ConfigurationRecord:
    """The record of a configuration."""
    return ConfigurationRecord(row.id, row.code, row.area_code, row.zone, row.ledger_id)


def member_columns(member: NewMember) -> dict[str, Any]:
    """Columns of a member."""
    payee = member.payee or Payee(member.code)
    return {
        "code": member.code,
        "member_type": member.member_type,
        "legal_category": member.category,
        "enterprise": member.enterprise,
        "status": member.status,
        "joined_on": member.joined_on,
        "left_on": member.left_on,
        "payout_channel": payee.channel,
        "wallet_address": payee.wallet_address,
        "iban": payee.iban,
        "publication_consent": payee.consent,
        "account_holder": payee.account_holder,
    } | {name: getattr(member, name) for name in _MEMBER_DOCUMENTS}


def payee(row: MemberRow | Row[Any]) -> Payee:
    """How a member is paid."""
    return Payee(
        row.code,
        Channel(row.payout_channel),
        row.wallet_address,
        row.iban,
        row.publication_consent,
        row.account_holder,
    )


def member(row: MemberRow | Row[Any], pods: Iterable[PodRecord]) -> MemberRecord:
    """The record of a member."""
    wanted = NewMember(
        code=row.code,
        category=MemberCategory(row.legal_category),
        enterprise=row.enterprise,
        member_type=MemberType(row.member_type),
        status=MemberStatus(row.status),
        joined_on=row.joined_on,
        left_on=row.left_on,
        payee=payee(row),
        pods=tuple(pods),
        **{name: getattr(row, name) for name in _MEMBER_DOCUMENTS},
    )
    return MemberRecord(row.id, row.community_id, wanted, row.created_at, row.updated_at)


def plant_columns(plant: PlantRecord, members: Mapping[str, UUID]) -> dict[str, Any]:
    """Columns of a plant."""
    return {
        "id": plant.id,
        "member_id": None if plant.member is None else members[plant.member],
        "code": plant.code,
        "pod": plant.pod,
        "asset_type": plant.source,
        "power_kw": plant.power_kw,
        "installation_date": plant.entry_into_operation,
        "region": plant.region,
        "grant_pct": plant.grant_pct,
        "stop_days": plant.stop_days,
        "requested_on": plant.requested_on,
        "gse_registration_id": plant.gse_registration_id,
        "status": plant.status,
        "degradation_rate": plant.degradation_rate,
        "extra": dict(plant.extra),
    }


def plant(row: AssetRow, member_code: str | None) -> PlantRecord:
    """The record of a plant."""
    return PlantRecord(
        code=row.code,
        pod=row.pod,
        source=Source(row.asset_type),
        power_kw=row.power_kw,
        entry_into_operation=row.installation_date,
        region=row.region,
        grant_pct=row.grant_pct,
        stop_days=row.stop_days,
        requested_on=row.requested_on,
        id=row.id,
        member=member_code,
        gse_registration_id=row.gse_registration_id,
        status=row.status,
        degradation_rate=row.degradation_rate,
        extra=row.extra,
    )


def adopted_rule(row: CommunityRuleRow) -> AdoptedRule:
    """A rule with the instant of its adoption."""
    rule = CommunityRule(row.key, int(row.value_micro), row.valid_from, row.valid_to, row.source)
    return AdoptedRule(rule, row.adopted_at)


def rule_columns(adopted: AdoptedRule) -> dict[str, Any]:
    """Columns of an adopted rule."""
    rule = adopted.rule
    return {
        "adopted_at": adopted.adopted_at,
        "key": rule.key,
        "value_micro": rule.value_micro,
        "valid_from": rule.valid_from,
        "valid_to": rule.valid_to,
        "source": rule.source,
    }


def terms(
    record: CommunityRecord,
    members: Iterable[NewMember],
    plants: Iterable[PlantRecord],
    start: datetime,
    end: datetime,
) -> Community:
    """The community as the engine's case names it; everything in the order of its keys."""
    listed = list(members)
    pods = [
        PodRow(entry.pod, owner.code, entry.configuration, entry.valid_from, entry.valid_to, entry.storage)
        for owner in listed
        for entry in owner.pods
    ]
    codes = {row.code for row in pods}
    return Community(
        name=record.name,
        rule_set=record.rule_set,
        start=start,
        end=end,
        shares_bps=record.shares_bps,
        configurations=tuple(
            Configuration(row.code, row.area_code, row.zone) for row in record.configurations
        ),
        members=tuple(Member(row.code, row.category, row.enterprise) for row in listed),
        pods=tuple(sorted(pods, key=lambda row: (row.code, row.valid_from))),
        plants=tuple(engine_plant(row) for row in plants if row.pod in codes),
        attribution=record.attribution,
        allocation=record.allocation,
        storage_policy=record.storage_policy,
        late_request_policy=record.late_request_policy,
        parameters_micro=dict(record.parameters_micro),
        parameter_sources=dict(record.parameter_sources),
    )
