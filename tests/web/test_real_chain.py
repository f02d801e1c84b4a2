"""The page against contracts on a real node: page, contracts and oracle.attest agree, or these tests fail."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from oracle.chain.node import ANVIL, LocalNode, start_node
from oracle.chain.receipt import parse_payout, parse_tree
from oracle.chain.rpc import Rpc
from oracle.chain.trust import Trust
from oracle.chain.verify import Verdict, verify_payout, verify_tree
from tests.web.alterations import alterations, altered
from tests.web.browser import Browser
from tests.web.chain import MOVED, PublishedMonth
from tests.web.conftest import missing

pytestmark = [pytest.mark.browser, pytest.mark.node]


@pytest.fixture(scope="module")
def local_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalNode]:
    """A node of this module's own, ended afterwards."""
    if not ANVIL.is_file():
        missing("no local node: run make setup")
    with start_node(tmp_path_factory.mktemp("node")) as running:
        yield running


@pytest.fixture(scope="module")
def month(local_node: LocalNode, tmp_path_factory: pytest.TempPathFactory) -> PublishedMonth:
    """The published month."""
    return PublishedMonth(local_node.url, local_node.chain_id, tmp_path_factory.mktemp("keys"))


@pytest.fixture
def chain_page(browser: Browser, month: PublishedMonth) -> Browser:
    """The page that trusts the published month's contracts."""
    browser.open()
    vault, ledger = "0x" + month.vault.hex(), "0x" + month.ledger.hex()
    browser.trust(rpc=month.url, chain_id=month.chain_id, vault=vault, ledger=ledger)
    return browser


STATES = [
    (0, "12,34\u00a0€ per il portafoglio 0x", "pagati"),
    (1, "250,00\u00a0€ per bonifico", "pagati secondo la conferma del tesoriere"),
    (2, "7,01\u00a0€ per bonifico", "riservati per il bonifico"),
    (3, "390,00\u00a0€ per il portafoglio 0x", "da pagare"),
    (4, "30,65\u00a0€ per il fondo sociale", "da pagare"),
    (5, "10,00\u00a0€ per bonifico", "non pagati qui ma spostati al pagamento singolo 2147483648"),
]


@pytest.mark.parametrize(("index", "amount", "state"), STATES)
def test_page__leaf_of_the_chain__matches_in_its_state(
    chain_page: Browser, month: PublishedMonth, index: int, amount: str, state: str
) -> None:
    seen = chain_page.verify(month.payout_receipt(index))
    assert (seen.verdict, seen.passed, seen.errors) == ("MATCHES", 7, [])
    assert amount in seen.text
    assert index not in (0, 3) or month.payout_receipt(index)["leaf"]["payee"][-40:] in seen.text.lower()
    assert f", {state}" in seen.text


@pytest.mark.parametrize("number", range(3))
def test_page__reading_of_the_chain__matches(chain_page: Browser, month: PublishedMonth, number: int) -> None:
    seen = chain_page.verify(month.reading_receipt(number))
    assert (seen.verdict, seen.passed, seen.errors) == ("MATCHES", 7, [])


def test_page__single_payout_of_the_chain__is_open(chain_page: Browser, month: PublishedMonth) -> None:
    seen = chain_page.verify(month.single_receipt())
    assert (seen.verdict, seen.passed, seen.errors) == ("MATCHES", 7, [])
    assert "da pagare (pagamento singolo 2147483648)" in seen.text


def test_page__tree_of_the_chain__is_complete_and_counted(chain_page: Browser, month: PublishedMonth) -> None:
    seen = chain_page.verify(month.payout_tree())
    assert (seen.verdict, seen.passed, seen.errors) == ("MATCHES", 8, [])
    assert "questi 6 pagamenti sono tutti, 700,00\u00a0€ in totale" in seen.text
    for words in (
        "Pagati\t2\t262,34",
        "Spostati a un pagamento singolo\t1\t10,00",
        "Riservati per il bonifico\t1\t7,01",
    ):
        assert words in seen.details, seen.details


