"""Settlements, distributions, payouts and the ledger's history over HTTP."""

from decimal import Decimal

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from oracle.store.unit_of_work import OracleUnitOfWork
from settlement.usecases.redivide import cancel_distributions, redivide
from tests.api import bodies
from tests.api.conftest import bearer
from tests.api.world import World


def ask(client: TestClient, world: World, path: str, who: str = "administrator"):
    """GET below the community, as somebody."""
    response = client.get(world.path + path, headers=bearer(world.tokens[who]))
    assert response.status_code == 200, response.text
    return response.json()


def send(client: TestClient, world: World, body):
    """Record and divide a receipt."""
    headers = bearer(world.tokens["administrator"])
    return client.post(f"{world.path}/distributions", json=body, headers=headers)


def test_distribute__new_receipt__is_divided_to_the_cent(client: TestClient, world: World) -> None:
    made = send(client, world, bodies.distribution(world))
    assert made.status_code == 201, made.text
    shown = made.json()
    assert (shown["number"], shown["amount_eur"]) == (2, "200.000000")
    assert shown["split_eur"] == {"producers": "140.000000", "social": "40.000000", "grid": "20.000000"}
    assert shown["receipts"][0]["net_eur"] == "200.000000"
    paid = ask(client, world, f"/distributions/{shown['id']}/payouts")["payouts"]
    leaves = sum(Decimal(row["amount_eur"]) for row in paid)
    assert Decimal(shown["pool_eur"]) == leaves + Decimal(shown["carry_eur"])
    assert Decimal(shown["pool_eur"]) == Decimal(140) + Decimal(shown["previous_carry_eur"])


def test_distribute__sent_twice__answers_the_first_distribution(client: TestClient, world: World) -> None:
    first = send(client, world, bodies.distribution(world))
    second = send(client, world, bodies.distribution(world))
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert ask(client, world, "/distributions")["total"] == 2


def test_distribute__dry_run__shows_the_division_and_stores_nothing(client: TestClient, world: World) -> None:
    headers = bearer(world.tokens["administrator"])
    address = f"{world.path}/distributions"
    tried = client.post(f"{address}?dry_run=true", json=bodies.distribution(world), headers=headers)
    assert (tried.status_code, tried.json()["amount_eur"]) == (200, "200.000000"), tried.text
    assert ask(client, world, "/distributions")["total"] == 1
    real = send(client, world, bodies.distribution(world))
    assert real.status_code == 201
    same = ("number", "amount_eur", "split_eur", "pool_eur", "carry_eur", "evidence")
    assert [real.json()[name] for name in same] == [tried.json()[name] for name in same]


def test_distribute__reference_used_again__names_what_differs(client: TestClient, world: World) -> None:
    send(client, world, bodies.distribution(world))
    other = send(client, world, bodies.distribution(world, gross_eur="300"))
    assert (other.status_code, other.json()["code"]) == (409, "RECEIPT_REFERENCE_REUSED")
    assert "gross" in other.json()["detail"]


def test_distribute__refused_by_the_second_step__leaves_no_receipt_behind(
    client: TestClient, world: World
) -> None:
    body = bodies.distribution(world) | {"settlements": [str(world.altrove)]}
    assert send(client, world, body).status_code == 404
    corrected = bodies.distribution(world, gross_eur="300")
    assert send(client, world, corrected).status_code == 201, "the reference is still free"


@pytest.mark.parametrize(
    ("differing", "status"),
    [
        ({"gross_eur": 210.5}, 422),
        ({"gross_eur": "210.505"}, 422),
        ({"gross_eur": "-1"}, 422),
        ({"gross_eur": "1e3"}, 422),
        ({"bank_reference": ""}, 422),
        ({"kind": "gift"}, 422),
        ({"fee_withheld_eur": "210.50"}, 409),
    ],
)
def test_distribute__amount_that_is_none__is_refused(
    differing, status: int, shared_client: TestClient, shared_world: World
) -> None:
    assert (
        send(shared_client, shared_world, bodies.distribution(shared_world, **differing)).status_code
        == status
    )


