"""The Community that a draft without findings makes."""

from settlement.casefile.community_checks import complete_plant
from settlement.casefile.drafts import CommunityDraft, ConfigurationDraft, MemberDraft, PlantDraft, PodDraft
from settlement.domain.case import Community, Configuration, Member, Plant, PodRow


def community_of(draft: CommunityDraft) -> Community:
    """The community with its rows in the order of their keys; ValueError if the draft lacks a value."""
    if (
        draft.name is None
        or draft.rule_set is None
        or draft.period is None
        or draft.shares_bps is None
        or draft.attribution is None
        or draft.allocation is None
        or draft.parameters_micro is None
        or draft.parameter_sources is None
        or draft.storage_policy is None
        or draft.late_request_policy is None
    ):
        raise ValueError("a draft without findings lacks nothing")
    return Community(
        name=draft.name,
        rule_set=draft.rule_set,
        start=draft.period[0],
        end=draft.period[1],
        shares_bps=draft.shares_bps,
        configurations=tuple(sorted(map(_configuration, draft.configurations), key=lambda row: row.id)),
        members=tuple(sorted(map(_member, draft.members), key=lambda row: row.id)),
        pods=tuple(sorted(map(_pod, draft.pods), key=lambda row: (row.code, row.valid_from))),
        plants=tuple(sorted(map(_plant, draft.plants), key=lambda row: row.id)),
        attribution=draft.attribution,
        allocation=draft.allocation,
        revenue_micro_eur=draft.revenue_micro_eur,
        parameters_micro=dict(sorted(draft.parameters_micro.items())),
        parameter_sources=dict(sorted(draft.parameter_sources.items())),
        storage_policy=draft.storage_policy,
        late_request_policy=draft.late_request_policy,
    )


def _configuration(draft: ConfigurationDraft) -> Configuration:
    if draft.id is None or draft.area_code is None or draft.zone is None:
        raise ValueError("a configuration without findings lacks nothing")
    return Configuration(draft.id, draft.area_code, draft.zone)


def _member(draft: MemberDraft) -> Member:
    if draft.id is None or draft.category is None or draft.enterprise is None:
        raise ValueError("a member without findings lacks nothing")
    return Member(draft.id, draft.category, draft.enterprise)


def _pod(draft: PodDraft) -> PodRow:
    if draft.code is None or draft.member is None or draft.configuration is None:
        raise ValueError("a POD row without findings lacks nothing")
    if draft.valid_from is None or draft.storage is None:
        raise ValueError("a POD row without findings lacks nothing")
    return PodRow(
        draft.code, draft.member, draft.configuration, draft.valid_from, draft.valid_to, draft.storage
    )


def _plant(draft: PlantDraft) -> Plant:
    plant = None if draft.id is None else complete_plant(draft, draft.id)
    if plant is None:
        raise ValueError("a plant without findings lacks nothing")
    return plant
