"""Workers behind RabbitMQ and Redis: what brokers forget and killed workers leave is done all the same."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import redis
from celery import Celery
from kombu.exceptions import OperationalError
from sqlalchemy import Engine

from oracle.jobs import Job, JobState
from oracle.tasks.broker import QUEUES, announcer, celery_app, queue_names, queue_of
from oracle.tasks.tick import sweep
from tests.oracle.tasks.desks import desk, look, put, wait_until
from tests.oracle.tasks.worker_process import writer

ROOT = Path(__file__).resolve().parents[3]
BROKERS = {"rabbitmq": "amqp://guest:guest@127.0.0.1:5672//", "redis": "redis://127.0.0.1:6379/9"}
Start = Callable[..., subprocess.Popen[bytes]]


Broker = Callable[[str], tuple[Celery, str]]


@pytest.fixture
def broker() -> Iterator[Broker]:
    """Opens an application with queues of its own on a broker; they are deleted when no worker is left."""
    opened = []

    def connect(name: str) -> tuple[Celery, str]:
        url, prefix = BROKERS[name], f"condivisa-test-{uuid4().hex}"
        app = celery_app(url, prefix)
        try:
            with app.connection_for_write(connect_timeout=1) as connection:
                connection.ensure_connection(max_retries=1, interval_start=0)
        except (OperationalError, OSError) as error:
            pytest.skip(f"no broker answers at {url}: {error}")
        opened.append((app, prefix))
        return app, prefix

    yield connect
    for app, prefix in opened:
        delete_queues(app, prefix)


def delete_queues(app: Celery, prefix: str) -> None:
    """What a broker loses that loses everything."""
    if app.conf.broker_url.startswith("redis"):
        client = redis.Redis.from_url(app.conf.broker_url)
        for key in client.scan_iter(f"{prefix}:*"):
            client.delete(key)
        return
    with app.connection_for_write() as connection:
        for name in queue_names(prefix):
            connection.default_channel.queue_delete(name)


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    """Where workers write."""
    path = tmp_path / "lines"
    path.touch()
    return path


@pytest.fixture
def start(database_url: str, lines: Path, broker: Broker) -> Iterator[Start]:
    """Starts workers; whatever still runs at the end is killed."""
    started = []

    def begin(url: str, prefix: str, seconds: float) -> subprocess.Popen[bytes]:
        module = [sys.executable, "-m", "tests.oracle.tasks.worker_process"]
        process = subprocess.Popen(
            [*module, database_url, url, prefix, str(lines), str(seconds)], cwd=ROOT, start_new_session=True
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """kill -9 of a worker with its children, which stay in its session."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def done(engine: Engine, jobs: list[Job]) -> bool:
    """Whether all are."""
    return all(look(engine, job).state is JobState.DONE for job in jobs)


def overlaps(lines: list[str]) -> int:
    """How often a job began in a partition whose last job had not ended."""
    running: dict[str, str] = {}
    count = 0
    for word, partition, number in (line.split() for line in lines):
        if word == "begin":
            count += partition in running
            running[partition] = number
        else:
            running.pop(partition, None)
    return count


@pytest.mark.service
@pytest.mark.parametrize("name", BROKERS)
def test_broker__forgets_every_message__the_sweep_announces_all_and_order_is_kept(
    name: str, engine: Engine, communities: list[UUID], start: Start, lines: Path, broker: Broker
) -> None:
    kind = writer(lines, 0)
    app, prefix = broker(name)
    say = announcer(app, prefix)
    jobs = [job for community in communities for job in put(engine, community, kind, 3)]
    for job in jobs:
        say(job.partition)
    delete_queues(app, prefix)
    start(BROKERS[name], prefix, 0.05)
    at = replace(desk(engine, {"write": kind}), announce=say)
    (marker,) = put(engine, communities[0], kind)
    wait_until(lambda: sweep(at) or done(engine, [*jobs, marker]), 40, 0.5)
    written = lines.read_text().splitlines()
    assert len(written) == 2 * 13
    assert overlaps(written) == 0
    for community in communities:
        own = [line for line in written if line.startswith("begin") and str(community) in line]
        assert own == sorted(own, key=lambda line: int(line.split()[2]))


