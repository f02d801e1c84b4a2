"""The verification page as a member meets it: from its file, against a node that the test controls."""

import json
from pathlib import Path
from typing import Any

import pytest

from oracle.chain.trust import Trust, trust_text
from tests.web.alterations import alterations, altered
from tests.web.browser import PAGE, Browser
from tests.web.conftest import HOUSE, SUN
from tests.web.register import LEDGER, VAULT, FakeNode, Payouts, day_list, hidden, log, pushed

pytestmark = pytest.mark.browser


def test_page__honest_payout__confirms_in_a_plain_sentence(page: Browser, node: FakeNode) -> None:
    seen = page.verify(node.payouts.receipt(1))
    assert seen.verdict == "MATCHES"
    assert "Corrisponde" in seen.text
    assert (
        "1.234,56\u00a0€ per bonifico bancario, pagati secondo la conferma del tesoriere (distribuzione 1)."
        in seen.text
    )
    assert (seen.passed, seen.failed) == (7, [])
    assert "blocco 436" in seen.details
    assert "0x" + "b1" * 32 in seen.details
    assert seen.errors == []


def test_page__honest_reading__shows_the_hours(page: Browser, node: FakeNode) -> None:
    seen = page.verify(node.reading)
    assert seen.verdict == "MATCHES"
    assert "24 letture orarie del 1 luglio 2024" in seen.text
    assert "immessa" in seen.text.lower()
    assert seen.passed == 7
    assert page.do("evaluate", script="document.querySelectorAll('rect').length") == 48
    assert page.do("evaluate", script="document.querySelectorAll('tbody tr').length") == 24


def test_page__honest_list__adds_up_and_shows_the_totals(page: Browser, node: FakeNode) -> None:
    seen = page.verify(node.listed)
    assert seen.verdict == "MATCHES"
    assert "le letture sigillate di 5 POD del 2 luglio 2024 sommano esattamente ai totali" in seen.text
    assert "non esclude POD inventati" in seen.text
    assert (seen.passed, seen.failed) == (9, [])
    assert page.do("evaluate", script="document.querySelectorAll('rect').length") == 48
    page.do("click", selector="#language")
    assert "add up exactly to the reported totals" in page.seen().text


def test_page__list_whose_signed_totals_are_wrong__does_not_match(page: Browser, node: FakeNode) -> None:
    node.listed = day_list("2024-07-02", [SUN, HOUSE], [HOUSE, HOUSE], more_wh=1)
    seen = page.verify(node.listed)
    assert seen.verdict == "DOES_NOT_MATCH"
    assert "non sommano ai totali registrati" in seen.text
    assert seen.passed == 8


def test_page__list_without_pods__adds_up_to_nothing(page: Browser, node: FakeNode) -> None:
    node.listed = day_list("2024-07-02", [], [])
    assert page.verify(node.listed).verdict == "MATCHES"


def test_page__english__says_the_same(page: Browser, node: FakeNode) -> None:
    page.verify(node.payouts.receipt(0))
    page.do("click", selector="#language")
    seen = page.seen()
    assert "Matches" in seen.text
    assert "The ledger confirms: €12.34 for wallet 0x" in seen.text
    assert page.do("evaluate", script="document.documentElement.lang") == "en"


def test_page__loaded__asks_only_the_node_of_the_form(page: Browser, node: FakeNode) -> None:
    seen = page.verify(node.payouts.receipt(0))
    assert {url for url in seen.requests if url != PAGE.as_uri()} == {node.url + "/"}
    methods = {"eth_chainId", "eth_getBlockByNumber", "eth_getCode", "eth_call", "eth_getLogs"}
    assert set(node.asked) == methods


@pytest.mark.parametrize("kind", ["payout", "tree", "reading", "list"])
def test_page__any_field_altered__does_not_match(page: Browser, node: FakeNode, kind: str) -> None:
    files = {"payout": node.payouts.receipt(3), "tree": node.payouts.tree()}
    receipt = (files | {"reading": node.reading, "list": node.listed})[kind]
    changes = alterations(receipt)
    assert len(changes) > 10
    for path, value in changes:
        seen = page.verify(altered(receipt, path, value))
        assert seen.verdict == "DOES_NOT_MATCH", (path, value, seen.text)
        assert "Il registro conferma" not in seen.text
        assert len(seen.failed) == 1


