"""The open addresses."""

import hashlib
from dataclasses import replace
from pathlib import Path

from fastapi.testclient import TestClient
from sqlalchemy import Engine

from api.main import create_app
from api.service import service_of
from settlement.bootstrap import Database
from settlement.store.engine import open_engine
from tests.api.world import World


def client_with_page(world: World, page: Path) -> TestClient:
    service = replace(service_of(Database(world.engine, "", embedded=False)), verifier_page=page)
    return TestClient(create_app(service))


def test_health__process__is_alive(shared_client: TestClient) -> None:
    assert shared_client.get("/health").json() == {"status": "alive"}


def test_ready__migrated_database__answers_with_the_version(shared_client: TestClient) -> None:
    answer = shared_client.get("/ready")
    assert answer.status_code == 200
    assert answer.json()["status"] == "ready"


def test_ready__database_without_tables__says_so(empty_database_url: str) -> None:
    engine: Engine = open_engine(empty_database_url)
    answer = TestClient(create_app(service_of(Database(engine, "", embedded=False)))).get("/ready")
    engine.dispose()
    assert (answer.status_code, answer.json()["code"]) == (503, "NOT_READY")
    assert "revision None" in answer.json()["detail"]


def test_page__hash__is_that_of_the_bytes_that_are_served(shared_world: World, tmp_path: Path) -> None:
    page = tmp_path / "verify.html"
    page.write_bytes("<!doctype html><title>perché</title>".encode())
    client = client_with_page(shared_world, page)
    served = client.get("/verify")
    assert served.headers["Content-Type"] == "text/html; charset=utf-8"
    assert client.get("/verify/sha256").json()["sha256"] == hashlib.sha256(served.content).hexdigest()


def test_page__policy__admits_no_foreign_script(shared_world: World, tmp_path: Path) -> None:
    page = tmp_path / "verify.html"
    page.write_text("x")
    policy = client_with_page(shared_world, page).get("/verify").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy


def test_page__not_built__is_not_found(shared_world: World, tmp_path: Path) -> None:
    client = client_with_page(shared_world, tmp_path / "absent.html")
    for path in ("/verify", "/verify/sha256"):
        assert client.get(path).json()["code"] == "PAGE_ABSENT"
