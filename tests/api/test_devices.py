"""Devices over HTTP: registered by administrators, heard with their own keys, shown to whom they concern."""

import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.guard import DEVICE_BODY_MAX_BYTES
from tests.api.conftest import bearer
from tests.api.world import NOW, World
from tests.oracle.devices import day_values

POD, OTHER_POD = "IT001E00000001", "IT001E00000004"
WHOLE = day_values(base=7)
BLOCK = {"direction": "withdrawn", "start": "2024-08-01T00:00:00+02:00", "wh": WHOLE}
READINGS = {"message": "1", "pod": POD, "sent_at": "2024-08-02T00:00:00+02:00", "blocks": [BLOCK]}


@pytest.fixture
def admin(world: World) -> dict[str, str]:
    return bearer(world.tokens["administrator"])


def register(client: TestClient, world: World, **changed: Any) -> tuple[str, dict[str, str]]:
    """Id of a new device, and the header that shows its key."""
    wanted = {"code": "m-1", "kind": "meter", "pod": POD} | changed
    answer = client.post(f"{world.path}/devices", json=wanted, headers=bearer(world.tokens["administrator"]))
    assert answer.status_code == 201, answer.text
    return answer.json()["device"]["id"], bearer(answer.json()["key"])


def push(client: TestClient, world: World, key: dict[str, str], **changed: Any) -> tuple[int, dict[str, Any]]:
    answer = client.post(f"{world.path}/meters/readings", json=READINGS | changed, headers=key)
    return answer.status_code, answer.json()


def sample(metric: str, value: str, **ago: int) -> dict[str, str]:
    return {"metric": metric, "value": value, "at": (NOW - timedelta(**ago)).isoformat()}


def test_push__whole_day__enters_once_and_is_recognised(client: TestClient, world: World) -> None:
    _, key = register(client, world)
    status, first = push(client, world, key)
    entered = [{"direction": "withdrawn", "day": "2024-08-01"}]
    assert (status, first["known"], first["changed"], first["entered"]) == (200, False, 96, entered)
    status, again = push(client, world, key)
    assert (status, again["known"], again["changed"], again["entered"]) == (200, True, 0, [])


