"""Readings and prices over HTTP: all of a file or nothing."""

from datetime import date
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from settlement.casefile import write_case
from tests.api import bodies
from tests.api.conftest import bearer
from tests.api.world import World
from tests.settlement.store.world import case, community

WEEK = "from=2024-07-01&to=2024-07-08"
NEXT = "from=2024-07-08&to=2024-07-10"


@pytest.fixture
def admin(world: World) -> dict[str, str]:
    return bearer(world.tokens["administrator"]) | {"Content-Type": "text/csv"}


@pytest.fixture
def root(world: World) -> dict[str, str]:
    return bearer(world.tokens["root"]) | {"Content-Type": "text/csv"}


def files(tmp_path: Path, first: int, after: int) -> tuple[bytes, bytes]:
    """readings.csv and prices.csv of some days of July."""
    write_case(case(date(2024, 7, first), date(2024, 7, after), name="Prova"), tmp_path)
    return (tmp_path / "readings.csv").read_bytes(), (tmp_path / "prices.csv").read_bytes()


def test_readings__same_week_again__changes_nothing(
    client: TestClient, world: World, admin: dict[str, str], tmp_path: Path
) -> None:
    readings, _ = files(tmp_path, 1, 8)
    response = client.post(f"{world.path}/readings?{WEEK}", content=readings, headers=admin)
    assert response.status_code == 200, response.text
    assert response.json()["readings"] == {"new": 0, "unchanged": 63, "corrected": 0}


def test_readings__one_other_value__is_a_correction_beside_the_old_one(
    client: TestClient, world: World, admin: dict[str, str], tmp_path: Path
) -> None:
    readings, _ = files(tmp_path, 1, 8)
    lines = readings.decode().splitlines()
    lines[1] = lines[1].rsplit(",", 2)[0] + ",4999,measured"
    response = client.post(f"{world.path}/readings?{WEEK}", content="\n".join(lines), headers=admin)
    assert response.json()["readings"] == {"new": 0, "unchanged": 62, "corrected": 1}, response.text


def test_import_and_share__next_days__are_settled_over_http_alone(
    client: TestClient, world: World, admin: dict[str, str], root: dict[str, str], tmp_path: Path
) -> None:
    readings, prices = files(tmp_path, 8, 10)
    brought = client.post(f"{world.path}/readings?{NEXT}", content=readings, headers=admin)
    assert brought.json()["readings"]["new"] == 18, brought.text
    early = client.post(
        f"{world.path}/energy/share",
        json=bodies.share("2024-07-08", "2024-07-10"),
        headers=bearer(world.tokens["administrator"]),
    )
    assert (early.status_code, early.json()["code"]) == (409, "CASE_NOT_READY")
    assert "no prices" in early.json()["findings"][0]["sentence"]
    priced = client.post(f"{world.path}/prices?{NEXT}", content=prices, headers=root)
    assert priced.json()["prices"] == {"new": 2, "unchanged": 0, "corrected": 0}, priced.text
    settled = client.post(
        f"{world.path}/energy/share",
        json=bodies.share("2024-07-08", "2024-07-10"),
        headers=bearer(world.tokens["administrator"]),
    )
    assert settled.status_code == 200, settled.text
    assert settled.json()["shared_wh"] > 0


def test_readings__defects__are_findings_with_their_lines_and_nothing_is_imported(
    client: TestClient, world: World, admin: dict[str, str], tmp_path: Path
) -> None:
    readings, _ = files(tmp_path, 8, 10)
    lines = readings.decode().splitlines()
    lines[2] = "2024-07-08T01:00:00+02:00,IT001E00000001,injected,minus,measured"
    lines[5] = lines[4]
    response = client.post(f"{world.path}/readings?{NEXT}", content="\n".join(lines), headers=admin)
    assert response.status_code == 422
    problem = response.json()
    assert problem["code"] == "READINGS_MALFORMED"
    assert {3, 6} <= {found["line"] for found in problem["findings"]}
    assert {found["place"] for found in problem["findings"]} == {"readings.csv"}
    admin_json = bearer(world.tokens["administrator"])
    balance = client.get(f"{world.path}/energy/balance?{NEXT}", headers=admin_json).json()
    assert balance["status"] == "absent"


