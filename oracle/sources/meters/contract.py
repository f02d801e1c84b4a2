"""The referent's download from GSE by our import contract: `data_ora;pod;tipo;energia_kwh`.

GSE publishes no layout (FACTS 7), so this one is ours; another one is read by a mapping. `data_ora` is the
start of the interval with its offset, `tipo` is immessa or prelevata, `energia_kwh` has a comma or a point;
a column `qualita` may say misurata, stimata or mancante.
"""

from oracle.sources.content import Content
from oracle.sources.meters.generic import read_mapped
from oracle.sources.meters.mapping import Mapping
from oracle.sources.meters.meter_file import MeterFile, Options
from settlement.domain.case import Direction

NAME = "GSE download (import contract)"
HEADER = "data_ora;pod;tipo;energia_kwh"
COLUMNS = {"timestamp": "data_ora", "pod": "pod", "direction": "tipo", "energy": "energia_kwh"}
DIRECTIONS = {"immessa": Direction.INJECTED, "prelevata": Direction.WITHDRAWN}


def detect(content: Content) -> str | None:
    """The header names the four columns."""
    names = [name.strip() for name in content.first_line.split(";")]
    missing = [name for name in HEADER.split(";") if name not in names]
    return f"the header has no column {', '.join(missing)}" if missing else None


def read(content: Content, options: Options) -> MeterFile:
    """Its readings by POD and direction."""
    columns = COLUMNS | ({"quality": "qualita"} if "qualita" in content.first_line else {})
    mapping = Mapping(
        columns,
        decimal_mark="," if b"," in content.raw else ".",
        directions=DIRECTIONS,
        estimated=("stimata",),
        missing=("mancante",),
    )
    return read_mapped(content, options, mapping, NAME)
