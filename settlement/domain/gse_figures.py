"""Our settlement beside GSE's own figures: every difference, the first hour or plant by name.

GSE's download has no public layout (FACTS 7). Figures come as rows of our import contract, as fine as GSE
gives them: an hour, a month or the whole period; a plant, a configuration or the community.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from settlement.domain.calendar import HOUR, hour_count
from settlement.domain.settlement import ConfigurationEnergy, Settlement


class Figure(StrEnum):
    """What a row states: energy in Wh, money in cents."""

    INJECTED = "injected_kwh"
    WITHDRAWN = "withdrawn_kwh"
    SHARED = "shared_kwh"
    PREMIUM = "premium_eur"
    VALORISATION = "valorisation_eur"

    @property
    def is_energy(self) -> bool:
        """Whether the figure is in Wh; else it is in cents."""
        return self in (Figure.INJECTED, Figure.WITHDRAWN, Figure.SHARED)


@dataclass(frozen=True, slots=True)
class Statement:
    """One figure of GSE for [start, end); `plant` and `configuration` are "" where it is their sum.

    `value` is whole Wh or cents; `line` is where it stands in the file.
    """

    line: int
    start: datetime
    end: datetime
    configuration: str
    plant: str
    figure: Figure
    value: int

    @property
    def is_hour(self) -> bool:
        """Whether it is the figure of one hour."""
        return self.end - self.start == HOUR


@dataclass(frozen=True, slots=True)
class Divergence:
    """A statement beside our figure; None where our settlement has none so fine."""

    statement: Statement
    ours: int | None

    @property
    def difference(self) -> int:
        """GSE's figure less ours."""
        return self.statement.value - (self.ours or 0)


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that was compared: how many statements agree, which diverge, which we cannot answer."""

    agreeing: int
    divergent: Sequence[Divergence]
    unanswered: Sequence[Divergence]

    @property
    def first_hour(self) -> Divergence | None:
        """The earliest hour whose energy differs, ties by configuration: where to look first."""
        hours = [row for row in self.divergent if row.statement.is_hour]
        return min(hours, key=lambda row: (row.statement.start, row.statement.configuration), default=None)

    @property
    def first_plant(self) -> Divergence | None:
        """The earliest plant that differs, by period and name."""
        plants = [row for row in self.divergent if row.statement.plant]
        return min(plants, key=lambda row: (row.statement.start, row.statement.plant), default=None)


def compare(settlement: Settlement, statements: Iterable[Statement]) -> Comparison:
    """Each statement against the settlement of the same period; no tolerance but the statement's own unit.

    Energy of hours and spans is answered for configurations and the community; energy and premium of a plant,
    premium and valorisation of the community for the settlement's whole period.
    """
    book = _Book(settlement)
    agreeing, divergent, unanswered = 0, [], []
    for statement in statements:
        ours = book.answer(statement)
        if ours is None:
            unanswered.append(Divergence(statement, None))
        elif ours == statement.value:
            agreeing += 1
        else:
            divergent.append(Divergence(statement, ours))
    return Comparison(agreeing, divergent, unanswered)


class _Book:
    """What a settlement can answer."""

    def __init__(self, settlement: Settlement) -> None:
        self._settlement = settlement
        self._start, self._end = settlement.community.start, settlement.community.end
        self._energies: Mapping[str, ConfigurationEnergy] = {row.id: row for row in settlement.configurations}

    def answer(self, asked: Statement) -> int | None:
        """Our figure in the statement's unit, or None."""
        if asked.plant:
            return self._of_plant(asked) if self._is_whole(asked) else None
        if asked.figure.is_energy:
            return self._of_hours(asked)
        if not self._is_whole(asked) or asked.configuration:
            return None
        if asked.figure is Figure.PREMIUM:
            return self._settlement.premium_cents
        return self._settlement.valorisation_cents

    def _is_whole(self, asked: Statement) -> bool:
        return (asked.start, asked.end) == (self._start, self._end)

    def _of_plant(self, asked: Statement) -> int | None:
        plant = self._settlement.plants.get(asked.plant)
        if plant is None:
            return None
        return {
            Figure.INJECTED: plant.injected_wh,
            Figure.SHARED: plant.shared_wh,
            Figure.PREMIUM: plant.premium_cents,
        }.get(asked.figure)

    def _of_hours(self, asked: Statement) -> int | None:
        if asked.start < self._start or self._end < asked.end:
            return None
        rows = list(self._energies.values())
        if asked.configuration:
            rows = [row for row in rows if row.id == asked.configuration]
        first, last = hour_count(self._start, asked.start), hour_count(self._start, asked.end)
        arrays = {
            Figure.INJECTED: [row.injected_wh for row in rows],
            Figure.WITHDRAWN: [row.withdrawn_wh for row in rows],
            Figure.SHARED: [row.shared_wh for row in rows],
        }[asked.figure]
        return sum(sum(array[first:last].tolist()) for array in arrays) if arrays else None
