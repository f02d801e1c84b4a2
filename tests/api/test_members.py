"""Members, PODs and plants over HTTP."""

import pytest
from fastapi.testclient import TestClient

from tests.api import bodies
from tests.api.conftest import bearer
from tests.api.world import IBAN, World

CHECKSUMMED = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"


@pytest.fixture
def admin(world: World) -> dict[str, str]:
    return bearer(world.tokens["administrator"])


def test_add__member_with_its_pods__is_listed_by_code(
    client: TestClient, world: World, admin: dict[str, str]
) -> None:
    wanted = bodies.member(
        payout_channel="wallet",
        wallet_address=CHECKSUMMED.lower().replace("0x", "0x"),
        iban=IBAN,
        account_holder="Ada Rossi",
        location={"type": "Point", "coordinates": [7.6, 45.1]},
        joined_on="2024-12-01",
        publication_consent=True,
    )
    made = client.post(f"{world.path}/members", json=wanted, headers=admin)
    assert made.status_code == 201, made.text
    shown = made.json()
    assert shown["personal"] == {
        "wallet_address": CHECKSUMMED,
        "iban": IBAN,
        "account_holder": "Ada Rossi",
        "location": {"type": "Point", "coordinates": [7.6, 45.1]},
    }
    assert shown["pods"][0]["pod"] == "IT001E00000777"
    listed = client.get(f"{world.path}/members", headers=admin).json()["members"]
    assert [row["code"] for row in listed] == ["N1", "P1", "P2", "P3", "P4", "P5", "P6", "TOWN"]
    assert client.get(f"{world.path}/members/{shown['id']}", headers=admin).json() == shown


def test_add__same_again__is_recognised(client: TestClient, world: World, admin: dict[str, str]) -> None:
    answers = [client.post(f"{world.path}/members", json=bodies.member(), headers=admin) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].json() == answers[1].json()


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (bodies.member("P1"), "MEMBER_EXISTS"),
        (bodies.member(pod="IT001E00000002"), "POD_TAKEN"),
        (
            bodies.member(pods=[{"pod": "IT001E00000777", "configuration": "X", "valid_from": "2025-01-01"}]),
            "UNKNOWN_CONFIGURATION",
        ),
    ],
)
def test_add__conflict__has_its_name(
    wanted, code: str, client: TestClient, world: World, admin: dict[str, str]
) -> None:
    response = client.post(f"{world.path}/members", json=wanted, headers=admin)
    assert (response.status_code, response.json()["code"]) == (409, code)
    assert len(client.get(f"{world.path}/members", headers=admin).json()["members"]) == 7


@pytest.mark.parametrize(
    "differing",
    [
        {"iban": "IT60X0542811101000000123457"},
        {"wallet_address": "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD"},
        {"wallet_address": "0x" + "0" * 40},
        {"payout_channel": "wallet"},
        {"payout_channel": "social"},
        {"legal_category": "LARGE_ENTERPRISE"},
        {"enterprise": "yes"},
        {"joined_on": 19723},
        {"joined_on": "2024-12-01", "left_on": "2024-12-01"},
        {"pods": [{"pod": "IT001E0000077", "configuration": "", "valid_from": "2025-01-01"}]},
        {"pods": [{"pod": "IT001E00000777", "configuration": "", "valid_from": "0001-01-01"}]},
        {"pods": [{"pod": "IT001E00000777", "configuration": "", "valid_from": "2025-01-01"}] * 2},
        {
            "pods": [
                {
                    "pod": "IT001E00000777",
                    "configuration": "",
                    "valid_from": "2025-01-02",
                    "valid_to": "2025-01-02",
                }
            ]
        },
        {"location": {"type": "Point", "coordinates": [181, 0]}},
        {"name": "Anna Bianchi"},
    ],
)
def test_add__malformed__is_refused(differing, shared_client: TestClient, shared_world: World) -> None:
    headers = bearer(shared_world.tokens["administrator"])
    response = shared_client.post(
        f"{shared_world.path}/members", json=bodies.member(**differing), headers=headers
    )
    assert response.status_code == 422, response.text


def test_update__pod_is_ended_and_another_begins__both_stand(
    client: TestClient, world: World, admin: dict[str, str]
) -> None:
    address = f"{world.path}/members/{world.members['P2']}"
    moved = [
        {
            "pod": "IT001E00000002",
            "configuration": "",
            "valid_from": "2024-01-01",
            "valid_to": "2025-01-01",
        },
        {"pod": "IT001E00000777", "configuration": "", "valid_from": "2025-01-01"},
    ]
    changed = client.put(address, json=bodies.update(bodies.member(pods=moved)), headers=admin)
    assert changed.status_code == 200, changed.text
    assert [(row["pod"], row["valid_to"]) for row in changed.json()["pods"]] == [
        ("IT001E00000002", "2025-01-01"),
        ("IT001E00000777", None),
    ]
    assert changed.json()["code"] == "P2"


def test_update__pods_that_are_not_named__stay(
    client: TestClient, world: World, admin: dict[str, str]
) -> None:
    address = f"{world.path}/members/{world.members['P2']}"
    changed = client.put(address, json=bodies.update(bodies.member(pods=[])), headers=admin)
    assert [row["pod"] for row in changed.json()["pods"]] == ["IT001E00000002"]


