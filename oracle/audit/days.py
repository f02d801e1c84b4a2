"""The published lists of a distribution's days against the case: totals, roster, root and the report's id."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from oracle.audit.differences import Difference, require_same
from oracle.audit.keccak import keccak256
from oracle.audit.ledger import HASH_BYTES, Report, configuration_id, encode_hours, list_root, roster_root
from oracle.audit.rome import EPOCH_DAY, midnight
from oracle.audit.statement import Statement
from oracle.audit.texts import Table, read_json

LIST = "condivisa/readings-list/1"
POINT_BYTES = 33
FOLDER = "days/"


class PostedDay(NamedTuple):
    """A day whose report the pack holds: names on the ledger, and whether the totals were compared."""

    configuration: bytes
    day: int
    report: bytes
    compared: bool


class Place(NamedTuple):
    """Chain, contracts (20 bytes) and the community's name on the ledger (32 bytes)."""

    chain_id: int
    ledger: bytes
    vault: bytes
    community: bytes


def octets(table: Table, key: str, size: int | None) -> bytes:
    """Bytes of 0x text in lower case."""
    text = table.text(key)
    try:
        found = bytes.fromhex(text.removeprefix("0x"))
    except ValueError:
        found = b""
    if "0x" + found.hex() != text or (size is not None and len(found) != size):
        raise table.fail(key, f"is no 0x text{'' if size is None else f' of {size} bytes'}")
    return found


class Days:
    """Checks lists one by one; the same PODs have the same roster all month, which is hashed once."""

    def __init__(self, place: Place, statements: Sequence[Statement]) -> None:
        self._place, self._statements = place, statements
        self._rosters: dict[tuple[bytes, ...], bytes] = {}

    def check(self, file: str, content: bytes) -> PostedDay:
        """The list's report, whose totals are the case's. Raises Difference."""
        area_code, name = file.removeprefix(FOLDER).removesuffix(".json").split("/")
        table = Table(file, read_json(file, content))
        day, configuration = _day(file, name), configuration_id(self._place.community, area_code)
        expected: Mapping[str, object] = {
            "kind": LIST,
            "chain_id": self._place.chain_id,
            "ledger": "0x" + self._place.ledger.hex(),
            "configuration": "0x" + configuration.hex(),
            "day": name,
        }
        table.only(*expected, "report", "entries", "opening")
        for key, value in expected.items():
            require_same(file, key, table.get(key, type(value)), value)
        hours, pods = self._settled(file, area_code, day)
        report = _report(table.table("report"), day - EPOCH_DAY)
        self._check_entries(table, report, pods)
        return PostedDay(configuration, report.day, report.id, _check_hours(table, report, hours))

    def _settled(self, file: str, area_code: str, day: int) -> tuple[bytes, int]:
        """The totals of the day as a report carries them, and how many PODs took part."""
        first, after = midnight(day), midnight(day + 1)
        for row in self._statements:
            for name, configuration in row.community.configurations.items():
                inside = row.community.start <= first and after <= row.community.end
                if configuration.area_code == area_code and inside:
                    begin = row.community.start
                    pods = [pod for pod in row.community.pods if pod.configuration == name]
                    count = sum(pod.valid_from <= day < pod.valid_to for pod in pods)
                    return encode_hours(row.energy.hours[name][first - begin : after - begin]), count
        raise Difference(f"{file}: no settlement of the pack has this configuration and day")

    def _check_entries(self, table: Table, report: Report, pods: int) -> None:
        rows = table.tables("entries")
        for row in rows:
            row.only("id", "commitment")
        entries = [(octets(row, "id", HASH_BYTES), octets(row, "commitment", POINT_BYTES)) for row in rows]
        names = tuple(name for name, _ in entries)
        if any(one >= other for one, other in pairwise(names)):
            raise table.fail("entries", "do not rise: an id stands twice or out of order")
        require_same(table.file, "report.pods", report.pods, pods)
        require_same(table.file, "number of entries", len(entries), pods)
        if names not in self._rosters:
            self._rosters[names] = roster_root(names)
        require_same(table.file, "report.roster", report.roster.hex(), self._rosters[names].hex())
        require_same(table.file, "report.root", report.root.hex(), list_root(entries).hex())


def _day(file: str, name: str) -> int:
    try:
        return date.fromisoformat(name).toordinal()
    except ValueError as error:
        raise Difference(f"{file}: the file is not named after a day") from error


def _report(table: Table, day: int) -> Report:
    table.only("predecessor", "root", "roster", "pods", "blinding", "hours")
    return Report(
        day,
        octets(table, "predecessor", HASH_BYTES),
        octets(table, "root", HASH_BYTES),
        octets(table, "roster", HASH_BYTES),
        table.get("pods", int),
        octets(table, "blinding", HASH_BYTES),
        octets(table, "hours", None),
    )


def _check_hours(table: Table, report: Report, hours: bytes) -> bool:
    """The posted or opened totals are the case's; False where they stay hidden."""
    if len(report.hours) != HASH_BYTES:
        require_same(table.file, "opening", table.get("opening", dict, None), None)
        require_same(table.file, "report.hours", report.hours.hex(), hours.hex())
        return True
    if "opening" not in table.values:
        return False
    opening = table.table("opening")
    opening.only("salt", "hours", "blinding")
    require_same(table.file, "opening.hours", octets(opening, "hours", None).hex(), hours.hex())
    octets(opening, "blinding", HASH_BYTES)
    hidden = keccak256(octets(opening, "salt", HASH_BYTES) + hours)
    require_same(table.file, "report.hours", report.hours.hex(), hidden.hex())
    return True
