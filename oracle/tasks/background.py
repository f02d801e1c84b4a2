"""Workers inside a process: threads that run jobs and one that ticks, until the process ends."""

import logging
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from uuid import uuid4

from oracle.tasks.desk import Announce, Desk
from oracle.tasks.drain import drain_all
from oracle.tasks.schedule import SCHEDULE, Entry
from oracle.tasks.tick import tick

log = logging.getLogger("condivisa.jobs")

POLL_S = 1.0
TICK_S = 2.0


@dataclass(frozen=True, slots=True)
class Background:
    """Running workers; `announce` wakes them at once."""

    announce: Announce


@contextmanager
def background(
    desk: Desk,
    workers: int = 2,
    poll_s: float = POLL_S,
    tick_s: float = TICK_S,
    schedule: Collection[Entry] = SCHEDULE,
) -> Iterator[Background]:
    """Work while the block runs. At its end jobs are interrupted at their next step and queued again."""
    stop = threading.Event()
    wakes = [threading.Event() for _ in range(workers)]

    def announce(_partition: str) -> None:
        for wake in wakes:
            wake.set()

    threads = [
        threading.Thread(target=_work_until, args=(stop, wake, _of_worker(desk, stop), poll_s), name="jobs")
        for wake in wakes
    ]
    ticking = replace(desk, announce=announce)
    threads.append(
        threading.Thread(target=_tick_until, args=(stop, ticking, tick_s, schedule), name="jobs-tick")
    )
    for thread in threads:
        thread.start()
    try:
        yield Background(announce)
    finally:
        stop.set()
        announce("")
        for thread in threads:
            thread.join()


def _of_worker(desk: Desk, stop: threading.Event) -> Desk:
    return replace(desk, stopping=stop.is_set, worker=f"{desk.worker}:{uuid4().hex[:4]}")


def _work_until(stop: threading.Event, wake: threading.Event, desk: Desk, poll_s: float) -> None:
    while not stop.is_set():
        _whatever_happens(lambda: drain_all(desk))
        wake.wait(poll_s)
        wake.clear()


def _tick_until(stop: threading.Event, desk: Desk, tick_s: float, schedule: Collection[Entry]) -> None:
    while not stop.is_set():
        _whatever_happens(lambda: tick(desk, schedule))
        stop.wait(tick_s)


def _whatever_happens(action: Callable[[], object]) -> None:
    try:
        action()
    except Exception:  # a thread that ends would end the work: the database may be back at the next turn
        log.warning("jobs wait: the next turn tries again", exc_info=True)
