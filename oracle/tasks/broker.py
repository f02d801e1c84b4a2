"""Celery: its messages say that a partition has work, or that a clock ticked; the work itself is in rows.

Imported by worker, beat, and an API that has a broker: nobody else waits for Celery to load.
"""

import logging
import math
import multiprocessing
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path

from celery import Celery, signals
from kombu.entity import Exchange, Queue

from oracle.tasks.desk import Announce, Desk
from oracle.tasks.drain import drain
from oracle.tasks.tick import tick

log = logging.getLogger("condivisa.jobs")

QUEUES = 8
"""Partitions are spread over so many queues: a worker may be given some of them alone."""
TICK_EVERY = timedelta(seconds=5)
EXPIRES_S = 60.0
"""A message that waited so long is dropped unread: the sweep has said it again."""
ANSWER_S = 2.0
"""Who orders a job does not wait long for a broker that is away, and not again for a while."""
SILENCE_S = 20.0


def queue_of(prefix: str, partition: str) -> str:
    """Name of the queue of a partition; the same on every machine."""
    return f"{prefix}.{zlib.crc32(partition.encode()) % QUEUES}"


def queue_names(prefix: str) -> list[str]:
    """All queues: those of partitions, and the clock's."""
    return [*(f"{prefix}.{number}" for number in range(QUEUES)), f"{prefix}.clock"]


def celery_app(broker_url: str, prefix: str) -> Celery:
    """The Celery application on a broker, without tasks: enough to send messages."""
    app = Celery(prefix, broker=broker_url, set_as_current=False)
    app.conf.update(
        task_ignore_result=True,
        task_queues=[_queue(name) for name in queue_names(prefix)],
        task_default_queue=f"{prefix}.0",
        worker_prefetch_multiplier=1,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_connection_timeout=ANSWER_S,
        broker_transport_options=_transport_options(broker_url, prefix),
        beat_schedule={
            "tick": {
                "task": "condivisa.tick",
                "schedule": TICK_EVERY,
                "options": {"queue": f"{prefix}.clock", "expires": EXPIRES_S},
            }
        },
    )
    return app


def _queue(name: str) -> Queue:
    # By the exchange that every broker has: a broker that was emptied lacks only the queue.
    return Queue(name, Exchange(""), routing_key=name)  # type: ignore[no-untyped-call]


def _transport_options(broker_url: str, prefix: str) -> dict[str, object]:
    if not broker_url.startswith("redis"):
        return {}
    # A message that nobody acknowledged is offered again long before the default hour.
    return {
        "global_keyprefix": f"{prefix}:",
        "visibility_timeout": 10 * EXPIRES_S,
        "socket_connect_timeout": ANSWER_S,
    }


def announcer(app: Celery, prefix: str) -> Announce:
    """Announces partitions through the broker; one that does not answer is logged and left to the sweep."""
    silent_until = -math.inf

    def announce(partition: str) -> None:
        nonlocal silent_until
        if time.monotonic() < silent_until:
            return
        try:
            app.send_task(
                "condivisa.drain", (partition,), queue=queue_of(prefix, partition),
                expires=EXPIRES_S, retry=False,
            )  # fmt: skip
        except Exception as error:  # each transport has errors of its own, and none may undo an order
            silent_until = time.monotonic() + SILENCE_S
            log.warning("the broker does not take it (%s): the sweep announces %s again", error, partition)

    return announce


def run_worker(
    app: Celery,
    announce: Announce,
    make_desk: Callable[[], Desk],
    queues: Sequence[str],
    concurrency: int,
) -> None:
    """Work until the process is asked to end; running jobs then end at their next step and are queued again.

    Each of the processes makes a desk of its own: connections do not survive a fork. Logs are written as they
    are in this process.
    """
    stop = multiprocessing.Event()

    def shutting_down(**_facts: object) -> None:
        stop.set()

    signals.worker_shutting_down.connect(shutting_down, weak=False)
    _keep_logs()
    with_tasks(app, lambda: replace(make_desk(), announce=announce, stopping=stop.is_set))
    app.worker_main(
        [
            "worker", "--pool=prefork", f"--concurrency={concurrency}", f"--queues={','.join(queues)}",
            "--without-gossip", "--without-mingle",
        ]
    )  # fmt: skip


def _keep_logs() -> None:
    """Whoever handles this signal has set up logs, and Celery leaves them alone."""

    def as_they_are(**_facts: object) -> None:
        pass

    signals.setup_logging.connect(as_they_are, weak=False)


def run_beat(app: Celery, file: Path) -> None:
    """Send ticks until the process ends; `file` is Celery's own notebook and may be lost."""
    file.parent.mkdir(parents=True, exist_ok=True)
    _keep_logs()
    app.Beat(schedule=str(file), max_interval=TICK_EVERY.total_seconds()).run()


def with_tasks(app: Celery, make_desk: Callable[[], Desk]) -> Celery:
    """The application with its two tasks. The desk is made by the process that works, not by its parent."""
    desk = cache(make_desk)

    def drain_partition(partition: str) -> None:
        drain(desk(), partition)

    def tick_once() -> None:
        tick(desk())

    app.task(name="condivisa.drain")(drain_partition)
    app.task(name="condivisa.tick")(tick_once)
    return app
