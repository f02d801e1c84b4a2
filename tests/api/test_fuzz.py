"""Whatever is sent, it is answered: never an error of ours."""

import json
import sys
from urllib.parse import quote

from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.routers import ROUTERS
from api.routing import BoundedRoute
from tests.api import bodies
from tests.api.conftest import bearer
from tests.api.test_matrix import MATRIX, place
from tests.api.world import World

RELAXED = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["", "1e5"])
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
WITHOUT_BODY = ("/cancel", "/retry")
WRITES = [
    row
    for row, wanted in MATRIX.items()
    if row[0] != "GET" and wanted.statuses[1] == 422 and not row[1].endswith(WITHOUT_BODY)
]
READS = [row for row in MATRIX if row[0] == "GET"]
BODIES = [bodies.community(), bodies.member(), bodies.plant(), bodies.share()]


@RELAXED
@given(route=st.sampled_from(WRITES), body=JSON)
def test_write__any_json__is_refused_or_malformed(
    route: tuple[str, str], body: object, shared_client: TestClient, shared_world: World
) -> None:
    method, path = route
    address = place(shared_world, MATRIX[route].address or path)
    content = json.dumps(body).encode("utf-8", "surrogatepass")
    headers = bearer(shared_world.tokens["root"]) | {"Content-Type": "application/json"}
    response = shared_client.request(method, address, content=content, headers=headers)
    assert response.status_code in (415, 422), response.text


@RELAXED
@given(body=st.sampled_from(BODIES), data=st.data())
def test_write__one_field_is_anything__never_fails(
    body: dict, data: st.DataObject, shared_client: TestClient, shared_world: World
) -> None:
    """The address has no such community, so that nothing is stored even where the body is right."""
    field = data.draw(st.sampled_from(sorted(body)))
    content = json.dumps(body | {field: data.draw(JSON)}).encode("utf-8", "surrogatepass")
    headers = bearer(shared_world.tokens["root"]) | {"Content-Type": "application/json"}
    elsewhere = "/communities/00000000-0000-7000-8000-000000000000"
    for path in ("/members", "/plants", "/energy/share", "/distributions"):
        response = shared_client.post(elsewhere + path, content=content, headers=headers)
        assert response.status_code in (404, 422), response.text


@RELAXED
@given(content=st.binary(max_size=200))
def test_write__any_bytes__are_malformed(
    content: bytes, shared_client: TestClient, shared_world: World
) -> None:
    for media_type, path in (
        ("application/json", "/communities"),
        ("text/csv", f"{shared_world.path}/readings"),
    ):
        headers = bearer(shared_world.tokens["root"]) | {"Content-Type": media_type}
        response = shared_client.post(
            f"{path}?from=2024-07-01&to=2024-07-03", content=content, headers=headers
        )
        assert response.status_code == 422, response.text


@RELAXED
@given(route=st.sampled_from(READS), parts=st.lists(st.text(min_size=1, max_size=12), min_size=5, max_size=5))
def test_read__any_ids__are_refused(
    route: tuple[str, str], parts: list[str], shared_client: TestClient, shared_world: World
) -> None:
    fills = iter(parts)
    pieces = [
        quote(next(fills).encode("utf-8", "surrogatepass"), safe="") if piece.startswith("{") else piece
        for piece in route[1].split("/")
    ]
    response = shared_client.get("/".join(pieces), headers=bearer(shared_world.tokens["root"]))
    assert response.status_code < 500, response.text


@RELAXED
@given(
    path=st.sampled_from(["/energy/balance", "/energy/forecast", "/members"]),
    query=st.dictionaries(
        st.sampled_from(["from", "to", "days", "limit", "offset", "resolution"]),
        st.text(max_size=12) | st.dates().map(str) | st.integers().map(str),
    ),
)
def test_read__any_query__is_answered(
    path: str, query: dict[str, str], shared_client: TestClient, shared_world: World
) -> None:
    encoded = "&".join(f"{key}={quote(text.encode('utf-8', 'surrogatepass'))}" for key, text in query.items())
    response = shared_client.get(
        f"{shared_world.path}{path}?{encoded}", headers=bearer(shared_world.tokens["root"])
    )
    assert response.status_code in (200, 409, 422), response.text


def test_write__deep_and_huge_json__is_malformed(shared_client: TestClient, shared_world: World) -> None:
    """Also where a library has raised the recursion limit for the process, as those for the chain do."""
    headers = bearer(shared_world.tokens["root"]) | {"Content-Type": "application/json"}
    number = '{"name": ' + "9" * 5_000 + "}"
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(100_000)
    try:
        for content in ("[" * 100_000, '{"a":' * 50_000, number, "NaN", '"\\ud800"', "{", '"\x00"'):
            response = shared_client.post("/communities", content=content, headers=headers)
            assert response.status_code == 422, response.text
            assert "the body is not JSON" in response.json()["detail"]
    finally:
        sys.setrecursionlimit(limit)


def test_routes__all__read_their_bodies_within_bounds() -> None:
    routes = [route for router in ROUTERS for route in router.routes]
    assert routes
    assert all(isinstance(route, BoundedRoute) for route in routes)