def test_list__distributions__hide_the_bank_reference_from_members(
    shared_client: TestClient, shared_world: World
) -> None:
    def reference(who: str) -> str | None:
        return ask(shared_client, shared_world, "/distributions", who)["distributions"][0]["receipts"][0][
            "bank_reference"
        ]

    assert reference("auditor") == reference("administrator") == "TRN 1"
    assert reference("member") is None


def test_payouts__pages__add_up_in_the_order_of_the_tree(
    shared_client: TestClient, shared_world: World
) -> None:
    address = f"/distributions/{shared_world.distribution.id}/payouts"
    whole = ask(shared_client, shared_world, address)
    parts = [
        ask(shared_client, shared_world, f"{address}?limit=3&offset={start}") for start in range(0, 9, 3)
    ]
    assert [row for page in parts for row in page["payouts"]] == whole["payouts"]
    assert [row["index"] for row in whole["payouts"]] == list(range(whole["total"]))
    assert {row["channel"] for row in whole["payouts"]} == {"wallet", "bank"}


def test_settlement__figures__are_those_that_were_stored(
    shared_client: TestClient, shared_world: World
) -> None:
    stored = shared_world.settlement
    shown = ask(shared_client, shared_world, f"/settlements/{stored.id}", "member")
    assert shown["start"] == "2024-07-01T00:00:00+02:00"
    assert shown["shared_wh"] == stored.shared_wh
    split = {name: Decimal(text) for name, text in shown["split_eur"].items()}
    assert sum(split.values()) == Decimal(shown["revenue_eur"])
    members = ask(shared_client, shared_world, f"/settlements/{stored.id}/members", "auditor")["members"]
    assert sum(Decimal(row["payout_eur"]) for row in members) == split["producers"]
    assert [row["member"] for row in members] == ["P1", "P2", "P3", "P4", "P5", "P6", "TOWN"]


def test_ledger__transactions__are_told_in_sentences_the_latest_first(
    shared_client: TestClient, shared_world: World
) -> None:
    page = ask(shared_client, shared_world, "/ledger/transactions", "member")
    assert [row["sentence"] for row in page["transactions"]] == [
        "Posts the hours of 1 to 7 July 2024.",
        "Deploys the community's vault.",
    ]
    first = page["transactions"][0]
    assert (first["hash"], first["block"], first["gas_used"]) == ("0x" + "02" * 32, 8, 21_000)
    assert ask(shared_client, shared_world, "/ledger/transactions?limit=1&offset=1")["total"] == 2


def test_distribution__state__follows_cancellation_and_the_new_plan(
    client: TestClient, world: World, engine: Engine
) -> None:
    second = send(client, world, bodies.distribution(world)).json()

    def state(which: str) -> str:
        return ask(client, world, f"/distributions/{which}", "member")["state"]

    assert (state(str(world.distribution.id)), state(second["id"])) == ("settled", "planned")
    with OracleUnitOfWork(engine) as work:
        cancel_distributions(work, world.community_id, [1], 1, wallets=True)
        work.commit()
    assert (state(str(world.distribution.id)), state(second["id"])) == ("cancelled", "replaced")
    anew, first = ask(client, world, "/distributions")["distributions"]
    assert (anew["number"], anew["state"], anew["receipts"]) == (2, "planned", second["receipts"])
    assert first["id"] == str(world.distribution.id)


def test_distribution__without_receipts__is_shown_with_none(
    client: TestClient, world: World, engine: Engine
) -> None:
    with OracleUnitOfWork(engine) as work:
        cancel_distributions(work, world.community_id, [1], 1, wallets=True)
        redivide(work, world.community_id, wallets=True)
        work.commit()
    shown = ask(client, world, "/distributions")["distributions"][0]
    assert (shown["number"], shown["amount_eur"], shown["receipts"]) == (2, "0.000000", [])
    leaves = ask(client, world, f"/distributions/{world.distribution.id}/payouts")["payouts"]
    assert {row["state"] for row in leaves} == {"cancelled"}


def test_ledger__reporters__says_whose_keys_this_service_holds(
    shared_client: TestClient, shared_world: World
) -> None:
    shown = ask(shared_client, shared_world, "/ledger/reporters", "member")
    assert (shown["epoch"], shown["threshold"], shown["held"], len(shown["reporters"])) == (1, 3, 5, 5)
    assert shown["decided_by_service"] is True
    assert shown["sentence"].endswith("its signatures prove the mechanism, not independence")
