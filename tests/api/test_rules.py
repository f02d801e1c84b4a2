"""The law over HTTP, and a community's own rules: their effect first, then their adoption."""

import pytest
from fastapi.testclient import TestClient

from tests.api import bodies
from tests.api.conftest import bearer
from tests.api.world import NOW, World

SOURCE = "Members' assembly of 2025-01-20, resolution 3"
ROW = {"key": "class1_base_eur_per_mwh", "value": "20", "unit": "EUR/MWh", "source": SOURCE}


@pytest.fixture
def administrator(world: World) -> dict[str, str]:
    return bearer(world.tokens["administrator"])


def shared(client: TestClient, world: World, path: str) -> dict:
    response = client.get(path, headers=bearer(world.tokens["member"]))
    assert response.status_code == 200, response.text
    return response.json()


def test_rules__on_a_day__are_every_rule_once(shared_client: TestClient, shared_world: World) -> None:
    found = shared(shared_client, shared_world, "/rules?set=seed&on=2025-06-26")
    rows = {row["key"]: row for row in found["rules"]}
    assert len(rows) == len(found["rules"])
    assert (rows["plant_max_kw"]["value"], rows["plant_max_kw"]["status"]) == ("100", "S")
    assert rows["tras_e_eur_per_mwh"]["value"] is None
    assert rows["tras_e_eur_per_mwh"]["gap"].startswith("not published")


def test_rule__on_a_day__has_its_history(shared_client: TestClient, shared_world: World) -> None:
    found = shared(shared_client, shared_world, "/rules/pnrr_municipality_population_below?on=2025-06-26")
    assert found["rule"]["value"] == "50000"
    assert [(row["value"], row["valid_to"]) for row in found["history"]] == [
        ("5000", "2025-06-26"),
        ("50000", None),
    ]


def test_rule__no_day_named__is_that_of_today(shared_client: TestClient, shared_world: World) -> None:
    assert shared(shared_client, shared_world, "/rules/plant_max_kw")["on"] == f"{NOW:%Y-%m-%d}"


def test_rule__unknown_key__is_not_found(shared_client: TestClient, shared_world: World) -> None:
    response = shared_client.get("/rules/none", headers=bearer(shared_world.tokens["member"]))
    assert (response.status_code, response.json()["code"]) == (404, "NOT_FOUND")


def test_adopt__dry_run__shows_the_effect_and_stores_nothing(
    client: TestClient, world: World, administrator: dict[str, str]
) -> None:
    path = f"{world.path}/rules"
    shown = client.post(f"{path}?dry_run=true", json={"rules": [ROW]}, headers=administrator)
    assert shown.status_code == 200, shown.text
    (effect,) = shown.json()["effects"]
    assert float(effect["proposed"]["premium_eur"]) < float(effect["settled"]["premium_eur"])
    assert effect["proposed"]["valorisation_eur"] == effect["settled"]["valorisation_eur"]
    assert not effect["changed_since"]
    assert not shown.json()["adopted"]
    assert client.get(path, headers=administrator).json() == {"rules": []}


def test_adopt__once_and_again__is_listed_once_and_leaves_the_settlement(
    client: TestClient, world: World, administrator: dict[str, str]
) -> None:
    path = f"{world.path}/rules"
    settled = client.get(f"{world.path}/settlements/{world.settlement.id}", headers=administrator).json()
    first, second = (client.post(path, json={"rules": [ROW]}, headers=administrator) for _ in range(2))
    assert (first.json()["adopted"], second.json()["adopted"]) == (True, False)
    (listed,) = client.get(path, headers=administrator).json()["rules"]
    assert {name: listed[name] for name in ROW} == ROW
    assert listed["counts_from"] == f"{NOW:%Y-%m-%d}"
    again = client.post(f"{world.path}/energy/share", json=bodies.share(), headers=administrator)
    assert again.json() == settled


@pytest.mark.parametrize(
    "change",
    [
        {"key": "premium_years"},
        {"value": "-1"},
        {"unit": "kW"},
        {"source": "the assembly"},
        {"valid_from": "2026-01-01", "valid_to": "2026-01-01"},
        {"status": "V"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_adopt__row_that_is_none__is_refused(
    client: TestClient, world: World, administrator: dict[str, str], change: dict
) -> None:
    response = client.post(f"{world.path}/rules", json={"rules": [ROW | change]}, headers=administrator)
    assert response.status_code == 422


def test_adopt__two_values_on_a_day__is_refused(
    client: TestClient, world: World, administrator: dict[str, str]
) -> None:
    body = {"rules": [ROW, ROW | {"value": "30"}]}
    response = client.post(f"{world.path}/rules", json=body, headers=administrator)
    assert response.status_code == 422
    assert "part them by valid_to" in response.text


def test_settlement__overridden_parameter__is_shown_as_unverified(
    shared_client: TestClient, shared_world: World
) -> None:
    path = f"{shared_world.path}/settlements/{shared_world.settlement.id}"
    found = {row["name"]: row for row in shared(shared_client, shared_world, path)["unverified_parameters"]}
    assert found["fc_north_eur_per_mwh"]["value"] == "10"
    assert found["fc_north_eur_per_mwh"]["source"] == "community.toml [parameters]"
    assert "class1_base_eur_per_mwh" not in found


def test_settlement__rules_that_nothing_confirms__are_named_in_list_and_detail(
    shared_client: TestClient, shared_world: World
) -> None:
    path = f"{shared_world.path}/settlements"
    detail = shared(shared_client, shared_world, f"{path}/{shared_world.settlement.id}")
    (listed,) = shared(shared_client, shared_world, path)["settlements"]
    rules = {row["name"] for row in detail["unverified_rules"]}
    assert "zone_NORD_regions" in rules
    assert all(row["source"] for row in detail["unverified_rules"])
    parameters = {row["name"] for row in detail["unverified_parameters"]}
    assert detail["unverified"] == listed["unverified"] == sorted(rules | parameters)
