"""readings.csv and prices.csv as the case format defines them, summed to hours; a gap is never zero."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from oracle.audit.community import FOREVER, Community
from oracle.audit.differences import Difference
from oracle.audit.numbers import scaled
from oracle.audit.rome import HOUR_S, QUARTER_S, day_of, second_of
from oracle.audit.rules import ZONES

WH_MAX = 500_000_000
PRICE_MAX_MICRO = 100_000 * 1_000_000
QUARTERS = 4
DIRECTIONS = ("injected", "withdrawn")
Series = dict[tuple[str, str], list[int]]


class _Row(NamedTuple):
    line: int
    quarter: int
    fields: Sequence[str]
    inside: bool


class _Reader:
    """Rows of a CSV file; `quarter` counts from the start of the period, whose rows are `inside`."""

    def __init__(self, file: str, content: bytes, community: Community, columns: Sequence[str]) -> None:
        self.file, self.columns = file, columns
        self._first = community.start * QUARTERS
        self._count = (community.end - community.start) * QUARTERS
        self._known: dict[str, int] = {}
        try:
            self._lines = content.decode("utf-8-sig").split("\n")
        except ValueError as error:
            raise Difference(f"{file}: the file is not valid UTF-8") from error

    def rows(self, optional: str = "") -> Iterator[_Row]:
        order: list[int] | None = None
        for number, line in enumerate(self._lines, start=1):
            fields = line.removesuffix("\r").split(",")
            if fields == [""]:
                continue
            if order is None:
                order = self._header(fields, optional)
            elif len(fields) != len(order):
                raise self.fail(number, f"has {len(fields)} fields, the header {len(order)}")
            else:
                ordered = [fields[at] for at in order]
                quarter = self._quarter(number, ordered[0])
                yield _Row(number, quarter, ordered, inside=0 <= quarter < self._count)
        if order is None:
            raise self.fail(1, "the file is empty")

    def fail(self, line: int, sentence: str) -> Difference:
        return Difference(f"{self.file}:{line}: {sentence}")

    def _header(self, names: list[str], optional: str) -> list[int]:
        wanted = [*self.columns, *([optional] if optional in names else [])]
        if sorted(names) != sorted(wanted):
            raise self.fail(1, f"the columns are not {','.join(self.columns)}")
        return [names.index(name) for name in wanted]

    def _quarter(self, line: int, text: str) -> int:
        quarter = self._known.get(text)
        if quarter is None:
            second = second_of(text)
            if second is None or second % QUARTER_S:
                raise self.fail(line, f"interval_start is no start of a quarter-hour: {text!r:.60}")
            quarter = self._known[text] = second // QUARTER_S - self._first
        return quarter


def read_energy(file: str, content: bytes, community: Community) -> Series:
    """Wh of each hour of the period by POD and direction; hours outside a POD's validity are 0.

    Withdrawals of storages that stand alone are checked and left out, unless the case counts them.
    Raises Difference for a row that is wrong, stands twice or outside its POD's validity, and for a gap.
    """
    reader = _Reader(file, content, community, ("interval_start", "pod", "direction", "wh"))
    found: dict[tuple[str, str], dict[int, int]] = {
        (pod.code, direction): {} for pod in community.pods for direction in DIRECTIONS
    }
    for row in reader.rows("quality"):
        _, pod, direction = row.fields[:3]
        wh = _energy(reader, row)
        if direction not in DIRECTIONS:
            raise reader.fail(row.line, f"direction is {direction!r:.60}")
        if not row.inside:
            continue
        if (pod, direction) not in found:
            raise reader.fail(row.line, f"{pod!r:.60} is no listed POD")
        if row.quarter in found[pod, direction]:
            raise reader.fail(row.line, "the reading stands twice")
        found[pod, direction][row.quarter] = wh
    hourly = {
        key: _hourly(file, key, series, community)
        for key, series in found.items()
        if series or _is_needed(file, key, found, community)
    }
    for pod in community.idle_storages:
        hourly.pop((pod, "withdrawn"), None)
    return hourly


def _energy(reader: _Reader, row: _Row) -> int:
    text = row.fields[3]
    if len(row.fields) > 4 and row.fields[4] not in ("", "measured", "estimated"):
        raise reader.fail(row.line, f"quality is {row.fields[4]!r:.60}: missing is not zero")
    if not (text.isascii() and text.isdigit()) or text[:-9].strip("0") or int(text[-9:]) > WH_MAX:
        raise reader.fail(row.line, f"wh is no whole number of at most {WH_MAX}: {text!r:.60}")
    return int(text)


def _valid_hours(community: Community, pod: str) -> set[int]:
    """Hours of the period, from 0, in which a POD belongs to the community."""
    spans = [(row.valid_from, row.valid_to) for row in community.pods if row.code == pod]
    days = community.days
    if any(first <= days[0] and (end == FOREVER or days[-1] < end) for first, end in spans):
        return set(range(community.end - community.start))
    return {
        hour - community.start
        for hour in range(community.start, community.end)
        if any(first <= day_of(hour) < end for first, end in spans)
    }


def _is_needed(
    file: str, key: tuple[str, str], found: dict[tuple[str, str], dict[int, int]], community: Community
) -> bool:
    """False for a series that may be absent; raises Difference for one that must not."""
    pod, direction = key
    produces = any(plant.pod == pod for plant in community.plants)
    other = found[pod, DIRECTIONS[1 - DIRECTIONS.index(direction)]]
    if _valid_hours(community, pod) and (not other or (produces and direction == "injected")):
        raise Difference(f"{file}: {pod} has no reading {direction}")
    return False


def _hourly(file: str, key: tuple[str, str], series: dict[int, int], community: Community) -> list[int]:
    valid = _valid_hours(community, key[0])
    step = QUARTERS if all(quarter % QUARTERS == 0 for quarter in series) else 1
    wanted = {QUARTERS * hour + quarter for hour in valid for quarter in range(0, QUARTERS, step)}
    for quarter in sorted(wanted.symmetric_difference(series)):
        what = "lacks" if quarter in wanted else "has, outside its validity,"
        hour = quarter * QUARTER_S // HOUR_S
        raise Difference(f"{file}: {' '.join(key)} {what} the reading of hour {hour} of the period")
    hours = [0] * (community.end - community.start)
    for quarter, wh in series.items():
        hours[quarter // QUARTERS] += wh
    return hours


def read_prices(file: str, content: bytes, community: Community) -> dict[str, list[int]]:
    """Four times each hour's mean price in micro-euro per MWh, by zone. Raises as `read_energy`."""
    reader = _Reader(file, content, community, ("interval_start", "zone", "eur_per_mwh"))
    found: dict[str, dict[int, int]] = {row.zone: {} for row in community.configurations.values()}
    for row in reader.rows():
        _, zone, text = row.fields
        micro = scaled(text, 6)
        if micro is None or abs(micro) > PRICE_MAX_MICRO:
            raise reader.fail(row.line, f"eur_per_mwh is no price: {text!r:.60}")
        if zone not in ZONES:
            raise reader.fail(row.line, f"there is no zone {zone!r:.60}")
        if zone in found and row.inside:
            if row.quarter in found[zone]:
                raise reader.fail(row.line, "the price stands twice")
            found[zone][row.quarter] = micro
    return {zone: _hourly_prices(file, zone, quotes, community) for zone, quotes in found.items()}


def _hourly_prices(file: str, zone: str, quotes: dict[int, int], community: Community) -> list[int]:
    """A day with a price off the full hour has four for each hour, any other day one."""
    days = [day_of(hour) for hour in range(community.start, community.end)]
    by_quarter = {days[quarter // QUARTERS] for quarter in quotes if quarter % QUARTERS}
    prices = []
    for hour, day in enumerate(days):
        step = 1 if day in by_quarter else QUARTERS
        own = [quotes.get(QUARTERS * hour + quarter) for quarter in range(0, QUARTERS, step)]
        if None in own:
            raise Difference(f"{file}: zone {zone} lacks a price in hour {hour} of the period")
        prices.append(sum(price for price in own if price is not None) * step)
    return prices
