"""The page and `condivisa verify` give the same verdict on the same receipt, trust and node."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from oracle.attest.pedersen import ORDER
from oracle.chain.json_fields import ReceiptUnreadable
from oracle.chain.receipt import LEAVES_MAX, PODS_MAX, parse_list, parse_payout, parse_reading, parse_tree
from oracle.chain.rpc import Rpc
from oracle.chain.trust import Trust
from oracle.chain.verify import verify_list, verify_payout, verify_reading, verify_tree
from tests.web.browser import Browser
from tests.web.conftest import HOUSE, SUN, fake_node
from tests.web.register import LEDGER, VAULT, FakeNode, day_list, hidden, serving

pytestmark = pytest.mark.browser

Change = Callable[[dict[str, Any]], Any]


def verdict_of_cli(text: str, kind: str, node: FakeNode) -> str:
    """What the command line says, as the page's word for it."""
    trust = Trust(31337, node.url, LEDGER, VAULT)
    try:
        if kind == "payout":
            return verify_payout(parse_payout(text), trust, Rpc(node.url)).verdict.name
        if kind == "tree":
            return verify_tree(parse_tree(text), trust, Rpc(node.url)).verdict.name
        if kind == "reading":
            return verify_reading(parse_reading(text), trust, Rpc(node.url)).verdict.name
        return verify_list(parse_list(text), trust, Rpc(node.url)).verdict.name
    except ReceiptUnreadable:
        return "UNREADABLE"


def put(*path: Any) -> Change:
    """A change that sets the last item at the place that the items before it name."""
    *keys, last, value = path

    def change(receipt: dict[str, Any]) -> dict[str, Any]:
        place: Any = receipt
        for key in keys:
            place = place[key]
        place[last] = value
        return receipt

    return change


def drop(key: str) -> Change:
    """A change that leaves a key out."""
    return lambda receipt: {name: value for name, value in receipt.items() if name != key}


def as_it_is(receipt: dict[str, Any]) -> dict[str, Any]:
    """No change."""
    return receipt


PAYOUTS: list[Change] = [
    as_it_is,
    drop("statement"),
    drop("proof"),
    drop("leaf"),
    put("kind", "condivisa/payout/1"),
    put("chain_id", "31337"),
    put("chain_id", 31337.0),
    put("chain_id", 2**53),
    put("chain_id", True),
    put("vault", VAULT.upper().replace("0X", "0x")),
    put("vault", VAULT[2:]),
    put("vault", LEDGER),
    put("distribution", 2),
    put("distribution", 0),
    put("distribution", 2**32),
    put("index", 7),
    put("index", 8),
    put("index", -1),
    put("index", None),
    put("leaf", "amount_eur", "12.34"),
    put("leaf", "amount_eur", "012.340000"),
    put("leaf", "amount_eur", 12.34),
    put("leaf", "amount_eur", "18446744073709.551615"),
    put("leaf", "amount_eur", "18446744073709.551616"),
    put("leaf", "amount_eur", "١٢.340000"),
    put("leaf", "amount_eur", "12.340000\n"),
    put("leaf", "channel", "wallet"),
    put("leaf", "channel", "constructor"),
    put("leaf", "payee", "0xabc"),
    put("leaf", "owner", "0x" + "0b" * 20),
    put("proof", []),
    put("proof", [{"hash": "0x" + "00" * 32, "sum_eur": "0.000000"}] * 33),
    put("proof", 0, "sum_eur", "18446744073709.551615"),
    put("proof", 0, None),
    put("statement", {"member": 1.5, "more": [None]}),
    put("statement", "text"),
    lambda receipt: [receipt],
    lambda receipt: "",
    lambda receipt: {},
]