@pytest.mark.service
@pytest.mark.parametrize("name", BROKERS)
def test_worker__killed_in_a_job__another_takes_it_once(
    name: str, engine: Engine, communities: list[UUID], start: Start, lines: Path, broker: Broker
) -> None:
    kind = writer(lines, 0)
    app, prefix = broker(name)
    at = replace(desk(engine, {"write": kind}), announce=announcer(app, prefix))
    first = start(BROKERS[name], prefix, 60)
    (job,) = put(engine, communities[0], kind)
    at.announce(job.partition)
    wait_until(lambda: "begin" in lines.read_text(), 40)
    sweep(at)
    assert look(engine, job).state is JobState.RUNNING, "a living worker is left alone"
    kill(first)
    start(BROKERS[name], prefix, 0)
    wait_until(lambda: sweep(at) or done(engine, [job]), 40, 0.5)
    assert lines.read_text().count("begin") == 2
    assert look(engine, job).attempts == 2


@pytest.mark.service
def test_worker__ended_politely__queues_its_job_again(
    engine: Engine, communities: list[UUID], start: Start, lines: Path, broker: Broker
) -> None:
    kind = writer(lines, 0)
    app, prefix = broker("redis")
    process = start(BROKERS["redis"], prefix, 60)
    (job,) = put(engine, communities[0], kind)
    announcer(app, prefix)(job.partition)
    wait_until(lambda: "begin" in lines.read_text(), 40)
    process.terminate()
    process.wait(30)
    waiting = look(engine, job)
    assert (waiting.state, waiting.sentence) == (JobState.QUEUED, "its worker was stopped")


@contextmanager
def own_redis(port: int, folder: Path) -> Iterator[None]:
    """A Redis of this test alone, which keeps nothing."""
    try:
        process = subprocess.Popen(
            ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)],
            stdout=subprocess.DEVNULL,
        )
    except FileNotFoundError:
        pytest.skip("there is no redis-server on this machine")
    try:
        wait_until(lambda: _answers(port))
        yield
    finally:
        process.kill()
        process.wait()


def _answers(port: int) -> bool:
    try:
        return bool(redis.Redis(port=port).ping())
    except redis.RedisError:
        return False


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.mark.service
def test_broker__dies_with_work_in_flight__the_same_worker_does_all_of_it(
    engine: Engine, communities: list[UUID], start: Start, lines: Path, tmp_path: Path
) -> None:
    port, kind, prefix = free_port(), writer(lines, 0), "condivisa-own"
    url = f"redis://127.0.0.1:{port}/0"
    say = announcer(celery_app(url, prefix), prefix)
    at = replace(desk(engine, {"write": kind}), announce=say)
    with own_redis(port, tmp_path):
        start(url, prefix, 0.5)
        jobs = [job for community in communities for job in put(engine, community, kind, 2)]
        say(jobs[0].partition)
        wait_until(lambda: "begin" in lines.read_text(), 40)
        say(jobs[-1].partition)
    sweep(at)  # nobody hears it
    with own_redis(port, tmp_path):
        wait_until(lambda: sweep(at) or done(engine, jobs), 60, 0.5)
    assert overlaps(lines.read_text().splitlines()) == 0
    assert lines.read_text().count("begin") == 8


def test_announce__broker_away__comes_back_soon_and_the_job_waits(
    engine: Engine, communities: list[UUID], lines: Path
) -> None:
    kind = writer(lines, 0)
    for url in (f"redis://127.0.0.1:{free_port()}/0", f"amqp://127.0.0.1:{free_port()}//"):
        (job,) = put(engine, communities[0], kind)
        began = time.monotonic()
        announcer(celery_app(url, "nobody"), "nobody")(job.partition)
        assert time.monotonic() - began < 30, "an API would wait with it"
        assert look(engine, job).state is JobState.QUEUED


def test_queue_of__partition__is_the_same_everywhere_and_one_of_eight() -> None:
    assert queue_of("p", "community:1") == queue_of("p", "community:1")
    names = {queue_of("p", f"community:{number}") for number in range(200)}
    assert names == {f"p.{number}" for number in range(QUEUES)}
    assert names < set(queue_names("p"))
