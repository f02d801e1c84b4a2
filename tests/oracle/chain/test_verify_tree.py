"""A published payout tree against a vault that keeps one hash of it.

verify_tree
├── given the tree as it was settled
│   ├── it should match, with counts and sums per channel and per state
│   └── given a node without logs or batches it should match, and claim no payment that it cannot tell
├── given one leaf that was changed, removed, added or moved
│   └── it should not match, and name the place
└── given another distribution, a cancelled one, or none
    └── it should not match, and say so
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from oracle.chain.receipt import parse_payout, parse_tree
from oracle.chain.rpc import Rpc
from oracle.chain.trust import Trust
from oracle.chain.verify import Result, Verdict, verify_payout, verify_tree
from tests.web.conftest import fake_node
from tests.web.register import LEDGER, VAULT, Payouts, leaf_node, log, pushed, serving

Tree = dict[str, Any]
AMOUNTS = [12_340_000, 1_234_560_000, 50_000_000, 70_010_000, 10_000]
MOVED = "LeafMoved(uint32,uint32,uint32)"
REDIRECTED = "LeafRedirected(uint32,uint32,uint32,bytes32)"
SWEPT = "LeavesSwept(uint32,uint32,uint256,uint64)"
SINGLE = 2**31 + 4


VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "payout_tree_files.json").read_text("utf-8"))
WORDS = {
    "neverPayable": "leaf {place} can never be paid",
    "leafDiffers": "leaf {place} was changed or stands in another's place",
    "totalDiffers": "leaves add up to",
    "rootDiffers": "the vault holds another root",
}


class Kept:
    """A distribution of which only what the vault keeps is known."""

    distribution = 1

    def __init__(self, kept: str) -> None:
        self._kept = bytes.fromhex(kept[2:])

    def kept(self) -> bytes:
        """The hash."""
        return self._kept


@pytest.mark.parametrize("number", range(len(VECTORS["accepted"])))
def test_verify_tree__file_of_the_vectors__matches(number: int) -> None:
    vector = VECTORS["accepted"][number]
    result = checked(vector["file"], payouts=Kept(vector["kept"]))
    assert (result.verdict, result.reason) == (Verdict.MATCHES, "")


@pytest.mark.parametrize("number", range(len(VECTORS["refused"])))
def test_verify_tree__file_to_refuse__names_the_place(number: int) -> None:
    vector = VECTORS["refused"][number]
    result = checked(vector["file"], payouts=Kept(vector["kept"]))
    assert result.verdict is Verdict.DOES_NOT_MATCH
    assert WORDS[vector["reason"]].format(place=vector["place"]) in result.reason


def checked(tree: Tree, **state: Any) -> Result:
    """The verdict on a tree; `state` replaces fields of the node."""
    return with_node(lambda trust, rpc: verify_tree(parse_tree(json.dumps(tree)), trust, rpc), **state)


def checked_leaf(index: int, **state: Any) -> Result:
    """The verdict on the receipt of one leaf."""
    payouts = state.get("payouts", Payouts(AMOUNTS))
    text = json.dumps(payouts.receipt(index))
    return with_node(lambda trust, rpc: verify_payout(parse_payout(text), trust, rpc), **state)


def with_node(verify: Callable[[Trust, Rpc], Result], **state: Any) -> Result:
    """What a check says of a node in this state."""
    node = fake_node()
    for name, value in state.items():
        assert hasattr(node, name)
        setattr(node, name, value)
    with serving(node):
        return verify(Trust(31337, node.url, LEDGER, VAULT), Rpc(node.url))


def own_hashes(tree: Tree) -> Tree:
    """The tree with hashes and total that fit its leaves, as somebody would who forges the whole file."""
    for index, leaf in enumerate(tree["leaves"]):
        leaf["hash"] = "0x" + leaf_node(index, leaf)[0].hex()
    total = sum(int(leaf["amount_eur"].replace(".", "")) for leaf in tree["leaves"])
    return tree | {"total_eur": f"{total // 10**6}.{total % 10**6:06d}"}


@pytest.mark.parametrize("count", [0, 1, 2, 5, 257])
def test_verify_tree__as_it_was_settled__matches(count: int) -> None:
    payouts = Payouts([10_000 * (number + 1) for number in range(count)])
    result = checked(payouts.tree(), payouts=payouts)
    assert (result.verdict, result.reason) == (Verdict.MATCHES, "")
    assert result.status.startswith(f"{count} leaves together: ")


def test_verify_tree__match__counts_channels_and_states() -> None:
    logs = [pushed(1, 0, 0b10001), log(MOVED, [1, 1, SINGLE], []), log(SWEPT, [1], [2, 0b11, 0])]
    result = checked(Payouts(AMOUNTS).tree(), logs=logs)
    assert result.status == "5 leaves together: 1366.920000 EUR"
    assert result.counted == (
        "2 leaves, 82.350000 EUR: WALLET",
        "2 leaves, 1234.570000 EUR: BANK",
        "1 leaf, 50.000000 EUR: SOCIAL",
        "2 leaves, 12.350000 EUR: paid",
        "1 leaf, 1234.560000 EUR: moved to a single payout",
        "2 leaves, 120.010000 EUR: swept to the social fund",
    )


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"paid": False}, "5 leaves, 1366.920000 EUR: open: not paid yet"),
        ({"paid": False, "reserved": True}, "5 leaves, 1366.920000 EUR: reserved for a bank payment"),
        ({"logs": []}, "5 leaves, 1366.920000 EUR: paid, or replaced by a single payout or a sweep"),
        ({"odd": {"eth_getLogs": {"error": {"code": -32005, "message": "range"}}}}, "EUR: paid, or replaced"),
        ({"odd": {"eth_getLogs": {"result": "0x"}}}, "EUR: paid, or replaced"),
        ({"batches": False}, "5 leaves, 1366.920000 EUR: paid"),
    ],
)
def test_verify_tree__match__says_no_more_than_the_node_tells(state: dict[str, Any], words: str) -> None:
    result = checked(Payouts(AMOUNTS).tree(), **state)
    assert result.verdict is Verdict.MATCHES
    assert any(sentence.startswith(words) or words in sentence for sentence in result.counted)


def test_verify_tree__not_yet_payable__names_the_time() -> None:
    payouts = Payouts(AMOUNTS, valid_at=4_000_000_000)
    result = checked(payouts.tree(), payouts=payouts, paid=False)
    assert result.counted[-1].endswith("open, not yet payable: from timestamp 4000000000")


def cent_more(tree: Tree) -> None:
    """One amount raised by a cent."""
    tree["leaves"][3]["amount_eur"] = "70.020000"


def other_payee(tree: Tree) -> None:
    """One leaf for somebody else."""
    tree["leaves"][3]["payee"] = "0x" + "00" * 12 + "ab" * 20


def exchanged(tree: Tree) -> None:
    """Two leaves in each other's place."""
    tree["leaves"][1], tree["leaves"][4] = tree["leaves"][4], tree["leaves"][1]