def test_update__rests_on_an_old_version__is_refused(
    client: TestClient, world: World, admin: dict[str, str]
) -> None:
    address = f"{world.path}/members/{world.members['P3']}"
    version = client.get(address, headers=admin).headers["ETag"]
    body = bodies.update(bodies.member(pods=[]))
    assert client.put(address, json=body, headers=admin | {"If-Match": version}).status_code == 200
    assert client.put(address, json=body, headers=admin | {"If-Match": version}).status_code == 412


def test_plant__behind_a_pod__belongs_to_its_owner(
    client: TestClient, world: World, admin: dict[str, str]
) -> None:
    made = client.post(f"{world.path}/plants", json=bodies.plant(), headers=admin)
    again = client.post(f"{world.path}/plants", json=bodies.plant(), headers=admin)
    assert (made.status_code, again.status_code) == (201, 200)
    assert made.json() == again.json()
    assert (made.json()["member"], made.json()["power_kw"]) == ("P2", "4.5")
    listed = client.get(f"{world.path}/plants", headers=admin).json()["plants"]
    assert [row["code"] for row in listed] == ["NEW", "SUN", "TOWN"]


def test_plant__stops_recognised__are_kept_and_settled_by(
    client: TestClient, world: World, admin: dict[str, str]
) -> None:
    made = client.post(f"{world.path}/plants", json=bodies.plant(), headers=admin).json()
    assert made["stop_days"] == 0
    address = f"{world.path}/plants/{made['id']}/stops"
    shown = client.put(address, json={"stop_days": 12}, headers=admin)
    assert (shown.status_code, shown.json()["stop_days"]) == (200, 12)
    listed = client.get(f"{world.path}/plants", headers=admin).json()["plants"]
    assert {row["code"]: row["stop_days"] for row in listed} == {"NEW": 12, "SUN": 0, "TOWN": 0}


def test_plant__day_of_the_request__is_kept_and_taken_back(
    client: TestClient, world: World, admin: dict[str, str]
) -> None:
    made = client.post(f"{world.path}/plants", json=bodies.plant(), headers=admin).json()
    assert made["requested_on"] is None
    address = f"{world.path}/plants/{made['id']}/request"
    shown = client.put(address, json={"requested_on": "2025-01-15"}, headers=admin)
    assert (shown.status_code, shown.json()["requested_on"]) == (200, "2025-01-15")
    again = client.put(address, json={"requested_on": None}, headers=admin)
    assert (again.status_code, again.json()["requested_on"]) == (200, None)


@pytest.mark.parametrize("body", [{}, {"requested_on": "15/01/2025"}, {"requested_on": 1}])
def test_plant__request_on_no_day__is_refused(
    client: TestClient, world: World, admin: dict[str, str], body: dict[str, object]
) -> None:
    plant_id = client.get(f"{world.path}/plants", headers=admin).json()["plants"][0]["id"]
    address = f"{world.path}/plants/{plant_id}/request"
    assert client.put(address, json=body, headers=admin).status_code == 422


@pytest.mark.parametrize(("stop_days", "status"), [(-1, 422), (36_526, 422), ("3", 422)])
def test_plant__stops_that_cannot_be__are_refused(
    client: TestClient, world: World, admin: dict[str, str], stop_days: object, status: int
) -> None:
    plant_id = client.get(f"{world.path}/plants", headers=admin).json()["plants"][0]["id"]
    address = f"{world.path}/plants/{plant_id}/stops"
    assert client.put(address, json={"stop_days": stop_days}, headers=admin).status_code == status


def test_plant__stops_of_an_unknown_one__are_not_found(
    client: TestClient, world: World, admin: dict[str, str]
) -> None:
    address = f"{world.path}/plants/{world.community_id}/stops"
    assert client.put(address, json={"stop_days": 1}, headers=admin).status_code == 404


def test_plant__same_code_other_plant__conflicts(
    client: TestClient, world: World, admin: dict[str, str]
) -> None:
    response = client.post(f"{world.path}/plants", json=bodies.plant("SUN"), headers=admin)
    assert (response.status_code, response.json()["code"]) == (409, "PLANT_EXISTS")


def test_plant__pod_of_nobody__is_not_found(client: TestClient, world: World, admin: dict[str, str]) -> None:
    wanted = bodies.plant(pod="IT001E00000888")
    assert client.post(f"{world.path}/plants", json=wanted, headers=admin).status_code == 404


@pytest.mark.parametrize(
    "differing",
    [
        {"power_kw": "0"},
        {"power_kw": 4.5},
        {"power_kw": "1e3"},
        {"grant_pct": "40.000001"},
        {"region": "Corsica"},
        {"source": "coal"},
        {"entry_into_operation": "2024-06-31"},
    ],
)
def test_plant__malformed__is_refused(differing, shared_client: TestClient, shared_world: World) -> None:
    headers = bearer(shared_world.tokens["administrator"])
    response = shared_client.post(
        f"{shared_world.path}/plants", json=bodies.plant(**differing), headers=headers
    )
    assert response.status_code == 422, response.text
