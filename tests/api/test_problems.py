"""Errors: one shape, one table."""

import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api import errors
from api.main import create_app
from api.service import service_of
from settlement.bootstrap import Database
from settlement.domain.errors import ServiceError
from settlement.store.engine import open_engine
from tests.api.conftest import bearer
from tests.api.world import World

MEMBERS = {"type", "code", "title", "status", "detail", "findings"}


def service_errors() -> set[type[ServiceError]]:
    """Every refusal that the service's packages define."""
    for name in ("settlement", "community"):
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, f"{name}."):
            importlib.import_module(module.name)
    found, waiting = set(), [ServiceError]
    while waiting:
        waiting += waiting[-1].__subclasses__() if waiting[-1] not in found else []
        found.add(waiting.pop(0))
    return found - {ServiceError}


def test_table__every_refusal_of_the_service__has_its_status() -> None:
    missing = {error.code for error in service_errors()} - set(errors.STATUS_OF)
    assert not missing
    assert len(service_errors()) > 10, "the search finds them"


def test_table__refusals__are_conflicts_or_malformed_never_server_errors() -> None:
    assert {errors.STATUS_OF[error.code] for error in service_errors()} <= {404, 409, 422}


def test_table__codes_that_the_source_raises__all_stand_in_it() -> None:
    root = Path(inspect.getfile(errors)).parent
    raised = {
        code
        for path in root.rglob("*.py")
        for code in re.findall(r'ApiError\(\s*"([A-Z_]+)"', path.read_text())
    }
    assert raised
    assert raised <= set(errors.STATUS_OF)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "ROUTE_UNKNOWN"),
        ("DELETE", "/communities", 405, "METHOD_NOT_ALLOWED"),
        ("GET", "/communities/not-a-uuid", 422, "REQUEST_MALFORMED"),
        ("POST", "/communities", 422, "REQUEST_MALFORMED"),
        ("GET", "/communities/00000000-0000-7000-8000-000000000000", 404, "NOT_FOUND"),
    ],
)
def test_problem__whatever_went_wrong__has_one_shape(
    method: str, path: str, status: int, code: str, shared_client: TestClient, shared_world: World
) -> None:
    response = shared_client.request(method, path, headers=bearer(shared_world.tokens["root"]))
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert set(problem) == MEMBERS
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["type"] == f"urn:condivisa:problem:{code}"


def test_problem__value_that_was_sent__is_not_repeated(
    shared_client: TestClient, shared_world: World
) -> None:
    """What was sent may be personal, and problems end up in logs and screenshots."""
    response = shared_client.post(
        f"{shared_world.path}/members",
        json={"iban": "IT60X9999999999999999999999"},
        headers=bearer(shared_world.tokens["administrator"]),
    )
    assert response.status_code == 422
    assert "IT60X9999" not in response.text


def test_problem__database_away__is_unavailable_not_broken(shared_world: World) -> None:
    engine = open_engine("postgresql://nobody@127.0.0.1:1/nothing?connect_timeout=2")
    client = TestClient(
        create_app(service_of(Database(engine, "", embedded=False))), raise_server_exceptions=False
    )
    assert client.get("/health").status_code == 200
    ready = client.get("/ready")
    assert (ready.status_code, ready.json()["code"]) == (503, "NOT_READY")
    asked = client.get("/communities", headers=bearer(shared_world.tokens["root"]))
    assert (asked.status_code, asked.json()["code"]) == (503, "DATABASE_UNAVAILABLE")
