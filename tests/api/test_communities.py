"""Communities over HTTP."""

import pytest
from fastapi.testclient import TestClient

from tests.api import bodies
from tests.api.conftest import bearer
from tests.api.world import World


@pytest.fixture
def root(world: World) -> dict[str, str]:
    return bearer(world.tokens["root"])


def test_create__new_community__is_there_with_its_terms(client: TestClient, root: dict[str, str]) -> None:
    ring = [[7.6, 45.0], [7.7, 45.0], [7.7, 45.1], [7.6, 45.0]]
    wanted = bodies.community(
        boundary={"type": "Polygon", "coordinates": [ring]},
        max_radius_m=5_000,
        gse_compliance_status="submitted",
        allocation="SHARED_BOTH",
        parameters={"tras_e_eur_per_mwh": "8.220"},
        shares_bps={"producers": 6_000, "social": 3_000, "grid": 1_000},
    )
    made = client.post("/communities", json=wanted, headers=root)
    assert made.status_code == 201, made.text
    read = client.get(f"/communities/{made.json()['id']}", headers=root)
    assert read.json() == made.json()
    assert read.headers["ETag"] == made.headers["ETag"]
    shown = read.json()
    assert shown["parameters"] == {"tras_e_eur_per_mwh": "8.22"}
    assert shown["boundary"]["coordinates"] == [ring]
    assert shown["shares_bps"] == {"producers": 6_000, "social": 3_000, "grid": 1_000}
    assert shown["configurations"][0]["area_code"] == "AC001E00777"
    assert shown["ledger_id"] is None


def test_create__same_again__is_recognised(client: TestClient, root: dict[str, str]) -> None:
    first = client.post("/communities", json=bodies.community(), headers=root)
    second = client.post("/communities", json=bodies.community(), headers=root)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]


def test_create__same_name_other_terms__conflicts(client: TestClient, root: dict[str, str]) -> None:
    client.post("/communities", json=bodies.community(), headers=root)
    other = client.post("/communities", json=bodies.community(allocation="EQUAL"), headers=root)
    assert other.status_code == 409
    assert other.json()["code"] == "COMMUNITY_DIFFERS"
    assert "allocation" in other.json()["detail"]


def test_create__configurations__may_be_several(client: TestClient, root: dict[str, str]) -> None:
    rows = [
        {"code": "b", "area_code": "AC001E00002", "zone": "CNOR"},
        {"code": "a", "area_code": "AC001E00001", "zone": "NORD"},
    ]
    made = client.post("/communities", json=bodies.community(configurations=rows), headers=root)
    assert made.status_code == 201, made.text
    assert [row["code"] for row in made.json()["configurations"]] == ["a", "b"]


@pytest.mark.parametrize(
    ("differing", "place"),
    [
        ({"surprise": 1}, "body.surprise"),
        ({"name": ""}, "body.name"),
        ({"name": "a\x00b"}, "body.name"),
        ({"name": 7}, "body.name"),
        ({"status": "asleep"}, "body.status"),
        ({"max_radius_m": 10.0}, "body.max_radius_m"),
        ({"shares_bps": {"producers": 7_000, "social": 2_000, "grid": 999}}, "body.shares_bps"),
        ({"shares_bps": {"producers": 11_000, "social": -1_000, "grid": 0}}, "body.shares_bps.producers"),
        ({"parameters": {"tras_e_eur_per_mwh": 8.22}}, "body.parameters.tras_e_eur_per_mwh"),
        ({"parameters": {"unheard_of": "1"}}, "body.parameters.unheard_of.[key]"),
        ({"allocation": "PRIORITY"}, "body.allocation"),
        ({"configurations": []}, "body.configurations"),
        (
            {"configurations": [{"code": "a", "area_code": "AC1", "zone": "NORD"}]},
            "body.configurations.0.area_code",
        ),
        (
            {"boundary": {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1]]]}},
            "body.boundary.Polygon.coordinates.0",
        ),
        (
            {"boundary": {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 99], [0, 0]]]}},
            "body.boundary",
        ),
        (
            {"configurations": [{"code": "", "area_code": f"AC001E0000{n}", "zone": "NORD"} for n in (1, 2)]},
            "body",
        ),
    ],
)
def test_create__malformed__names_the_place(
    differing, place: str, shared_client: TestClient, shared_world: World
) -> None:
    headers = bearer(shared_world.tokens["root"])
    response = shared_client.post("/communities", json=bodies.community(**differing), headers=headers)
    assert response.status_code == 422, response.text
    assert response.json()["code"] == "REQUEST_MALFORMED"
    assert any(found["place"].startswith(place) for found in response.json()["findings"]), response.text


def test_update__all_settings__are_those_that_were_sent(
    client: TestClient, world: World, root: dict[str, str]
) -> None:
    address = f"/communities/{world.altrove}"
    wanted = bodies.update(
        bodies.community(), allocation="EQUAL", status="dissolved", legal_type="cooperative"
    )
    changed = client.put(address, json=wanted, headers=root)
    assert changed.status_code == 200, changed.text
    assert client.get(address, headers=root).json() == changed.json()
    shown = changed.json()
    assert (shown["allocation"], shown["status"], shown["legal_type"]) == (
        "EQUAL",
        "dissolved",
        "cooperative",
    )
    assert shown["parameters"] == {}, "what is left out returns to its default"


def test_update__rests_on_an_old_version__is_refused(
    client: TestClient, world: World, root: dict[str, str]
) -> None:
    address = f"/communities/{world.altrove}"
    version = client.get(address, headers=root).headers["ETag"]
    body = bodies.update(bodies.community())
    first = client.put(address, json=body, headers=root | {"If-Match": version})
    second = client.put(address, json=body | {"status": "active"}, headers=root | {"If-Match": version})
    third = client.put(address, json=body, headers=root | {"If-Match": first.headers["ETag"]})
    assert (first.status_code, second.status_code, third.status_code) == (200, 412, 200)
    assert second.json()["code"] == "STALE_VERSION"


def test_update__shares_that_the_vault_holds__conflict(client: TestClient, world: World) -> None:
    body = bodies.update(bodies.community(), shares_bps={"producers": 10_000, "social": 0, "grid": 0})
    response = client.put(world.path, json=body, headers=bearer(world.tokens["administrator"]))
    assert response.status_code == 409
    assert response.json()["code"] == "FIELD_NOT_CHANGEABLE"


def test_list__bound_and_global_tokens__see_what_they_reach(
    shared_client: TestClient, shared_world: World
) -> None:
    def names(who: str) -> list[str]:
        page = shared_client.get("/communities", headers=bearer(shared_world.tokens[who])).json()
        return [row["name"] for row in page["communities"]]

    assert names("root") == ["Altrove", "Prova"]
    assert names("administrator") == names("member") == ["Prova"]
    assert names("stranger") == ["Altrove"]


def test_list__pages__add_up(shared_client: TestClient, shared_world: World) -> None:
    headers = bearer(shared_world.tokens["root"])
    pages = [shared_client.get(f"/communities?limit=1&offset={n}", headers=headers).json() for n in range(3)]
    assert [[row["name"] for row in page["communities"]] for page in pages] == [["Altrove"], ["Prova"], []]
    assert {page["total"] for page in pages} == {2}


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "offset=-1", "limit=x", "offset=99999999999999"])
def test_list__bounds_of_a_page__are_kept(query: str, shared_client: TestClient, shared_world: World) -> None:
    response = shared_client.get(f"/communities?{query}", headers=bearer(shared_world.tokens["root"]))
    assert response.status_code == 422
