"""Receipts over HTTP: complete, and true to what was committed."""

from datetime import date
from decimal import Decimal
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from oracle.attest.day_list import DayList, Entry, entry_leaf
from oracle.attest.hash_tree import root_of as list_root_of
from oracle.attest.hours import decode_hours
from oracle.attest.keccak import keccak256
from oracle.attest.messages import DayReport, report_id
from oracle.attest.month_key import pseudonym
from oracle.attest.payout_tree import Channel, Leaf, Node, PayoutTree, hash_leaf
from oracle.attest.payout_tree import root_of as payout_root_of
from oracle.attest.pedersen import commit
from oracle.store.unit_of_work import OracleUnitOfWork
from settlement.domain.calendar import day_number, month_number
from tests.api.conftest import bearer, client_of
from tests.api.world import CHAIN_ID, IBAN, SALT, World, api_world

JULY = month_number(date(2024, 7, 2))
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


def test_tree__all_leaves__lead_to_the_funded_sum_and_name_nobody(
    shared_client: TestClient, shared_world: World
) -> None:
    path = f"/distributions/{shared_world.distribution.id}/tree"
    answers = [ask(shared_client, shared_world, path, who) for who in ("administrator", "auditor")]
    assert answers[0].content == answers[1].content
    document, distribution = answers[0].json(), shared_world.distribution
    leaves = [
        Leaf(Channel[row["channel"]], octets(row["payee"]), octets(row["owner"]), micro(row["amount_eur"]))
        for row in document["leaves"]
    ]
    tree = PayoutTree(leaves)
    assert tree.total_micro_eur == micro(document["total_eur"])
    assert tree.total_micro_eur == distribution.pool_micro_eur - distribution.carry_micro_eur
    assert [octets(row["hash"]) for row in document["leaves"]] == [
        hash_leaf(index, leaf) for index, leaf in enumerate(leaves)
    ]
    assert document["distribution"] == 1
    assert answers[0].headers["Content-Disposition"] == 'attachment; filename="tree-1.json"'
    assert IBAN not in answers[0].text
    assert "member" not in answers[0].text


def test_tree__distribution_of_nobody__is_not_found(shared_client: TestClient, shared_world: World) -> None:
    answer = ask(shared_client, shared_world, f"/distributions/{shared_world.community_id}/tree", "auditor")
    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


