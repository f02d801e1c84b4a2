"""NEM12 (Australia): records 200 (meter and register), 300 (a day of intervals), 400 (quality of some).

Days are those of UTC+10 the year round. Five-minute intervals are added up to quarter-hours. A quality
method that begins with E, F or S is an estimate or a substitute, N is missing, V refers to the 400 records.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from oracle.sources.content import Content
from oracle.sources.local_time import YEARS
from oracle.sources.meters.energy import nano_wh
from oracle.sources.meters.gathering import Clock, Gathering
from oracle.sources.meters.meter_file import MeterFile, Options, refused
from oracle.sources.meters.records import Unreadable, text_records
from settlement.domain.case import Direction
from settlement.domain.findings import Finding, quote

NAME = "NEM12"
OFFSET = timedelta(hours=10)
DAY_MINUTES = 1440
DIRECTIONS = {"E": Direction.WITHDRAWN, "B": Direction.INJECTED}
UNITS = {"KWH": "kWh", "WH": "Wh", "MWH": "MWh"}
ESTIMATES, MEASURED, NULL, VARIABLE = "EFS", "A", "N", "V"


@dataclass(slots=True)
class _Register:
    """What a 200 record says; `ignored` where it counts something else than energy."""

    label: str
    direction: Direction | None
    suffix: str
    unit: str
    minutes: int


@dataclass(slots=True)
class _Day:
    """A 300 record, waiting for the 400 records that may follow."""

    line: int
    first: int
    values: list[str]
    quality: str
    changes: list[tuple[int, int, str]] = field(default_factory=list)


def detect(content: Content) -> str | None:
    """The first record is 100 with NEM12, or 200 with its ten fields."""
    fields = content.first_line.split(",")
    if fields[0] == "100" and fields[1:2] == ["NEM12"]:
        return None
    return (
        None if fields[0] == "200" and len(fields) >= 9 else "the first record is neither 100,NEM12 nor 200"
    )


def read(content: Content, options: Options) -> MeterFile:
    """A register for each NMI and direction."""
    del options
    reader = _Reader(content)
    try:
        for line, record in text_records(content, ","):
            reader.take(line, record)
    except Unreadable as error:
        return refused(content, NAME, [*reader.faults(), error.finding])
    return reader.finish()


class _Reader:
    """Keeps the register and the day to which the next record belongs; one Gathering for all lengths."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._gathering = Gathering(content.name, NAME, Clock())
        self._register: _Register | None = None
        self._day: _Day | None = None

    def take(self, line: int, record: list[str]) -> None:
        kind = record[0].strip()
        if kind in ("200", "300", "900"):
            self._close()
        if kind == "200":
            self._register = self._opened(line, record)
        elif kind == "300":
            self._day = self._begun(line, record)
        elif kind == "400":
            self._change(line, record)
        elif kind not in ("100", "500", "900"):
            self._gathering.fault(
                line, f"the record {quote(kind)} is not one of 100, 200, 300, 400, 500, 900"
            )

    def finish(self) -> MeterFile:
        self._close()
        return self._gathering.finish()

    def faults(self) -> list[Finding]:
        return self._gathering.findings

    def _opened(self, line: int, record: list[str]) -> _Register | None:
        if len(record) < 9:
            self._gathering.fault(line, f"a 200 record has 10 fields, this one {len(record)}")
            return None
        suffix, unit = record[4].strip(), record[7].strip().upper()
        direction = DIRECTIONS.get(suffix[:1])
        if direction is None or unit not in UNITS:
            self._gathering.note(
                line, f"the register {quote(suffix)} in {quote(unit)} is no active energy: left out"
            )
            return _Register(record[1], None, suffix, "", 0)
        minutes = record[8].strip()
        if minutes not in ("5", "05", "15", "30"):
            self._gathering.fault(line, f"the interval {quote(minutes)} is not 5, 15 or 30 minutes")
            return None
        length = int(minutes)
        if self._gathering.clock.minutes not in (None, length):
            self._gathering.fault(line, "intervals of other lengths stand in the same file: split it")
            return None
        self._gathering.clock = Clock(minutes=length)
        return _Register(record[1], direction, suffix, UNITS[unit], length)

    def _begun(self, line: int, record: list[str]) -> _Day | None:
        if self._register is None:
            self._gathering.fault(line, "a 300 record without a 200 record that could be read before it")
            return None
        if self._register.direction is None:
            return None
        count = DAY_MINUTES // self._register.minutes
        if len(record) < count + 3:
            self._gathering.fault(
                line, f"the day has {len(record) - 2} fields, not {count} values and a quality"
            )
            return None
        first = _day_minutes(record[1])
        if first is None:
            self._gathering.fault(line, f"the day {quote(record[1])} is not one like 20231019")
            return None
        return _Day(line, first, record[2 : count + 2], record[count + 2].strip())

    def _change(self, line: int, record: list[str]) -> None:
        if self._day is None:
            if self._register is None or self._register.direction is not None:
                self._gathering.fault(line, "a 400 record without a 300 record that could be read before it")
            return
        bounds = record[1:3]
        if len(record) < 4 or not all(text.isascii() and text.isdigit() and len(text) < 5 for text in bounds):
            self._gathering.fault(line, "a 400 record names the first and last interval and their quality")
            return
        self._day.changes.append((int(bounds[0]), int(bounds[1]), record[3].strip()))

    def _close(self) -> None:
        day, register = self._day, self._register
        self._day = None
        if day is None or register is None:
            return
        quality = [day.quality] * len(day.values)
        for first, last, method in day.changes:
            for position in range(max(first, 1), min(last, len(quality)) + 1):
                quality[position - 1] = method
        key = (register.label, register.direction, register.suffix)
        for position, (text, method) in enumerate(zip(day.values, quality, strict=True)):
            self._enter(key, day, day.first + position * register.minutes, text, method, register.unit)

    def _enter(
        self, key: tuple[str, Direction | None, str], day: _Day, start: int, text: str, method: str, unit: str
    ) -> None:
        if method[:1] == NULL:
            self._gathering.note(day.line, f"an interval of register {key[2]} is marked missing (N)")
        elif not method or method[:1] not in ESTIMATES + MEASURED:
            self._gathering.fault(day.line, f"the quality {quote(method)} is not A, E, F, S or N")
        elif isinstance(nano := nano_wh(text, unit), str):
            self._gathering.fault(day.line, f"the energy {quote(text)} is {nano}")
        else:
            self._gathering.add(key, start, nano, method[:1] in ESTIMATES, day.line)


def _day_minutes(text: str) -> int | None:
    """UTC minutes at which a day of UTC+10 begins."""
    try:
        day = datetime.strptime(text, "%Y%m%d").replace(tzinfo=UTC) if len(text) == 8 else None
    except ValueError:
        return None
    if day is None or day.year not in YEARS:
        return None
    return int((day - OFFSET).timestamp()) // 60
