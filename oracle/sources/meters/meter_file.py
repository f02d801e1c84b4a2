"""What a meter file says, whatever its format: registers of whole Wh with UTC starts, and its defects."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from oracle.sources.content import Content
from oracle.sources.meters.mapping import Mapping
from settlement.domain.case import Direction
from settlement.domain.findings import Finding


@dataclass(frozen=True, slots=True)
class Options:
    """What the user says about a file because the file does not.

    `blank_is_zero` counts empty cells as zero and marks them estimated; without it they are missing.
    """

    mapping: Mapping | None = None
    direction: Direction | None = None
    blank_is_zero: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Register:
    """Readings of one meter and direction, ascending by start, none twice.

    `label` is a POD or whatever the file calls its meter; `direction` is None where the file does not tell.
    `start` holds minutes since 1970 in UTC, `wh` whole Wh, `line` the line of each reading. A register that
    `rectifies` stands in the place of readings that were sent before.
    """

    file: str
    label: str
    direction: Direction | None
    resolution_minutes: int
    start: NDArray[np.int64]
    wh: NDArray[np.int64]
    estimated: NDArray[np.bool_]
    line: NDArray[np.int64]
    rectifies: bool = False

    @property
    def total_wh(self) -> int:
        """Sum of all readings."""
        return int(self.wh.sum())


@dataclass(frozen=True, slots=True)
class MeterFile:
    """A file that was read. With findings the registers must not be used; notes are for the reader's eye."""

    name: str
    format: str
    registers: tuple[Register, ...] = ()
    findings: tuple[Finding, ...] = ()
    notes: tuple[Finding, ...] = field(default=())


def refused(content: Content, name: str, findings: Sequence[Finding] | Finding) -> MeterFile:
    """A file of which nothing can be used."""
    listed = (findings,) if isinstance(findings, Finding) else tuple(findings)
    return MeterFile(content.name, name, findings=tuple(sorted(listed)))
