"""UUIDv7 made in Python."""

import threading
import time

from settlement.domain import identifiers
from settlement.domain.identifiers import uuid7


def test_uuid7__fields__are_those_of_rfc_9562() -> None:
    before = time.time_ns() // 1_000_000
    made = uuid7()
    after = time.time_ns() // 1_000_000
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert before <= made.int >> 80 <= after + 1


def test_uuid7__clock_stands_still__ids_still_ascend(monkeypatch) -> None:
    monkeypatch.setattr(identifiers.time, "time_ns", lambda: 1_700_000_000_123_456_789)
    made = [uuid7() for _ in range(10_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_uuid7__clock_goes_back__ids_still_ascend(monkeypatch) -> None:
    first = uuid7()
    monkeypatch.setattr(identifiers.time, "time_ns", lambda: 1)
    assert uuid7() > first


def test_uuid7__many_threads__never_meet() -> None:
    made: list = []

    def run() -> None:
        made.extend([uuid7() for _ in range(2_000)])

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({one.int >> 64 for one in made}) == 8_000
