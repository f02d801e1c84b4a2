"""All formats of price files, and the one way to read a file whatever its format is."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from oracle.sources.content import Content, content_of, read_content
from oracle.sources.prices import clock_csv, entsoe_csv, entsoe_xml, gme_csv, utc_csv
from oracle.sources.prices.price_file import PriceFile, refused
from settlement.domain.findings import Finding


@dataclass(frozen=True, slots=True)
class Format:
    """A format: `detect` gives None for its files, else why not; `read` gives what a file says."""

    name: str
    detect: Callable[[Content], str | None]
    read: Callable[[Content], PriceFile]


FORMATS = tuple(
    Format(module.NAME, module.detect, module.read)
    for module in (utc_csv, gme_csv, clock_csv, entsoe_csv, entsoe_xml)
)


def why_not(content: Content) -> list[tuple[str, str]]:
    """The reason of each format that the file is not."""
    return [(row.name, reason) for row in FORMATS if (reason := row.detect(content))]


def format_of(content: Content) -> Format | None:
    """The format whose file this is."""
    return next((row for row in FORMATS if row.detect(content) is None), None)


def read_price_file(path: Path) -> PriceFile:
    """What the file says; what cannot be read is a finding."""
    content = read_content(path)
    if isinstance(content, Finding):
        return PriceFile(path.name, "", findings=(content,))
    return read_price_content(content)


def read_price_bytes(name: str, raw: bytes) -> PriceFile:
    """The same for bytes that came otherwise."""
    content = content_of(name, raw)
    if isinstance(content, Finding):
        return PriceFile(name, "", findings=(content,))
    return read_price_content(content)


def read_price_content(content: Content) -> PriceFile:
    """The same for content at hand."""
    found = format_of(content)
    if found is None:
        remedy = "`condivisa prices detect` says why for each"
        sentence = f"the file is of none of the {len(FORMATS)} known formats of prices: {remedy}"
        return refused(content, "", [Finding(content.name, 1, sentence)])
    return found.read(content)
