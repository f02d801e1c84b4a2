"""Quality over HTTP: a report, held days decided, estimates by name, and what was known when."""

from datetime import date
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from settlement.casefile import write_case
from tests.api.conftest import bearer
from tests.api.world import World
from tests.settlement.store.world import RECEIVED, case, pod_of

NEXT = "from=2024-07-08&to=2024-07-10"
P1 = pod_of("P1")


@pytest.fixture
def admin(world: World) -> dict[str, str]:
    return bearer(world.tokens["administrator"])


def readings(tmp_path: Path) -> list[str]:
    """Lines of two further days of July."""
    write_case(case(date(2024, 7, 8), date(2024, 7, 10), name="Prova"), tmp_path)
    return (tmp_path / "readings.csv").read_text().splitlines()


def impossible(lines: list[str]) -> list[str]:
    """The same with more than twice the power of P1's plant on 9 July."""
    place = next(
        number
        for number, line in enumerate(lines)
        if line.startswith("2024-07-09T12:00") and f"{P1},injected" in line
    )
    cells = lines[place].split(",")
    cells[3] = "100001"
    return [*lines[:place], ",".join(cells), *lines[place + 1 :]]


def bring(client: TestClient, world: World, admin: dict[str, str], lines: list[str]) -> dict:
    """Import the lines."""
    response = client.post(
        f"{world.path}/readings?{NEXT}",
        content="\n".join(lines),
        headers=admin | {"Content-Type": "text/csv"},
    )
    assert response.status_code == 200, response.text
    return response.json()


def held(client: TestClient, world: World, admin: dict[str, str]) -> list[dict]:
    """What is held."""
    response = client.get(f"{world.path}/quality/held", headers=admin)
    assert response.status_code == 200, response.text
    return response.json()


def test_report__settled_week__shows_pods_findings_and_nothing_held(
    shared_client: TestClient, shared_world: World
) -> None:
    headers = bearer(shared_world.tokens["auditor"])
    response = shared_client.get(f"{shared_world.path}/quality?month=2024-07", headers=headers)
    assert response.status_code == 200, response.text
    (area,) = response.json()["configurations"]
    strips = {(row["pod"], row["direction"]): row["strip"] for row in area["pods"]}
    assert strips[P1, "injected"] == "█" * 7 + "·" * 24
    assert "▒" in strips[pod_of("P3"), "withdrawn"]
    assert {row["check"] for row in area["findings"]} >= {"MISSING_DAYS", "SUN_AT_NIGHT"}
    assert all(row["sentence"] and row["remedy"] for row in area["findings"])
    assert area["held"] == []


def test_report__as_of_before_anything_arrived__has_no_day(
    shared_client: TestClient, shared_world: World
) -> None:
    response = shared_client.get(
        f"{shared_world.path}/quality",
        params={"month": "2024-07", "as_of": "2024-11-30T00:00:00+01:00"},
        headers=bearer(shared_world.tokens["auditor"]),
    )
    (area,) = response.json()["configurations"]
    assert sum(row["days"] for row in area["pods"]) == 0


@pytest.mark.parametrize("query", ["", "month=2024-13", "month=july", "month=2024-07&as_of=yesterday"])
def test_report__month_that_is_none__is_refused(
    query: str, shared_client: TestClient, shared_world: World
) -> None:
    headers = bearer(shared_world.tokens["auditor"])
    assert shared_client.get(f"{shared_world.path}/quality?{query}", headers=headers).status_code == 422


def test_held__impossible_day__is_released_once_and_then_read(
    client: TestClient, world: World, admin: dict[str, str], tmp_path: Path
) -> None:
    answer = bring(client, world, admin, impossible(readings(tmp_path)))
    assert (answer["readings"]["new"], answer["held"]) == (17, 1)
    assert answer["quality"][0]["severity"] == "blocking"
    (row,) = held(client, world, admin)
    assert (row["pod"], row["day"], row["source"]) == (P1, "2024-07-09", "API: administrator")
    wanted = {"ids": [row["id"]], "decision": "release", "reason": "two plants more"}
    decisions = f"{world.path}/quality/decisions"
    assert client.post(decisions, json=wanted, headers=admin).json() == {"decided": 1}
    again = client.post(decisions, json=wanted, headers=admin)
    assert (again.status_code, again.json()["code"]) == (409, "QUARANTINE_REFUSED")
    assert held(client, world, admin) == []
    history = client.get(f"{world.path}/readings/{P1}/2024-07-09/history", headers=admin).json()
    (injected,) = [version for version in history if version["direction"] == "injected"]
    assert (
        injected["origin"] == "released by administrator: two plants more (arrived with API: administrator)"
    )


def test_held__rejected__stays_out_and_an_estimate_takes_its_place(
    client: TestClient, world: World, admin: dict[str, str], tmp_path: Path
) -> None:
    lines = impossible(readings(tmp_path))
    bring(client, world, admin, lines)
    (row,) = held(client, world, admin)
    wanted = {"ids": [row["id"]], "decision": "reject", "reason": "wrong"}
    client.post(f"{world.path}/quality/decisions", json=wanted, headers=admin)
    assert bring(client, world, admin, lines)["held"] == 1
    assert held(client, world, admin) == []
    order = {
        "pod": P1,
        "direction": "injected",
        "days": ["2024-07-09"],
        "method": "LINEAR_INTERPOLATION",
        "reason": "rejected",
    }
    estimates = f"{world.path}/quality/estimates"
    refused = client.post(estimates, json=order, headers=admin)
    assert (refused.status_code, refused.json()["code"]) == (409, "ESTIMATE_REFUSED")
    unknown = client.post(estimates, json=order | {"method": "GUESS"}, headers=admin)
    assert unknown.status_code == 422


def test_decision__of_another_community__is_unknown(
    client: TestClient, world: World, admin: dict[str, str], tmp_path: Path
) -> None:
    bring(client, world, admin, impossible(readings(tmp_path)))
    (row,) = held(client, world, admin)
    wanted = {"ids": [row["id"]], "decision": "reject", "reason": "mine"}
    response = client.post(
        f"/communities/{world.altrove}/quality/decisions",
        json=wanted,
        headers=bearer(world.tokens["stranger"]),
    )
    assert response.status_code == 404
    assert len(held(client, world, admin)) == 1


def test_history_and_energy__as_of__are_what_was_known_then(
    client: TestClient, world: World, admin: dict[str, str], tmp_path: Path
) -> None:
    def energy(**query: str) -> dict:
        asked = {"from": "2024-07-08", "to": "2024-07-10"} | query
        (row,) = client.get(f"{world.path}/quality/energy", params=asked, headers=admin).json()
        return row

    bring(client, world, admin, readings(tmp_path))
    now, before = energy(), energy(as_of=RECEIVED.isoformat())
    assert (now["complete_hours"], before["complete_hours"]) == (48, 0)
    assert now["shared_wh"] > 0 == before["shared_wh"]
    history = f"{world.path}/readings/{P1}/2024-07-09/history"
    assert len(client.get(history, headers=admin).json()) == 2
    then = client.get(history, params={"as_of": RECEIVED.isoformat()}, headers=admin)
    assert then.json() == []
