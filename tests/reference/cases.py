"""Random small case folders from a seed: every one is a good case, most of them sit on some edge.

Kinds (the seed picks one in turn): ordinary days, clock changes, the start of the exemption of natural
persons, year ends, the end of the twenty years, and whole calendar years with few PODs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from random import Random
from typing import Any

from tests.reference.folder import HOUR, ROME, CaseFolder, quarters, rome_midnight

KINDS = (
    "ordinary",
    "clock",
    "exemption",
    "year_end",
    "ordinary",
    "twenty_years",
    "clock",
    "exemption",
    "plants",
)
REGIONS = {
    "NORD": ["Piemonte", "Valle d'Aosta", "Trentino-Alto Adige", "Emilia-Romagna", "Friuli-Venezia Giulia"],
    "CNOR": ["Toscana", "Marche"],
    "CSUD": ["Lazio", "Abruzzo", "Umbria", "Campania"],
    "SUD": ["Molise", "Puglia", "Basilicata"],
    "CALA": ["Calabria"],
    "SICI": ["Sicilia"],
    "SARD": ["Sardegna"],
}
CATEGORIES = [
    "NATURAL_PERSON",
    "SME",
    "TERRITORIAL_BODY",
    "LOCAL_ADMIN",
    "RELIGIOUS_BODY",
    "THIRD_SECTOR",
    "ENV_PROTECTION",
    "RESEARCH_TRAINING",
    "PUBLIC_HOUSING",
    "PUBLIC_CARE",
    "DRAINAGE_CONSORTIUM",
    "ASSOCIATION",
    "CONDOMINIUM",
]
# Byte order differs from alphabetic, numeric, composed and UTF-16 order somewhere among these.
IDS = [
    "é",
    "Z",
    "a",
    "10",
    "9",
    "e\u0301",
    "B",
    "ä",
    "_",
    "z1",
    "Ω",
    "\U0001f600",
    "\uff5a",
    "A b",
    "é2",
    "ß",
]
SHARES = [(7000, 2000, 1000), (10000, 0, 0), (0, 10000, 0), (3333, 3333, 3334), (1, 9998, 1), (6999, 1, 3000)]
PRICES = [
    "0",
    "-0",
    "95",
    "140",
    "139.999999",
    "140.000001",
    "180",
    "180.5",
    "205",
    "-10",
    "-0.000001",
    "100000",
    "-100000",
    "61.23",
    "0112.50",
]
ALLOCATIONS = ["SHARED_INJECTION", "SHARED_WITHDRAWAL", "SHARED_BOTH", "EQUAL"]
REVENUES = ["0", "0.01", "100.1", "221.15", "12345.67", 100, "99999999.99", "99999999.99"]
OVERRIDES: dict[str, list[str | int]] = {
    "class1_base_eur_per_mwh": ["0", "80.5"],
    "class1_cap_eur_per_mwh": ["0", "85", "119.999999"],
    "class2_cap_eur_per_mwh": [200],
    "class3_base_eur_per_mwh": ["61.123456"],
    "price_reference_eur_per_mwh": ["150", 0],
    "fc_north_eur_per_mwh": ["10.01"],
    "fc_south_eur_per_mwh": ["3"],
    "tip_only_threshold_pct": ["0", "12.5"],
    "tip_plus_grant_threshold_pct": ["0", "1.000001"],
    "existing_max_pct": ["100"],
    "plant_max_kw": ["1000"],
}


def random_case(seed: int) -> CaseFolder:
    """A good case of a few days; the same seed gives the same case."""
    draw = Random(seed)
    kind = KINDS[seed % len(KINDS)]
    return fill_case(draw, kind, *WINDOWS[kind](draw))


def random_year(seed: int) -> CaseFolder:
    """A good case of a whole calendar year, or of a year but for one hour (every fifth seed)."""
    draw = Random(f"year {seed}")
    year = draw.choice([2023, 2024, 2025])
    start, end = rome_midnight(date(year, 1, 1)), rome_midnight(date(year + 1, 1, 1))
    if seed % 5 == 4:
        start, end = draw.choice([(start + HOUR, end), (start, end - HOUR), (start - HOUR, end - HOUR)])
    case = fill_case(draw, "year", start, end)
    if seed % 2:
        press_enterprises(draw, case)
    return case


# --- periods ---------------------------------------------------------------------------------------------


def days_around(draw: Random, first: date, days: int) -> tuple[datetime, datetime]:
    start, end = rome_midnight(first), rome_midnight(first + timedelta(days=days))
    if draw.random() < 0.3:
        start, end = start + draw.randint(0, 5) * HOUR, end - draw.randint(0, 5) * HOUR
    return start, end


def ordinary(draw: Random) -> tuple[datetime, datetime]:
    return days_around(draw, date(2023, 1, 1) + timedelta(days=draw.randrange(727)), draw.randint(1, 3))


def clock(draw: Random) -> tuple[datetime, datetime]:
    change = draw.choice([date(2024, 3, 31), date(2024, 10, 27), date(2026, 3, 29), date(2026, 10, 25)])
    return days_around(draw, change - timedelta(days=draw.randint(0, 1)), draw.randint(1, 2) + 1)


def exemption(draw: Random) -> tuple[datetime, datetime]:
    return days_around(draw, date(2025, 6, 25), 2)


def year_end(draw: Random) -> tuple[datetime, datetime]:
    return days_around(draw, draw.choice([date(2023, 12, 31), date(2023, 12, 30), date(2024, 12, 31)]), 2)


def twenty_years(draw: Random) -> tuple[datetime, datetime]:
    return days_around(draw, draw.choice([date(2044, 2, 29), date(2043, 2, 27), date(2100, 2, 28)]), 2)


WINDOWS: dict[str, Callable[[Random], tuple[datetime, datetime]]] = {
    "ordinary": ordinary,
    "plants": ordinary,
    "clock": clock,
    "exemption": exemption,
    "year_end": year_end,
    "twenty_years": twenty_years,
}


# --- community -------------------------------------------------------------------------------------------


def fill_case(draw: Random, kind: str, start: datetime, end: datetime) -> CaseFolder:
    zone = ROME if draw.random() < 0.8 else UTC
    shares = dict(zip(("producers", "social", "grid"), draw.choice(SHARES), strict=True))
    case = CaseFolder(start.astimezone(zone), end.astimezone(zone), {"name": "Città", "shares_bps": shares})
    add_top(draw, case)
    add_configurations(draw, case, kind)
    add_members(draw, case, kind)
    add_pods(draw, case, kind)
    add_plants(draw, case, kind)
    add_readings(draw, case, kind)
    add_prices(draw, case)
    return case


def press_enterprises(draw: Random, case: CaseFolder) -> None:
    """Make it likely that the enterprises of a whole year reach their cap, and that the excess lowers it."""
    for member in case.members:
        member["enterprise"] = draw.random() < 0.7
    case.top |= {"revenue_eur": "99999999.99", "allocation": draw.choice(["SHARED_BOTH", *ALLOCATIONS])}
    case.parameters |= {"tip_only_threshold_pct": "0.5", "tip_plus_grant_threshold_pct": "1"}


def add_top(draw: Random, case: CaseFolder) -> None:
    case.top = {"rule_set": draw.choice(["cacer-2024", "cacer-2024", "seed"])}
    if draw.random() < 0.6:
        case.top["attribution"] = draw.choice(["ENTRY_ORDER", "PRO_RATA_INJECTION"])
    if draw.random() < 0.3:
        case.top["storage_policy"] = draw.choice(["EXCLUDE_FROM_WITHDRAWAL", "COUNT_AS_WITHDRAWAL"])
    if draw.random() < 0.3:
        case.top["late_request_policy"] = draw.choice(["TRUNCATE", "REJECT"])
    if draw.random() < 0.8:
        case.top["allocation"] = draw.choice(ALLOCATIONS)
    if draw.random() < 0.5:
        case.top["revenue_eur"] = draw.choice(REVENUES)
    for name, values in OVERRIDES.items():
        if draw.random() < 0.1 and not (name == "plant_max_kw" and case.top["rule_set"] == "cacer-2024"):
            case.parameters[name] = draw.choice(values)
    known = all(hour.astimezone(ROME).year in (2023, 2024) for hour in (case.start, case.end - HOUR))
    if not known or draw.random() < 0.2:
        case.parameters["tras_e_eur_per_mwh"] = draw.choice(["8.22", "9.876543", 11, "0"])


def add_configurations(draw: Random, case: CaseFolder, kind: str) -> None:
    zones = list(REGIONS)
    if draw.random() < 0.6:
        case.community |= {"area_code": "AC001E00123", "zone": draw.choice(zones)}
        return
    for number in range(draw.randint(1, 2 if kind == "year" else 3)):
        name = ["Z-nord", "é", "10"][number]
        area = {"id": name, "area_code": f"AC001E0000{number}", "zone": draw.choice(zones)}
        case.configurations.append(area)


def add_members(draw: Random, case: CaseFolder, kind: str) -> None:
    for name in draw.sample(IDS, draw.randint(2, 8)):
        member: dict[str, Any] = {"id": name, "category": draw.choice(CATEGORIES)}
        if draw.random() < 0.5:
            member["category"] = draw.choice(["NATURAL_PERSON", "TERRITORIAL_BODY", "SME"])
        if draw.random() < (0.6 if kind == "year" else 0.3):
            member["enterprise"] = draw.random() < 0.8
        case.members.append(member)


def add_pods(draw: Random, case: CaseFolder, kind: str) -> None:
    count = draw.randint(2, 3) if kind == "year" else draw.randint(2, 9)
    for number in range(count):
        code = f"IT001E{number:08d}" + draw.choice(["", "", "A", "0", "Z"])
        for valid_from, valid_to in validity(draw, case):
            row = {"code": code, "member": draw.choice(case.members)["id"], "valid_from": valid_from}
            if case.configurations:
                row["configuration"] = draw.choice(case.configurations)["id"]
            case.pods.append(row | ({"valid_to": valid_to} if valid_to else {}))


def validity(draw: Random, case: CaseFolder) -> list[tuple[date, date | None]]:
    """One open row; or rows that meet, or leave a gap, at days around the period; or none inside it."""
    first, last = case.start.astimezone(ROME).date(), case.end.astimezone(ROME).date()
    choice = draw.random()
    if choice < 0.6:
        return [(date(2020, 1, 1), draw.choice([None, date(2090, 1, 1), last + timedelta(days=1)]))]
    if choice < 0.67:
        return [(date(2020, 1, 1), first)]
    span = (last - first).days + 2
    cuts = sorted(first + timedelta(days=n) for n in draw.sample(range(span), min(span, draw.randint(1, 2))))
    days = [date(2020, 1, 1), *cuts, None]
    rows = list(pairwise(days))
    if len(rows) > 2 and draw.random() < 0.5:
        del rows[1]
    return rows  # type: ignore[return-value]


# --- plants ----------------------------------------------------------------------------------------------


def entry_days(case: CaseFolder) -> list[date]:
    first = case.start.astimezone(ROME).date()
    inside = [first + timedelta(days=n) for n in (0, 1, 2, 30)]
    ended = [day.replace(year=day.year - 20) for day in inside if (day.month, day.day) != (2, 29)]
    fixed = [date(2021, 12, 16), date(2022, 3, 1), date(2024, 2, 29), date(2080, 2, 29), date(2021, 12, 15)]
    return fixed + inside + [day for day in ended if day >= date(2021, 12, 16)] * 2


def request_day(draw: Random, case: CaseFolder, entry: date) -> date:
    """On the last day of a term, the day after, or somewhere in the period."""
    first = case.start.astimezone(ROME).date()
    terms = [entry + timedelta(days=120), date(2024, 8, 6)]
    return draw.choice(
        [entry, *terms, *(day + timedelta(days=1) for day in terms), first + timedelta(days=1)]
    )


def add_plants(draw: Random, case: CaseFolder, kind: str) -> None:
    names = iter(draw.sample([*IDS, *(f"P{n}" for n in range(20))], len(IDS) + 20))
    zones = {c["id"]: c["zone"] for c in case.configurations} | {"": case.community.get("zone")}
    entries = entry_days(case)
    for code in dict.fromkeys(row["code"] for row in case.pods):
        rows = [row for row in case.pods if row["code"] == code]
        if draw.random() < (0.25 if kind in ("plants", "year") else 0.5):
            continue
        for row in rows:  # a plant's POD stays in one configuration
            row.update({key: rows[0][key] for key in ("configuration",) if key in row})
        region = draw.choice(REGIONS[zones[rows[0].get("configuration", "")]])
        entry = draw.choice(entries)
        for _ in range(draw.choice([1, 1, 2, 3])):
            entry = entry if draw.random() < 0.4 else draw.choice(entries)
            plant = {
                "id": next(names),
                "pod": code,
                "source": draw.choice(["photovoltaic", "photovoltaic", "wind", "hydro", "biomass", "other"]),
                "power_kw": "1",
                "entry_into_operation": entry,
                "region": region,
                "grant_pct": draw.choice(["0", "0", 0, "0.000000", "40", 40, "25", "0.000001", "33.3"]),
            }
            if draw.random() < 0.2:
                plant["stop_days"] = draw.choice([0, 1, 2, 31])
            if draw.random() < 0.3:
                plant["requested_on"] = request_day(draw, case, plant["entry_into_operation"])
            case.plants.append(plant)
    set_powers(draw, case)
    limit_existing(case)


def set_powers(draw: Random, case: CaseFolder) -> None:
    """Powers within the limits: per POD and source, and for `seed` in all."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for plant in case.plants:
        groups[plant["pod"], plant["source"]].append(plant)
    edges = ["200", "200.000001", "600", "600.1", "1000", "999.999999", "3", "0.000003", "47.5"]
    if case.top["rule_set"] == "seed":
        limit = Fraction(min(100, 200 // max(1, len(groups))))
        edges = [str(limit), "3", "0.000003", "7.7"]
    for plants in groups.values():
        millionths = int(Fraction(draw.choice(edges)) * 10**6)
        while plants:
            plant = plants.pop()
            part = draw.randint(1, millionths - len(plants)) if plants else millionths
            millionths -= part
            text = f"{part // 10**6}.{part % 10**6:06d}"
            plant["power_kw"] = text if draw.random() < 0.3 else text.rstrip("0").rstrip(".")


def limit_existing(case: CaseFolder) -> None:
    """Make existing plants new ones until, in each configuration, at most 30 % of the power is existing."""
    place = {row["code"]: row.get("configuration", "") for row in case.pods}
    for configuration in set(place.values()):
        plants = [plant for plant in case.plants if place[plant["pod"]] == configuration]
        total = sum(Fraction(plant["power_kw"]) for plant in plants)
        existing = [plant for plant in plants if plant["entry_into_operation"] < date(2021, 12, 16)]
        while sum(Fraction(plant["power_kw"]) for plant in existing) * 100 > 30 * total:
            existing.pop()["entry_into_operation"] = date(2021, 12, 16)


# --- rows ------------------------------------------------------------------------------------------------


def add_readings(draw: Random, case: CaseFolder, kind: str) -> None:
    scale = draw.choice(["tiny", "normal", "huge", "mixed"])
    for code in dict.fromkeys(row["code"] for row in case.pods):
        rows = [row for row in case.pods if row["code"] == code]
        dates = {hour: hour.astimezone(ROME).date() for hour in case.hours()}
        valid = [
            hour
            for hour, day in dates.items()
            if any(row["valid_from"] <= day < row.get("valid_to", date.max) for row in rows)
        ]
        if draw.random() < 0.1:
            for row in rows:
                row["storage"] = True
        entries = [plant["entry_into_operation"] for plant in case.plants if plant["pod"] == code]
        directions = draw.choice([["withdrawn"], ["withdrawn"], ["withdrawn", "injected"]])
        if entries:
            directions = draw.choice([["injected"], ["withdrawn", "injected"]])
        for direction in directions:
            running = [direction == "withdrawn" or any(e <= dates[hour] for e in entries) for hour in valid]
            size = draw.choice(["tiny", "normal", "huge"]) if scale == "mixed" else scale
            add_series(draw, case, (code, direction), valid, running, size, kind)


def add_series(
    draw: Random,
    case: CaseFolder,
    series: tuple[str, str],
    hours: list[datetime],
    running: list[bool],
    size: str,
    kind: str,
) -> None:
    """One series over its validity; zero where nothing runs, and often zero for hours on end."""
    quarterly = kind != "year" and draw.random() < 0.35
    zero_share = draw.choice([0.0, 0.3, 0.9, 1.0 if draw.random() < 0.2 else 0.5])
    estimated = draw.random() < 0.2
    for hour, runs in zip(hours, running, strict=True):
        for start in quarters(hour) if quarterly else [hour]:
            wh = 0 if not runs or draw.random() < zero_share else amount(draw, size)
            quality = "estimated" if estimated and draw.random() < 0.3 else ""
            case.readings.append((start, *series, wh, quality))


def amount(draw: Random, size: str) -> int:
    if size == "tiny":
        return draw.randint(0, 4)
    if size == "huge":
        return draw.choice([500_000_000, 499_999_999, draw.randint(499_000_000, 500_000_000)])
    return draw.choice([1000, draw.randint(0, 20_000), draw.randint(0, 3_000_000)])


def add_prices(draw: Random, case: CaseFolder) -> None:
    """Per zone and day hourly or by quarter-hours, with negative prices and six decimals."""
    areas = case.configurations or [case.community]
    wild = draw.random() < 0.5
    for zone in sorted({area["zone"] for area in areas}):
        quarterly: dict[date, bool] = {}
        for hour in case.hours():
            by_quarter = quarterly.setdefault(hour.astimezone(ROME).date(), draw.random() < 0.4)
            for start in quarters(hour) if by_quarter else [hour]:
                case.prices.append((start, zone, price(draw, wild)))


def price(draw: Random, wild: bool) -> str:
    if wild:
        return draw.choice(PRICES)
    return f"{'-' if draw.random() < 0.1 else ''}{draw.randint(0, 250)}.{draw.randint(0, 999_999):06d}"
