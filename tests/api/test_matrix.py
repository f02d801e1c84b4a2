"""Who may call what: every route with every kind of asker.

Askers: nobody (no token), root (administrator of all communities), administrator, auditor, owner (the member
P1), member (the member P4) and stranger (administrator of another community).
"""

import json
from typing import NamedTuple

import pytest
from fastapi.testclient import TestClient

from tests.api.conftest import bearer
from tests.api.world import World
from tools.make_openapi import rendered

ASKERS = ("nobody", "root", "administrator", "auditor", "owner", "member", "stranger")
OPEN = (200,) * 7
ALL = (401, 200, 200, 200, 200, 200, 404)
OVERSEERS = (401, 200, 200, 200, 403, 403, 404)
OWNERS = (401, 200, 200, 403, 200, 404, 404)
OWN = (401, 200, 200, 200, 200, 404, 404)
ADMINISTRATORS = (401, 422, 422, 403, 403, 403, 422)
"""Writing is tried with a body that is malformed: whoever gets 422 was let in, and nothing is changed."""
DIVIDED = (401, 409, 409, 409, 403, 403, 404)
"""The shared world's distribution is approved: there is nothing to propose any more."""
REFUSED_TO_OVERSEERS = (401, 409, 409, 409, 403, 403, 404)
"""The rules in force refuse it, to those who may ask."""
DEVICES = (401, 403, 403, 403, 403, 403, 403)
"""For devices with keys of their own; a token opens nothing here."""
NO_JOB = (401, 404, 404, 404, 403, 403, 404)
NO_JOB_TO_CHANGE = (401, 404, 404, 403, 403, 403, 404)
"""The shared world has no jobs: whoever gets 404 was let in."""
ROOT = (401, 422, 403, 403, 403, 403, 403)


class Row(NamedTuple):
    """A route, the statuses of all askers, and an address of it in the shared world."""

    statuses: tuple[int, ...]
    address: str = ""


