"""A receipt against the chain: three verdicts, and one changed byte is enough for the second.

verify
├── given an untouched receipt
│   ├── it should match, name the head, and say what was paid by which transaction
│   └── when the statement was changed it should still match: it is not proved
├── given a receipt in which any one value was changed
│   └── it should not match, and say at which comparison
├── given another chain, contract or trust file
│   └── it should not match
└── given a node that is away, silent or broken
    └── it should be unreachable, never a mismatch
"""

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from oracle.chain.json_fields import ReceiptUnreadable
from oracle.chain.receipt import parse_list, parse_payout, parse_reading, parse_tree
from oracle.chain.rpc import Rpc
from oracle.chain.trust import Trust
from oracle.chain.verify import Result, Verdict, verify_list, verify_payout, verify_reading, verify_tree
from oracle.errors import NodeRefused
from oracle.wiring import OpenChain
from tests.oracle.world import Published

pytestmark = pytest.mark.node

Change = Callable[[dict[str, Any]], None]


def check(published: Published, receipt: dict[str, Any], **trust: Any) -> Result:
    """Verdict on a receipt or a list."""
    rpc = Rpc(published.opened.url)
    believed = replace(published.trust, **trust)
    text = json.dumps(receipt)
    return verdict_on(receipt["kind"], text, believed, rpc)


def verdict_on(kind: str, text: str, trust: Trust, rpc: Rpc) -> Result:
    """Verdict on a file's text. Raises ReceiptUnreadable."""
    if kind == "condivisa/payout/2":
        return verify_payout(parse_payout(text), trust, rpc)
    if kind == "condivisa/payout-tree/1":
        return verify_tree(parse_tree(text), trust, rpc)
    if kind == "condivisa/reading/2":
        return verify_reading(parse_reading(text), trust, rpc)
    return verify_list(parse_list(text), trust, rpc)


def files_of(published: Published) -> dict[str, dict[str, Any]]:
    """One file of each kind."""
    others = {"tree": published.tree, "reading": published.reading, "list": published.list}
    return {"payout": published.payouts[1]} | others


def flipped(text: str, at: int = -1) -> str:
    """The same hexadecimal text with one bit changed."""
    digit = f"{int(text[at], 16) ^ 1:x}"
    return text[:at] + digit + (text[at + 1 :] if at != -1 else "")


def flip(*path: Any) -> Change:
    """Change one bit of a hexadecimal value."""

    def change(receipt: dict[str, Any]) -> None:
        place: Any = receipt
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = flipped(place[path[-1]])

    return change


def put(value: Any, *path: Any) -> Change:
    """Set a value."""

    def change(receipt: dict[str, Any]) -> None:
        place: Any = receipt
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value

    return change


def add(*path: Any) -> Change:
    """Add one to a whole number."""

    def change(receipt: dict[str, Any]) -> None:
        place: Any = receipt
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] += 1

    return change


def cent_more(*path: Any) -> Change:
    """Add a cent to an amount."""

    def change(receipt: dict[str, Any]) -> None:
        place: Any = receipt
        for key in path[:-1]:
            place = place[key]
        whole, decimals = place[path[-1]].split(".")
        micro_eur = int(whole + decimals) + 10_000
        place[path[-1]] = f"{micro_eur // 10**6}.{micro_eur % 10**6:06d}"

    return change


def one_hour_more(receipt: dict[str, Any]) -> None:
    """An hour of 0 Wh at the end: the commitment is the same, the day is not."""
    receipt["injected_wh"].append(0)
    receipt["withdrawn_wh"].append(0)


