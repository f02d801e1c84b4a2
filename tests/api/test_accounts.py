"""Accounts and drafts over HTTP."""

from dataclasses import replace
from decimal import Decimal

from fastapi.testclient import TestClient

from api.main import create_app
from api.service import service_of
from oracle.usecases.standing import Findings
from settlement.bootstrap import Database
from tests.api import bodies
from tests.api.conftest import bearer
from tests.api.world import NOW, World


def get(client: TestClient, world: World, path: str, who: str = "auditor"):
    return client.get(world.path + path, headers=bearer(world.tokens[who]))


def step(client: TestClient, world: World, draft: str, state: str, *acknowledged: str):
    """Ask for a step as the administrator."""
    return client.post(
        f"{world.path}/drafts/{draft}/steps",
        json={"state": state, "acknowledged": list(acknowledged)},
        headers=bearer(world.tokens["administrator"]),
    )


def drafted(client: TestClient, world: World) -> str:
    """Id of a draft."""
    body = bodies.distribution(world)
    del body["acknowledged"]
    made = client.post(f"{world.path}/drafts", json=body, headers=bearer(world.tokens["administrator"]))
    assert made.status_code == 200, made.text
    return made.json()["id"]


def test_trial_balance__of_the_world__balances_and_carries_what_the_vault_must_hold(
    shared_client: TestClient, shared_world: World
) -> None:
    shown = get(shared_client, shared_world, "/accounts/trial-balance").json()
    assert shown["debits_eur"] == shown["credits_eur"]
    assert Decimal(shown["carry_eur"]) * 1_000_000 == shared_world.distribution.carry_micro_eur
    held = {(row["account"], row["member"]): (row["side"], row["amount_eur"]) for row in shown["accounts"]}
    assert held["bank", None] == ("debit", "1234.560000")


def test_trial_balance__before_anything_took_effect__is_empty(
    shared_client: TestClient, shared_world: World
) -> None:
    shown = get(shared_client, shared_world, "/accounts/trial-balance?on=2024-01-01").json()
    assert (shown["accounts"], shown["debits_eur"]) == ([], "0.000000")


def test_journal__by_pages__is_in_order_and_each_entry_balances(
    shared_client: TestClient, shared_world: World
) -> None:
    first = get(shared_client, shared_world, "/accounts/journal?limit=2").json()
    rest = get(shared_client, shared_world, "/accounts/journal?offset=2").json()
    entries = first["entries"] + rest["entries"]
    assert [row["kind"] for row in entries][:5] == ["claim", "receipt", "division", "entitlement", "leaves"]
    assert len(entries) == first["total"]
    for entry in entries:
        signed = [
            Decimal(row["amount_eur"]) * (1 if row["side"] == "debit" else -1) for row in entry["postings"]
        ]
        assert sum(signed) == 0


def test_journal__bank_reference__is_not_for_auditors(shared_client: TestClient, shared_world: World) -> None:
    notes = [
        get(shared_client, shared_world, "/accounts/journal", who).json()["entries"][1]["note"]
        for who in ("auditor", "administrator")
    ]
    assert notes == [None, "TRN 1"]


def test_draft__step_by_step__becomes_the_distribution_of_its_id(client: TestClient, world: World) -> None:
    draft = drafted(client, world)
    proposal = get(client, world, f"/drafts/{draft}/proposal").json()
    assert [row["name"] for row in proposal["findings"]] == ["RECEIVED_ABOVE_COMPUTED"]
    assert [row["kind"] for row in proposal["entries"]] == ["division", "entitlement", "leaves"]
    assert step(client, world, draft, "checked").status_code == 200
    refused = step(client, world, draft, "approved")
    assert (refused.status_code, refused.json()["code"]) == (409, "FINDINGS_NOT_ACKNOWLEDGED")
    approved = step(client, world, draft, "approved", "RECEIVED_ABOVE_COMPUTED").json()
    assert [(row["state"], row["by"]) for row in approved["steps"]] == [
        ("draft", "administrator"),
        ("checked", "administrator"),
        ("approved", "administrator"),
    ]
    shown = get(client, world, f"/distributions/{draft}", "administrator").json()
    assert (shown["number"], shown["pool_eur"]) == (2, proposal["pool_eur"])


def test_draft__approved_before_its_check__is_refused(client: TestClient, world: World) -> None:
    refused = step(client, world, drafted(client, world), "approved", "RECEIVED_ABOVE_COMPUTED")
    assert (refused.status_code, refused.json()["code"]) == (409, "LIFECYCLE_REFUSED")