P = "/communities/{community_id}"
MATRIX = {
    ("GET", "/health"): Row(OPEN),
    ("GET", "/ready"): Row(OPEN),
    ("GET", "/verify"): Row(OPEN),
    ("GET", "/verify/sha256"): Row(OPEN),
    ("GET", "/whoami"): Row((401, 200, 200, 200, 200, 200, 200)),
    ("POST", "/communities"): Row(ROOT),
    ("GET", "/communities"): Row((401, 200, 200, 200, 200, 200, 200)),
    ("GET", P): Row(ALL),
    ("PUT", P): Row(ADMINISTRATORS),
    ("GET", "/rules"): Row((401, 200, 200, 200, 200, 200, 200)),
    ("GET", "/rules/{key}"): Row((401, 200, 200, 200, 200, 200, 200), "/rules/plant_max_kw"),
    ("GET", P + "/rules"): Row(ALL),
    ("POST", P + "/rules"): Row(ADMINISTRATORS),
    ("POST", P + "/members"): Row(ADMINISTRATORS),
    ("GET", P + "/members"): Row(ALL),
    ("GET", P + "/members/{member_id}"): Row(OWN, P + "/members/{P1}"),
    ("PUT", P + "/members/{member_id}"): Row(ADMINISTRATORS, P + "/members/{P1}"),
    ("POST", P + "/plants"): Row(ADMINISTRATORS),
    ("GET", P + "/plants"): Row(ALL),
    ("PUT", P + "/plants/{plant_id}/stops"): Row(ADMINISTRATORS, P + "/plants/{P1}/stops"),
    ("PUT", P + "/plants/{plant_id}/request"): Row(ADMINISTRATORS, P + "/plants/{P1}/request"),
    ("POST", P + "/readings"): Row(ADMINISTRATORS),
    ("POST", P + "/prices"): Row(ROOT),
    ("POST", P + "/meter-files"): Row(ADMINISTRATORS),
    ("POST", P + "/price-files"): Row(ROOT),
    ("GET", P + "/readings/{pod}/{day}/receipt"): Row(
        OWNERS, P + "/readings/IT001E00000001/2024-07-02/receipt"
    ),
    ("GET", P + "/readings/{pod}/{day}/history"): Row(
        OWNERS, P + "/readings/IT001E00000001/2024-07-02/history"
    ),
    ("GET", P + "/quality"): Row(OVERSEERS, P + "/quality?month=2024-07"),
    ("GET", P + "/quality/held"): Row((401, 200, 200, 403, 403, 403, 404)),
    ("POST", P + "/quality/decisions"): Row(ADMINISTRATORS),
    ("POST", P + "/quality/estimates"): Row(ADMINISTRATORS),
    ("GET", P + "/quality/energy"): Row(ALL, P + "/quality/energy?from=2024-07-01&to=2024-07-08"),
    ("GET", P + "/configurations/{configuration_id}/days/{day}/list"): Row(
        ALL, P + "/configurations/{configuration}/days/2024-07-02/list"
    ),
    ("POST", P + "/energy/share"): Row(ADMINISTRATORS),
    ("GET", P + "/energy/balance"): Row(ALL, P + "/energy/balance?from=2024-07-01&to=2024-07-08"),
    ("GET", P + "/energy/forecast"): Row(ALL, P + "/energy/forecast"),
    ("GET", P + "/settlements"): Row(ALL),
    ("GET", P + "/settlements/{settlement_id}"): Row(ALL, P + "/settlements/{settlement}"),
    ("GET", P + "/settlements/{settlement_id}/members"): Row(ALL, P + "/settlements/{settlement}/members"),
    ("GET", P + "/settlements/{settlement_id}/document"): Row(
        OVERSEERS, P + "/settlements/{settlement}/document"
    ),
    ("GET", P + "/settlements/{settlement_id}/market"): Row(
        OVERSEERS, P + "/settlements/{settlement}/market"
    ),
    ("GET", P + "/settlements/{settlement_id}/net-metering"): Row(
        REFUSED_TO_OVERSEERS, P + "/settlements/{settlement}/net-metering?national=110&services=60"
    ),
    ("POST", P + "/settlements/{settlement_id}/gse-figures"): Row(
        (*ADMINISTRATORS[:-1], 404), P + "/settlements/{settlement}/gse-figures"
    ),
    ("GET", P + "/settlements/{settlement_id}/gse-advance"): Row(
        OVERSEERS, P + "/settlements/{settlement}/gse-advance?hours=1250"
    ),
    ("GET", P + "/gse-deadlines"): Row(OVERSEERS),
    ("GET", P + "/gse-balance"): Row(OVERSEERS, P + "/gse-balance?year=2024"),
    ("POST", P + "/distributions"): Row(ADMINISTRATORS),
    ("GET", P + "/distributions"): Row(ALL),
    ("GET", P + "/distributions/{distribution_id}"): Row(ALL, P + "/distributions/{distribution}"),
    ("GET", P + "/distributions/{distribution_id}/payouts"): Row(
        ALL, P + "/distributions/{distribution}/payouts"
    ),
    ("GET", P + "/distributions/{distribution_id}/tree"): Row(
        OVERSEERS, P + "/distributions/{distribution}/tree"
    ),
    ("GET", P + "/distributions/{distribution_id}/pack"): Row(
        OVERSEERS, P + "/distributions/{distribution}/pack"
    ),
    ("POST", P + "/drafts"): Row(ADMINISTRATORS),
    ("GET", P + "/drafts/{draft_id}"): Row(OVERSEERS, P + "/drafts/{distribution}"),
    ("GET", P + "/drafts/{draft_id}/proposal"): Row(DIVIDED, P + "/drafts/{distribution}/proposal"),
    ("POST", P + "/drafts/{draft_id}/steps"): Row(ADMINISTRATORS, P + "/drafts/{distribution}/steps"),
    ("GET", P + "/accounts/trial-balance"): Row(OVERSEERS),
    ("GET", P + "/accounts/journal"): Row(OVERSEERS),
    ("GET", P + "/accounts/reconciliation"): Row(OVERSEERS),
    ("POST", P + "/accounts/closings"): Row(ADMINISTRATORS),
    ("POST", P + "/accounts/spendings"): Row(ADMINISTRATORS),
    ("POST", P + "/accounts/collections"): Row(ADMINISTRATORS),
    ("POST", P + "/accounts/repayments"): Row(ADMINISTRATORS),
    ("POST", P + "/accounts/reversals"): Row(ADMINISTRATORS),
    ("GET", P + "/distributions/{distribution_id}/statements/{member_id}"): Row(
        OWN, P + "/distributions/{distribution}/statements/{P1}"
    ),
    ("GET", P + "/distributions/{distribution_id}/statements/{member_id}/pdf"): Row(
        OWN, P + "/distributions/{distribution}/statements/{P1}/pdf"
    ),
    ("GET", P + "/payouts/{distribution}/{index}/receipt"): Row(OWN, P + "/payouts/1/0/receipt"),
    ("POST", P + "/bank-statements"): Row(ADMINISTRATORS),
    ("GET", P + "/bank-orders"): Row(OVERSEERS),
    ("POST", P + "/bank-orders"): Row(ADMINISTRATORS),
    ("GET", P + "/bank-orders/{number}/file"): Row(
        (401, 404, 404, 403, 403, 403, 404), P + "/bank-orders/1/file"
    ),
    ("GET", P + "/ledger/transactions"): Row(ALL),
    ("GET", "/metrics"): Row((401, 200, 403, 403, 403, 403, 403)),
    ("GET", P + "/ledger/events"): Row(ALL),
    ("POST", P + "/devices"): Row(ADMINISTRATORS),
    ("GET", P + "/devices"): Row(OVERSEERS),
    ("GET", P + "/devices/{device_id}"): Row((401, 404, 404, 404, 403, 403, 404), P + "/devices/{P1}"),
    ("PUT", P + "/devices/{device_id}"): Row(ADMINISTRATORS, P + "/devices/{P1}"),
    ("DELETE", P + "/devices/{device_id}"): Row((401, 404, 404, 403, 403, 403, 404), P + "/devices/{P1}"),
    ("POST", P + "/devices/{device_id}/keys"): Row(ADMINISTRATORS, P + "/devices/{P1}/keys"),
    ("GET", P + "/devices/{device_id}/telemetry"): Row(
        (401, 404, 404, 404, 404, 404, 404), P + "/devices/{P1}/telemetry?metric=power_w"
    ),
    ("POST", P + "/meters/readings"): Row(DEVICES),
    ("POST", P + "/telemetry"): Row(DEVICES),
    ("GET", P + "/live"): Row(ALL),
    ("GET", "/alerts"): Row((401, 200, 200, 200, 403, 403, 200)),
    ("POST", P + "/jobs"): Row(ADMINISTRATORS),
    ("POST", P + "/jobs/readings"): Row(ADMINISTRATORS),
    ("POST", P + "/jobs/meter-files"): Row(ADMINISTRATORS),
    ("POST", P + "/jobs/prices"): Row(ROOT),
    ("GET", P + "/jobs"): Row(OVERSEERS),
    ("GET", P + "/jobs/{job_id}"): Row(NO_JOB, P + "/jobs/{P1}"),
    ("POST", P + "/jobs/{job_id}/cancel"): Row(NO_JOB_TO_CHANGE, P + "/jobs/{P1}/cancel"),
    ("POST", P + "/jobs/{job_id}/retry"): Row(NO_JOB_TO_CHANGE, P + "/jobs/{P1}/retry"),
    ("GET", "/schedule"): Row((401, 200, 200, 200, 403, 403, 200)),
    ("GET", P + "/ledger/reporters"): Row(ALL),
}