LAST = {"id": "0x" + "ff" * 32, "commitment": "0x02" + "79" * 32}
PAYOUT_CHANGES: list[tuple[str, Change, str]] = [
    ("chain id", add("chain_id"), "speaks of chain 31338"),
    ("vault", flip("vault"), "speaks of contract"),
    ("distribution", add("distribution"), "no distribution 2"),
    ("index", put(1, "index"), "path ends in"),
    ("index outside", put(8, "index"), "has no leaf 8"),
    ("channel", put("BANK", "leaf", "channel"), "path ends in"),
    ("payee", flip("leaf", "payee"), "path ends in"),
    ("owner", flip("leaf", "owner"), "path ends in"),
    ("amount", cent_more("leaf", "amount_eur"), "path ends in"),
    ("sibling's hash", flip("proof", 0, "hash"), "path ends in"),
    ("sibling's sum", cent_more("proof", 0, "sum_eur"), "path ends in"),
    ("top sibling's hash", flip("proof", -1, "hash"), "path ends in"),
    ("top sibling's sum", cent_more("proof", -1, "sum_eur"), "path ends in"),
    ("path too short", lambda receipt: receipt["proof"].pop(), "path ends in"),
    ("path too long", lambda receipt: receipt["proof"].append(receipt["proof"][0]), "path ends in"),
    ("sums beyond 64 bits", put("18446744073709.551615", "proof", 0, "sum_eur"), "exceed what the vault"),
]
READING_CHANGES: list[tuple[str, Change, str]] = [
    ("chain id", add("chain_id"), "speaks of chain 31338"),
    ("ledger", flip("ledger"), "speaks of contract"),
    ("configuration", flip("configuration"), "no report of this configuration"),
    ("pod", flip("pod"), "path ends in"),
    ("day", put("2024-07-15", "day"), "the ledger holds"),
    ("month", put("2024-08-14", "day"), "path ends in"),
    ("salt", flip("salt"), "path ends in"),
    ("blinding", flip("blinding"), "path ends in"),
    ("no blinding", put("0x" + "00" * 32, "blinding"), "no number that could hide"),
    ("blinding beyond the order", put("0x" + "ff" * 32, "blinding"), "no number that could hide"),
    ("an hour too many", one_hour_more, "has 25 hours and its report has not"),
    ("an injected hour", add("injected_wh", 0), "path ends in"),
    ("a withdrawn hour", add("withdrawn_wh", 23), "path ends in"),
    ("position", add("position"), "path ends in"),
    ("sibling", flip("proof", 0), "path ends in"),
    ("top sibling", flip("proof", -1), "path ends in"),
    ("path too short", lambda receipt: receipt["proof"].pop(), "path "),
    ("predecessor", flip("report", "predecessor"), "the ledger holds"),
    ("root", flip("report", "root"), "path ends in"),
    ("hour totals", flip("report", "hours"), "the ledger holds"),
    ("roster", flip("report", "roster"), "the ledger holds"),
    ("roster's size", add("report", "pods"), "the ledger holds"),
    ("sum of blindings", flip("report", "blinding"), "the ledger holds"),
    ("hour totals' length", put("0x", "report", "hours"), "and its report has not"),
]
LIST_CHANGES: list[tuple[str, Change, str]] = [
    ("chain id", add("chain_id"), "speaks of chain 31338"),
    ("ledger", flip("ledger"), "speaks of contract"),
    ("configuration", flip("configuration"), "no report of this configuration"),
    ("day", put("2024-07-15", "day"), "the ledger holds"),
    ("predecessor", flip("report", "predecessor"), "the ledger holds"),
    ("root", flip("report", "root"), "the ledger holds"),
    ("roster", flip("report", "roster"), "the ledger holds"),
    ("roster's size", add("report", "pods"), "the ledger holds"),
    ("sum of blindings", flip("report", "blinding"), "the ledger holds"),
    ("a total", flip("report", "hours"), "the ledger holds"),
    ("an id", flip("entries", 0, "id"), "the report names the roster"),
    ("a commitment", flip("entries", 0, "commitment"), "the entries lead to"),
    ("entry dropped", lambda listed: listed["entries"].pop(), "has 6 entries, the report counts 7"),
    ("entry added", lambda listed: listed["entries"].append(LAST), "has 8 entries, the report counts 7"),
    ("entry in another's place", lambda listed: listed["entries"].__setitem__(6, LAST), "names the roster"),
    ("entries exchanged", lambda listed: listed["entries"].reverse(), "the ids do not rise"),
    ("entry twice", lambda listed: listed["entries"].__setitem__(1, listed["entries"][0]), "do not rise"),
]


