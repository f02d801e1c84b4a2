"""What a token opens, and that nobody learns of what is out of reach."""

import logging
from datetime import timedelta
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from api.main import create_app
from api.service import service_of
from community.domain.records import Role
from community.usecases.tokens import create_token, revoke_token
from oracle.store.unit_of_work import OracleUnitOfWork
from settlement.bootstrap import Database
from settlement.domain.identifiers import uuid7
from tests.api import bodies
from tests.api.conftest import bearer
from tests.api.world import IBAN, NOW, World


def get(client: TestClient, world: World, who: str, path: str):
    """Ask as somebody; paths begin at the community."""
    return client.get(world.path + path, headers=bearer(world.tokens[who]))


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer a b",
        "Basic YTpi",
        "Bearer \x01",
        "Bearer " + "a" * 300,
        "Bearer wrong",
    ],
)
def test_guard__no_valid_token__is_one_and_the_same_answer(header: str, shared_client: TestClient) -> None:
    response = shared_client.get("/communities", headers={"Authorization": header} if header else {})
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith("Bearer")
    assert response.json()["detail"] == "a valid bearer token is needed"


def test_guard__unknown_address_without_token__does_not_say_that_it_is_unknown(
    shared_client: TestClient,
) -> None:
    assert shared_client.get("/nowhere").status_code == 401


def test_guard__malformed_body_without_token__is_not_read(shared_client: TestClient) -> None:
    response = shared_client.post("/communities", content="{", headers={"Content-Type": "application/json"})
    assert response.status_code == 401


def test_guard__answer__is_kept_in_no_cache(shared_client: TestClient, shared_world: World) -> None:
    for path in ("/whoami", f"{shared_world.path}/members", "/nowhere"):
        answer = shared_client.get(path, headers=bearer(shared_world.tokens["owner"]))
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_guard__token_in_lower_case_scheme__is_accepted(
    shared_client: TestClient, shared_world: World
) -> None:
    headers = {"Authorization": f"bearer {shared_world.tokens['member']}"}
    assert shared_client.get("/whoami", headers=headers).status_code == 200


@pytest.mark.parametrize("end", ["expired", "revoked"])
def test_guard__token_whose_time_is_over__opens_nothing(
    end: str, client: TestClient, world: World, engine: Engine
) -> None:
    with OracleUnitOfWork(engine) as work:
        expires = NOW - timedelta(seconds=1) if end == "expired" else NOW + timedelta(days=1)
        made = create_token(work, Role.AUDITOR, "late", NOW - timedelta(days=9), expires)
        if end == "revoked":
            revoke_token(work, made.record.id, NOW)
        work.commit()
    assert client.get("/whoami", headers=bearer(made.secret)).status_code == 401


def test_guard__body_larger_than_allowed__is_refused(
    shared_client: TestClient, shared_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.guard.BODY_MAX_BYTES", 100)
    headers = bearer(shared_world.tokens["root"]) | {"Content-Type": "application/json"}
    declared = shared_client.post("/communities", content=b" " * 101, headers=headers)
    chunked = shared_client.post("/communities", content=iter([b" " * 60, b" " * 60]), headers=headers)
    assert (declared.status_code, chunked.status_code) == (413, 413)
    assert declared.json()["code"] == chunked.json()["code"] == "BODY_TOO_LARGE"


@pytest.mark.parametrize("who", ["owner", "stranger"])
@pytest.mark.parametrize(
    "path",
    [
        "",
        "/members",
        "/members/{id}",
        "/settlements/{id}",
        "/distributions/{id}",
        "/distributions/{id}/payouts",
    ],
)
def test_reach__foreign_thing_and_absent_thing__are_answered_alike(
    path: str, who: str, shared_client: TestClient, shared_world: World
) -> None:
    absent = uuid7()
    foreign = shared_world.altrove if who == "owner" else shared_world.community_id
    headers = bearer(shared_world.tokens[who])
    answers = [
        shared_client.get(f"/communities/{community}{path.format(id=absent)}", headers=headers)
        for community in (foreign, absent)
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content


def test_reach__other_member_and_absent_member__are_answered_alike(
    shared_client: TestClient, shared_world: World
) -> None:
    other = get(shared_client, shared_world, "member", f"/members/{shared_world.members['P1']}")
    absent = get(shared_client, shared_world, "member", f"/members/{uuid7()}")
    assert other.status_code == absent.status_code == 404
    assert other.content == absent.content


def test_reach__other_payout_and_absent_payout__are_answered_alike(
    shared_client: TestClient, shared_world: World
) -> None:
    other = get(shared_client, shared_world, "member", "/payouts/1/0/receipt")
    absent = [
        get(shared_client, shared_world, "member", path)
        for path in ("/payouts/1/99/receipt", "/payouts/9/0/receipt")
    ]
    assert {answer.status_code for answer in (other, *absent)} == {404}
    assert {answer.content for answer in absent} == {other.content}


def test_reach__settlement_of_another_community__is_not_found_through_the_own(
    client: TestClient, world: World
) -> None:
    """An id is looked up inside the community of the address, not anywhere."""
    path = f"/communities/{world.altrove}/settlements/{world.settlement.id}"
    assert client.get(path, headers=bearer(world.tokens["root"])).status_code == 404
    path = f"/communities/{world.altrove}/distributions/{world.distribution.id}"
    assert client.get(path, headers=bearer(world.tokens["root"])).status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "", bodies.update(bodies.community())),
        ("POST", "/members", bodies.member()),
        ("PUT", "/members/{member}", bodies.update(bodies.member(pods=[]))),
        ("POST", "/plants", bodies.plant()),
        ("POST", "/energy/share", bodies.share()),
        ("POST", "/distributions", None),
        ("POST", "/readings?from=2024-07-01&to=2024-07-08", "csv"),
    ],
)
def test_reach__well_formed_change_by_a_stranger__finds_nothing(
    method: str, path: str, body, shared_client: TestClient, shared_world: World
) -> None:
    address = shared_world.path + path.format(member=shared_world.members["P1"])
    headers = bearer(shared_world.tokens["stranger"])
    if body == "csv":
        content = {"content": "interval_start,pod,direction,wh\n", "headers": {"Content-Type": "text/csv"}}
        response = shared_client.request(
            method, address, **content | {"headers": headers | content["headers"]}
        )
    else:
        response = shared_client.request(
            method, address, headers=headers, json=body or bodies.distribution(shared_world)
        )
    assert response.status_code == 404, response.text