def routes() -> set[tuple[str, str]]:
    """Method and path of every operation that the application describes."""
    described = json.loads(rendered())["paths"]
    return {(method.upper(), path) for path, operations in described.items() for method in operations}


def test_matrix__every_route__has_its_row() -> None:
    assert routes() == set(MATRIX)


@pytest.mark.parametrize("asker", ASKERS)
@pytest.mark.parametrize(("method", "path"), MATRIX)
def test_route__each_asker__is_answered_as_the_matrix_says(
    method: str, path: str, asker: str, shared_world: World, shared_client: TestClient
) -> None:
    statuses, address = MATRIX[method, path]
    headers = bearer(shared_world.tokens[asker]) if asker != "nobody" else {}
    response = shared_client.request(
        method,
        place(shared_world, address or path),
        content=None if method == "GET" else "{}",
        headers=headers | ({} if method == "GET" else {"Content-Type": media_type(path)}),
    )
    assert response.status_code == statuses[ASKERS.index(asker)], response.text


def media_type(path: str) -> str:
    """Of what the route takes."""
    tables = ("/readings", "/prices", "/gse-figures", "/bank-statements")
    if path.endswith(("/meter-files", "/price-files")):
        return "application/octet-stream"
    return "text/csv" if path.endswith(tables) else "application/json"


def place(world: World, address: str) -> str:
    """The address with the shared world's ids."""
    return address.format(
        community_id=world.community_id,
        configuration=world.configuration_id,
        settlement=world.settlement.id,
        distribution=world.distribution.id,
        **world.members,
    )