def test_page__node_down__is_unreachable_and_says_neither(page: Browser, node: FakeNode) -> None:
    page.trust(rpc="http://127.0.0.1:9")
    seen = page.verify(node.payouts.receipt(0))
    assert seen.verdict == "UNREACHABLE"
    assert "Nodo non raggiungibile" in seen.text
    assert "né confermato né smentito" in seen.text


def test_page__server_is_no_node__is_unreachable(page: Browser, node: FakeNode) -> None:
    node.html = True
    assert page.verify(node.payouts.receipt(0)).verdict == "UNREACHABLE"


def test_page__node_on_another_chain__does_not_match(page: Browser, node: FakeNode) -> None:
    node.chain_id = 1
    seen = page.verify(node.payouts.receipt(0))
    assert seen.verdict == "DOES_NOT_MATCH"
    assert "catena 1" in seen.text


def test_page__receipt_names_another_vault__warns_at_once_and_does_not_match(
    page: Browser, node: FakeNode
) -> None:
    receipt = node.payouts.receipt(0) | {"vault": "0x" + "66" * 20}
    page.fill("#receipt", json.dumps(receipt))
    assert "0x" + "66" * 20 in page.seen().note
    assert node.asked == []
    assert page.verify(receipt).verdict == "DOES_NOT_MATCH"


def test_page__no_code_at_the_trusted_address__does_not_match(page: Browser, node: FakeNode) -> None:
    node.codes.clear()
    assert "nessun contratto" in page.verify(node.payouts.receipt(0)).text


@pytest.mark.parametrize(
    ("paid", "reserved", "valid_at", "words"),
    [
        (False, False, 1, "da pagare ("),
        (False, True, 1, "riservati per il bonifico"),
        (False, False, 4_000_000_000, "da pagare dal"),
    ],
)
def test_page__unpaid_leaf__says_in_which_state(
    page: Browser, node: FakeNode, paid: bool, reserved: bool, valid_at: int, words: str
) -> None:
    node.paid, node.reserved, node.payouts.valid_at = paid, reserved, valid_at
    seen = page.verify(node.payouts.receipt(1))
    assert seen.verdict == "MATCHES"
    assert words in seen.text


SINGLE = 2**31 + 4
REPLACED = [
    (log("LeafMoved(uint32,uint32,uint32)", [1, 1, SINGLE], []), "spostati al pagamento singolo 2147483652"),
    (log("LeafRedirected(uint32,uint32,uint32,bytes32)", [1, 1, SINGLE], [7]), "reindirizzati al pagamento"),
    (log("LeavesSwept(uint32,uint32,uint256,uint64)", [1], [0, 2, 5]), "ma versati al fondo sociale"),
]


@pytest.mark.parametrize(("event", "words"), REPLACED)
def test_page__leaf_that_was_replaced__claims_no_payment(
    page: Browser, node: FakeNode, event: dict[str, Any], words: str
) -> None:
    node.logs = [event]
    seen = page.verify(node.payouts.receipt(1))
    assert seen.verdict == "MATCHES"
    assert words in seen.text
    assert ", pagati" not in seen.text


@pytest.mark.parametrize("refused", [False, True])
def test_page__node_gives_no_logs__claims_neither_payment_nor_replacement(
    page: Browser, node: FakeNode, refused: bool
) -> None:
    node.logs = []
    if refused:
        node.odd = {"eth_getLogs": {"error": {"code": -32005, "message": "block range"}}}
    seen = page.verify(node.payouts.receipt(1))
    assert seen.verdict == "MATCHES"
    assert "pagati o sostituiti: questo nodo non dice quale dei due" in seen.text
    assert "non distingue un pagamento" in seen.text


def test_page__cancelled_distribution__does_not_match_and_says_so(page: Browser, node: FakeNode) -> None:
    node.cancelled = True
    for file in (node.payouts.receipt(1), node.payouts.tree()):
        seen = page.verify(file)
        assert seen.verdict == "DOES_NOT_MATCH"
        assert "la distribuzione 1 è stata annullata dal garante" in seen.text


