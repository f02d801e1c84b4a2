"""community.toml as the case format defines it, checked where a defect would change figures."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import TypeVar

from oracle.audit.numbers import CENT_MICRO_EUR, MICRO, scaled
from oracle.audit.rome import DAY_HOURS, FIRST_YEAR, day_of, hour_of
from oracle.audit.rules import OVERRIDDEN, ZONES, Law, Parameter, RuleBook
from oracle.audit.texts import Table, read_toml

Row = TypeVar("Row")
RULE_SETS = ("cacer-2024", "seed")
SINGLE = ""
CATEGORIES = frozenset(
    {"NATURAL_PERSON", "SME", "TERRITORIAL_BODY", "LOCAL_ADMIN", "RELIGIOUS_BODY", "THIRD_SECTOR"}
    | {"ENV_PROTECTION", "RESEARCH_TRAINING", "PUBLIC_HOUSING", "PUBLIC_CARE", "DRAINAGE_CONSORTIUM"}
    | {"ASSOCIATION", "CONDOMINIUM"}
)
SOURCES = ("photovoltaic", "wind", "hydro", "biomass", "other")
ALLOCATIONS = ("SHARED_INJECTION", "SHARED_WITHDRAWAL", "SHARED_BOTH", "EQUAL")
ATTRIBUTIONS = ("ENTRY_ORDER", "PRO_RATA_INJECTION")
LATE_POLICIES = ("TRUNCATE", "REJECT")
STORAGE_POLICIES = ("EXCLUDE_FROM_WITHDRAWAL", "COUNT_AS_WITHDRAWAL")
SHARES = ("producers", "social", "grid")
YEARS = range(FIRST_YEAR, 9_001)
HOURS_MAX = 36_525 * DAY_HOURS
FOREVER = date.max.toordinal()
_AREA = re.compile(r"AC[0-9]{3}E[0-9]{5}")
_POD = re.compile(r"IT[0-9]{3}E[0-9]{8}[0-9A-Z]?")
_TOP = (
    *("rule_set", "from", "to", "attribution", "allocation", "storage_policy", "late_request_policy"),
    *("revenue_eur", "parameters", "parameter_sources"),
    *("community", "configurations", "members", "pods", "plants"),
)
_PLANT_MORE = ("grant_pct", "stop_days", "requested_on")


@dataclass(frozen=True, slots=True)
class Configuration:
    """The PODs under one primary substation."""

    area_code: str
    zone: str


@dataclass(frozen=True, slots=True)
class Member:
    """Legal category, and whether it is bound by the excess threshold."""

    category: str
    enterprise: bool


@dataclass(frozen=True, slots=True)
class Pod:
    """A POD belongs to a member on the days [valid_from, valid_to), which are ordinals."""

    code: str
    member: str
    configuration: str
    valid_from: int
    valid_to: int
    storage: bool


@dataclass(frozen=True, slots=True)
class Plant:
    """A plant behind a POD; power in mW, grant in millionths of %, days as ordinals.

    One that is admitted earns the premium on the days [premium_start, premium_end).
    """

    id: str
    pod: str
    source: str
    power_milliwatt: int
    entry: int
    admitted: bool
    premium_start: int
    premium_end: int
    region: str
    grant_micro_pct: int


@dataclass(frozen=True, slots=True)
class Community:
    """The terms of a settlement of the hours [start, end) since 1970; plants stand in their entry order."""

    name: str
    rule_set: str
    start: int
    end: int
    attribution: str
    allocation: str
    revenue_micro_eur: int | None
    shares_bps: Mapping[str, int]
    configurations: Mapping[str, Configuration]
    members: Mapping[str, Member]
    pods: tuple[Pod, ...]
    plants: tuple[Plant, ...]
    overrides_micro: Mapping[str, int]
    override_sources: Mapping[str, str]
    storage_policy: str = STORAGE_POLICIES[0]

    @property
    def overrides(self) -> dict[str, Parameter]:
        """What the community states in place of the rules' values, never verified."""
        return {
            name: Parameter(micro, self.override_sources.get(name, OVERRIDDEN), verified=False)
            for name, micro in self.overrides_micro.items()
        }

    @property
    def lists_configurations(self) -> bool:
        """Whether results are shown for each configuration."""
        return SINGLE not in self.configurations

    @property
    def days(self) -> list[int]:
        """The Rome dates that the period touches."""
        return list(range(day_of(self.start), day_of(self.end - 1) + 1))

    @property
    def idle_storages(self) -> set[str]:
        """PODs whose withdrawals are no consumption: storages that stand alone."""
        counted = self.storage_policy == STORAGE_POLICIES[1]
        return set() if counted else {row.code for row in self.pods if row.storage}

    def home_of(self, pod: str) -> str:
        """The configuration of a POD with a plant, which never leaves it."""
        return next(row.configuration for row in self.pods if row.code == pod)


