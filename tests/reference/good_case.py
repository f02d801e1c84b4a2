"""The good cases that each bad one differs from by one edit, as text with known lines.

`plain`: four hours of 1 July 2024; POD 1 (a person, a photovoltaic and a wind plant) injects and withdraws by
the hour, POD 2 (a municipality) withdraws by the quarter-hour. `areas`: the same in two configurations.
`summer` and `winter`: hours around the clock changes of 2024. `year`: four hours of 1 July 2025.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.reference.folder import HOUR, quarters, stamp

POD_1, POD_2 = "IT001E00000001", "IT001E00000002"

PLAIN_TOML = """\
rule_set = "cacer-2024"
from = 2024-07-01T00:00:00+02:00
to = 2024-07-01T04:00:00+02:00
attribution = "ENTRY_ORDER"
allocation = "SHARED_INJECTION"
revenue_eur = "221.15"

[parameters]
fc_north_eur_per_mwh = "10"

[community]
name = "Esempio"
area_code = "AC001E00123"
zone = "NORD"
shares_bps = { producers = 7000, social = 2000, grid = 1000 }

[[members]]
id = "PS"
category = "NATURAL_PERSON"

[[members]]
id = "TB"
category = "TERRITORIAL_BODY"
enterprise = false

[[pods]]
code = "IT001E00000001"
member = "PS"
valid_from = 2024-01-02
valid_to = 2040-01-01

[[pods]]
code = "IT001E00000002"
member = "TB"
valid_from = 2024-01-01

[[plants]]
id = "P1"
pod = "IT001E00000001"
source = "photovoltaic"
power_kw = "50"
entry_into_operation = 2024-01-10
region = "Piemonte"
grant_pct = "0"

[[plants]]
id = "P2"
pod = "IT001E00000001"
source = "wind"
power_kw = "950.5"
entry_into_operation = 2022-03-01
region = "Veneto"
grant_pct = "25"
"""

AREAS_TOML = (
    (
        PLAIN_TOML.replace('area_code = "AC001E00123"\nzone = "NORD"\n', "")
        .replace('member = "PS"\nvalid', 'member = "PS"\nconfiguration = "north"\nvalid')
        .replace('member = "TB"\nvalid', 'member = "TB"\nconfiguration = "south"\nvalid')
    )
    + """
[[configurations]]
id = "north"
area_code = "AC001E00123"
zone = "NORD"

[[configurations]]
id = "south"
area_code = "AC001E00124"
zone = "SUD"
"""
)


def readings_text(start: str, hours: int) -> str:
    """POD 1 hourly (injected, then withdrawn), POD 2 by quarter-hours; the header is line 1."""
    first = datetime.fromisoformat(start)
    starts = [(first + n * HOUR) for n in range(hours)]
    rows = [
        f"{stamp(at)},{POD_1},{direction},1000" for direction in ("injected", "withdrawn") for at in starts
    ]
    rows += [f"{stamp(at)},{POD_2},withdrawn,300" for hour in starts for at in quarters(hour)]
    return "\n".join(["interval_start,pod,direction,wh", *rows, ""])


def prices_text(start: str, hours: int, *zones: str) -> str:
    first = datetime.fromisoformat(start)
    rows = [f"{stamp(first + n * timedelta(hours=1))},{zone},95.5" for zone in zones for n in range(hours)]
    return "\n".join(["interval_start,zone,eur_per_mwh", *rows, ""])


def folder_texts(toml: str, start: str, hours: int, *zones: str) -> dict[str, str]:
    return {
        "community.toml": toml,
        "readings.csv": readings_text(start, hours),
        "prices.csv": prices_text(start, hours, *zones),
    }


def moved(start: str, end: str) -> str:
    old_start, old_end = "2024-07-01T00:00:00+02:00", "2024-07-01T04:00:00+02:00"
    return PLAIN_TOML.replace(old_start, start).replace(old_end, end)


GOOD = {
    "plain": folder_texts(PLAIN_TOML, "2024-06-30T22:00+00:00", 4, "NORD"),
    "areas": folder_texts(AREAS_TOML, "2024-06-30T22:00+00:00", 4, "NORD", "SUD"),
    "summer": folder_texts(
        moved("2024-03-31T01:00:00+01:00", "2024-03-31T05:00:00+02:00"), "2024-03-31T00:00+00:00", 3, "NORD"
    ),
    "winter": folder_texts(
        moved("2024-10-27T02:00:00+02:00", "2024-10-27T04:00:00+01:00"), "2024-10-27T00:00+00:00", 3, "NORD"
    ),
    "year": folder_texts(
        moved("2025-07-01T00:00:00+02:00", "2025-07-01T04:00:00+02:00"), "2025-06-30T22:00+00:00", 4, "NORD"
    ),
}