def test_member__every_list__holds_itself_alone(shared_client: TestClient, shared_world: World) -> None:
    week = f"/settlements/{shared_world.settlement.id}/members"
    payouts = f"/distributions/{shared_world.distribution.id}/payouts"
    members = get(shared_client, shared_world, "member", "/members").json()
    figures = get(shared_client, shared_world, "member", week).json()
    paid = get(shared_client, shared_world, "member", payouts).json()
    assert [row["code"] for row in members["members"]] == ["P4"]
    assert [row["member"] for row in figures["members"]] == ["P4"]
    assert [row["member"] for row in paid["payouts"]] == ["P4"]
    assert members["total"] == figures["total"] == paid["total"] == 1


def test_member__plants_of_others__are_not_listed(shared_client: TestClient, shared_world: World) -> None:
    assert get(shared_client, shared_world, "member", "/plants").json()["plants"] == []
    assert [row["code"] for row in get(shared_client, shared_world, "owner", "/plants").json()["plants"]] == [
        "SUN"
    ]


def test_member__other_members_codes__appear_in_no_answer(
    shared_client: TestClient, shared_world: World
) -> None:
    """Every question that a member may ask, searched for the other members' codes and ids."""
    paths = [
        "",
        "/members",
        "/plants",
        "/settlements",
        f"/settlements/{shared_world.settlement.id}",
        f"/settlements/{shared_world.settlement.id}/members",
        "/distributions",
        f"/distributions/{shared_world.distribution.id}",
        f"/distributions/{shared_world.distribution.id}/payouts",
        "/ledger/transactions",
        "/energy/balance?from=2024-07-01&to=2024-07-08",
        "/energy/forecast",
    ]
    others = [code for code in shared_world.members if code != "P4"]
    for path in paths:
        answer = get(shared_client, shared_world, "member", path)
        assert answer.status_code == 200, path
        for code in others:
            assert f'"{code}"' not in answer.text, (path, code)
            assert str(shared_world.members[code]) not in answer.text, (path, code)


def test_auditor__whatever_it_reads__holds_no_wallet_no_iban(
    shared_client: TestClient, shared_world: World
) -> None:
    paths = [
        "/members",
        f"/members/{shared_world.members['P3']}",
        f"/members/{shared_world.members['P1']}",
        f"/distributions/{shared_world.distribution.id}/payouts",
        f"/settlements/{shared_world.settlement.id}/document",
    ]
    for path in paths:
        answer = get(shared_client, shared_world, "auditor", path)
        assert answer.status_code == 200, path
        assert IBAN not in answer.text, path
        assert "aaaaaaaa" not in answer.text.lower(), path


def test_auditor__member__is_a_code_without_a_person(shared_client: TestClient, shared_world: World) -> None:
    seen = get(shared_client, shared_world, "auditor", f"/members/{shared_world.members['P3']}").json()
    assert seen["personal"] is None
    known = get(shared_client, shared_world, "administrator", f"/members/{shared_world.members['P3']}").json()
    assert known["personal"]["iban"] == IBAN


def test_whoami__member__knows_its_own_place(shared_client: TestClient, shared_world: World) -> None:
    answer = shared_client.get("/whoami", headers=bearer(shared_world.tokens["owner"])).json()
    assert (answer["role"], answer["member"]) == ("member", "P1")
    assert UUID(answer["community_id"]) == shared_world.community_id
    assert "token" not in answer


def test_token__failure_of_ours__is_logged_without_it(
    shared_world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> None:
        raise RuntimeError("broken on purpose")

    service = service_of(Database(shared_world.engine, "", embedded=False), clock=lambda: NOW)
    app = create_app(service)
    app.add_api_route("/broken", broken)
    token = shared_world.tokens["owner"]
    with caplog.at_level(logging.DEBUG):
        response = TestClient(app, raise_server_exceptions=False).get(
            f"/broken?secret={token}", headers=bearer(token)
        )
    assert response.status_code == 500
    assert response.json()["code"] == "INTERNAL"
    assert "broken on purpose" not in response.text
    assert "broken on purpose" in caplog.text
    assert token not in "".join(
        record.getMessage() + str(record.exc_info) for record in caplog.records if "httpx" not in record.name
    )