TREES: list[Change] = [
    as_it_is,
    drop("leaves"),
    drop("total_eur"),
    put("kind", "condivisa/payout-tree/2"),
    put("vault", LEDGER),
    put("distribution", 2),
    put("distribution", 2**31),
    put("total_eur", "1366.92"),
    put("total_eur", "1366.930000"),
    put("leaves", []),
    put("leaves", [0] * (LEAVES_MAX + 1)),
    put("leaves", 0, None),
    put("leaves", 0, "amount_eur", "12.340001"),
    put("leaves", 0, "amount_eur", "18446744073709.551615"),
    put("leaves", 0, "channel", "BANK"),
    put("leaves", 0, "channel", "SOCIAL"),
    put("leaves", 0, "owner", "0x" + "0b" * 20),
    put("leaves", 0, "payee", "0x" + "0b" * 32),
    put("leaves", 1, "owner", "0x" + "0b" * 20),
    put("leaves", 2, "payee", "0x" + "0b" * 32),
    put("leaves", 4, "hash", "0x" + "0b" * 32),
    put("leaves", 4, "hash", "0x0b"),
    lambda tree: tree | {"leaves": tree["leaves"][::-1]},
    lambda tree: tree | {"leaves": tree["leaves"][1:]},
    lambda tree: tree | {"leaves": tree["leaves"][:-1]},
    lambda tree: tree | {"leaves": [*tree["leaves"], tree["leaves"][0]]},
    lambda tree: [tree],
]


def one_hour_more(receipt: dict[str, Any]) -> dict[str, Any]:
    """An hour of 0 Wh more in both directions, which no commitment shows."""
    hours = {way: [*receipt[way], 0] for way in ("injected_wh", "withdrawn_wh")}
    return receipt | hours


READINGS: list[Change] = [
    as_it_is,
    put("day", "2024-07-02"),
    put("day", "2024-7-1"),
    put("day", "20240701"),
    put("day", "2024-07-01T00:00"),
    put("day", "1969-12-31"),
    put("day", "2024-02-30"),
    put("pod", "IT001E00000008"),
    put("pod", "IT 01E00000007"),
    put("pod", "IT001E0000000000X"),
    put("pod", "IT001E00000007\0"),
    put("injected_wh", [0] * 25),
    put("injected_wh", 3, 2**32),
    put("injected_wh", 3, 1.0),
    put("injected_wh", 3, True),
    put("withdrawn_wh", []),
    put("position", 3),
    put("position", 4),
    put("proof", 0, "0x00"),
    put("salt", "0x" + "32" * 32),
    put("blinding", "0x" + "00" * 32),
    put("blinding", "0x" + "ff" * 32),
    put("blinding", f"0x{ORDER:064x}"),
    put("blinding", f"0x{ORDER - 1:064x}"),
    put("blinding", "0x32"),
    put("kind", "condivisa/reading/1"),
    put("report", "pods", -1),
    put("report", "pods", 5),
    put("report", "pods", 2**32),
    put("report", "roster", "0x" + "00" * 32),
    put("report", "blinding", "0x" + "00" * 32),
    one_hour_more,
    put("configuration", "0x" + "78" * 32),
    put("ledger", VAULT),
    put("report", "hours", "0x"),
    put("report", "hours", "0x0"),
    put("report", "root", "0x" + "00" * 32),
    put("report", None),
]


def entries(change: Callable[[list[Any]], list[Any]]) -> Change:
    """A change of the list of entries."""
    return lambda listed: listed | {"entries": change(listed["entries"])}


def flagged(commitment: str) -> str:
    """The same x with the other y: the commitment's negative."""
    return commitment[:3] + ("3" if commitment[3] == "2" else "2") + commitment[4:]


