"""Which rules moved a settlement's money without a text that was read: beside the parameters, which say so.

settlement.json lists parameters alone, in a format that other engines share; the rest is noted beside it.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from settlement.domain.calendar import rome_date
from settlement.domain.case import Community, Plant, Source
from settlement.domain.deadlines import request_rules
from settlement.domain.production import is_late
from settlement.domain.records import StoredSettlement
from settlement.domain.rulesets import EXEMPTION_KEYS, law, rule_set

_OF_EVERY_PLANT = (
    *("plant_new_from", "premium_years", "tariff_class_up_to_kw", "attribution_method", "hour_price_method"),
    *("grant_max_pct", "reduction_at_grant_max_pct", *EXEMPTION_KEYS),
)


def unverified_rules(community: Community) -> dict[str, str]:
    """Source by key of the rules, none of them a parameter, that its money rests on and nothing confirms.

    A rule counts where the case needs it: the regions of an area for a photovoltaic plant there, the price
    of an hour for a premium, the policy for storages where there is one.
    """
    rules = rule_set(community.rule_set)
    first, last = rome_date(community.start), rome_date(community.end - timedelta(microseconds=1))
    return {
        key: row.source
        for key in sorted(set(_used(community)))
        for row in rules.rows[key]
        if not row.verified and _overlaps(row.valid_from, row.valid_to, first, last)
    }


def unverified_names(settlement: StoredSettlement) -> list[str]:
    """Names of all parameters and rules of a closed period that nothing confirms, sorted.

    Of a period that was closed before rules were noted the parameters alone are known.
    """
    used: Mapping[str, Mapping[str, object]] = json.loads(settlement.document)["rules"]["parameters_used"]
    parameters = {name for name, row in used.items() if not row["verified"]}
    return sorted(parameters | set(settlement.unverified_rules or ()))


def _used(community: Community) -> Iterator[str]:
    if any(row.storage for row in community.pods):
        yield "storage_policy"
    if community.plants:
        yield from _OF_EVERY_PLANT
    for plant in community.plants:
        yield from _of_plant(plant, community)


def _of_plant(plant: Plant, community: Community) -> Iterator[str]:
    region = law().regions[plant.region]
    yield f"zone_{region.zone}_regions"
    if plant.source is Source.PHOTOVOLTAIC:
        yield f"area_{region.area}_regions"
    if plant.requested_on is not None and plant.entry_into_operation >= law().first_new_day:
        yield from request_rules(plant)
        if is_late(plant, community):
            yield "late_request_policy"


def _overlaps(valid_from: date | None, valid_to: date | None, first: date, last: date) -> bool:
    return (valid_from is None or valid_from <= last) and (valid_to is None or first < valid_to)
