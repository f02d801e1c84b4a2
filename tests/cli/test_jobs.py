"""`condivisa jobs`, `worker` and `beat` as an administrator types them."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psutil
import pytest
import redis

from settlement.store.embedded import cluster_folder, start_embedded
from tests.cli.processes import ROOT, command, run, state_folder
from tests.cli.small_case import write_small_case

NAME = "Small community of 6"
MONTH = ("from=2023-02-01", "to=2023-03-01")
REDIS = "redis://127.0.0.1:6379/10"


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A state directory with a community and its readings; tests add jobs."""
    with state_folder() as folder:
        case = write_small_case(tmp_path_factory.mktemp("case") / "case")
        with start_embedded(cluster_folder(folder / "postgres")):  # so that no command has to start it
            assert run("import", case, "--state", folder).returncode == 0
            yield folder


def jobs(state: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """A verb of `condivisa jobs`."""
    return run("jobs", *arguments, "--state", state)


def number_of(done: subprocess.CompletedProcess[str]) -> str:
    """Of the job that a command answered with."""
    found = re.match(r"job (\d+): queued", done.stdout)
    assert found, done.stderr
    return found[1]


@pytest.mark.node
def test_jobs__ordered_and_run__settle_publish_and_say_so(state: Path) -> None:
    number = number_of(jobs(state, "enqueue", NAME, "settle", *MONTH, "--key", "february"))
    ran = jobs(state, "run")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert f"job {number} (settle): done: settled: 905520 Wh shared" in ran.stdout
    assert "(publish): done: 5 messages done, 0 transactions sent again" in ran.stdout
    shown = jobs(state, "show", number).stdout
    assert re.search(r"^kind +settle from=2023-02-01 to=2023-03-01$", shown, re.MULTILINE)
    assert re.search(r"^state +done, attempts 1$", shown, re.MULTILINE)
    assert f"done       settle              {NAME}: settled" in jobs(state, "list", "--in", "done").stdout


@pytest.mark.deep
def test_jobs__bad_table__fails_with_place_and_remedy_and_is_cancelled(state: Path, tmp_path: Path) -> None:
    table = tmp_path / "readings.csv"
    table.write_text("interval_start,pod,direction,wh\n2023-02-01T00:00+01:00,IT999E00000001,injected,1.5\n")
    ordered = jobs(state, "enqueue", NAME, "import", *MONTH, "table=readings", "--file", table)
    number = number_of(ordered)
    ran = jobs(state, "run")
    assert ran.returncode == 1
    assert f"job {number} (import): failed: nothing was imported" in ran.stdout
    shown = jobs(state, "show", number).stdout
    assert 'readings.csv:2: wh is "1.5", not whole Wh in digits' in shown
    assert "put the table right and order the import again" in shown
    assert jobs(state, "cancel", number).stdout == f"job {number}: cancelled\n"
    refused = jobs(state, "retry", number)
    assert (refused.returncode, refused.stderr.count("order a new one")) == (1, 1)


def test_watch__by_hand_and_as_a_job__find_the_same(state: Path) -> None:
    seen = run("watch", "--state", state)
    assert re.fullmatch(r"alerts open: [1-9]\d*, new: \d+, resolved: \d+\n", seen.stdout), seen.stderr
    assert "missing-readings" in run("alerts", "--state", state).stdout
    number = number_of(jobs(state, "enqueue", "-", "watch"))
    ran = jobs(state, "run")
    assert re.search(rf"job {number} \(watch\): done: alerts open: \d+, new: 0", ran.stdout), ran.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("enqueue", NAME, "nope"), "there are: import, meter-file, settle, publish, reconcile, follow"),
        (("enqueue", NAME, "settle", "from"), "no NAME=VALUE"),
        (("enqueue", NAME, "settle", "from=2023-02-01", "to=2023-02-30"), "to must be a day"),
        (("enqueue", NAME, "import", *MONTH, "table=readings"), "reads a table: name its file"),
        (("enqueue", NAME, "settle", *MONTH, "from=2023-02-02"), "given once"),
        (("enqueue", "Nobody", "publish"), "no community"),
        (("enqueue", NAME, "watch"), "watch serves all communities"),
        (("enqueue", "-", "publish"), "publish is of a community"),
        (("show", "999999"), "there is no job 999999"),
    ],
)
def test_jobs__wrong_input__is_refused_with_a_sentence(
    state: Path, arguments: tuple[str, ...], said: str
) -> None:
    refused = jobs(state, *arguments)
    assert refused.returncode == 2
    assert said in refused.stderr
    assert "Traceback" not in refused.stderr


def test_worker__without_a_broker__says_what_to_do() -> None:
    refused = run("worker")
    assert refused.returncode == 3
    assert "CONDIVISA_BROKER_URL names no broker" in refused.stderr


def test_commands__without_workers__never_load_celery() -> None:
    code = "import sys, api.main, cli.main, cli.serve, cli.jobs; sys.exit('celery' in sys.modules)"
    assert subprocess.run([command()[0], "-c", code], cwd=ROOT, check=False).returncode == 0


@pytest.fixture
def prefix() -> Iterator[str]:
    """Names of queues on this machine's Redis for one test."""
    name = f"condivisa-test-{uuid4().hex}"
    client = redis.Redis.from_url(REDIS)
    try:
        client.ping()
    except redis.RedisError as error:
        pytest.skip(f"no Redis answers at {REDIS}: {error}")
    yield name
    for key in client.scan_iter(f"{name}:*"):
        client.delete(key)


@pytest.mark.service
def test_worker_and_beat__killed_and_started_again__do_what_was_ordered(state: Path, prefix: str) -> None:
    environment = os.environ | {"CONDIVISA_BROKER_URL": REDIS, "CONDIVISA_BROKER_PREFIX": prefix}
    started = []

    def start(*arguments: str) -> subprocess.Popen[bytes]:
        started.append(
            subprocess.Popen(
                command(*arguments, "--state", state), cwd=ROOT, env=environment, stderr=subprocess.DEVNULL
            )
        )
        return started[-1]

    try:
        first = start("worker", "--concurrency", "1")
        wait_until_it_listens(first)
        kill(first)
        number = number_of(jobs(state, "enqueue", NAME, "reconcile"))  # announced to nobody
        start("worker", "--concurrency", "1")
        start("beat")
        deadline = time.monotonic() + 60
        while "state      done" not in jobs(state, "show", number).stdout:
            assert time.monotonic() < deadline
    finally:
        for process in started:
            kill(process)


def wait_until_it_listens(process: subprocess.Popen[bytes]) -> None:
    """Until it has a child that works."""
    deadline = time.monotonic() + 60
    while not any("python" in row.name() for row in psutil.Process(process.pid).children()):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def kill(process: subprocess.Popen[bytes]) -> None:
    """kill -9 of a process with its children, but for the database that it may have started."""
    if process.poll() is None:
        family = [row for row in psutil.Process(process.pid).children() if "python" in row.name()]
        process.send_signal(signal.SIGKILL)
        for row in family:
            row.kill()
    process.wait()
