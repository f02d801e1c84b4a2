"""A small case folder as texts, and ways to break it; a test states only what differs."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from settlement.casefile import read_case
from settlement.domain.findings import Finding

COMMUNITY = """\
rule_set = "cacer-2024"
from = 2024-07-01T00:00:00+02:00
to = 2024-07-01T03:00:00+02:00
attribution = "ENTRY_ORDER"
allocation = "SHARED_BOTH"
revenue_eur = "221.15"

[parameters]
tras_e_eur_per_mwh = "8.22"

[community]
name = "Esempio"
area_code = "AC001E00123"
zone = "NORD"
shares_bps = { producers = 7000, social = 2000, grid = 1000 }

[[members]]
id = "PS"
category = "NATURAL_PERSON"

[[members]]
id = "CO"
category = "LOCAL_ADMIN"
enterprise = false

[[pods]]
code = "IT001E00000001"
member = "PS"
valid_from = 2024-01-01

[[pods]]
code = "IT001E00000002"
member = "CO"
valid_from = 2024-01-01
valid_to = 2025-01-01

[[plants]]
id = "P1"
pod = "IT001E00000001"
source = "photovoltaic"
power_kw = "50"
entry_into_operation = 2024-05-10
region = "Piemonte"
grant_pct = "20"
"""
READINGS = """\
interval_start,pod,direction,wh
2024-06-30T22:00Z,IT001E00000001,injected,1000
2024-06-30T23:00Z,IT001E00000001,injected,2000
2024-07-01T00:00Z,IT001E00000001,injected,3000
2024-07-01T00:00:00+02:00,IT001E00000001,withdrawn,10
2024-07-01T01:00:00+02:00,IT001E00000001,withdrawn,20
2024-07-01T02:00:00+02:00,IT001E00000001,withdrawn,30
2024-07-01T00:00+02:00,IT001E00000002,withdrawn,1500
2024-07-01T01:00+02:00,IT001E00000002,withdrawn,1500
2024-07-01T02:00+02:00,IT001E00000002,withdrawn,1500
"""
PRICES = """\
interval_start,zone,eur_per_mwh
2024-07-01T00:00:00+02:00,NORD,95.5
2024-07-01T01:00:00+02:00,NORD,-1
2024-07-01T02:00:00+02:00,NORD,120.123456
"""
FILES = {"community.toml": COMMUNITY, "readings.csv": READINGS, "prices.csv": PRICES}


def line_of(text: str, snippet: str) -> int:
    """Number of the first line that contains the snippet."""
    return next(number for number, line in enumerate(text.splitlines(), 1) if snippet in line)


def write_folder(folder: Path, files: Mapping[str, str | bytes | None]) -> Path:
    """Write a folder's files; None leaves one out."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        if content is not None:
            (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def findings_of(folder: Path, changes: Mapping[str, str | bytes | None]) -> list[Finding]:
    """Findings of the small case with some files changed."""
    return read_case(write_folder(folder, {**FILES, **changes}))[1]


def replaced(name: str, old: str, new: str, count: int = 1) -> dict[str, str | bytes | None]:
    """The small case with a text replaced in one file."""
    text = FILES[name]
    if old not in text:
        raise ValueError(f"{old!r} does not stand in {name}")
    return {name: text.replace(old, new, count)}


def stamps(first: datetime, count: int, step_minutes: int) -> list[str]:
    """Timestamps in UTC."""
    instants = (first.astimezone(UTC) + index * timedelta(minutes=step_minutes) for index in range(count))
    return [instant.strftime("%Y-%m-%dT%H:%MZ") for instant in instants]
