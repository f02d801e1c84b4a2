"""
Logs
├── of a job should carry its id and kind, and the id of the request that ordered it
├── of a job that failed should name a code and no reading
├── of a bug with a database's complaint should quote no row
└── given a token, a key, an IBAN or an address with a password in a sentence they should lack it
"""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, text

from cli.logs import configure_logs
from oracle.errors import JobMalformed
from oracle.jobs import Job
from oracle.store.unit_of_work import OracleUnitOfWork
from oracle.tasks.drain import drain_all
from tests.oracle.tasks.conftest import four_communities
from tests.oracle.tasks.desks import desk, kind_of, put

log = logging.getLogger("condivisa.test")


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What is logged, as lines of JSON; the root logger is as before afterwards."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    stream = io.StringIO()
    configure_logs("INFO", stream)
    yield stream
    root.handlers[:] = before
    root.setLevel(level)


def lines(written: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def test_job__while_it_runs__is_named_in_each_line(engine: Engine, written: io.StringIO) -> None:
    def run(job: Job, _report: object) -> None:
        log.info("within")
        if job.request_id is None:
            raise JobMalformed('readings.csv:2: wh is "1234.5", not whole Wh in digits')

    kind = kind_of(run)
    community = four_communities(engine)[0]
    (ordered,) = put(engine, community, kind, request_id="request-7")
    (failing,) = put(engine, community, kind)
    drain_all(desk(engine, {"note": kind}))
    log.info("after")
    *both, after = lines(written)
    said = [(row["event"], row["job"], row["job_kind"], row.get("request_id")) for row in both]
    assert said == [
        ("within", str(ordered.id), "note", "request-7"),
        (f"job {ordered.number} (note) is done", str(ordered.id), "note", "request-7"),
        ("within", str(failing.id), "note", None),
        (
            f"job {failing.number} (note) failed: JOB_MALFORMED; `condivisa jobs show {failing.number}`",
            str(failing.id), "note", None,
        ),
    ]  # fmt: skip
    assert "job" not in after
    assert "1234.5" not in written.getvalue()


def test_job__database_complains_of_a_row__quotes_none_of_it(engine: Engine, written: io.StringIO) -> None:
    def run(_job: Job, _report: object) -> None:
        with OracleUnitOfWork(engine), engine.begin() as connection:
            statement = "INSERT INTO bank_accounts (community_id, iban) VALUES (NULL, :iban)"
            connection.execute(text(statement), {"iban": "IT60X0542811101000000123456"})

    kind = kind_of(run)
    put(engine, four_communities(engine)[0], kind)
    drain_all(desk(engine, {"note": kind}))
    bug = next(row for row in lines(written) if row["level"] == "error")
    assert "NotNullViolation" in bug["exception"]
    assert "IT60" not in written.getvalue()


@pytest.mark.parametrize(
    "secret",
    [
        "IT60X0542811101000000123456",
        "cdk_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG",
        "0123456789abcdefghijklmnopqrstuvwxyzABCD-_G",
        "condivisa:hunter22",
    ],
)
def test_sentence__with_a_secret__loses_it(written: io.StringIO, secret: str) -> None:
    log.warning("amqp://%s@broker/ or %s", secret, secret if ":" not in secret else "")
    log.warning("sent", extra={"header": f"Bearer {secret}"})
    assert secret not in written.getvalue()
    assert len(lines(written)) == 2
