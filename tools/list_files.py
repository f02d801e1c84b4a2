"""Vectors of published lists as files: some with hidden totals, opened or not, and files to refuse."""

import copy
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from oracle.attest.day_list import DayList
from oracle.attest.hours import encode_hours
from oracle.attest.keccak import keccak256
from oracle.attest.messages import NO_PREDECESSOR, DayReport, report_id
from oracle.attest.pedersen import ORDER, add_blindings
from oracle.usecases.attest import NO_BLINDING
from settlement.domain.calendar import day_of_number
from tools.draw import Draw, hexed
from tools.list_vectors import DAYS, FIRST_DAY, opened

LEDGER, CONFIGURATION = "0x" + "1e" * 20, "0x" + "77" * 32
PODS = 3

Document = dict[str, Any]


class Day(NamedTuple):
    """A drawn list, and what is behind its report."""

    list: DayList
    report: DayReport
    salt: bytes
    blinding: bytes
    hours: bytes


def list_files() -> Document:
    """Files, the report that the ledger holds of their day, and the first check that each to refuse fails.

    `reason` is reportDiffers, sizeDiffers, openingDiffers or totalsDiffer. `wh` are the sums of the totals
    that are compared, injected and withdrawn, none where the file does not open them.
    """
    return {
        "about": "Published lists; accepted is the id that the ledger answers for the file's day, opened "
        "whether it has seen the hidden totals.",
        "accepted": list(accepted_files()),
        "refused": list(refused_files(drawn(FIRST_DAY, 24), drawn(DAYS[1][0], 23))),
    }


def drawn(day: int, hour_count: int, more_wh: int = 0) -> Day:
    """A list of a day whose report hides its totals; `more_wh` is signed beyond what was read."""
    rows = [opened(f"list-file-{day}/{number}", day, hour_count, 10_000) for number in range(PODS)]
    rows.sort(key=lambda row: row.entry.id)
    injected = [sum(column) for column in zip(*(row.injected_wh for row in rows), strict=True)]
    withdrawn = [sum(column) for column in zip(*(row.withdrawn_wh for row in rows), strict=True)]
    injected[0] += more_wh
    return signed(day, DayList([row.entry for row in rows]), rows, encode_hours(injected, withdrawn))


def signed(day: int, found: DayList, rows: list[Any], hours: bytes) -> Day:
    """What the reporters sign of a list: a hash of its totals."""
    salt = Draw(f"list-file-{day}/salt").hash32()
    hidden = keccak256(salt + hours)
    report = DayReport(day, NO_PREDECESSOR, found.root, found.roster, PODS, NO_BLINDING, hidden)
    return Day(found, report, salt, add_blindings([row.blinding for row in rows]), hours)


def public(day: Day) -> Day:
    """The same day with a report that shows its totals."""
    report = day.report
    shown = DayReport(
        report.day, report.predecessor, report.root, report.roster, report.pods, day.blinding, day.hours
    )
    return day._replace(report=shown)


def file_of(day: Day, *, opening: bool) -> Document:
    """The published file, with what opens its totals or without."""
    report = day.report
    file = {
        "kind": "condivisa/readings-list/1",
        "chain_id": 31_337,
        "ledger": LEDGER,
        "configuration": CONFIGURATION,
        "day": day_of_number(report.day).isoformat(),
        "report": {
            "predecessor": hexed(report.predecessor),
            "root": hexed(report.root),
            "roster": hexed(report.roster),
            "pods": report.pods,
            "blinding": hexed(report.blinding),
            "hours": hexed(report.hours),
        },
        "entries": [
            {"id": hexed(entry.id), "commitment": hexed(entry.commitment)} for entry in day.list.entries
        ],
    }
    if opening:
        octets = {"salt": day.salt, "hours": day.hours, "blinding": day.blinding}
        file["opening"] = {name: hexed(field) for name, field in octets.items()}
    return file


def accepted_files() -> Iterator[Document]:
    """Days of all lengths: public, hidden and closed, hidden and opened."""
    for day_number, hour_count in DAYS:
        day = drawn(day_number, hour_count)
        for name, given, opening in (
            ("public", public(day), False),
            ("hidden", day, False),
            ("opened", day, True),
        ):
            totals = [int.from_bytes(day.hours[at : at + 5], "big") for at in range(0, len(day.hours), 5)]
            yield {
                "name": f"{name}, {hour_count} hours",
                "accepted": hexed(report_id(given.report)),
                "opened": opening,
                "wh": None if name == "hidden" else [sum(totals[::2]), sum(totals[1::2])],
                "file": file_of(given, opening=opening),
            }


def refused_files(day: Day, short: Day) -> Iterator[Document]:
    """A day's file with one thing changed, and days that were signed wrong."""
    one_more = ((int.from_bytes(day.blinding, "big") + 1) % ORDER).to_bytes(32, "big")
    total = day.hours[:4] + bytes([day.hours[4] ^ 1]) + day.hours[5:]
    shorter = signed(FIRST_DAY, day.list, [], short.hours)._replace(blinding=day.blinding)
    changes: list[tuple[str, str, Day, Callable[[Document], Any]]] = [
        ("another salt", "openingDiffers", day, opening_with(salt=short.salt)),
        ("a total that differs by one Wh", "openingDiffers", day, opening_with(hours=total)),
        ("no totals", "openingDiffers", day, opening_with(hours=b"")),
        ("another day's totals", "openingDiffers", day, opening_with(hours=short.hours)),
        ("totals of another length signed", "openingDiffers", shorter, lambda file: file),
        ("public totals opened", "openingDiffers", public(day), lambda file: file),
        ("another sum of blindings", "totalsDiffer", day, opening_with(blinding=one_more)),
        ("a sum of blindings beyond the order", "totalsDiffer", day, opening_with(blinding=b"\xff" * 32)),
        ("one Wh more signed", "totalsDiffer", drawn(FIRST_DAY, 24, more_wh=1), lambda file: file),
        (
            "another hash of totals",
            "reportDiffers",
            day,
            lambda file: file["report"].update(hours=hexed(bytes(32))),
        ),
        ("an entry dropped", "sizeDiffers", day, lambda file: file["entries"].pop()),
    ]
    for name, reason, given, change in changes:
        file = copy.deepcopy(file_of(given, opening=True))
        change(file)
        accepted = hexed(report_id(given.report))
        yield {"name": name, "reason": reason, "accepted": accepted, "opened": True, "file": file}


def opening_with(**changed: bytes) -> Callable[[Document], Any]:
    """Another value in the file's opening."""
    return lambda file: file["opening"].update({name: hexed(field) for name, field in changed.items()})
