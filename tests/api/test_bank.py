"""The bank over HTTP: orders listed without IBANs, statements shown, then booked."""

from datetime import date

import pytest
from fastapi.testclient import TestClient

from oracle.store.unit_of_work import OracleUnitOfWork
from settlement.bankfile import write_payment_file
from settlement.domain.bank_orders import BankOrder
from settlement.domain.payout_states import Channel, PayoutState
from settlement.domain.rounding import decimal_text
from settlement.usecases.mark_payouts import mark_payouts
from settlement.usecases.order_at_bank import OrderTerms, order_at_bank
from tests.api.conftest import bearer
from tests.api.world import IBAN, NOW, World
from tests.settlement.bankfile.statements import (
    OTHER_IBAN,
    TxSts,
    camt,
    csv_file,
    gse_credit,
    paid,
    report,
    returned,
)


def ordered(world: World) -> BankOrder:
    """P3's payout is ordered, as the vault and the treasurer would have it."""
    with OracleUnitOfWork(world.engine) as work:
        rows = work.payouts.of_distribution(world.distribution.id)
        work.payouts.set_state(
            {row.id: (PayoutState.RESERVED, None) for row in rows if row.channel is Channel.BANK}
        )
        terms = OrderTerms(date(2024, 12, 6), IBAN)
        done = order_at_bank(work, write_payment_file, world.community_id, world.distribution.id, terms, NOW)
        work.commit()
    return done.order


def bring(
    client: TestClient, world: World, content: bytes, query: str = "", who: str = "administrator", **headers
):
    """Upload a statement."""
    sent = {"Content-Type": "application/xml"} | bearer(world.tokens[who]) | headers
    return client.post(f"{world.path}/bank-statements{query}", content=content, headers=sent)


def orders(client: TestClient, world: World, who: str = "auditor"):
    """The list of orders."""
    return client.get(f"{world.path}/bank-orders", headers=bearer(world.tokens[who]))


