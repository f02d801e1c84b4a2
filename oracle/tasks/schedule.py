"""What is ordered by itself, and when: the whole timetable."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Protocol, TypeAlias
from uuid import UUID

from oracle.store.unit_of_work import OracleUnitOfWork
from settlement.domain.calendar import ROME

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FAILURE_PAUSE = timedelta(minutes=5)
"""What failed is not ordered again by itself before: a queue that stands still stands for a person."""


class When(Protocol):
    """Instants at which something is due."""

    def last(self, now: datetime) -> datetime: ...
    def next(self, now: datetime) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Every:
    """Once in each interval, counted from 1970."""

    interval: timedelta

    def last(self, now: datetime) -> datetime:
        """The latest instant up to `now`."""
        return now - (now - _EPOCH) % self.interval

    def next(self, now: datetime) -> datetime:
        """The first instant after `now`."""
        return self.last(now) + self.interval

    def __str__(self) -> str:
        return f"every {int(self.interval.total_seconds())} s"


@dataclass(frozen=True, slots=True)
class Daily:
    """Once a day at a time of clocks in Italy; one that is skipped in spring is taken an hour later."""

    at: time

    def last(self, now: datetime) -> datetime:
        """The latest instant up to `now`."""
        return max(instant for instant in self._around(now) if instant <= now)

    def next(self, now: datetime) -> datetime:
        """The first instant after `now`."""
        return min(instant for instant in self._around(now) if instant > now)

    def _around(self, now: datetime) -> list[datetime]:
        today = now.astimezone(ROME).date()
        days = (today + timedelta(days=offset) for offset in (-1, 0, 1))
        return [datetime.combine(day, self.at, ROME).astimezone(UTC) for day in days]

    def __str__(self) -> str:
        return f"daily at {self.at:%H:%M} Europe/Rome"


Wanted: TypeAlias = Callable[[OracleUnitOfWork, datetime], Collection[UUID | None]]
"""The communities that a kind is ordered for; None for one that serves all of them at once."""
ALL_AT_ONCE: list[UUID | None] = [None]


def with_open_messages(work: OracleUnitOfWork, now: datetime) -> list[UUID | None]:
    """Communities with something to publish that no job publishes, nor failed to a moment ago."""
    waiting = dict.fromkeys(row.community_id for row in work.outbox.open_rows())
    if not waiting:
        return []
    busy = work.jobs.busy_communities("publish", now - FAILURE_PAUSE)
    return [community for community in waiting if community not in busy]


def all_communities(work: OracleUnitOfWork, _now: datetime) -> list[UUID | None]:
    """Every community."""
    return [row.id for row in work.communities.all()]


def once(kind: str) -> Wanted:
    """For all communities at once, unless such a job is open already or failed a moment ago."""

    def wanted(work: OracleUnitOfWork, now: datetime) -> list[UUID | None]:
        return [] if None in work.jobs.busy_communities(kind, now - FAILURE_PAUSE) else ALL_AT_ONCE

    return wanted


def once_deployed(kind: str) -> Wanted:
    """The same, once there are contracts of ours on a chain."""

    def wanted(work: OracleUnitOfWork, now: datetime) -> list[UUID | None]:
        return list(once(kind)(work, now)) if work.deployments.chains() else []

    return wanted


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the timetable: the kind of job, when it is due, and for which communities then."""

    kind: str
    when: When
    wanted: Wanted

    def key(self, slot: datetime, community_id: UUID | None) -> str:
        """One job for a slot and a community, however many clocks tick."""
        return f"schedule:{self.kind}:{slot.isoformat()}:{community_id or 'all'}"


SCHEDULE = (
    Entry("publish", Every(timedelta(seconds=5)), with_open_messages),
    Entry("follow", Every(timedelta(minutes=1)), once_deployed("follow")),
    Entry("watch", Every(timedelta(minutes=5)), once("watch")),
    Entry("prune", Daily(time(3, 50)), once("prune")),
    Entry("reconcile", Daily(time(4, 10)), all_communities),
)


@dataclass(frozen=True, slots=True)
class NextRun:
    """When a kind of job is due next."""

    kind: str
    when: str
    at: datetime


def next_runs(now: datetime, schedule: Collection[Entry] = SCHEDULE) -> list[NextRun]:
    """The next instant of each line, the earliest first."""
    rows = [NextRun(entry.kind, str(entry.when), entry.when.next(now)) for entry in schedule]
    return sorted(rows, key=lambda row: (row.at, row.kind))