LISTS: list[Change] = [
    as_it_is,
    drop("report"),
    drop("entries"),
    put("kind", "condivisa/readings-list/2"),
    put("day", "2024-07-01"),
    put("day", "2024-07-03"),
    put("ledger", VAULT),
    put("configuration", "0x" + "78" * 32),
    put("report", "pods", 4),
    put("report", "pods", 5.0),
    put("report", "hours", "0x"),
    put("report", "blinding", "0x" + "00" * 32),
    put("report", "blinding", "0x" + "ff" * 32),
    put("entries", 0, None),
    put("entries", 0, "id", "0x00"),
    put("entries", 0, "id", "0x" + "00" * 32),
    put("entries", 0, "commitment", "0x02" + "ff" * 32),
    put("entries", 0, "commitment", "0x04" + "ff" * 64),
    put("entries", 0, "commitment", "0x00" + "00" * 32),
    entries(lambda rows: rows[1:]),
    entries(lambda rows: rows[::-1]),
    entries(lambda rows: [rows[0], *rows]),
    entries(lambda rows: [rows[0], rows[0], *rows[2:]]),
    entries(lambda rows: [*rows, {"id": "0x" + "ff" * 32, "commitment": rows[0]["commitment"]}]),
    entries(lambda rows: [rows[0] | {"commitment": flagged(rows[0]["commitment"])}, *rows[1:]]),
    entries(lambda rows: []),
    entries(lambda rows: [0] * (PODS_MAX + 1)),
    lambda listed: [listed],
]


@pytest.fixture(scope="module")
def shared_node() -> Iterator[FakeNode]:
    """One node for all cases; a test that makes it odd puts it right again."""
    with serving(fake_node()) as running:
        yield running


@pytest.fixture(scope="module")
def shared_page(browser: Browser, shared_node: FakeNode) -> Browser:
    """One page for all cases: what is shown belongs to the last receipt only."""
    browser.open()
    browser.trust(rpc=shared_node.url, chain_id=31337, vault=VAULT, ledger=LEDGER)
    return browser


@pytest.mark.parametrize("number", range(len(PAYOUTS)))
def test_page__payout_changed__agrees_with_cli(
    shared_page: Browser, shared_node: FakeNode, number: int
) -> None:
    text = json.dumps(PAYOUTS[number](shared_node.payouts.receipt(0)), ensure_ascii=False)
    assert shared_page.verify(text).verdict == verdict_of_cli(text, "payout", shared_node)


@pytest.mark.parametrize("number", range(len(TREES)))
def test_page__tree_changed__agrees_with_cli(
    shared_page: Browser, shared_node: FakeNode, number: int
) -> None:
    text = json.dumps(TREES[number](shared_node.payouts.tree()))
    assert shared_page.verify(text).verdict == verdict_of_cli(text, "tree", shared_node)


@pytest.mark.parametrize("number", range(len(READINGS)))
def test_page__reading_changed__agrees_with_cli(
    shared_page: Browser, shared_node: FakeNode, number: int
) -> None:
    text = json.dumps(READINGS[number](json.loads(json.dumps(shared_node.reading))))
    assert shared_page.verify(text).verdict == verdict_of_cli(text, "reading", shared_node)


@pytest.mark.parametrize("number", range(len(LISTS)))
def test_page__list_changed__agrees_with_cli(
    shared_page: Browser, shared_node: FakeNode, number: int
) -> None:
    text = json.dumps(LISTS[number](json.loads(json.dumps(shared_node.listed))))
    assert shared_page.verify(text).verdict == verdict_of_cli(text, "list", shared_node)


ROWS: list[list[int]] = [SUN, HOUSE, [0] * 24]
WRONG_REPORTS: list[dict[str, Any]] = [
    day_list("2024-07-02", ROWS, ROWS, more_wh=1),
    day_list("2024-07-02", [], [], more_wh=1),
    day_list("2024-07-02", [], []),
    day_list("2024-07-02", ROWS[:1], ROWS[1:2]),
]