def payment_entry(world: World) -> bytes:
    """A statement on which the bank paid P3."""
    with OracleUnitOfWork(world.engine) as work:
        (row,) = work.bank_orders.payments(world.community_id)
    return camt(
        paid(row.end_to_end_id, decimal_text(row.amount_micro_eur // 10_000, 2)), gse_credit(text="CER 2024")
    )


def test_statement__not_accepted__is_shown_and_nothing_changes(client: TestClient, world: World) -> None:
    ordered(world)
    content = payment_entry(world)
    for _ in range(2):
        answer = bring(client, world, content)
        assert answer.status_code == 200, answer.text
        assert answer.json()["accepted"] is False
        assert [row["outcome"] for row in answer.json()["entries"]] == ["credited", "held"]
    assert orders(client, world).json()["orders"][0]["ordered"] == 1


def test_statement__accepted__is_booked_once(client: TestClient, world: World) -> None:
    ordered(world)
    content = payment_entry(world)
    first = bring(client, world, content, "?accept=true&kind=balance").json()
    assert [row["outcome"] for row in first["entries"]] == ["credited", "receipt"]
    assert first["entries"][1]["kind"] == "balance"
    assert first["entries"][1]["amount_eur"] == "1234.560000"
    assert first["entries"][0]["amount_eur"].startswith("-")
    again = bring(client, world, content, "?accept=true&kind=balance").json()
    assert [row["outcome"] for row in again["entries"]] == ["known", "known"]
    with OracleUnitOfWork(world.engine) as work:
        topics = [row.topic for row in work.outbox.open_rows(world.community_id)]
    assert topics == ["credit", "confirm"]


def reserved(world: World) -> None:
    """P3's payout is reserved, as the vault would have it."""
    with OracleUnitOfWork(world.engine) as work:
        rows = work.payouts.of_distribution(world.distribution.id)
        bank = {row.leaf_index: None for row in rows if row.channel is Channel.BANK}
        mark_payouts(work, world.distribution.id, bank, PayoutState.RESERVED)
        work.commit()


def order(client: TestClient, world: World, **differing: object):
    """Order at the bank as the administrator."""
    wanted = {
        "distribution_id": str(world.distribution.id),
        "execution_date": "2024-12-06",
        "debtor_iban": IBAN,
    }
    headers = bearer(world.tokens["administrator"])
    return client.post(f"{world.path}/bank-orders", json=wanted | differing, headers=headers)


def test_order__sent_twice__is_one_order_with_the_same_bytes(client: TestClient, world: World) -> None:
    reserved(world)
    made = order(client, world, holders=[{"member": "P3", "name": "Ada Rossi"}])
    assert made.status_code == 201, made.text
    assert (made.json()["new"], made.json()["order"]["payments"]) == (True, 1)
    assert {sentence.split(" has ")[1][:7] for sentence in made.json()["left_out"]} == {"no IBAN"}
    assert IBAN not in made.text
    headers = bearer(world.tokens["administrator"])
    first, second = (client.get(f"{world.path}/bank-orders/1/file", headers=headers) for _ in range(2))
    assert first.content == second.content
    assert b"Ada Rossi" in first.content
    again = order(client, world, execution_date="2024-12-09", debtor_iban=None)
    assert (again.status_code, again.json()["new"]) == (200, False)
    assert again.json()["order"]["id"] == made.json()["order"]["id"]
    assert orders(client, world).json()["total"] == 1


def test_order__what_cannot_be_ordered__is_a_problem_and_leaves_nothing(
    client: TestClient, world: World
) -> None:
    assert order(client, world).json()["code"] == "NOTHING_TO_ORDER"
    reserved(world)
    answers = [
        order(client, world, debtor_iban=None),
        order(client, world, execution_date="2024-12-01"),
        order(client, world, distribution_id=str(world.settlement.id)),
        order(client, world, holders=[{"member": "P3", "name": "A"}, {"member": "P3", "name": "B"}]),
    ]
    assert [(row.status_code, row.json()["code"]) for row in answers] == [
        (409, "ORDER_REFUSED"),
        (409, "ORDER_REFUSED"),
        (404, "NOT_FOUND"),
        (422, "REQUEST_MALFORMED"),
    ]
    assert orders(client, world).json()["total"] == 0


def test_orders__auditor__sees_figures_and_no_account(client: TestClient, world: World) -> None:
    made = ordered(world)
    answer = orders(client, world)
    (shown,) = answer.json()["orders"]
    assert (shown["number"], shown["payments"], shown["ordered"], shown["owed"]) == (1, 1, 1, 0)
    assert shown["file_sha256"] == made.file_sha256.hex()
    assert IBAN not in answer.text


def test_file__administrator__has_the_bytes_that_were_ordered(client: TestClient, world: World) -> None:
    made = ordered(world)
    headers = bearer(world.tokens["administrator"])
    answer = client.get(f"{world.path}/bank-orders/1/file", headers=headers)
    assert answer.content == made.file
    assert answer.headers["content-type"] == "application/xml"


@pytest.mark.parametrize(
    ("content", "media_type", "code"),
    [
        (b"<x/>", "application/xml", "STATEMENT_MALFORMED"),
        (b"a;b\n", "text/csv", "STATEMENT_MALFORMED"),
        (b"{}", "application/json", "MEDIA_TYPE_UNSUPPORTED"),
        (camt(gse_credit(), iban=OTHER_IBAN), "text/xml", "STATEMENT_MALFORMED"),
    ],
)
def test_statement__wrong_file__is_a_problem_with_findings(
    client: TestClient, world: World, content: bytes, media_type: str, code: str
) -> None:
    ordered(world)
    answer = bring(client, world, content, "?accept=true", **{"Content-Type": media_type})
    assert answer.json()["code"] == code
    assert bool(answer.json()["findings"]) == (code == "STATEMENT_MALFORMED")


def test_statement__csv_and_further_account__is_read(client: TestClient, world: World) -> None:
    ordered(world)
    table = bring(client, world, csv_file(gse_credit()), **{"Content-Type": "text/csv; charset=utf-8"})
    assert [row["outcome"] for row in table.json()["entries"]] == ["receipt"]
    content = camt(gse_credit(), iban=OTHER_IBAN)
    assert bring(client, world, content, f"?account={OTHER_IBAN}").status_code == 200
    assert bring(client, world, content, "?account=nonsense").json()["code"] == "REQUEST_MALFORMED"


def test_report__rejected_payment__is_released(client: TestClient, world: World) -> None:
    ordered(world)
    with OracleUnitOfWork(world.engine) as work:
        (row,) = work.bank_orders.payments(world.community_id)
    rejected = bring(client, world, report(TxSts(row.end_to_end_id)), "?accept=true").json()
    assert [entry["outcome"] for entry in rejected["entries"]] == ["returned"]
    with OracleUnitOfWork(world.engine) as work:
        assert work.outbox.open_rows(world.community_id)[-1].topic == "release"


def test_statement__late_return__is_repaid_once(client: TestClient, world: World) -> None:
    ordered(world)
    bring(client, world, payment_entry(world), "?accept=true&kind=balance")
    with OracleUnitOfWork(world.engine) as work:
        (row,) = work.bank_orders.payments(world.community_id)
    eur = decimal_text(row.amount_micro_eur // 10_000, 2)
    late = bring(client, world, camt(returned(row.end_to_end_id, eur), identity="2"), "?accept=true").json()
    assert [entry["outcome"] for entry in late["entries"]] == ["owed"]
    headers = bearer(world.tokens["administrator"])
    address = f"{world.path}/accounts"
    notes = client.get(f"{address}/reconciliation", headers=headers).json()["notes"]
    assert "owed to P3" in notes[0]
    wanted = {"member": "P3", "amount_eur": eur, "paid_on": "2024-12-12", "reference": "TRN 7"}
    answers = [client.post(f"{address}/repayments", json=wanted, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    again = client.post(f"{address}/repayments", json=wanted | {"reference": "TRN 8"}, headers=headers)
    assert again.json()["code"] == "BOOKING_REFUSED"
    assert "owed to" not in client.get(f"{address}/reconciliation", headers=headers).text
