"""Sharing a period, balance and forecast over HTTP."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from community.usecases.register_community import register_community
from oracle.store.unit_of_work import OracleUnitOfWork
from settlement.casefile import write_case
from settlement.domain.calendar import ROME
from settlement.domain.canonical import canonical_json
from settlement.domain.engine import settle
from settlement.usecases.import_readings import import_readings
from tests.api import bodies
from tests.api.conftest import bearer
from tests.api.world import NOW, World
from tests.settlement.store.world import RECEIVED, case

WEEK = "from=2024-07-01&to=2024-07-08"


def ask(client: TestClient, world: World, path: str, who: str = "administrator"):
    """GET below the community, as somebody."""
    response = client.get(world.path + path, headers=bearer(world.tokens[who]))
    return response.json() | {"http": response.status_code}


def test_share__settled_period_again__answers_the_first_settlement(client: TestClient, world: World) -> None:
    headers = bearer(world.tokens["administrator"])
    response = client.post(f"{world.path}/energy/share", json=bodies.share(), headers=headers)
    assert response.status_code == 200, response.text
    assert response.json()["id"] == str(world.settlement.id)
    assert response.json()["evidence"] == world.settlement.evidence.hex()
    listed = client.get(f"{world.path}/settlements", headers=headers).json()
    assert listed["total"] == 1


def test_share__better_readings_since__supersedes_and_the_former_is_not_distributed(
    client: TestClient, world: World, engine: Engine
) -> None:
    headers = bearer(world.tokens["administrator"])
    with OracleUnitOfWork(engine) as work:
        better = case(date(2024, 7, 3), date(2024, 7, 4), factor=2)
        given = replace(better, prices=())
        import_readings(work, world.community_id, given, NOW - timedelta(minutes=1))
        work.commit()
    body = bodies.share() | {"reason": "meter read again"}
    anew = client.post(f"{world.path}/energy/share", json=body, headers=headers).json()
    assert (anew["supersedes"], anew["reason"]) == (str(world.settlement.id), "meter read again")
    former = client.get(f"{world.path}/settlements/{world.settlement.id}", headers=headers).json()
    assert (former["supersedes"], former["reason"]) == (None, None)
    with OracleUnitOfWork(engine) as work:
        (message,) = work.outbox.rows(world.community_id, "correct-days")
    assert list(message.payload["days"].values()) == [["2024-07-03"]]

    wanted = bodies.distribution(world)
    refused = client.post(f"{world.path}/distributions", json=wanted, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "SETTLEMENT_SUPERSEDED")


def test_share__dry_run__stores_nothing(client: TestClient, world: World) -> None:
    headers = bearer(world.tokens["administrator"])
    body = bodies.share("2024-07-01", "2024-07-03")
    tried = client.post(f"{world.path}/energy/share?dry_run=true", json=body, headers=headers)
    assert tried.status_code == 200, tried.text
    assert tried.json()["shared_wh"] > 0
    assert client.get(f"{world.path}/settlements", headers=headers).json()["total"] == 1


def test_share__readings_missing__is_refused_with_every_finding(client: TestClient, world: World) -> None:
    headers = bearer(world.tokens["administrator"])
    response = client.post(
        f"{world.path}/energy/share", json=bodies.share("2024-07-01", "2024-07-09"), headers=headers
    )
    assert (response.status_code, response.json()["code"]) == (409, "CASE_NOT_READY")
    assert response.json()["findings"]
    assert client.get(f"{world.path}/settlements", headers=headers).json()["total"] == 1


@pytest.mark.parametrize("body", [{"from": "2024-07-01"}, {"from": "2024-07-02", "to": "2024-07-01"}, {}, []])
def test_share__no_period__is_malformed(body, shared_client: TestClient, shared_world: World) -> None:
    headers = bearer(shared_world.tokens["administrator"])
    response = shared_client.post(f"{shared_world.path}/energy/share", json=body, headers=headers)
    assert response.status_code == 422


def test_balance__settled_week__is_the_engines_by_hour_day_and_month(
    shared_client: TestClient, shared_world: World
) -> None:
    found = settle(shared_world.case)
    expected = found.document()
    for resolution, count in (("hour", 168), ("day", 7), ("month", 1)):
        answer = ask(shared_client, shared_world, f"/energy/balance?{WEEK}&resolution={resolution}", "member")
        assert answer["status"] == "settled"
        assert len(answer["rows"]) == count
        for name in ("injected_wh", "withdrawn_wh", "shared_wh"):
            assert answer[name] == expected[name]
            assert sum(row[name] for row in answer["rows"]) == expected[name]
        assert sum(row["hours"] for row in answer["rows"]) == 168
    hours = ask(shared_client, shared_world, f"/energy/balance?{WEEK}&resolution=hour")["rows"]
    assert [row["shared_wh"] for row in hours] == found.configurations[0].shared_wh.tolist()


def test_balance__days_after_the_settled_ones__are_provisional_then_absent(
    client: TestClient, world: World, tmp_path
) -> None:
    coming = case(date(2024, 7, 8), date(2024, 7, 10), name="Prova")
    write_case(coming, tmp_path)
    headers = bearer(world.tokens["administrator"]) | {"Content-Type": "text/csv"}
    client.post(
        f"{world.path}/readings?from=2024-07-08&to=2024-07-10",
        content=(tmp_path / "readings.csv").read_bytes(),
        headers=headers,
    )
    answer = ask(client, world, "/energy/balance?from=2024-07-07&to=2024-07-12")
    assert [row["status"] for row in answer["rows"]] == [
        "settled",
        "provisional",
        "provisional",
        "absent",
        "absent",
    ]
    assert answer["status"] == "absent"
    expected = settle(coming).document()
    provisional = answer["rows"][1:3]
    for name in ("injected_wh", "withdrawn_wh", "shared_wh"):
        assert sum(row[name] for row in provisional) == expected[name]
    by_hour = ask(client, world, "/energy/balance?from=2024-07-08&to=2024-07-10&resolution=hour")
    assert by_hour["shared_wh"] == expected["shared_wh"]
    assert by_hour["status"] == "provisional"
    by_month = ask(client, world, "/energy/balance?from=2024-07-07&to=2024-08-02&resolution=month")
    assert [row["status"] for row in by_month["rows"]] == ["absent", "absent"]


def test_balance__day_on_which_clocks_change__has_its_own_hours(
    shared_client: TestClient, shared_world: World
) -> None:
    spring = ask(shared_client, shared_world, "/energy/balance?from=2024-03-30&to=2024-04-01")
    autumn = ask(shared_client, shared_world, "/energy/balance?from=2024-10-27&to=2024-10-28&resolution=hour")
    assert [row["hours"] for row in spring["rows"]] == [24, 23]
    assert [row["start"] for row in spring["rows"]] == [
        "2024-03-30T00:00:00+01:00",
        "2024-03-31T00:00:00+01:00",
    ]
    assert spring["end"] == "2024-04-01T00:00:00+02:00"
    starts = [datetime.fromisoformat(row["start"]) for row in autumn["rows"]]
    assert len(starts) == 25
    assert [start.astimezone(ROME).hour for start in starts][1:4] == [1, 2, 2]


def test_balance__two_areas__share_each_by_itself(client: TestClient, world: World, engine: Engine) -> None:
    """What one area injects is not shared by the other; settled and provisional days agree on that."""
    apart = case(date(2024, 7, 1), date(2024, 7, 8), name="Due", two_areas=True)
    pods = {row.code: f"IT002E{row.code[6:]}" for row in apart.community.pods}
    moved = replace(
        apart,
        community=replace(
            apart.community,
            pods=tuple(replace(row, code=pods[row.code]) for row in apart.community.pods),
            plants=tuple(replace(row, pod=pods[row.pod]) for row in apart.community.plants),
        ),
        series=tuple(replace(row, pod=pods[row.pod]) for row in apart.series),
    )
    with OracleUnitOfWork(engine) as work:
        community_id = register_community(work, moved.community).community_id
        import_readings(work, community_id, moved, RECEIVED + timedelta(minutes=1))
        work.commit()
    headers = bearer(world.tokens["root"])
    path = f"/communities/{community_id}/energy"
    provisional = client.get(f"{path}/balance?{WEEK}", headers=headers).json()
    forecast = client.get(f"{path}/forecast?from=2024-07-08", headers=headers).json()
    client.post(f"{path}/share", json=bodies.share(), headers=headers)
    settled = client.get(f"{path}/balance?{WEEK}", headers=headers).json()
    expected = settle(moved).document()["shared_wh"]
    assert (provisional["status"], settled["status"]) == ("provisional", "settled")
    assert provisional["shared_wh"] == settled["shared_wh"] == expected
    assert sum(row["shared_wh"] for day in forecast["days"] for row in day["rows"]) == expected


def test_balance__amounts__are_whole_numbers_and_instants_carry_an_offset(
    shared_client: TestClient, shared_world: World
) -> None:
    answer = ask(shared_client, shared_world, f"/energy/balance?{WEEK}")
    assert all(type(row["shared_wh"]) is int for row in answer["rows"])
    assert datetime.fromisoformat(answer["as_of"]).utcoffset() is not None


@pytest.mark.parametrize(
    "query",
    [
        "from=2024-07-01&to=2035-07-01",
        "from=2024-07-01&to=2026-07-01&resolution=hour",
        "from=2024-07-01&to=2024-07-02&resolution=minute",
        "from=9999-12-31&to=9999-12-31",
    ],
)
def test_balance__too_much_or_nonsense__is_refused(
    query: str, shared_client: TestClient, shared_world: World
) -> None:
    assert ask(shared_client, shared_world, f"/energy/balance?{query}")["http"] == 422


def test_forecast__method__is_named_with_the_days_it_was_taken_from(
    shared_client: TestClient, shared_world: World
) -> None:
    answer = ask(shared_client, shared_world, "/energy/forecast?days=9", "member")
    assert answer["method"] == "seasonal_naive_168h"
    assert [(day["day"], day["taken_from"]) for day in answer["days"]][::8] == [
        ("2024-07-08", "2024-07-01"),
        ("2024-07-16", "2024-07-02"),
    ]


def test_forecast__hours__are_those_of_the_week_before(
    shared_client: TestClient, shared_world: World
) -> None:
    hours = ask(shared_client, shared_world, f"/energy/balance?{WEEK}&resolution=hour")["rows"]
    days = ask(shared_client, shared_world, "/energy/forecast")["days"]
    rows = [row for day in days for row in day["rows"]]
    for name in ("injected_wh", "withdrawn_wh", "shared_wh"):
        assert [row[name] for row in rows] == [row[name] for row in hours]
    assert rows[0]["start"] == "2024-07-08T00:00:00+02:00"


def test_forecast__history_incomplete__names_the_days(shared_client: TestClient, shared_world: World) -> None:
    answer = ask(shared_client, shared_world, "/energy/forecast?from=2024-07-10&days=7")
    assert (answer["http"], answer["code"]) == (409, "HISTORY_MISSING")
    assert "2024-07-08, 2024-07-09" in answer["detail"]


def test_forecast__community_without_members__has_no_history(
    shared_client: TestClient, shared_world: World
) -> None:
    response = shared_client.get(
        f"/communities/{shared_world.altrove}/energy/forecast",
        headers=bearer(shared_world.tokens["stranger"]),
    )
    assert response.json()["code"] == "HISTORY_MISSING"


def test_document__bytes__are_those_that_the_engine_gives_from_files(
    shared_client: TestClient, shared_world: World
) -> None:
    response = shared_client.get(
        f"{shared_world.path}/settlements/{shared_world.settlement.id}/document",
        headers=bearer(shared_world.tokens["auditor"]),
    )
    assert response.content == canonical_json(settle(shared_world.case).document())