def test_page__honest_tree__is_complete_and_counted(page: Browser, node: FakeNode) -> None:
    node.logs = [pushed(1, 0, 0b00101), REPLACED[0][0]]
    seen = page.verify(node.payouts.tree())
    assert seen.verdict == "MATCHES"
    assert "questi 5 pagamenti sono tutti, 1.366,92\u00a0€ in totale" in seen.text
    assert "Spostati a un pagamento singolo\t1\t1.234,56\u00a0€" in seen.details
    assert "Pagati o sostituiti\t2\t" in seen.details
    assert (seen.passed, seen.failed, seen.errors) == (8, [], [])


def test_page__tree_dropped_as_a_file__is_checked(page: Browser, node: FakeNode) -> None:
    page.do("drop", name="albero.json", text=json.dumps(node.payouts.tree()))
    assert "questi 5 pagamenti sono tutti" in page.outcome().text


def test_page__large_tree__takes_seconds_and_shows_how_far_it_is(page: Browser, node: FakeNode) -> None:
    node.payouts, node.logs = Payouts([10_000 * (number + 1) for number in range(2_000)]), []
    page.do("evaluate", script=WATCH)
    seen = page.verify(node.payouts.tree())
    assert seen.verdict == "MATCHES"
    told = page.do("evaluate", script="window.told.join(' ')")
    assert "Sto controllando: 20 %" in told
    assert "Sto controllando: 90 %" in told


WATCH = """window.told = [];
new MutationObserver(() => window.told.push(document.getElementById('verdict').textContent))
  .observe(document.getElementById('verdict'), { childList: true })"""


def test_page__file_beyond_any_tree__is_not_even_read(page: Browser, node: FakeNode, tmp_path: Path) -> None:
    path = tmp_path / "large.json"
    path.write_text(" " * (384 * 65_536 + 1))
    page.do("choose", selector="#receipt-file", path=str(path))
    seen = page.outcome()
    assert seen.verdict == "UNREADABLE"
    assert "è troppo lungo" in seen.text
    assert page.do("evaluate", script="document.getElementById('receipt').value") == ""


def test_page__leaf_of_a_tree_changed__names_its_place(page: Browser, node: FakeNode) -> None:
    tree = node.payouts.tree()
    tree["leaves"][3]["amount_eur"] = "70.020000"
    seen = page.verify(tree)
    assert seen.verdict == "DOES_NOT_MATCH"
    assert "il pagamento in posizione 3 è stato cambiato o sta al posto di un altro" in seen.text


@pytest.mark.parametrize("opened", [False, True])
def test_page__hidden_totals__are_said_to_be(page: Browser, node: FakeNode, opened: bool) -> None:
    node.opened, node.listed, node.reading = opened, hidden(node.listed), hidden(node.reading)
    words = "la catena ha controllato" if opened else "la catena non ha controllato"
    for file in (node.listed, node.reading):
        seen = page.verify(file)
        assert (seen.verdict, seen.errors) == ("MATCHES", [])
        assert words in seen.text


def test_page__hidden_totals_not_opened__were_not_compared(page: Browser, node: FakeNode) -> None:
    node.listed = hidden(node.listed)
    seen = page.verify({key: value for key, value in node.listed.items() if key != "opening"})
    assert seen.verdict == "MATCHES"
    assert "nulla è stato confrontato con la loro somma" in seen.text
    assert "sommano esattamente" not in seen.text


def test_page__report_of_another_community__does_not_match(page: Browser, node: FakeNode) -> None:
    node.owner = "0x" + "67" * 32
    for file in (node.listed, node.reading):
        seen = page.verify(file)
        assert seen.verdict == "DOES_NOT_MATCH"
        assert "un’altra comunità" in seen.text


BAD_TEXTS = ["", "{", "null", "[1]", '{"kind": "x"}', '{"kind": "condivisa/payout/2"}', "[" * 100_000, "\0"]


