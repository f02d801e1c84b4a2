"""Lists that were signed wrong, and an independent model's right ones, against a node that has their reports.

verify_list
├── given a list of the model, with PODs or without, it should match
├── given a report that hides its totals, it should compare those that the file opens, or say that it cannot
└── given a report whose list does not open to its totals, it should not match and blame the report
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from oracle.attest.day_list import DayList, Entry
from oracle.attest.pedersen import ORDER
from oracle.chain.receipt import parse_list, parse_reading
from oracle.chain.rpc import Rpc
from oracle.chain.trust import Trust
from oracle.chain.verify import Result, Verdict, verify_list, verify_reading
from tests.web.conftest import HOUSE, SUN
from tests.web.register import (
    LEDGER,
    VAULT,
    FakeNode,
    Payouts,
    day_list,
    hidden,
    raw,
    reading_receipt,
    serving,
)

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "readings_list_files.json").read_text("utf-8"))
WORDS = {
    "reportDiffers": "the ledger holds 0x",
    "sizeDiffers": "entries, the report counts",
    "openingDiffers": ("the report hides 0x", "the opened totals are not", "the report does not hide"),
    "totalsDiffer": ("do not add up to the hour totals", "cannot be added up"),
}
DAY = "2024-07-02"
ROWS = [SUN, HOUSE, [0] * 24]


@contextmanager
def node_of(listed: dict[str, Any]) -> Iterator[FakeNode]:
    """A node whose ledger holds the report that the list names."""
    with serving(FakeNode(Payouts([10_000]), reading_receipt("2024-07-01", SUN, HOUSE), listed)) as node:
        yield node


def checked(listed: dict[str, Any]) -> Result:
    """The verdict on a list whose report was accepted as it is."""
    text = json.dumps(listed)
    with node_of(listed) as node:
        return verify_list(parse_list(text), Trust(31337, node.url, LEDGER, VAULT), Rpc(node.url))


class Holding(FakeNode):
    """A node whose ledger holds a report of which only the id is known."""

    accepted = bytes(32)

    def _view(self, data: bytes) -> bytes:
        return self.accepted if data[:4].hex() == "810d8f9b" else super()._view(data)


def checked_vector(vector: dict[str, Any]) -> Result:
    """The verdict on a file of the vectors."""
    listed, text = day_list(DAY, ROWS, ROWS), json.dumps(vector["file"])
    node = Holding(Payouts([10_000]), reading_receipt("2024-07-01", SUN, HOUSE), listed)
    node.accepted, node.opened = raw(vector["accepted"]), vector["opened"]
    with serving(node):
        return verify_list(parse_list(text), Trust(31337, node.url, LEDGER, VAULT), Rpc(node.url))


@pytest.mark.parametrize("vector", VECTORS["accepted"], ids=lambda vector: vector["name"])
def test_verify_list__file_of_the_vectors__matches(vector: dict[str, Any]) -> None:
    result = checked_vector(vector)
    assert (result.verdict, result.reason) == (Verdict.MATCHES, "")
    assert ("have been opened" in result.status) == vector["opened"]
    sums = vector["wh"] and f"together: {vector['wh'][0]} Wh injected, {vector['wh'][1]} Wh withdrawn"
    assert (sums or "cannot be compared with totals") in result.status


@pytest.mark.parametrize("vector", VECTORS["refused"], ids=lambda vector: vector["name"])
def test_verify_list__file_to_refuse__does_not_match(vector: dict[str, Any]) -> None:
    result = checked_vector(vector)
    assert result.verdict is Verdict.DOES_NOT_MATCH
    words = WORDS[vector["reason"]]
    assert any(sentence in result.reason for sentence in ([words] if isinstance(words, str) else words))


def signed_as_it_is(listed: dict[str, Any], entries: list[dict[str, str]]) -> dict[str, Any]:
    """The list with other entries, and a report that names exactly these."""
    found = DayList([Entry(raw(row["id"]), raw(row["commitment"])) for row in entries])
    named = {"root": "0x" + found.root.hex(), "roster": "0x" + found.roster.hex(), "pods": len(entries)}
    return listed | {"entries": entries, "report": listed["report"] | named}


@pytest.mark.parametrize("pods", [0, 1, 2, 3])
def test_verify_list__list_of_the_model__matches(pods: int) -> None:
    result = checked(day_list(DAY, ROWS[:pods], ROWS[:pods]))
    assert (result.verdict, result.reason) == (Verdict.MATCHES, "")
    assert result.status.startswith(f"{pods} PODs together: ")


@pytest.mark.parametrize("pods", [0, 3])
def test_verify_list__one_wh_more_than_read_was_signed__blames_the_report(pods: int) -> None:
    result = checked(day_list(DAY, ROWS[:pods], ROWS[:pods], more_wh=1))
    assert result.verdict is Verdict.DOES_NOT_MATCH
    assert (
        "do not add up to the hour totals of the report: the reporters signed a wrong report" in result.reason
    )


def test_verify_list__phantom_in_the_signed_roster__is_found_by_the_sum() -> None:
    honest = day_list(DAY, ROWS, ROWS)
    phantom = {"id": "0x" + "ff" * 32, "commitment": honest["entries"][0]["commitment"]}
    result = checked(signed_as_it_is(honest, [*honest["entries"], phantom]))
    assert result.verdict is Verdict.DOES_NOT_MATCH
    assert "do not add up" in result.reason


@pytest.mark.parametrize("commitment", ["0x02" + "ff" * 32, "0x05" + "11" * 32])
def test_verify_list__signed_entry_that_is_no_point__cannot_be_added_up(commitment: str) -> None:
    honest = day_list(DAY, ROWS, ROWS)
    first, *others = honest["entries"]
    result = checked(signed_as_it_is(honest, [first | {"commitment": commitment}, *others]))
    assert result.verdict is Verdict.DOES_NOT_MATCH
    assert "cannot be added up" in result.reason


def test_verify_list__signed_entries_that_cancel_each_other__are_no_sum_of_nothing() -> None:
    empty = day_list(DAY, [], [])
    point = day_list(DAY, ROWS[:1], ROWS[:1])["entries"][0]["commitment"]
    negative = point[:3] + ("3" if point[3] == "2" else "2") + point[4:]
    entries = [{"id": "0x" + digit * 64, "commitment": own} for digit, own in (("1", point), ("2", negative))]
    result = checked(signed_as_it_is(empty, entries))
    assert result.verdict is Verdict.DOES_NOT_MATCH
    assert "cannot be added up" in result.reason


@pytest.mark.parametrize("blinding", [ORDER, 2**256 - 1])
def test_verify_list__signed_blinding_beyond_the_order__cannot_be_added_up(blinding: int) -> None:
    honest = day_list(DAY, ROWS, ROWS)
    changed = honest | {"report": honest["report"] | {"blinding": f"0x{blinding:064x}"}}
    result = checked(changed)
    assert result.verdict is Verdict.DOES_NOT_MATCH
    assert "cannot be added up" in result.reason


UNCHECKED = "the totals are hidden: the chain has not checked the rule of shared energy"
CHECKED = "the totals were hidden and have been opened: the chain has checked the rule of shared energy"


@pytest.mark.parametrize(("opened", "words"), [(False, UNCHECKED), (True, CHECKED)])
def test_verify_list__hidden_totals_opened_by_the_file__adds_up(opened: bool, words: str) -> None:
    listed = hidden(day_list(DAY, ROWS, ROWS))
    with node_of(listed) as node:
        node.opened = opened
        trust = Trust(31337, node.url, LEDGER, VAULT)
        result = verify_list(parse_list(json.dumps(listed)), trust, Rpc(node.url))
    assert (result.verdict, result.reason) == (Verdict.MATCHES, "")
    assert result.status.startswith("3 PODs together: ")
    assert result.status.endswith(f"Wh withdrawn; {words}")
    assert "all commitments together open to the 48 hour totals" in result.compared


def test_verify_list__hidden_totals_not_opened__says_that_nothing_was_compared() -> None:
    listed = {key: value for key, value in hidden(day_list(DAY, ROWS, ROWS)).items() if key != "opening"}
    result = checked(listed)
    assert result.verdict is Verdict.MATCHES
    assert result.status == (
        f"3 PODs, which cannot be compared with totals: the file does not open them; {UNCHECKED}"
    )
    assert not any("hour totals" in sentence for sentence in result.compared)


@pytest.mark.parametrize("number", range(5))
def test_verify_list__opening_changed__does_not_match(number: int) -> None:
    listed = hidden(day_list(DAY, ROWS, ROWS))
    opening = listed["opening"]
    changed: list[tuple[dict[str, Any], str]] = [
        ({"salt": "0x" + "52" * 32}, "the report hides 0x"),
        ({"hours": opening["hours"][:-1] + "1"}, "the report hides 0x"),
        ({"hours": "0x"}, "the report hides 0x"),
        ({"blinding": "0x" + "00" * 31 + "01"}, "do not add up to the hour totals"),
        ({"blinding": "0x" + "ff" * 32}, "cannot be added up"),
    ]
    change, reason = changed[number]
    result = checked(listed | {"opening": opening | change})
    assert result.verdict is Verdict.DOES_NOT_MATCH
    assert reason in result.reason


def test_verify_list__hidden_totals_of_a_day_of_another_length__do_not_match() -> None:
    listed = day_list(DAY, ROWS, ROWS)
    short = listed | {"report": listed["report"] | {"hours": listed["report"]["hours"][:-20]}}
    result = checked(hidden(short))
    assert result.reason == "the opened totals are not those of a day of 24 hours"


def test_verify_list__one_wh_more_was_hidden__blames_the_report() -> None:
    result = checked(hidden(day_list(DAY, ROWS, ROWS, more_wh=1)))
    assert "do not add up to the hour totals of the report" in result.reason


def test_verify_list__opening_of_totals_that_are_not_hidden__does_not_match() -> None:
    listed = day_list(DAY, ROWS, ROWS)
    result = checked(listed | {"opening": hidden(listed)["opening"]})
    assert result.reason == "the file opens totals that the report does not hide"


@pytest.mark.parametrize(("opened", "words"), [(False, UNCHECKED), (True, CHECKED)])
def test_verify_reading__hidden_totals__proves_membership_and_says_so(opened: bool, words: str) -> None:
    result = checked_reading(SUN, opened=opened)
    assert (result.verdict, result.status) == (Verdict.MATCHES, f"committed; {words}")


def test_verify_reading__hidden_totals_and_an_hour_too_many__does_not_match() -> None:
    result = checked_reading([*SUN, 0])
    assert result.reason == "the receipt has 25 hours and its day has not"


def checked_reading(injected_wh: list[int], *, opened: bool = False) -> Result:
    """The verdict on a reading whose report hides its totals."""
    receipt = hidden(reading_receipt("2024-07-01", injected_wh, [0] * len(injected_wh)))
    assert len(raw(receipt["report"]["hours"])) == 32
    with node_of(day_list(DAY, [], [])) as node:
        node.reading, node.opened = receipt, opened
        return verify_reading(
            parse_reading(json.dumps(receipt)), Trust(31337, node.url, LEDGER, VAULT), Rpc(node.url)
        )


@pytest.mark.parametrize("own", ["owner", "community"])
def test_verify__report_of_another_community__does_not_match(own: str) -> None:
    listed, reading = day_list(DAY, ROWS, ROWS), reading_receipt("2024-07-01", SUN, HOUSE)
    with node_of(listed) as node:
        setattr(node, own, "0x" + "67" * 32)
        trust, rpc = Trust(31337, node.url, LEDGER, VAULT), Rpc(node.url)
        for result in (
            verify_list(parse_list(json.dumps(listed)), trust, rpc),
            verify_reading(parse_reading(json.dumps(reading)), trust, rpc),
        ):
            assert result.verdict is Verdict.DOES_NOT_MATCH
            assert "the report is of community 0x6" in result.reason
