"""Small case folders with round numbers, for solving by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.reference.folder import ROME, CaseFolder, quarters

NOON = datetime(2024, 7, 1, 12, tzinfo=ROME)


def pod(number: int) -> str:
    return f"IT001E{number:08d}"


def empty_case(hours: int = 1, start: datetime = NOON, zone: str = "NORD") -> CaseFolder:
    shares = {"producers": 7000, "social": 2000, "grid": 1000}
    return CaseFolder(
        start=start,
        end=(start.astimezone(UTC) + timedelta(hours=hours)).astimezone(ROME),
        community={"name": "Esempio", "area_code": "AC001E00123", "zone": zone, "shares_bps": shares},
    )


def add_member(case: CaseFolder, number: int, category: str = "SME", enterprise: bool = False) -> str:
    """A member with one POD of the same number; the POD's code."""
    case.members.append({"id": f"M{number}", "category": category, "enterprise": enterprise})
    case.pods.append({"code": pod(number), "member": f"M{number}", "valid_from": date(2020, 1, 1)})
    return pod(number)


def add_consumer(case: CaseFolder, number: int, withdrawn_wh: list[int], category: str = "SME") -> None:
    case.series(add_member(case, number, category), "withdrawn", withdrawn_wh)


def add_plant(case: CaseFolder, number: int, power_kw: str, injected_wh: list[int], **changes: Any) -> None:
    """A plant P<number> on a POD of its own."""
    plant = {
        "id": f"P{number}",
        "pod": pod(number),
        "source": "photovoltaic",
        "power_kw": power_kw,
        "entry_into_operation": date(2024, 5, 10),
        "region": "Piemonte",
        "grant_pct": "0",
    }
    case.plants.append(plant | changes)
    case.series(add_member(case, number), "injected", injected_wh)


def one_plant(power_kw: str, wh: int, price: str, zone: str = "NORD", **plant: Any) -> CaseFolder:
    """One hour in which a single plant injects what a single firm withdraws."""
    case = empty_case(zone=zone)
    add_plant(case, 1, power_kw, [wh], **plant)
    add_consumer(case, 2, [wh])
    case.price_series(zone, price)
    return case


def largest_case(pods: int, attribution: str) -> CaseFolder:
    """Two hours of readings near the largest, by quarter-hours, beyond any prices and parameters that occur.

    `pods` PODs inject, with three plants each, and as many withdraw.
    """
    case = empty_case(hours=2)
    case.top |= {"attribution": attribution, "allocation": "SHARED_BOTH", "revenue_eur": "9" * 20 + ".99"}
    case.parameters = {
        "class1_cap_eur_per_mwh": "99999999999.999999",
        "class2_base_eur_per_mwh": "123456789012345678.123457",
        "class2_cap_eur_per_mwh": "999999999999999999999999.999999",
        "tras_e_eur_per_mwh": "99999999999999999.999999",
    }
    for number in range(pods):
        category = ["SME", "LOCAL_ADMIN", "NATURAL_PERSON"][number % 3]
        add_member(case, number, category)
        add_member(case, number + pods, category)
        for name, power_kw, source in (
            ("P", "333.3", "wind"),
            ("Q", "0.000001", "hydro"),
            ("R", "999.9", "other"),
        ):
            case.plants.append(
                {
                    "id": f"{name}{number}",
                    "pod": pod(number),
                    "source": source,
                    "power_kw": power_kw,
                    "entry_into_operation": date(2024, 1, 1 + number % 28),
                    "region": "Piemonte",
                    "grant_pct": ["0", "33.333333", "40"][number % 3],
                }
            )
        for n, start in enumerate(at for hour in case.hours() for at in quarters(hour)):
            less = (number * 7919 + n * 31) % 1_000_003
            case.readings.append((start, pod(number), "injected", 500_000_000 - less, ""))
            case.readings.append((start, pod(number + pods), "withdrawn", 500_000_000 - 2 * less, ""))
    case.price_series("NORD", "-99999.999999")
    return case
