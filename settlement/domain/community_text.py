"""A Community as canonical community.toml: what case folders, evidence and settled periods keep of it."""

import json
from collections.abc import Iterator
from datetime import date

from settlement.domain.calendar import ROME
from settlement.domain.case import (
    Community,
    Configuration,
    LateRequestPolicy,
    Member,
    Plant,
    PodRow,
    StoragePolicy,
)
from settlement.domain.rounding import MICRO_EUR_PER_CENT, cents_text, plain_text

_MICRO_DECIMALS = 6


def community_toml(community: Community) -> str:
    """The text that `read_case` reads back as the same community."""
    blocks = [_terms(community), _community(community)]
    if community.parameters_micro:
        blocks.append(_parameters(community))
    if community.parameter_sources:
        blocks.append(_parameter_sources(community))
    if community.lists_configurations:
        blocks += [_configuration(row) for row in community.configurations]
    blocks += [_member(row) for row in community.members]
    blocks += [_pod(row, community.lists_configurations) for row in community.pods]
    blocks += [_plant(row) for row in community.plants]
    return "\n".join("".join(f"{line}\n" for line in block) for block in blocks)


def _terms(community: Community) -> Iterator[str]:
    yield f"rule_set = {_text(community.rule_set)}"
    yield f"from = {community.start.astimezone(ROME).isoformat()}"
    yield f"to = {community.end.astimezone(ROME).isoformat()}"
    yield f"attribution = {_text(community.attribution)}"
    yield f"allocation = {_text(community.allocation)}"
    if community.storage_policy is not StoragePolicy.EXCLUDE_FROM_WITHDRAWAL:
        yield f"storage_policy = {_text(community.storage_policy)}"
    if community.late_request_policy is not LateRequestPolicy.TRUNCATE:
        yield f"late_request_policy = {_text(community.late_request_policy)}"
    if community.revenue_micro_eur is not None:
        yield f"revenue_eur = {_text(cents_text(community.revenue_micro_eur // MICRO_EUR_PER_CENT))}"


def _community(community: Community) -> Iterator[str]:
    shares = community.shares_bps
    yield "[community]"
    yield f"name = {_text(community.name)}"
    if not community.lists_configurations:
        (single,) = community.configurations
        yield f"area_code = {_text(single.area_code)}"
        yield f"zone = {_text(single.zone)}"
    parts = f"producers = {shares.producers}, social = {shares.social}, grid = {shares.grid}"
    yield f"shares_bps = {{ {parts} }}"


def _parameters(community: Community) -> Iterator[str]:
    yield "[parameters]"
    for name, value_micro in sorted(community.parameters_micro.items()):
        yield f"{name} = {_text(plain_text(value_micro, _MICRO_DECIMALS))}"


def _parameter_sources(community: Community) -> Iterator[str]:
    yield "[parameter_sources]"
    for name, source in sorted(community.parameter_sources.items()):
        yield f"{name} = {_text(source)}"


def _configuration(row: Configuration) -> Iterator[str]:
    yield "[[configurations]]"
    yield f"id = {_text(row.id)}"
    yield f"area_code = {_text(row.area_code)}"
    yield f"zone = {_text(row.zone)}"


def _member(row: Member) -> Iterator[str]:
    yield "[[members]]"
    yield f"id = {_text(row.id)}"
    yield f"category = {_text(row.category)}"
    if row.enterprise:
        yield "enterprise = true"


def _pod(row: PodRow, names_configuration: bool) -> Iterator[str]:
    yield "[[pods]]"
    yield f"code = {_text(row.code)}"
    yield f"member = {_text(row.member)}"
    if names_configuration:
        yield f"configuration = {_text(row.configuration)}"
    yield f"valid_from = {_day(row.valid_from)}"
    if row.valid_to is not None:
        yield f"valid_to = {_day(row.valid_to)}"
    if row.storage:
        yield "storage = true"


def _plant(row: Plant) -> Iterator[str]:
    yield "[[plants]]"
    yield f"id = {_text(row.id)}"
    yield f"pod = {_text(row.pod)}"
    yield f"source = {_text(row.source)}"
    yield f"power_kw = {_text(plain_text(row.power_milliwatt, _MICRO_DECIMALS))}"
    yield f"entry_into_operation = {_day(row.entry_into_operation)}"
    yield f"region = {_text(row.region)}"
    yield f"grant_pct = {_text(plain_text(row.grant_micro_pct, _MICRO_DECIMALS))}"
    if row.stop_days:
        yield f"stop_days = {row.stop_days}"
    if row.requested_on is not None:
        yield f"requested_on = {_day(row.requested_on)}"


def _text(text: str) -> str:
    """A TOML basic string: JSON's escapes, and DEL, which TOML does not allow bare."""
    return json.dumps(str(text), ensure_ascii=False).replace("\x7f", "\\u007F")


def _day(day: date) -> str:
    return day.isoformat()
