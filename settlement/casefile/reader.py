"""Case folders into cases: all files are read, all findings are given at once."""

from pathlib import Path

from settlement.casefile.community_checks import check
from settlement.casefile.community_file import read_draft
from settlement.casefile.community_of import community_of
from settlement.casefile.outline import FORM_ONLY, outline_of
from settlement.casefile.prices_file import PRICES_FILE, read_prices
from settlement.casefile.reading_rows import READINGS_FILE
from settlement.casefile.readings_file import read_readings
from settlement.casefile.toml_table import COMMUNITY_FILE
from settlement.domain.case import Case, Community
from settlement.domain.findings import Finding


def read_community(folder: Path) -> tuple[Community | None, list[Finding]]:
    """The community of a folder's community.toml and its findings; None if and only if there are findings."""
    draft, notes = read_draft(folder / COMMUNITY_FILE)
    if draft is not None:
        check(draft)
    if notes.findings or draft is None:
        return None, sorted(notes.findings)
    return community_of(draft), []


def read_case(folder: Path) -> tuple[Case | None, list[Finding]]:
    """The case of a folder and its findings, sorted; the case is None if and only if there are findings."""
    draft, notes = read_draft(folder / COMMUNITY_FILE)
    outline = FORM_ONLY
    if draft is not None:
        check(draft)
        outline = outline_of(draft)
    series, reading_findings = read_readings(folder / READINGS_FILE, outline)
    prices, price_findings = read_prices(folder / PRICES_FILE, outline)
    findings = sorted([*notes.findings, *reading_findings, *price_findings])
    if findings or draft is None:
        return None, findings
    return Case(community_of(draft), tuple(series), tuple(prices)), []