@pytest.mark.parametrize("text", BAD_TEXTS, ids=range(len(BAD_TEXTS)))
def test_page__no_receipt__says_so_without_a_verdict(page: Browser, node: FakeNode, text: str) -> None:
    seen = page.verify(text)
    assert seen.verdict == "UNREADABLE"
    assert "File illeggibile" in seen.text
    assert node.asked == []
    assert seen.errors == []


@pytest.mark.parametrize(
    ("field", "value"),
    [("amount_eur", 12.34), ("amount_eur", "12.3"), ("payee", "0xabc"), ("owner", None), ("channel", "CASH")],
)
def test_page__leaf_of_wrong_form__is_named(page: Browser, node: FakeNode, field: str, value: Any) -> None:
    receipt = node.payouts.receipt(0)
    receipt["leaf"][field] = value
    seen = page.verify(receipt)
    assert seen.verdict == "UNREADABLE"
    assert f"leaf.{field}" in seen.text


def test_page__integers_written_as_decimals__are_unreadable_as_in_the_cli(
    page: Browser, node: FakeNode
) -> None:
    text = json.dumps(node.payouts.receipt(1))
    for written in ("1.0", "1e0", "10E-1"):
        seen = page.verify(text.replace('"index": 1', f'"index": {written}'))
        assert (seen.verdict, "index" in seen.text) == ("UNREADABLE", True)


def test_page__index_outside_or_sums_beyond_u64__does_not_match(page: Browser, node: FakeNode) -> None:
    assert page.verify(node.payouts.receipt(0) | {"index": 8}).verdict == "DOES_NOT_MATCH"
    receipt = node.payouts.receipt(0)
    receipt["proof"][2]["sum_eur"] = "18446744073709.551615"
    assert page.verify(receipt).verdict == "DOES_NOT_MATCH"


EVIL = "<img src=x onerror=alert(1)><script>alert(2)</script><svg onload=alert(3)>"


def test_page__receipt_with_markup__shows_it_as_text(page: Browser, node: FakeNode) -> None:
    receipt = node.payouts.receipt(0)
    receipt["statement"] = dict.fromkeys(receipt["statement"], EVIL)
    receipt[EVIL] = EVIL
    seen = page.verify(receipt)
    assert seen.verdict == "MATCHES"
    assert EVIL in seen.details
    receipt["leaf"][EVIL] = receipt["kind"] = EVIL
    assert page.verify(receipt).verdict == "UNREADABLE"
    reading = node.reading | {"pod": "<b>x</b>"}
    seen = page.verify(reading)
    assert (seen.verdict, seen.dialogs) == ("DOES_NOT_MATCH", 0)
    assert (
        page.do("evaluate", script="document.querySelectorAll('main img, main script, main b b').length") == 0
    )


def test_page__script_injected__is_stopped_by_the_policy(page: Browser) -> None:
    # In a timer, since what a debugger evaluates directly may call eval in spite of the policy.
    script = """new Promise((resolve) => setTimeout(() => {
      const element = document.createElement('script');
      try { element.textContent = 'window.stolen = 1'; document.body.append(element) } catch {}
      try { document.body.insertAdjacentHTML('beforeend', '<i id=stolen></i>') } catch {}
      try { window.stolen = (0, eval)('1') } catch {}
      resolve([window.stolen ?? 0, document.getElementById('stolen') ? 1 : 0])
    }))"""
    assert page.do("evaluate", script=script) == [0, 0]


def test_page__trust_incomplete__names_the_field_and_asks_nobody(page: Browser, node: FakeNode) -> None:
    page.trust(vault="0x12")
    page.fill("#receipt", json.dumps(node.payouts.receipt(0)))
    page.do("click", selector="form button:not([type])")
    seen = page.seen()
    assert (seen.verdict, seen.focus, len(seen.bad)) == ("", "vault", 1)
    assert node.asked == []


def test_page__trust_toml_pasted__fills_the_form_and_is_remembered(browser: Browser, node: FakeNode) -> None:
    browser.open()
    browser.fill("#trust-text", trust_text(Trust(31337, node.url, LEDGER, VAULT)))
    assert browser.verify(node.payouts.receipt(0)).verdict == "MATCHES"
    browser.do("reload")
    assert browser.verify(node.reading).verdict == "MATCHES"


