"""From a case's readings to what reporters sign for a day: hour totals, and the list that adds up to them.

Pure: keys come in, nothing is stored. A day is a Europe/Rome date of 23, 24 or 25 hours, energy is whole Wh.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from oracle.attest import pedersen
from oracle.attest.day_list import DayList, Entry
from oracle.attest.hours import TOTAL_MAX_WH, encode_hours
from oracle.attest.keccak import HASH_BYTES, keccak256
from oracle.attest.messages import NO_PREDECESSOR, DayReport
from oracle.attest.month_key import blinding, month_salt, pseudonym
from oracle.errors import TotalTooLarge
from settlement.domain.calendar import day_hours, day_number, day_start, hour_count, month_number
from settlement.domain.case import Case, Direction
from settlement.domain.holdings import counted_series

NO_BLINDING = bytes(HASH_BYTES)
"""What a report names whose hour totals are hidden."""

MonthKeys = Callable[[Collection[str], int], Mapping[str, bytes]]
"""Gives the secret keys (32 bytes) of PODs in a month, by POD."""


@dataclass(frozen=True, slots=True)
class PodDay:
    """Readings of one POD and day, one value per hour and direction."""

    pod: str
    injected_wh: tuple[int, ...]
    withdrawn_wh: tuple[int, ...]


class Opening(NamedTuple):
    """A POD's entry of a day, and what opens it: the pseudonym's salt and the blinding, 32 bytes each."""

    pod: str
    salt: bytes
    blinding: bytes
    entry: Entry


@dataclass(frozen=True, slots=True)
class DayAttestation:
    """A configuration's day: totals per hour, and the list whose commitments add up to them.

    `pods` names whose the list's entries are, in the order of their ids; `blinding` is the sum of all.
    `predecessor` is the id of the report that this one replaces, or zeros.
    """

    day: date
    predecessor: bytes
    injected_wh: tuple[int, ...]
    withdrawn_wh: tuple[int, ...]
    pods: tuple[str, ...]
    blinding: bytes = field(repr=False)
    list: DayList = field(repr=False)

    def report(self, salt: bytes | None = None) -> DayReport:
        """What the reporters sign. Raises TotalTooLarge when an hour's total exceeds 40 bits.

        With a salt (32 bytes) the totals are hidden; so is the blinding, which would let guesses be tested.
        """
        for hour, pair in enumerate(zip(self.injected_wh, self.withdrawn_wh, strict=True)):
            if max(pair) > TOTAL_MAX_WH:
                raise TotalTooLarge(
                    f"{self.day}, hour {hour}: {max(pair)} Wh exceed the {TOTAL_MAX_WH} Wh of a report"
                )
        # What anyone will check of the list holds before it is signed.
        assert self.list.adds_up_to(self.blinding, self.injected_wh, self.withdrawn_wh)
        hours = encode_hours(self.injected_wh, self.withdrawn_wh)
        return DayReport(
            day=day_number(self.day),
            predecessor=self.predecessor,
            root=self.list.root,
            roster=self.list.roster,
            pods=len(self.pods),
            blinding=self.blinding if salt is None else NO_BLINDING,
            hours=hours if salt is None else keccak256(salt + hours),
        )


class HourTable:
    """Hourly readings of a configuration's PODs over the period of a case, in the order of the POD codes."""

    def __init__(self, case: Case, configuration: str) -> None:
        self._start = case.community.start
        rows = [row for row in case.community.pods if row.configuration == configuration]
        self._validity = {
            code: [(row.valid_from, row.valid_to or date.max) for row in rows if row.code == code]
            for code in sorted({row.code for row in rows})
        }
        self._wh = {key: wh for key, wh in counted_series(case).items() if key[0] in self._validity}
        self._zeros: NDArray[np.int32] = np.zeros(case.community.hours, dtype=np.int32)

    def pods(self, day: date) -> list[str]:
        """Codes of the PODs that belong to the configuration on that day."""
        return [
            code
            for code, spans in self._validity.items()
            if any(valid_from <= day < valid_to for valid_from, valid_to in spans)
        ]

    def pod_day(self, pod: str, day: date) -> PodDay:
        """A POD's counted readings of a day; a direction without meter is zero."""
        first = hour_count(self._start, day_start(day))
        hours = slice(first, first + day_hours(day))
        injected, withdrawn = (
            self._wh.get((pod, direction), self._zeros)[hours].tolist()
            for direction in (Direction.INJECTED, Direction.WITHDRAWN)
        )
        return PodDay(pod, tuple(injected), tuple(withdrawn))


def attest_days(
    case: Case,
    configuration: str,
    days: Sequence[date],
    month_keys: MonthKeys,
    predecessors: Mapping[date, bytes] | None = None,
) -> Iterator[DayAttestation]:
    """The attestation of each day of the case's period; all secrets derive from the months' keys.

    A day that has a predecessor is a correction of that report.
    """
    table = HourTable(case, configuration)
    keys: dict[int, Mapping[str, bytes]] = {}
    for day in days:
        month = month_number(day)
        if month not in keys:
            in_month = (other for other in days if month_number(other) == month)
            keys[month] = month_keys({pod for other in in_month for pod in table.pods(other)}, month)
        predecessor = (predecessors or {}).get(day, NO_PREDECESSOR)
        pod_days = [table.pod_day(pod, day) for pod in table.pods(day)]
        yield _attest_day(pod_days, day, keys[month], predecessor)


def _attest_day(
    pod_days: Sequence[PodDay], day: date, keys: Mapping[str, bytes], predecessor: bytes
) -> DayAttestation:
    openings = [open_entry(row, day, keys[row.pod], predecessor) for row in pod_days]
    return attestation_of(pod_days, openings, day, predecessor)


def attestation_of(
    pod_days: Sequence[PodDay], openings: Sequence[Opening], day: date, predecessor: bytes
) -> DayAttestation:
    """The attestation of a day whose PODs' entries are made, whoever made what hides them."""
    openings = sorted(openings, key=lambda opening: opening.entry.id)
    return DayAttestation(
        day,
        predecessor,
        _sums([row.injected_wh for row in pod_days], day),
        _sums([row.withdrawn_wh for row in pod_days], day),
        tuple(opening.pod for opening in openings),
        pedersen.add_blindings([opening.blinding for opening in openings]),
        DayList([opening.entry for opening in openings]),
    )


def open_entry(pod_day: PodDay, day: date, key: bytes, predecessor: bytes) -> Opening:
    """A POD's entry of a day in the report that replaces `predecessor`, with what opens it."""
    month, hours = month_number(day), (pod_day.injected_wh, pod_day.withdrawn_wh)
    salt = month_salt(key, month)
    hidden_by = blinding(key, day_number(day), predecessor, *hours)
    entry = Entry(pseudonym(salt, month, pod_day.pod), pedersen.commit(hidden_by, *hours))
    return Opening(pod_day.pod, salt, hidden_by, entry)


def _sums(rows: Sequence[Sequence[int]], day: date) -> tuple[int, ...]:
    """Sums per hour in Python integers: no number of meters overflows."""
    return tuple(sum(column) for column in zip(*rows, strict=True)) if rows else (0,) * day_hours(day)