def test_draft__withdrawn__can_be_drafted_again(client: TestClient, world: World) -> None:
    draft = drafted(client, world)
    assert step(client, world, draft, "withdrawn").status_code == 200
    assert drafted(client, world) != draft


def test_distribute__finding_not_acknowledged__leaves_nothing_behind(
    client: TestClient, world: World
) -> None:
    body = bodies.distribution(world) | {"acknowledged": []}
    address, headers = f"{world.path}/distributions", bearer(world.tokens["administrator"])
    refused = client.post(address, json=body, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "FINDINGS_NOT_ACKNOWLEDGED")
    assert client.post(address, json=bodies.distribution(world), headers=headers).status_code == 201


SPENDING = {"fund": "social", "amount_eur": "12.50", "paid_on": "2024-12-03", "reference": "CRO 5"}


def book(client: TestClient, world: World, what: str, body: dict, query: str = ""):
    """Type something into the books as the administrator."""
    headers = bearer(world.tokens["administrator"])
    return client.post(f"{world.path}/accounts/{what}{query}", json=body, headers=headers)


def held(client: TestClient, world: World) -> dict[str, str]:
    """What each account holds."""
    shown = get(client, world, "/accounts/trial-balance").json()
    return {row["account"]: row["amount_eur"] for row in shown["accounts"]}


def test_spending__sent_twice__is_one_entry(client: TestClient, world: World) -> None:
    before = held(client, world)
    tried = book(client, world, "spendings", SPENDING, "?dry_run=true")
    assert (tried.status_code, held(client, world)) == (200, before)
    made, again = (book(client, world, "spendings", SPENDING) for _ in range(2))
    assert (made.status_code, again.status_code) == (201, 200)
    assert made.json() == again.json()
    assert (made.json()["kind"], made.json()["note"]) == ("spending", "CRO 5")
    spent = Decimal(before["social_fund"]) - Decimal(held(client, world)["social_fund"])
    assert spent == Decimal("12.5")
    other = book(client, world, "spendings", SPENDING | {"amount_eur": "12.51"})
    assert (other.status_code, other.json()["code"]) == (409, "BOOKING_REFUSED")


def test_spending__taken_back__leaves_the_books_as_they_were(client: TestClient, world: World) -> None:
    before = held(client, world)
    entry = book(client, world, "spendings", SPENDING).json()["id"]
    wanted = {"entry_id": entry, "note": "typed twice"}
    made, again = (book(client, world, "reversals", wanted) for _ in range(2))
    assert (made.status_code, again.status_code) == (201, 200)
    assert (made.json()["corrects"], made.json()["cause"]) == (entry, "MISTAKE")
    assert made.json() == again.json()
    assert held(client, world) == before
    assert get(client, world, "/accounts/reconciliation").json()["differences"] == []


def test_books__what_the_accounts_cannot_take__is_refused(client: TestClient, world: World) -> None:
    receipt = get(client, world, "/accounts/journal").json()["entries"][1]["id"]
    collection = {"member": "P3", "amount_eur": "1.00", "paid_on": "2024-12-03", "reference": "CRO 6"}
    answers = [
        book(client, world, "spendings", SPENDING | {"amount_eur": "1000000.00"}),
        book(client, world, "spendings", SPENDING | {"amount_eur": "0"}),
        book(client, world, "collections", collection),
        book(client, world, "reversals", {"entry_id": receipt, "note": "no"}),
    ]
    assert [(row.status_code, row.json()["code"]) for row in answers] == [(409, "BOOKING_REFUSED")] * 4


def test_closing__everything_agrees__says_that_the_chain_was_not_asked(
    client: TestClient, world: World
) -> None:
    shown = get(client, world, "/accounts/reconciliation").json()
    assert (shown["agrees"], shown["differences"]) == (True, [])
    for _ in range(2):
        closed = book(client, world, "closings", {"final": True})
        assert (closed.status_code, closed.json()["final"]) == (200, [])
        assert "has no chain" in closed.json()["notes"][0]


def test_closing__vault_holds_another_sum__is_refused(world: World) -> None:
    service = service_of(Database(world.engine, "", embedded=False), clock=lambda: NOW)
    apart = Findings(divergences=["the vault holds 1 micro-euro more"])
    client = TestClient(create_app(replace(service, compare_chain=lambda _community: apart)))
    refused = book(client, world, "closings", {"final": True})
    assert (refused.status_code, refused.json()["code"]) == (409, "ACCOUNTS_DIFFER")
    shown = get(client, world, "/accounts/reconciliation").json()
    assert (shown["agrees"], shown["differences"]) == (False, apart.divergences)