def test_page__trust_in_the_receipt__is_passed_over(browser: Browser, node: FakeNode) -> None:
    browser.open()
    browser.fill(
        "#receipt", json.dumps(node.payouts.receipt(0) | {"rpc": node.url, "trust": {"rpc": node.url}})
    )
    browser.do("click", selector="form button:not([type])")
    assert (browser.seen().verdict, node.asked) == ("", [])


def test_page__file_chosen_or_dropped__is_verified(page: Browser, node: FakeNode, tmp_path: Path) -> None:
    path = tmp_path / "ricevuta.json"
    path.write_text(json.dumps(node.payouts.receipt(2)), encoding="utf-8")
    page.do("choose", selector="#receipt-file", path=str(path))
    assert "fondo sociale" in page.outcome().text
    page.do("drop", name="lettura.json", text=json.dumps(node.reading))
    assert "letture orarie" in page.outcome().text


def test_page__input_changed_after_a_verdict__takes_the_verdict_away(page: Browser, node: FakeNode) -> None:
    page.verify(node.payouts.receipt(0))
    page.fill("#receipt", json.dumps(node.payouts.receipt(1)))
    assert (page.seen().verdict, page.seen().text) == ("", "")
    page.verify(node.payouts.receipt(0))
    page.trust(chain_id=1)
    assert page.seen().verdict == ""


def test_page__input_changed_while_the_node_thinks__drops_the_answer(page: Browser, node: FakeNode) -> None:
    node.delay_s = 0.3
    page.fill("#receipt", json.dumps(node.payouts.receipt(0)))
    page.do("click", selector="form button:not([type])")
    page.fill("#receipt", "{}")
    page.do("evaluate", script="new Promise((resolve) => setTimeout(resolve, 1500))")
    assert "eth_call" in node.asked
    assert (page.seen().verdict, page.seen().text) == ("", "")


def test_page__keyboard_only__reaches_the_verdict(page: Browser, node: FakeNode) -> None:
    page.fill("#receipt", json.dumps(node.payouts.receipt(0)))
    page.do("evaluate", script="document.getElementById('receipt').focus()")
    page.do("press", key="Tab")
    page.do("press", key="Enter")
    seen = page.outcome()
    assert (seen.verdict, seen.focus) == ("MATCHES", "verdict")


def test_page__labels_and_regions__have_names(page: Browser) -> None:
    script = """[...document.querySelectorAll('input, textarea, button')]
      .filter((one) => !(one.labels?.[0] ?? one).textContent.trim()).map((one) => one.id)"""
    assert page.do("evaluate", script=script) == []
    assert (
        page.do("evaluate", script="document.getElementById('verdict').getAttribute('aria-live')") == "polite"
    )


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_page__every_state__has_no_barrier_that_axe_finds(
    browser: Browser, node: FakeNode, dark: bool
) -> None:
    browser.open(dark=dark)
    browser.trust(rpc="nowhere")
    browser.fill("#receipt", json.dumps(node.payouts.receipt(0)))
    browser.do("click", selector="form button:not([type])")
    assert browser.do("axe") == []
    browser.trust(rpc=node.url, chain_id=31337, vault=VAULT, ledger=LEDGER)
    foreign = node.payouts.receipt(0) | {"chain_id": 1}
    files = (node.payouts.receipt(1), node.payouts.tree(), node.reading, node.listed, foreign, "{")
    for receipt in files:
        browser.verify(receipt)
        browser.do(
            "evaluate", script="document.querySelectorAll('details').forEach((one) => one.open = true)"
        )
        assert browser.do("axe") == []
    browser.trust(rpc="http://127.0.0.1:9")
    browser.verify(node.payouts.receipt(0))
    assert browser.do("axe") == []


@pytest.mark.parametrize("width", [320, 500, 1000])
def test_page__narrow_or_zoomed__needs_no_sideways_scrolling(
    browser: Browser, node: FakeNode, width: int
) -> None:
    browser.open(width=width)
    browser.trust(rpc=node.url, chain_id=31337, vault=VAULT, ledger=LEDGER)
    for receipt in (node.payouts.receipt(0), node.payouts.tree(), node.reading, node.listed):
        assert not browser.verify(receipt).overflows