def test_cli__files_of_the_chain__match_with_what_became_of_them(month: PublishedMonth) -> None:
    trust, rpc = (
        Trust(month.chain_id, month.url, "0x" + month.ledger.hex(), "0x" + month.vault.hex()),
        Rpc(month.url),
    )
    tree = verify_tree(parse_tree(json.dumps(month.payout_tree())), trust, rpc)
    assert (tree.verdict, tree.reason) == (Verdict.MATCHES, "")
    assert "1 leaf, 10.000000 EUR: moved to a single payout" in tree.counted
    moved = verify_payout(parse_payout(json.dumps(month.payout_receipt(MOVED))), trust, rpc)
    assert moved.status.startswith(
        "not paid here: moved to single payout 2147483648, as its owner signed, by"
    )
    single = verify_payout(parse_payout(json.dumps(month.single_receipt())), trust, rpc)
    assert (single.verdict, single.status) == (Verdict.MATCHES, "open: not paid yet")


def test_page__hidden_totals_of_the_chain__are_hidden_until_they_are_opened(
    chain_page: Browser, month: PublishedMonth
) -> None:
    assert "la catena non ha controllato" in chain_page.verify(month.hidden_list()).text
    closed = {key: value for key, value in month.hidden_list().items() if key != "opening"}
    assert "nulla è stato confrontato" in chain_page.verify(closed).text
    month.open_totals()
    seen = chain_page.verify(month.hidden_list())
    assert (seen.verdict, seen.passed, seen.errors) == ("MATCHES", 10, [])
    assert "la catena ha controllato" in seen.text


def test_page__list_of_the_chain__adds_up(chain_page: Browser, month: PublishedMonth) -> None:
    seen = chain_page.verify(month.day_list())
    assert (seen.verdict, seen.passed, seen.errors) == ("MATCHES", 9, [])


@pytest.mark.parametrize("kind", ["payout", "tree", "reading", "list"])
def test_page__any_field_altered_on_the_chain__does_not_match(
    chain_page: Browser, month: PublishedMonth, kind: str
) -> None:
    files = {"payout": month.payout_receipt(1), "tree": month.payout_tree()}
    files |= {"reading": month.reading_receipt(1), "list": month.day_list()}
    receipt = files[kind]
    for path, value in alterations(receipt):
        seen = chain_page.verify(altered(receipt, path, value))
        assert seen.verdict == "DOES_NOT_MATCH", (path, value, seen.text)


def test_page__trusted_contract_is_of_another_kind__does_not_match(
    chain_page: Browser, month: PublishedMonth
) -> None:
    ledger = "0x" + month.ledger.hex()
    chain_page.trust(vault=ledger)
    seen = chain_page.verify(month.payout_receipt(0) | {"vault": ledger})
    assert seen.verdict == "DOES_NOT_MATCH"
    assert "non risponde come" in seen.text


def test_page__trusted_address_is_empty_on_the_chain__does_not_match(
    chain_page: Browser, month: PublishedMonth
) -> None:
    nobody = "0x" + "12" * 20
    chain_page.trust(vault=nobody)
    assert "nessun contratto" in chain_page.verify(month.payout_receipt(0) | {"vault": nobody}).text


def test_page__trust_names_another_chain__does_not_match(chain_page: Browser, month: PublishedMonth) -> None:
    chain_page.trust(chain_id=1)
    assert chain_page.verify(month.payout_receipt(0)).verdict == "DOES_NOT_MATCH"


def test_page__node_stopped__is_unreachable(browser: Browser, month: PublishedMonth, tmp_path: Path) -> None:
    with start_node(tmp_path) as stopped:
        url = stopped.url
    browser.open()
    browser.trust(rpc=url, chain_id=month.chain_id, vault="0x" + month.vault.hex())
    assert browser.verify(json.dumps(month.payout_receipt(0))).verdict == "UNREACHABLE"
