"""community.toml: its text into drafts, and drafts without findings into a Community."""

from datetime import datetime, timedelta
from pathlib import Path

from settlement.casefile.drafts import CommunityDraft, ConfigurationDraft, MemberDraft, PlantDraft, PodDraft
from settlement.casefile.fields import AREA_CODE, POD_CODE
from settlement.casefile.toml_file import read_table
from settlement.casefile.toml_table import COMMUNITY_FILE, Notes, Table
from settlement.domain.case import (
    MICRO,
    SINGLE_CONFIGURATION,
    Allocation,
    Attribution,
    LateRequestPolicy,
    MemberCategory,
    Shares,
    Source,
    StoragePolicy,
)
from settlement.domain.findings import quote
from settlement.domain.rounding import BASIS_POINTS, MICRO_EUR_PER_CENT
from settlement.domain.rulesets import RULE_SETS, ZONES, law, parameter_names

_TOP_KEYS = frozenset(
    {"rule_set", "from", "to", "attribution", "allocation", "storage_policy", "revenue_eur"}
    | {"late_request_policy", "parameters", "parameter_sources"}
    | {"community", "configurations", "members", "pods", "plants"}
)
_PLANT_KEYS = frozenset(
    {"id", "pod", "source", "power_kw", "entry_into_operation", "region", "grant_pct", "stop_days"}
    | {"requested_on"}
)
_LONGEST_PERIOD = timedelta(days=36_525)
_PRIORITY = "PRIORITY"
_SHARES = ("producers", "social", "grid")
_LARGE_ENTERPRISE = "LARGE_ENTERPRISE"


def read_draft(file: Path) -> tuple[CommunityDraft | None, Notes]:
    """Everything that the file says, and what is wrong with its keys and values; None if it is no TOML."""
    table, notes = read_table(file, COMMUNITY_FILE)
    return (None if table is None else _community(table)), notes


def _community(top: Table) -> CommunityDraft:
    allocation = _allocation(top)
    top.only(_TOP_KEYS | ({"sharing_rules"} if top.values.get("allocation") == _PRIORITY else set()))
    has_configurations = "configurations" in top
    community = top.table("community")
    start, end = _period(top)
    configurations = tuple(_configuration(table) for table in top.tables("configurations"))
    if has_configurations and not top.values["configurations"]:
        top.note("configurations is empty", "configurations")
    if community is not None:
        community.only({"name", "shares_bps"} | (set() if has_configurations else {"area_code", "zone"}))
    if not has_configurations:
        configurations = (_single_configuration(community, top),)
    attribution = top.choice("attribution", list(Attribution), default=Attribution.ENTRY_ORDER)
    storage = top.choice("storage_policy", list(StoragePolicy), default=StoragePolicy.EXCLUDE_FROM_WITHDRAWAL)
    late = top.choice("late_request_policy", list(LateRequestPolicy), default=LateRequestPolicy.TRUNCATE)
    return CommunityDraft(
        rule_set=top.choice("rule_set", RULE_SETS),
        start=start,
        end=end,
        attribution=Attribution(attribution) if attribution else None,
        allocation=allocation,
        revenue_micro_eur=_revenue_micro_eur(top),
        parameters_micro=_parameters_micro(top),
        parameter_sources=_parameter_sources(top),
        name=community.text("name") if community else None,
        shares_bps=_shares(community) if community else None,
        configurations=configurations,
        members=tuple(_member(table) for table in top.tables("members")),
        pods=tuple(_pod(table, has_configurations) for table in top.tables("pods")),
        plants=tuple(_plant(table) for table in top.tables("plants")),
        storage_policy=StoragePolicy(storage) if storage else None,
        late_request_policy=LateRequestPolicy(late) if late else None,
    )


def _period(top: Table) -> tuple[datetime | None, datetime | None]:
    """Both ends; no ends where they are in the wrong order or so far apart that one of them must be wrong."""
    start, end = top.instant("from"), top.instant("to")
    if start is None or end is None:
        return start, end
    if end <= start:
        top.note("to is not after from", "to")
        return None, None
    if end - start > _LONGEST_PERIOD:
        top.note(f"to is more than {_LONGEST_PERIOD.days} days after from", "to")
        return None, None
    return start, end


def _allocation(top: Table) -> Allocation | None:
    name = top.choice("allocation", [*Allocation, _PRIORITY], default=Allocation.SHARED_INJECTION)
    if name == _PRIORITY:
        top.note("allocation PRIORITY is not built yet", "allocation")
    return Allocation(name) if name in list(Allocation) else None


def _revenue_micro_eur(top: Table) -> int | None:
    cents = top.decimal("revenue_eur", decimals=2) if "revenue_eur" in top else None
    return None if cents is None else cents * MICRO_EUR_PER_CENT