def test_verify_payout__every_leaf__matches_and_says_what_was_paid(published: Published) -> None:
    results = [check(published, receipt) for receipt in published.payouts]

    assert {result.verdict for result in results} == {Verdict.MATCHES}
    assert all(result.status.startswith("paid by transaction 0x") for result in results[:-1])
    assert results[-1].status == "reserved for a bank payment"


def test_verify_payout__paid_leaf__names_the_transaction_on_record(published: Published) -> None:
    steps = {row.step: row for row in published.world.transactions()}
    channels = [receipt["leaf"]["channel"] for receipt in published.payouts]

    for step, channel in (("push", "WALLET"), ("confirm", "BANK")):
        result = check(published, published.payouts[channels.index(channel)])
        row = steps[step]
        assert result.status == f"paid by transaction 0x{row.hash.hex()} in block {row.block_number}"


def test_verify_payout__match__names_the_head_and_what_was_compared(published: Published) -> None:
    number, block, _ = Rpc(published.opened.url).head()
    result = check(published, published.payouts[0])

    assert result.head is not None
    assert (result.head.number, result.head.hash) == (number, block)
    assert any("in the root that the vault holds" in sentence for sentence in result.compared)
    assert any("exactly the funded" in sentence for sentence in result.compared)


def test_verify_payout__statement_changed__still_matches(published: Published) -> None:
    receipt = copy.deepcopy(published.payouts[0])
    receipt["statement"]["entitlement_eur"] = "999999.000000"
    assert check(published, receipt).verdict is Verdict.MATCHES


@pytest.mark.parametrize(
    ("change", "reason"), [row[1:] for row in PAYOUT_CHANGES], ids=[row[0] for row in PAYOUT_CHANGES]
)
def test_verify_payout__one_value_changed__does_not_match(
    published: Published, change: Change, reason: str
) -> None:
    receipt = copy.deepcopy(published.payouts[0])
    change(receipt)
    result = check(published, receipt)
    assert result.verdict is Verdict.DOES_NOT_MATCH
    assert reason in result.reason


@pytest.mark.parametrize(
    ("change", "reason"), [row[1:] for row in READING_CHANGES], ids=[row[0] for row in READING_CHANGES]
)
def test_verify_reading__one_value_changed__does_not_match(
    published: Published, change: Change, reason: str
) -> None:
    receipt = copy.deepcopy(published.reading)
    change(receipt)
    result = check(published, receipt)
    assert result.verdict is Verdict.DOES_NOT_MATCH
    assert reason in result.reason


def test_verify_list__untouched__matches_and_names_the_sums(published: Published) -> None:
    result = check(published, published.list)
    assert result.verdict is Verdict.MATCHES
    assert result.status.startswith("7 PODs together: ")
    assert any("open to the 48 hour totals" in sentence for sentence in result.compared)


@pytest.mark.parametrize(
    ("change", "reason"), [row[1:] for row in LIST_CHANGES], ids=[row[0] for row in LIST_CHANGES]
)
def test_verify_list__one_value_changed__does_not_match(
    published: Published, change: Change, reason: str
) -> None:
    listed = copy.deepcopy(published.list)
    change(listed)
    result = check(published, listed)
    assert result.verdict is Verdict.DOES_NOT_MATCH
    assert reason in result.reason


def test_verify_reading__untouched__matches(published: Published) -> None:
    result = check(published, published.reading)
    assert (result.verdict, result.status) == (Verdict.MATCHES, "committed")


def test_verify_tree__of_the_database__matches_and_counts_all_leaves(published: Published) -> None:
    result = check(published, published.tree)
    assert (result.verdict, result.reason) == (Verdict.MATCHES, "")
    assert result.status.startswith(f"{len(published.payouts)} leaves together: ")
    assert any(sentence.endswith(": paid") for sentence in result.counted)
    assert result.counted[-1].startswith("1 leaf, ")
    assert result.counted[-1].endswith(": reserved for a bank payment")