def test_tree__not_settled_yet__says_so(client: TestClient, world: World, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM settled_distributions"))
    for path in (f"/distributions/{world.distribution.id}/tree", "/payouts/1/0/receipt"):
        answer = ask(client, world, path, "administrator")
        assert (answer.status_code, answer.json()["code"]) == (409, "DISTRIBUTION_NOT_SETTLED")


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
    name = pseudonym(octets(receipt["salt"]), JULY, receipt["pod"])
    own = commit(octets(receipt["blinding"]), receipt["injected_wh"], receipt["withdrawn_wh"])
    proof = [octets(node) for node in receipt["proof"]]
    assert list_root_of(receipt["position"], entry_leaf(Entry(name, own)), proof) == octets(
        receipt["report"]["root"]
    )
    report = report_of(receipt["report"], day)
    with OracleUnitOfWork(shared_world.engine) as work:
        found = work.reports.accepted(
            work.communities.configuration_ids(shared_world.community_id)[""],
            shared_world.settlement.start.date(),
            shared_world.settlement.end.date(),
        )
    assert report_id(report) in {row.report for row in found.values()}


def report_of(fields: dict[str, Any], day: int) -> DayReport:
    """The report that a document names."""
    return DayReport(
        day=day,
        predecessor=octets(fields["predecessor"]),
        root=octets(fields["root"]),
        roster=octets(fields["roster"]),
        pods=fields["pods"],
        blinding=octets(fields["blinding"]),
        hours=octets(fields["hours"]),
    )


def list_path(world: World, day: str) -> str:
    """Where a day's list of the community's only configuration is."""
    return f"/configurations/{world.configuration_id}/days/{day}/list"


def test_list__every_role__gets_the_same_public_document(
    shared_client: TestClient, shared_world: World
) -> None:
    path = list_path(shared_world, "2024-07-02")
    answers = [ask(shared_client, shared_world, path, who) for who in ("administrator", "auditor", "member")]
    assert [answer.status_code for answer in answers] == [200] * 3
    assert answers[0].content == answers[1].content == answers[2].content
    assert answers[0].headers["Content-Disposition"] == 'attachment; filename="list-2024-07-02.json"'


def test_list__entries__add_up_to_the_reports_totals_and_name_nobody(
    shared_client: TestClient, shared_world: World
) -> None:
    answer = ask(shared_client, shared_world, list_path(shared_world, "2024-07-02"), "auditor")
    document, report = answer.json(), answer.json()["report"]
    listed = DayList([Entry(octets(row["id"]), octets(row["commitment"])) for row in document["entries"]])
    assert (listed.root, listed.roster) == (octets(report["root"]), octets(report["roster"]))
    assert listed.adds_up_to(octets(report["blinding"]), *decode_hours(octets(report["hours"])))
    assert len(document["entries"]) == report["pods"]
    assert "IT001E" not in answer.text


def test_list__hidden_totals__are_opened_once_the_ledger_was_shown_them(engine: Engine) -> None:
    world = api_world(engine, hides=True)
    client, path = client_of(engine), list_path(world, "2024-07-02")
    closed = ask(client, world, path, "member").json()
    assert "opening" not in closed
    assert len(octets(closed["report"]["hours"])) == 32

    day = date(2024, 7, 2)
    with OracleUnitOfWork(engine) as work:
        report = work.reports.accepted(world.configuration_id, day, day)[day]
        work.hidden_days.opened(report.report)
        work.commit()

    answer = ask(client, world, path, "member")
    assert answer.status_code == 200, answer.text
    document, opening = answer.json(), answer.json()["opening"]
    assert document == closed | {"opening": opening}
    assert opening["salt"] == "0x" + SALT.hex()
    assert keccak256(SALT + octets(opening["hours"])) == octets(document["report"]["hours"])
    listed = DayList([Entry(octets(row["id"]), octets(row["commitment"])) for row in document["entries"]])
    assert listed.adds_up_to(octets(opening["blinding"]), *decode_hours(octets(opening["hours"])))


def test_list__of_the_receipts_day__holds_the_receipts_entry(
    shared_client: TestClient, shared_world: World
) -> None:
    receipt = ask(shared_client, shared_world, READING, "owner").json()
    document = ask(shared_client, shared_world, list_path(shared_world, "2024-07-02"), "owner").json()
    own = commit(octets(receipt["blinding"]), receipt["injected_wh"], receipt["withdrawn_wh"])
    assert document["entries"][receipt["position"]]["commitment"] == "0x" + own.hex()
    assert document["report"] == receipt["report"]


def test_list__day_that_was_not_posted__is_not_found_yet(
    shared_client: TestClient, shared_world: World
) -> None:
    answer = ask(shared_client, shared_world, list_path(shared_world, "2024-07-20"), "auditor")
    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_POSTED")


def test_list__configuration_of_nobody__is_not_found(shared_client: TestClient, shared_world: World) -> None:
    path = f"/configurations/{shared_world.community_id}/days/2024-07-02/list"
    answer = ask(shared_client, shared_world, path, "auditor")
    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


def test_list__key_deleted__is_the_same_as_before(client: TestClient, world: World, engine: Engine) -> None:
    path = list_path(world, "2024-07-02")
    before = ask(client, world, path, "auditor").content
    with OracleUnitOfWork(engine) as work:
        assert work.pod_keys.forget("IT001E00000001", JULY)
        work.commit()
    assert ask(client, world, path, "auditor").content == before


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
        work.pod_keys.forget("IT001E00000001", JULY)
        work.commit()
    response = ask(client, world, READING, "owner")
    assert (response.status_code, response.json()["code"]) == (410, "SALTS_FORGOTTEN")