def read_community(file: str, content: bytes, book: RuleBook) -> Community:
    """The community that the file states. Raises Difference naming the first key that is wrong."""
    top = Table(file, read_toml(file, content))
    top.only(*_TOP)
    start, end = (_hour(top, key) for key in ("from", "to"))
    if not start < end <= start + HOURS_MAX:
        raise top.fail("to", "does not come after from, or more than a century later")
    community = top.table("community")
    law = book.law
    rejects = top.one_of("late_request_policy", LATE_POLICIES, LATE_POLICIES[0]) == LATE_POLICIES[1]
    found = Community(
        name=community.text("name"),
        rule_set=top.one_of("rule_set", RULE_SETS),
        start=start,
        end=end,
        attribution=top.one_of("attribution", ATTRIBUTIONS, "ENTRY_ORDER"),
        allocation=top.one_of("allocation", ALLOCATIONS, "SHARED_INJECTION"),
        revenue_micro_eur=_revenue(top),
        shares_bps=_shares(community),
        configurations=_configurations(top, community),
        members=_by_id(top, "members", _member),
        pods=tuple(_pod(row) for row in top.tables("pods")),
        plants=tuple(
            sorted(
                _by_id(top, "plants", lambda row: _plant(row, law, rejects)).values(),
                key=lambda row: (row.entry, row.pod.encode(), row.id.encode()),
            )
        ),
        overrides_micro=_overrides(top, book.names),
        override_sources=_override_sources(top),
        storage_policy=top.one_of("storage_policy", STORAGE_POLICIES, STORAGE_POLICIES[0]),
    )
    _check_references(top, found, law)
    return found


def _hour(top: Table, key: str) -> int:
    instant: datetime = top.get(key, datetime)
    hour = hour_of(instant) if instant.year in YEARS else None
    if hour is None:
        raise top.fail(key, f"is no instant with offset on the full hour, from {YEARS[0]} to {YEARS[-1]}")
    return hour


def _decimal(row: Table, key: str, decimals: int = 6, default: object = ...) -> int:
    value = row.values.get(key, default)
    units = scaled(value, decimals)
    if units is None or units < 0:
        raise row.fail(key, f"is no decimal of at most {decimals} places: {value!r:.60}")
    return units


def _revenue(top: Table) -> int | None:
    if "revenue_eur" not in top.values:
        return None
    return _decimal(top, "revenue_eur", 2) * CENT_MICRO_EUR


def _shares(community: Table) -> dict[str, int]:
    shares = community.table("shares_bps")
    shares.only(*SHARES)
    found = {name: shares.get(name, int) for name in SHARES}
    if min(found.values()) < 0 or sum(found.values()) != 10_000:
        raise community.fail("shares_bps", "does not add up to 10000")
    return found


def _configurations(top: Table, community: Table) -> dict[str, Configuration]:
    if "configurations" in top.values:
        community.only("name", "shares_bps")
        return _by_id(top, "configurations", _listed_configuration)
    community.only("name", "shares_bps", "area_code", "zone")
    return {SINGLE: _configuration(community)}


def _listed_configuration(row: Table) -> Configuration:
    row.only("id", "area_code", "zone")
    return _configuration(row)


def _configuration(row: Table) -> Configuration:
    area_code = row.text("area_code")
    if not _AREA.fullmatch(area_code):
        raise row.fail("area_code", f"is no code of an area: {area_code!r:.60}")
    return Configuration(area_code, row.one_of("zone", ZONES))


def _by_id(top: Table, key: str, make: Callable[[Table], Row]) -> dict[str, Row]:
    found: dict[str, Row] = {}
    for row in top.tables(key):
        name = row.text("id")
        if name in found:
            raise row.fail("id", f"stands twice: {name!r:.60}")
        found[name] = make(row)
    return found