CHANGES: list[tuple[Callable[[Tree], object], str]] = [
    (cent_more, "leaf 3 was changed or stands in another's place"),
    (other_payee, "leaf 3 was changed"),
    (exchanged, "leaf 1 was changed or stands in another's place"),
    (lambda tree: tree["leaves"].pop(2), "leaf 2 was changed or stands in another's place"),
    (lambda tree: tree["leaves"].pop(), "the 4 leaves add up to 1366.910000 EUR, the file says 1366.920000"),
    (lambda tree: tree["leaves"].append(tree["leaves"][0]), "leaf 5 was changed"),
    (lambda tree: tree.update(total_eur="1366.930000"), "the file says 1366.930000 EUR"),
    (lambda tree: tree["leaves"][3].update(hash="0x" + "11" * 32), "leaf 3 was changed"),
    (lambda tree: tree["leaves"][0].update(amount_eur="12.340001"), "leaf 0 can never be paid"),
    (lambda tree: tree["leaves"][0].update(owner="0x" + "11" * 20), "leaf 0 can never be paid"),
    (lambda tree: tree["leaves"][3].update(payee="0x" + "11" * 32), "leaf 3 can never be paid"),
    (lambda tree: tree["leaves"][2].update(payee="0x" + "11" * 32), "leaf 2 can never be paid"),
    (lambda tree: tree.update(distribution=2), "the vault has no distribution 2"),
    (lambda tree: tree.update(distribution=SINGLE), f"the vault has no single payout {SINGLE}"),
    (lambda tree: tree.update(chain_id=1), "speaks of chain 1"),
    (lambda tree: tree.update(vault=LEDGER), "speaks of contract"),
]


