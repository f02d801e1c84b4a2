"""The committed description of the API."""

import json
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pydantic import BaseModel

from api.schemas.community import CommunityCreate
from api.schemas.distribution import DistributeRequest
from api.schemas.energy import ShareRequest
from api.schemas.member import MemberCreate
from api.schemas.plant import PlantCreate
from tools.make_openapi import TARGET, rendered


@pytest.fixture(scope="module")
def described() -> dict:
    return json.loads(rendered())


def operations(described: dict) -> list[dict]:
    return [operation for path in described["paths"].values() for operation in path.values()]


def test_committed__description__is_what_the_application_gives() -> None:
    assert Path(TARGET).read_text(encoding="utf-8") == rendered()


def test_served__description__is_the_committed_one(shared_client: TestClient) -> None:
    assert shared_client.get("/openapi.json").json() == json.loads(Path(TARGET).read_text())


def test_version__openapi__is_3_1(described: dict) -> None:
    assert described["openapi"].startswith("3.1.")


def test_operations__each__has_a_name_of_its_own_a_summary_and_a_description(described: dict) -> None:
    names = [operation["operationId"] for operation in operations(described)]
    assert len(set(names)) == len(names)
    assert all(operation["summary"] and operation["description"] for operation in operations(described))
    known = {tag["name"] for tag in described["tags"]}
    assert all(set(operation["tags"]) <= known for operation in operations(described))


def test_operations__failures__are_problems(described: dict) -> None:
    for operation in operations(described):
        assert list(operation["responses"]["default"]["content"]) == ["application/problem+json"]
        assert "422" not in operation["responses"]


def test_operations__all_but_the_open_ones__need_a_token(described: dict) -> None:
    open_paths = {
        path
        for path, methods in described["paths"].items()
        for operation in methods.values()
        if not operation.get("security")
    }
    assert open_paths == {"/health", "/ready", "/verify", "/verify/sha256"}


def test_responses__fields__have_no_defaults_and_are_all_required(described: dict) -> None:
    for name, schema in described["components"]["schemas"].items():
        if name.endswith(("Out", "Row", "Day", "Page")) and schema["type"] == "object":
            assert set(schema["required"]) == set(schema["properties"]), name
            assert not any("default" in field for field in schema["properties"].values()), name


def test_schemas__money_and_energy__are_never_floating_point(described: dict) -> None:
    """Only places on the map are numbers with a fraction."""

    def numbers(schema: object, path: str = "") -> list[str]:
        if isinstance(schema, dict):
            found = [path] if schema.get("type") == "number" else []
            return found + [hit for key, part in schema.items() for hit in numbers(part, f"{path}/{key}")]
        if isinstance(schema, list):
            return [hit for index, part in enumerate(schema) for hit in numbers(part, f"{path}/{index}")]
        return []

    places = numbers(described["components"]["schemas"])
    assert places
    assert all("/coordinates/" in place for place in places), places


EXAMPLED = (CommunityCreate, MemberCreate, PlantCreate, ShareRequest, DistributeRequest)


@pytest.mark.parametrize("request_body", EXAMPLED)
def test_requests__example__is_right(request_body: type[BaseModel], described: dict) -> None:
    (example,) = described["components"]["schemas"][request_body.__name__]["examples"]
    request_body.model_validate(example)


def test_requests__unknown_fields__are_refused_by_every_schema(described: dict) -> None:
    for name, schema in described["components"]["schemas"].items():
        if schema.get("type") == "object":
            assert schema.get("additionalProperties") is False, name