def _parameters_micro(top: Table) -> dict[str, int] | None:
    """Overrides by name; None where one of them is no parameter or no decimal."""
    table = top.table("parameters") if "parameters" in top else Table({}, ("parameters",), top.notes)
    if table is None:
        return None
    found: dict[str, int | None] = {}
    for key in table.values:
        if key not in parameter_names():
            table.note(f"{quote(key)} is not a parameter of a rule set", key)
        found[key] = table.decimal(key) if key in parameter_names() else None
    known = {key: value for key, value in found.items() if value is not None}
    return known if len(known) == len(found) else None


def _parameter_sources(top: Table) -> dict[str, str] | None:
    """The resolutions behind overrides, by name; None where one of them is no text or overrides nothing."""
    table = top.table("parameter_sources") if "parameter_sources" in top else None
    if table is None:
        return None if "parameter_sources" in top else {}
    stated = top.values.get("parameters")
    overridden = stated if isinstance(stated, dict) else {}
    found: dict[str, str | None] = {}
    for key in table.values:
        if key not in overridden:
            table.note(f"{quote(key)} has a source here and no value under [parameters]", key)
        found[key] = table.text(key)
    known = {key: value for key, value in found.items() if value is not None}
    return known if len(known) == len(found) else None


def _shares(community: Table) -> Shares | None:
    table = community.table("shares_bps")
    if table is None:
        return None
    table.only(_SHARES)
    counts = [table.count(key) for key in _SHARES]
    producers, social, grid = counts
    if producers is None or social is None or grid is None:
        return None
    if sum((producers, social, grid)) != BASIS_POINTS:
        community.note(
            f"shares_bps adds up to {producers + social + grid}, not to {BASIS_POINTS}", "shares_bps"
        )
        return None
    return Shares(producers, social, grid)


def _configuration(table: Table) -> ConfigurationDraft:
    table.only({"id", "area_code", "zone"})
    return ConfigurationDraft(table, table.text("id"), _area_code(table), table.choice("zone", ZONES))


def _single_configuration(community: Table | None, top: Table) -> ConfigurationDraft:
    if community is None:
        return ConfigurationDraft(top, SINGLE_CONFIGURATION, None, None)
    zone = community.choice("zone", ZONES)
    return ConfigurationDraft(community, SINGLE_CONFIGURATION, _area_code(community), zone)


def _area_code(table: Table) -> str | None:
    return table.pattern("area_code", AREA_CODE, "AC, three digits, E, five digits")


def _member(table: Table) -> MemberDraft:
    table.only({"id", "category", "enterprise"})
    category = table.choice("category", [*MemberCategory, _LARGE_ENTERPRISE])
    if category == _LARGE_ENTERPRISE:
        table.note("a large enterprise cannot be a member", "category")
    known = MemberCategory(category) if category in list(MemberCategory) else None
    return MemberDraft(table, table.text("id"), known, table.flag("enterprise"))


def _pod(table: Table, has_configurations: bool) -> PodDraft:
    table.only(
        {"code", "member", "valid_from", "valid_to", "storage"}
        | ({"configuration"} if has_configurations else set())
    )
    configuration = table.text("configuration") if has_configurations else SINGLE_CONFIGURATION
    valid_from = table.day("valid_from")
    valid_to = table.day("valid_to") if "valid_to" in table else None
    is_dated = valid_from is not None and (valid_to is not None or "valid_to" not in table)
    if valid_from is not None and valid_to is not None and valid_to <= valid_from:
        table.note("valid_to is not after valid_from", "valid_to")
        is_dated = False
    code = table.pattern("code", POD_CODE, "IT, three digits, E, eight digits and at most one more character")
    storage = table.flag("storage")
    return PodDraft(table, code, table.text("member"), configuration, valid_from, valid_to, is_dated, storage)


def _plant(table: Table) -> PlantDraft:
    table.only(_PLANT_KEYS)
    power_milliwatt = table.decimal("power_kw")
    if power_milliwatt == 0:
        table.note("power_kw is not above 0", "power_kw")
        power_milliwatt = None
    grant_micro_pct = table.decimal("grant_pct")
    if grant_micro_pct is not None and grant_micro_pct > law().grant_max_pct * MICRO:
        table.note(f"grant_pct is above {law().grant_max_pct}, which excludes the premium", "grant_pct")
        grant_micro_pct = None
    source = table.choice("source", list(Source))
    return PlantDraft(
        table=table,
        id=table.text("id"),
        pod=table.text("pod"),
        source=Source(source) if source else None,
        power_milliwatt=power_milliwatt,
        entry_into_operation=table.day("entry_into_operation"),
        region=table.choice("region", list(law().regions)),
        grant_micro_pct=grant_micro_pct,
        stop_days=table.count("stop_days") if "stop_days" in table else 0,
        requested_on=table.day("requested_on") if "requested_on" in table else None,
    )