def _member(row: Table) -> Member:
    row.only("id", "category", "enterprise")
    return Member(row.one_of("category", CATEGORIES), row.get("enterprise", bool, False))


def _pod(row: Table) -> Pod:
    row.only("code", "member", "configuration", "valid_from", "valid_to", "storage")
    code, first, last = row.text("code"), row.day("valid_from"), row.day("valid_to", None)
    if not _POD.fullmatch(code):
        raise row.fail("code", f"is no POD: {code!r:.60}")
    assert first is not None
    if last is not None and last <= first:
        raise row.fail("valid_to", "does not come after valid_from")
    home, storage = row.text("configuration", SINGLE), row.get("storage", bool, False)
    return Pod(code, row.text("member"), home, first, last or FOREVER, storage)


def _plant(row: Table, law: Law, rejects: bool) -> Plant:
    row.only("id", "pod", "source", "power_kw", "entry_into_operation", "region", *_PLANT_MORE)
    entry, requested = row.day("entry_into_operation"), row.day("requested_on", None)
    power, grant = _decimal(row, "power_kw"), _decimal(row, "grant_pct")
    assert entry is not None
    if power == 0:
        raise row.fail("power_kw", "is 0")
    stop_days = row.get("stop_days", int, 0)
    if stop_days < 0:
        raise row.fail("stop_days", "is negative")
    if grant > law.grant_max_pct * MICRO:
        raise row.fail("grant_pct", f"is above {law.grant_max_pct}")
    is_late = requested is not None and requested > law.last_request_day(entry)
    return Plant(
        id=row.text("id"),
        pod=row.text("pod"),
        source=row.one_of("source", SOURCES),
        power_milliwatt=power,
        entry=entry,
        admitted=entry >= law.first_new_day and not (is_late and rejects),
        premium_start=requested if requested is not None and is_late else entry,
        premium_end=min(_years_later(entry, law.premium_years) + stop_days, FOREVER),
        region=row.one_of("region", law.areas.keys()),
        grant_micro_pct=grant,
    )


def _years_later(day: int, years: int) -> int:
    """The same calendar day; 29 February becomes 1 March where there is none."""
    begin = date.fromordinal(day)
    if begin.year + years > date.max.year:
        return FOREVER
    try:
        return begin.replace(year=begin.year + years).toordinal()
    except ValueError:
        return date(begin.year + years, 3, 1).toordinal()


def _overrides(top: Table, names: set[str]) -> dict[str, int]:
    if "parameters" not in top.values:
        return {}
    parameters = top.table("parameters")
    parameters.only(*names)
    return {name: _decimal(parameters, name) for name in parameters.values}


def _override_sources(top: Table) -> dict[str, str]:
    """The resolution behind an override, by its name."""
    if "parameter_sources" not in top.values:
        return {}
    sources = top.table("parameter_sources")
    sources.only(*top.values.get("parameters", {}))
    return {name: sources.text(name) for name in sources.values}


def _check_references(top: Table, found: Community, law: Law) -> None:
    homes: dict[str, str] = {}
    with_plant = {plant.pod for plant in found.plants}
    for pod in found.pods:
        if pod.member not in found.members:
            raise top.fail("pods", f"{pod.code} is of no listed member: {pod.member!r:.60}")
        if pod.configuration not in found.configurations:
            raise top.fail("pods", f"{pod.code} is in no listed configuration: {pod.configuration!r:.60}")
        if homes.setdefault(pod.code, pod.configuration) != pod.configuration and pod.code in with_plant:
            raise top.fail("pods", f"{pod.code}, on which a plant stands, leaves its configuration")
    spans = sorted((pod.code, pod.valid_from, pod.valid_to) for pod in found.pods)
    for (code, _, end), (other, begin, _) in pairwise(spans):
        if code == other and begin < end:
            raise top.fail("pods", f"{code} stands in two rows that overlap")
    for plant in found.plants:
        if plant.pod not in homes:
            raise top.fail("plants", f"{plant.id} stands on an unlisted POD")
        zone = found.configurations[homes[plant.pod]].zone
        if law.areas[plant.region][0] != zone:
            raise top.fail("plants", f"{plant.id}: {plant.region} does not lie in zone {zone}")