@pytest.mark.parametrize("number", range(len(CHANGES)))
def test_verify_tree__changed__does_not_match_and_names_the_place(number: int) -> None:
    change, reason = CHANGES[number]
    tree = Payouts(AMOUNTS).tree()
    change(tree)
    result = checked(tree)
    assert result.verdict is Verdict.DOES_NOT_MATCH
    assert reason in result.reason


@pytest.mark.parametrize(
    "change", [cent_more, other_payee, exchanged, lambda tree: tree["leaves"].pop(2)], ids=range(4)
)
def test_verify_tree__changed_with_hashes_and_total_to_fit__is_not_the_vaults(
    change: Callable[[Tree], object],
) -> None:
    tree = Payouts(AMOUNTS).tree()
    change(tree)
    result = checked(own_hashes(tree))
    assert result.verdict is Verdict.DOES_NOT_MATCH
    assert "leaves end in root 0x" in result.reason
    assert "the vault holds another root, sum or depth for distribution 1" in result.reason


def test_verify_tree__of_another_distribution__is_not_this_one() -> None:
    result = checked(Payouts([10_000] * 5).tree())
    assert "the vault holds another root" in result.reason


def test_verify__cancelled_by_the_guardian__says_so() -> None:
    for result in (checked(Payouts(AMOUNTS).tree(), cancelled=True), checked_leaf(0, cancelled=True)):
        assert result.verdict is Verdict.DOES_NOT_MATCH
        assert (
            result.reason == "distribution 1 was cancelled before it could be paid: the guardian cancelled it"
        )


@pytest.mark.parametrize(
    ("logs", "status"),
    [
        ([pushed(1, 0, 0b1000)], "paid by transaction 0x"),
        ([log("LeafClaimed(uint32,uint32,uint64)", [1, 3], [70_010_000])], "paid by transaction 0x"),
        ([log("BankConfirmed(uint32,uint32,bytes32,uint64)", [1, 3], [9, 7])], "paid by transaction 0x"),
        ([log(MOVED, [1, 3, SINGLE], [])], f"not paid here: moved to single payout {SINGLE}, as its owner"),
        ([log(REDIRECTED, [1, 3, SINGLE], [7])], f"not paid here: redirected to single payout {SINGLE} by a"),
        ([log(SWEPT, [1], [0, 0b1111, 5])], "not paid: swept to the social fund by transaction 0x"),
        ([pushed(1, 0, 0b0111)], "paid, or replaced by a single payout or a sweep: this node does not tell"),
        ([pushed(2, 0, 0b1111)], "paid, or replaced by a single payout"),
        ([log(MOVED, [1, 2, SINGLE], [])], "paid, or replaced by a single payout"),
        ([{"topics": []}], "paid, or replaced by a single payout"),
        ([log(SWEPT, [1], [])], "paid, or replaced by a single payout"),
    ],
)
def test_verify_payout__counts_as_paid__says_which_by_the_logs(logs: list[Any], status: str) -> None:
    result = checked_leaf(3, logs=logs)
    assert result.verdict is Verdict.MATCHES
    assert result.status.startswith(status)


def test_verify_payout__single_payout__matches_and_is_called_one() -> None:
    payouts = Payouts([70_010_000], distribution=SINGLE)
    assert checked_leaf(0, payouts=payouts, paid=False).status == "open: not paid yet"
    refused = checked_leaf(0, payouts=payouts, cancelled=True)
    assert refused.reason.endswith("its former owner refused the redirection")


def test_verify_tree__more_leaves_than_a_batch__asks_in_few_requests() -> None:
    node = fake_node()
    node.payouts, node.logs = Payouts([10_000] * 257), []
    with serving(node):
        trust = Trust(31337, node.url, LEDGER, VAULT)
        result = verify_tree(parse_tree(json.dumps(node.payouts.tree())), trust, Rpc(node.url))
    assert result.counted[
        3
    ] == "257 leaves, 2.570000 EUR: paid, or replaced by a single payout or a sweep: " + (
        "this node does not tell by which transaction, and the vault's bit alone does not tell payment from "
        "replacement"
    )
    assert node.asked.count("eth_call") == 258
    assert node.requests < 12