@pytest.mark.parametrize("number", range(len(WRONG_REPORTS)))
def test_page__list_as_it_was_signed__agrees_with_cli(
    shared_page: Browser, shared_node: FakeNode, number: int
) -> None:
    honest, shared_node.listed = shared_node.listed, WRONG_REPORTS[number]
    text = json.dumps(shared_node.listed)
    verdict = "DOES_NOT_MATCH" if number < 2 else "MATCHES"
    assert shared_page.verify(text).verdict == verdict_of_cli(text, "list", shared_node) == verdict
    shared_node.listed = honest


HIDDEN: list[Change] = [
    as_it_is,
    drop("opening"),
    put("opening", None),
    put("opening", {}),
    put("opening", "salt", "0x" + "52" * 32),
    put("opening", "hours", "0x"),
    put("opening", "hours", "0x00"),
    put("opening", "blinding", "0x" + "00" * 32),
    put("opening", "blinding", "0x" + "ff" * 32),
    put("report", "blinding", "0x" + "01" * 32),
    entries(lambda rows: rows[1:]),
]


@pytest.mark.parametrize("number", range(len(HIDDEN)))
def test_page__list_of_hidden_totals_changed__agrees_with_cli(
    shared_page: Browser, shared_node: FakeNode, number: int
) -> None:
    honest, shared_node.listed = shared_node.listed, hidden(shared_node.listed)
    text = json.dumps(HIDDEN[number](json.loads(json.dumps(shared_node.listed))))
    assert shared_page.verify(text).verdict == verdict_of_cli(text, "list", shared_node)
    shared_node.listed = honest


REVERT = {"error": {"code": 3, "message": "execution reverted", "data": "0x"}}
ANSWERS: list[tuple[str, Any]] = [
    ("eth_chainId", {"result": "0x1"}),
    ("eth_chainId", {"result": None}),
    ("eth_chainId", {"result": "31337 chains"}),
    ("eth_chainId", {"error": {"code": -32601, "message": "method not found"}}),
    ("eth_chainId", {}),
    ("eth_chainId", []),
    ("eth_getBlockByNumber", {"result": None}),
    ("eth_getBlockByNumber", {"result": {"number": "0x1"}}),
    ("eth_getBlockByNumber", {"result": "0x1"}),
    ("eth_getCode", {"result": "0x"}),
    ("eth_getCode", {"result": "0x0"}),
    ("eth_getCode", {"error": {"code": -32000, "message": "header not found"}}),
    ("eth_call", REVERT),
    ("eth_call", {"error": {"code": -32000, "message": "Execution reverted"}}),
    ("eth_call", {"error": {"code": -32000, "message": "invalid opcode: INVALID"}}),
    ("eth_call", {"error": {"code": -32000, "message": "missing trie node"}}),
    ("eth_call", {"error": {"code": -32005, "message": "rate limit"}}),
    ("eth_call", {"error": "no"}),
    ("eth_call", {"result": "0x"}),
    ("eth_call", {"result": "0x" + "00" * 31}),
    ("eth_call", {"result": "0x" + "00" * 320}),
    ("eth_call", {"result": "yes"}),
    ("eth_call", {"result": 7}),
    ("eth_getLogs", {"result": None}),
    ("eth_getLogs", {"result": "0x"}),
    ("eth_getLogs", {"result": [7, {"topics": []}]}),
    ("eth_getLogs", {"error": {"code": -32005, "message": "block range"}}),
]


@pytest.mark.parametrize("number", range(len(ANSWERS)))
def test_page__node_answers_oddly__agrees_with_cli(
    shared_page: Browser, shared_node: FakeNode, number: int
) -> None:
    method, answer = ANSWERS[number]
    shared_node.odd = {method: answer}
    files = {"payout": shared_node.payouts.receipt(0), "tree": shared_node.payouts.tree()}
    files |= {"reading": shared_node.reading}
    for kind, receipt in (files | {"list": shared_node.listed}).items():
        text = json.dumps(receipt)
        assert shared_page.verify(text).verdict == verdict_of_cli(text, kind, shared_node)
    shared_node.odd = {}
