"""Our own readings.csv: `interval_start,pod,direction,wh[,quality]`, as case folders hold it."""

from oracle.sources.content import Content
from oracle.sources.meters.generic import read_mapped
from oracle.sources.meters.mapping import Mapping
from oracle.sources.meters.meter_file import MeterFile, Options
from settlement.domain.case import Direction

NAME = "readings.csv of a case"
COLUMNS = {"timestamp": "interval_start", "pod": "pod", "direction": "direction", "energy": "wh"}


def detect(content: Content) -> str | None:
    """The header names its columns."""
    names = content.first_line.strip().split(",")
    missing = [name for name in COLUMNS.values() if name not in names]
    return f"the header has no column {', '.join(missing)}" if missing else None


def read(content: Content, options: Options) -> MeterFile:
    """Its readings by POD and direction."""
    columns = COLUMNS | ({"quality": "quality"} if "quality" in content.first_line else {})
    mapping = Mapping(
        columns,
        separator=",",
        decimal_mark=".",
        unit="Wh",
        directions={way.value: way for way in Direction},
        estimated=("estimated",),
        missing=("missing",),
    )
    return read_mapped(content, options, mapping, NAME)
