"""Lists that were signed wrong, and an independent model's right ones, against a node that has their reports.

verify_list
├── given a list of the model, with PODs or without, it should match
└── given a report whose list does not open to its totals, it should not match and blame the report
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from oracle.attest.day_list import DayList, Entry
from oracle.attest.pedersen import ORDER
from oracle.chain.receipt import parse_list
from oracle.chain.rpc import Rpc
from oracle.chain.trust import Trust
from oracle.chain.verify import Result, Verdict, verify_list
from tests.web.conftest import HOUSE, SUN
from tests.web.register import LEDGER, VAULT, FakeNode, Payouts, day_list, raw, reading_receipt, serving

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