def test_push__ten_at_once__one_is_new(client: TestClient, world: World) -> None:
    _, key = register(client, world)
    answers: list[tuple[int, dict[str, Any]]] = []
    threads = [threading.Thread(target=lambda: answers.append(push(client, world, key))) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [status for status, _ in answers] == [200] * 10
    assert sorted(answer["known"] for _, answer in answers) == [False] + [True] * 9


PROBLEMS: list[tuple[dict[str, Any], int, str]] = [
    ({"pod": OTHER_POD}, 403, "POD_NOT_OWN"),
    ({"sent_at": "2030-01-01T00:00:00Z"}, 409, "MEASURED_IN_FUTURE"),
    ({"blocks": [BLOCK | {"start": "2023-12-31T00:00:00+01:00"}]}, 409, "READINGS_NOT_ADMITTED"),
    ({"blocks": [BLOCK | {"start": "2024-08-01T00:07:00+02:00"}]}, 422, "MESSAGE_MALFORMED"),
    ({"blocks": [BLOCK | {"wh": [1.5]}]}, 422, "REQUEST_MALFORMED"),
    ({"secret": "x"}, 422, "REQUEST_MALFORMED"),
]


def test_push__what_cannot_be_taken__is_a_problem(client: TestClient, world: World) -> None:
    _, key = register(client, world)
    for changed, status, code in PROBLEMS:
        found, problem = push(client, world, key, **changed)
        assert (found, problem["code"]) == (status, code), changed


def test_push__id_used_for_other_content__is_a_conflict(client: TestClient, world: World) -> None:
    _, key = register(client, world)
    push(client, world, key)
    status, problem = push(client, world, key, blocks=[BLOCK | {"wh": WHOLE[:5]}])
    assert (status, problem["code"]) == (409, "MESSAGE_ID_REUSED")


def test_push__body_of_a_device__is_bounded(client: TestClient, world: World) -> None:
    _, key = register(client, world)
    status, problem = push(client, world, key, message="x" * DEVICE_BODY_MAX_BYTES)
    assert (status, problem["code"]) == (413, "BODY_TOO_LARGE")
    pieces = iter([b" " * DEVICE_BODY_MAX_BYTES, json.dumps(READINGS).encode()])
    answer = client.post(
        f"{world.path}/meters/readings", content=pieces, headers=key | {"Content-Type": "application/json"}
    )
    assert answer.status_code == 413


def test_key__of_a_device__opens_nothing_else(client: TestClient, world: World) -> None:
    _, key = register(client, world)
    for path in ("/whoami", "/communities", f"{world.path}/live", f"{world.path}/devices"):
        assert client.get(path, headers=key).status_code == 403, path
    elsewhere = client.post(f"/communities/{world.altrove}/meters/readings", json=READINGS, headers=key)
    assert elsewhere.status_code == 404


def test_rotate__two_keys_then_none(client: TestClient, world: World, admin: dict[str, str]) -> None:
    device, old = register(client, world)
    answer = client.post(f"{world.path}/devices/{device}/keys", json={"overlap_hours": 1}, headers=admin)
    new = bearer(answer.json()["key"])
    assert [push(client, world, key)[0] for key in (old, new)] == [200, 200]
    client.post(f"{world.path}/devices/{device}/keys", json={"overlap_hours": 0}, headers=admin)
    assert [push(client, world, key)[0] for key in (old, new)] == [401, 401]


def test_revoke__device__is_not_heard_and_stays_on_the_list(
    client: TestClient, world: World, admin: dict[str, str]
) -> None:
    device, key = register(client, world)
    assert client.delete(f"{world.path}/devices/{device}", headers=admin).json()["state"] == "revoked"
    assert push(client, world, key)[0] == 401
    listed = client.get(f"{world.path}/devices", headers=admin).json()["devices"]
    assert [row["state"] for row in listed] == ["revoked"]
    gone = client.post(f"{world.path}/devices/{device}/keys", json={"overlap_hours": 0}, headers=admin)
    assert (gone.status_code, gone.json()["code"]) == (409, "DEVICE_REVOKED")


def test_change__limit__is_kept_and_last_seen_is_shown(
    client: TestClient, world: World, admin: dict[str, str]
) -> None:
    device, key = register(client, world)
    push(client, world, key)
    wanted = {"pod": POD, "limit_w": 3_000}
    assert client.put(f"{world.path}/devices/{device}", json=wanted, headers=admin).status_code == 200
    shown = client.get(f"{world.path}/devices/{device}", headers=admin).json()
    assert (shown["limit_w"], shown["last_seen_at"][:16]) == (3_000, "2024-12-04T10:00")


def test_live__each_asker__sees_what_is_its_own(client: TestClient, world: World) -> None:
    device, key = register(client, world, code="i-1", kind="inverter", plant="SUN")
    samples = [sample("power_w", "-1.5", seconds=30), sample("voltage_l1_v", "260", hours=3)]
    assert client.post(f"{world.path}/telemetry", json={"samples": samples}, headers=key).json() == {
        "kept": 2
    }

    def live(who: str) -> list[dict[str, Any]]:
        return client.get(f"{world.path}/live", headers=bearer(world.tokens[who])).json()["values"]

    power, voltage = live("auditor")
    assert (power["value"], power["unit"], power["age_s"], power["stale"]) == ("-1.5", "W", 30, False)
    assert (power["source"], power["device"], voltage["stale"]) == ("http", "i-1", True)
    assert len(live("owner")) == 2
    assert live("member") == []
    series = f"{world.path}/devices/{device}/telemetry?metric=power_w"
    found = client.get(series, headers=bearer(world.tokens["owner"])).json()
    assert [point["value"] for point in found["points"]] == ["-1.5"]
    assert client.get(series, headers=bearer(world.tokens["member"])).status_code == 404
    before = client.get(
        f"{series}&to=2024-12-04T00:00:00Z", headers=bearer(world.tokens["administrator"])
    ).json()
    assert before["points"] == []


def test_telemetry__of_a_meter__changes_no_reading(client: TestClient, world: World) -> None:
    _, key = register(client, world)
    admin = bearer(world.tokens["administrator"])
    balance = f"{world.path}/energy/balance?from=2024-07-01&to=2024-07-08"
    before = client.get(balance, headers=admin).json()
    samples = [sample("injected_wh", "123456", minutes=1), sample("power_w", "1", minutes=1)]
    assert client.post(f"{world.path}/telemetry", json={"samples": samples}, headers=key).status_code == 200
    assert client.get(balance, headers=admin).json() == before