def test_readings__a_missing_hour__is_found_because_missing_is_not_zero(
    client: TestClient, world: World, admin: dict[str, str], tmp_path: Path
) -> None:
    readings, _ = files(tmp_path, 8, 10)
    lines = readings.decode().splitlines()
    response = client.post(
        f"{world.path}/readings?{NEXT}", content="\n".join(lines[:3] + lines[4:]), headers=admin
    )
    assert response.status_code == 422
    assert "lacks 1 of 48 readings" in response.json()["findings"][0]["sentence"]


def test_readings__pod_of_another_community__is_refused(
    client: TestClient, world: World, tmp_path: Path
) -> None:
    readings, _ = files(tmp_path, 8, 10)
    headers = bearer(world.tokens["stranger"]) | {"Content-Type": "text/csv"}
    response = client.post(f"/communities/{world.altrove}/readings?{NEXT}", content=readings, headers=headers)
    assert response.status_code == 422
    assert len(response.json()["findings"]) <= 1_000


@pytest.mark.parametrize("body", [b"", b"\xff\xfe\x00", b"a;b;c\n", b'"', b"interval_start,pod\n", b"\n\n\n"])
def test_readings__not_such_a_table__is_refused(
    body: bytes, shared_client: TestClient, shared_world: World
) -> None:
    headers = bearer(shared_world.tokens["administrator"]) | {"Content-Type": "text/csv"}
    response = shared_client.post(f"{shared_world.path}/readings?{WEEK}", content=body, headers=headers)
    assert response.status_code == 422
    assert response.json()["findings"]


@pytest.mark.parametrize("media_type", ["application/json", "multipart/form-data; boundary=x", "text/plain"])
def test_readings__another_media_type__is_not_read_as_a_table(
    media_type: str, shared_client: TestClient, shared_world: World
) -> None:
    headers = bearer(shared_world.tokens["administrator"]) | {"Content-Type": media_type}
    response = shared_client.post(f"{shared_world.path}/readings?{WEEK}", content=b"x", headers=headers)
    assert (response.status_code, response.json()["code"]) == (415, "MEDIA_TYPE_UNSUPPORTED")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "REQUEST_MALFORMED"),
        ("from=2024-07-08&to=2024-07-01", "REQUEST_MALFORMED"),
        ("from=2024-07-01&to=2024-07-01", "REQUEST_MALFORMED"),
        ("from=2024-02-30&to=2024-07-01", "REQUEST_MALFORMED"),
        ("from=1720000000&to=1730000000", "REQUEST_MALFORMED"),
        ("from=2020-01-01&to=2024-07-01", "PERIOD_TOO_LONG"),
    ],
)
def test_readings__period_that_is_none__is_refused(
    query: str, code: str, shared_client: TestClient, shared_world: World
) -> None:
    headers = bearer(shared_world.tokens["administrator"]) | {"Content-Type": "text/csv"}
    response = shared_client.post(f"{shared_world.path}/readings?{query}", content=b"", headers=headers)
    assert (response.status_code, response.json()["code"]) == (422, code)


def test_prices__hour_without_price__is_a_finding(
    client: TestClient, world: World, root: dict[str, str], tmp_path: Path
) -> None:
    _, prices = files(tmp_path, 8, 10)
    cut = b"\n".join(prices.splitlines()[:-1])
    response = client.post(f"{world.path}/prices?{NEXT}", content=cut, headers=root)
    assert response.status_code == 422
    assert response.json()["findings"][0]["place"] == "prices.csv"


def test_world__period__is_the_one_that_these_tests_name() -> None:
    assert community(date(2024, 7, 1), date(2024, 7, 8)).hours == 168