@pytest.mark.parametrize("kind", ["payout", "tree", "reading", "list"])
def test_verify__any_digit_of_the_file_changed__never_matches(published: Published, kind: str) -> None:
    receipt = files_of(published)[kind]
    text = json.dumps({key: value for key, value in receipt.items() if key != "statement"})
    rpc = Rpc(published.opened.url)
    changed = 0
    for at, mark in enumerate(text):
        if not mark.isdigit():
            continue
        other = text[:at] + str((int(mark) + 1) % 10) + text[at + 1 :]
        try:
            result = verdict_on(receipt["kind"], other, published.trust, rpc)
        except ReceiptUnreadable:
            continue
        assert result.verdict is Verdict.DOES_NOT_MATCH, other
        changed += 1
    assert changed > 200


@pytest.mark.parametrize(
    ("trust", "reason"),
    [
        ({"chain_id": 1}, "the node serves chain 31337, the trust file names chain 1"),
        ({"vault": "0x" + "11" * 20}, "the receipt speaks of contract"),
    ],
)
def test_verify_payout__other_trust__does_not_match(
    published: Published, trust: dict[str, Any], reason: str
) -> None:
    result = check(published, published.payouts[0], **trust)
    assert result.verdict is Verdict.DOES_NOT_MATCH
    assert reason in result.reason


def test_verify_payout__receipt_and_trust_of_another_chain__the_node_is_not_it(published: Published) -> None:
    result = check(published, published.payouts[0] | {"chain_id": 1}, chain_id=1)
    assert result.verdict is Verdict.DOES_NOT_MATCH


def test_verify_payout__no_contract_there__does_not_match(published: Published) -> None:
    nobody = "0x" + "11" * 20
    result = check(published, published.payouts[0] | {"vault": nobody}, vault=nobody)
    assert result.verdict is Verdict.DOES_NOT_MATCH
    assert "there is no contract" in result.reason


def test_verify_payout__ledger_in_the_place_of_the_vault__does_not_match(published: Published) -> None:
    ledger = published.trust.ledger
    result = check(published, published.payouts[0] | {"vault": ledger}, vault=ledger)
    assert result.verdict is Verdict.DOES_NOT_MATCH
    assert "distributionOf" in result.reason


def test_verify__node_away__is_unreachable_for_true_and_false_receipts(
    published: Published, away: OpenChain
) -> None:
    false = copy.deepcopy(published.payouts[0])
    false["leaf"]["amount_eur"] = "1.000000"
    for receipt in (published.payouts[0], false):
        result = verify_payout(parse_payout(json.dumps(receipt)), published.trust, Rpc(away.url))
        assert result.verdict is Verdict.UNREACHABLE
    for file in (published.reading, published.list):
        result = verdict_on(file["kind"], json.dumps(file), published.trust, Rpc(away.url))
        assert result.verdict is Verdict.UNREACHABLE


class Failing(Rpc):
    """A node that refuses one method."""

    refused: str

    def __init__(self, url: str, refused: str) -> None:
        super().__init__(url)
        object.__setattr__(self, "refused", refused)

    def call(self, method: str, *params: object) -> Any:
        if method == self.refused:
            raise NodeRefused(self.url, method, -32000, "header not found")
        return super().call(method, *params)


@pytest.mark.parametrize("method", ["eth_chainId", "eth_getBlockByNumber", "eth_getCode", "eth_call"])
def test_verify__node_refuses_a_question__is_unreachable(published: Published, method: str) -> None:
    rpc = Failing(published.opened.url, method)
    result = verify_payout(parse_payout(json.dumps(published.payouts[0])), published.trust, rpc)
    assert result.verdict is Verdict.UNREACHABLE


def test_verify__node_keeps_no_logs__matches_without_a_transaction(published: Published) -> None:
    rpc = Failing(published.opened.url, "eth_getLogs")
    result = verify_payout(parse_payout(json.dumps(published.payouts[0])), published.trust, rpc)
    assert result.verdict is Verdict.MATCHES
    assert result.status.startswith("paid, or replaced by a single payout or a sweep: this node")
