"""Receipts over HTTP: complete, and true to what was committed."""

from decimal import Decimal

from fastapi.testclient import TestClient
from sqlalchemy import Engine

from oracle.attest.messages import DayReport, report_id
from oracle.attest.payout_tree import Channel, Leaf, Node
from oracle.attest.payout_tree import root_of as payout_root_of
from oracle.attest.readings_tree import commitment
from oracle.attest.readings_tree import root_of as readings_root_of
from oracle.store.unit_of_work import OracleUnitOfWork
from settlement.domain.calendar import day_number, month_number
from tests.api.conftest import bearer, client_of
from tests.api.world import CHAIN_ID, IBAN, World, api_world

READING = "/readings/IT001E00000001/2024-07-02/receipt"


def ask(client: TestClient, world: World, path: str, who: str):
    """GET below the community, as somebody."""
    return client.get(world.path + path, headers=bearer(world.tokens[who]))


def micro(text: str) -> int:
    """Euro text in micro-euro."""
    return int(Decimal(text) * 1_000_000)


def octets(text: str) -> bytes:
    """Bytes of 0x… text."""
    return bytes.fromhex(text[2:])


def test_payout__receipt__leads_to_the_funded_sum(shared_client: TestClient, shared_world: World) -> None:
    distribution = shared_world.distribution
    receipt = ask(shared_client, shared_world, "/payouts/1/0/receipt", "owner").json()
    leaf = Leaf(
        Channel[receipt["leaf"]["channel"]],
        octets(receipt["leaf"]["payee"]),
        octets(receipt["leaf"]["owner"]),
        micro(receipt["leaf"]["amount_eur"]),
    )
    proof = [Node(octets(node["hash"]), micro(node["sum_eur"])) for node in receipt["proof"]]
    top = payout_root_of(receipt["index"], leaf, proof)
    assert top.sum == distribution.pool_micro_eur - distribution.carry_micro_eur
    assert (receipt["chain_id"], receipt["vault"]) == (CHAIN_ID, "0x" + "02" * 20)
    assert receipt["statement"]["member"] == "P1"


def test_payout__receipt_of_a_bank_leaf__shows_no_iban(
    shared_client: TestClient, shared_world: World
) -> None:
    receipt = ask(shared_client, shared_world, "/payouts/1/2/receipt", "administrator")
    assert receipt.json()["leaf"]["channel"] == "BANK"
    assert IBAN not in receipt.text


def test_payout__receipt__is_offered_as_a_file(shared_client: TestClient, shared_world: World) -> None:
    response = ask(shared_client, shared_world, "/payouts/1/0/receipt", "owner")
    assert response.headers["Content-Disposition"] == 'attachment; filename="payout-1-0.json"'


def test_payout__community_not_published__has_no_receipts(engine: Engine) -> None:
    world = api_world(engine, published=False)
    response = ask(client_of(engine), world, "/payouts/1/0/receipt", "owner")
    assert (response.status_code, response.json()["code"]) == (409, "NOT_DEPLOYED")


def test_reading__receipt__leads_to_the_report_of_the_day(
    shared_client: TestClient, shared_world: World
) -> None:
    receipt = ask(shared_client, shared_world, READING, "owner").json()
    day = day_number(shared_world.settlement.start.date()) + 2
    committed = commitment(
        octets(receipt["salt"]), receipt["pod"], day, receipt["injected_wh"], receipt["withdrawn_wh"]
    )
    root = readings_root_of(receipt["position"], committed, [octets(node) for node in receipt["proof"]])
    assert root == octets(receipt["report"]["root"])
    report = DayReport(
        day, octets(receipt["report"]["predecessor"]), root, octets(receipt["report"]["hours"])
    )
    with OracleUnitOfWork(shared_world.engine) as work:
        found = work.reports.accepted(
            work.communities.configuration_ids(shared_world.community_id)[""],
            shared_world.settlement.start.date(),
            shared_world.settlement.end.date(),
        )
    assert report_id(report) in {row.report for row in found.values()}


def test_reading__own_pod_before_it_was_owned__is_not_found(
    shared_client: TestClient, shared_world: World
) -> None:
    response = ask(shared_client, shared_world, "/readings/IT001E00000001/2023-12-31/receipt", "owner")
    assert (response.status_code, response.json()["code"]) == (404, "NOT_FOUND")


def test_reading__day_that_was_not_posted__is_not_found_yet(
    shared_client: TestClient, shared_world: World
) -> None:
    response = ask(shared_client, shared_world, "/readings/IT001E00000001/2024-07-20/receipt", "owner")
    assert (response.status_code, response.json()["code"]) == (404, "NOT_POSTED")


def test_reading__key_deleted__is_gone(client: TestClient, world: World, engine: Engine) -> None:
    with OracleUnitOfWork(engine) as work:
        work.pod_keys.forget("IT001E00000001", month_number(world.settlement.end.date()))
        work.commit()
    response = ask(client, world, READING, "owner")
    assert (response.status_code, response.json()["code"]) == (410, "SALTS_FORGOTTEN")
