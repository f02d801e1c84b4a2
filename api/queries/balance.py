"""What a community injected, withdrew and shared: settled where it is settled, else as received so far."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

import numpy as np

from api.queries.received import ReceivedHours, received_hours
from api.service import ReadWork
from settlement.domain.calendar import DAY, HOUR, ROME, day_hours, day_start

SETTLED, PROVISIONAL, ABSENT = "settled", "provisional", "absent"
_STRENGTH = {ABSENT: 0, PROVISIONAL: 1, SETTLED: 2}


class Interval(NamedTuple):
    """Energy of an hour, a day or a month; `start` carries the offset of clocks in Italy."""

    start: datetime
    hours: int
    injected_wh: int
    withdrawn_wh: int
    shared_wh: int
    status: str


def balance(work: ReadWork, community_id: UUID, first: date, after: date, resolution: str) -> list[Interval]:
    """The intervals of the days [first, after), ascending; resolution is "hour", "day" or "month".

    Configurations are summed, so an hour's shared energy may be less than min(injected, withdrawn).
    """
    step = "hour" if resolution == "hour" else "day"
    rows = _settled(work, community_id, first, after, step)
    covered = {row.start.date() for row in rows}
    missing = [day for day in _days(first, after) if day not in covered]
    if missing:
        rows += _received(work, community_id, missing, step)
    # By the instant: date-times of one zone compare by the clock on the wall, where an hour may come twice.
    rows.sort(key=lambda row: row.start.timestamp())
    return _by_month(rows) if resolution == "month" else rows


def total(rows: Sequence[Interval]) -> Interval:
    """The sum of consecutive intervals; its status is the weakest of theirs."""
    return Interval(
        rows[0].start,
        sum(row.hours for row in rows),
        sum(row.injected_wh for row in rows),
        sum(row.withdrawn_wh for row in rows),
        sum(row.shared_wh for row in rows),
        min({row.status for row in rows}, key=_STRENGTH.__getitem__),
    )


def _settled(work: ReadWork, community_id: UUID, first: date, after: date, step: str) -> list[Interval]:
    """Settled intervals, configurations summed. A day is settled as a whole or not at all."""
    sums: dict[datetime, tuple[int, int, int]] = {}
    for row in work.settlements.energy_balance(community_id, day_start(first), day_start(after), step):
        injected, withdrawn, shared = sums.get(row.start, (0, 0, 0))
        sums[row.start] = (injected + row.injected_wh, withdrawn + row.withdrawn_wh, shared + row.shared_wh)
    found = []
    for instant, energy in sums.items():
        start = instant.astimezone(ROME)
        found.append(Interval(start, 1 if step == "hour" else day_hours(start.date()), *energy, SETTLED))
    return found


def _received(work: ReadWork, community_id: UUID, days: Sequence[date], step: str) -> Iterator[Interval]:
    """Intervals of days that no settlement covers."""
    origin = day_start(days[0])
    configurations = received_hours(work, community_id, days[0], days[-1] + DAY)
    for day in days:
        begin = (day_start(day) - origin) // HOUR
        end = begin + day_hours(day)
        for low in range(begin, end) if step == "hour" else (begin,):
            high = low + 1 if step == "hour" else end
            start = (origin + timedelta(hours=low)).astimezone(ROME)
            yield _sum(configurations, start, slice(low, high))


def _sum(configurations: Sequence[ReceivedHours], start: datetime, part: slice) -> Interval:
    return Interval(
        start,
        part.stop - part.start,
        sum(int(row.injected_wh[part].sum()) for row in configurations),
        sum(int(row.withdrawn_wh[part].sum()) for row in configurations),
        sum(int(row.shared_wh[part].sum()) for row in configurations),
        PROVISIONAL if any(np.any(row.some[part]) for row in configurations) else ABSENT,
    )


def _days(first: date, after: date) -> list[date]:
    return [first + number * DAY for number in range((after - first).days)]


def _by_month(rows: Sequence[Interval]) -> list[Interval]:
    months = groupby(rows, key=lambda row: (row.start.year, row.start.month))
    return [total(list(same)) for _, same in months]
