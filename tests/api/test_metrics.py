"""
/metrics
├── given a token over all communities it should tell durations by route and status, and what lags
├── given a token of one community, of a member or none it should refuse
└── given names, IBANs and tokens in the database it should show none
every request
├── given no correlation id it should get one, in the answer and in the log line
├── given a plain one it should keep it
├── given a strange one it should replace it
└── given a query and a token it should leave neither in the log
"""

import io
import json
import logging
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from cli.logs import configure_logs
from tests.api.conftest import bearer, client_of
from tests.api.world import IBAN, NOW, World, api_world


def metrics(client: TestClient, world: World, who: str) -> str:
    answer = client.get("/metrics", headers=bearer(world.tokens[who]))
    assert answer.status_code == 200
    return answer.text


def test_metrics__asked__tell_requests_and_what_lags(shared_client: TestClient, shared_world: World) -> None:
    shared_client.get(shared_world.path, headers=bearer(shared_world.tokens["root"]))
    text = metrics(shared_client, shared_world, "root")
    route = 'method="GET",route="/communities/{community_id}",status="200"'
    assert f"condivisa_http_request_seconds_count{{{route}}}" in text
    # The world's clock stands on 4 December 2024, its week ends on 7 July.
    assert f'condivisa_readings_days_behind{{community="{shared_world.community_id}"}} 150.0' in text
    assert f'condivisa_posted_days_behind{{configuration="{shared_world.configuration_id}"}} 150.0' in text
    assert "condivisa_transactions_unmined 0.0" in text


def test_metrics__nothing_was_published__tell_what_waits(engine: Engine) -> None:
    world = api_world(engine, published=False)
    text = metrics(client_of(engine), world, "root")
    assert 'condivisa_outbox_open{topic="post-days"} 1.0' in text
    assert 'condivisa_outbox_oldest_seconds{topic="post-days"}' in text


def test_metrics__jobs_held_days_and_index__are_counted(world: World) -> None:
    with world.engine.begin() as connection:
        for statement in (JOBS, HELD, CURSOR, BLOCK):
            connection.execute(text(statement), {"community": world.community_id, "now": NOW})
    told = metrics(client_of(world.engine), world, "root")
    assert 'condivisa_jobs{kind="publish",state="failed"} 2.0' in told
    assert 'condivisa_jobs{kind="watch",state="queued"} 1.0' in told
    assert f'condivisa_readings_held{{community="{world.community_id}"}} 1.0' in told
    assert 'condivisa_index_age_seconds{chain="31337"} 90.0' in told


JOBS = """
INSERT INTO jobs (id, kind, community_id, partition, arguments, state, not_before, created_at, finished_at)
VALUES (gen_random_uuid(), 'publish', :community, 'publisher', '{}', 'failed', :now, :now, :now),
       (gen_random_uuid(), 'publish', :community, 'publisher', '{}', 'failed', :now, :now, :now),
       (gen_random_uuid(), 'watch', NULL, 'watch', '{}', 'queued', :now, :now, NULL)
"""
HELD = """
INSERT INTO quarantined_readings (id, community_id, pod, direction, day, resolution_minutes, wh, estimated,
                                  digest, received_at, source, findings, state)
VALUES (gen_random_uuid(), :community, 'IT001E00000001', 'injected', '2024-07-01', 60, '{1}', '',
        decode(repeat('01', 32), 'hex'), :now, 'a file', '[]', 'held')
"""
CURSOR = """
INSERT INTO chain_cursors (chain_id, first_number, number, hash)
VALUES (31337, 1, 1, decode(repeat('01', 32), 'hex'))
"""
BLOCK = """
INSERT INTO chain_blocks (chain_id, number, hash, parent, mined_at)
VALUES (31337, 1, decode(repeat('01', 32), 'hex'), decode(repeat('00', 32), 'hex'),
        :now - interval '90 seconds')
"""


@pytest.mark.parametrize(
    ("who", "status"), [("administrator", 403), ("member", 403), ("auditor", 403), (None, 401)]
)
def test_metrics__no_token_over_all__are_refused(
    shared_client: TestClient, shared_world: World, who: str | None, status: int
) -> None:
    headers = bearer(shared_world.tokens[who]) if who else {}
    assert shared_client.get("/metrics", headers=headers).status_code == status


def test_metrics__personal_data__are_not_there(shared_client: TestClient, shared_world: World) -> None:
    text = metrics(shared_client, shared_world, "root")
    assert IBAN not in text
    assert "Prova" not in text
    assert not any(token in text for token in shared_world.tokens.values())


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What is logged, as lines of JSON; the root logger is as before afterwards."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    written = io.StringIO()
    configure_logs("INFO", written)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # the tests' own client
    yield written
    root.handlers[:] = before
    root.setLevel(level)


@pytest.mark.parametrize(("sent", "kept"), [("job-7", True), ("a b", False), ("x" * 65, False), ("", False)])
def test_request__correlation_id__stands_in_answer_and_log(
    shared_client: TestClient, log: io.StringIO, sent: str, kept: bool
) -> None:
    answer = shared_client.get("/health", headers={"X-Request-ID": sent} if sent else {})
    given = answer.headers["X-Request-ID"]
    assert (given == sent) is kept
    assert len(given) == (len(sent) if kept else 36)
    line = next(line for line in map(json.loads, log.getvalue().splitlines()))
    assert (line["request_id"], line["route"], line["status"]) == (given, "/health", 200)


def test_request__token_and_query__stay_out_of_the_log(
    shared_client: TestClient, shared_world: World, log: io.StringIO
) -> None:
    token = shared_world.tokens["root"]
    shared_client.get(f"{shared_world.path}/payouts?member=Secret", headers=bearer(token))
    shared_client.get("/nowhere/Secret", headers=bearer(token))
    text = log.getvalue()
    assert text.count('"event": "request"') == 2
    assert token not in text
    assert "Secret" not in text
