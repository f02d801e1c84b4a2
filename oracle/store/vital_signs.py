"""How the service is doing, in a few numbers that one look at the database gives."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session, col

from oracle.records import TransactionState
from oracle.store.tables import (
    ChainBlockRow,
    ChainCursorRow,
    ChainTransactionRow,
    DayReportRow,
    JobRow,
)
from settlement.domain.quality.quarantine import HeldState
from settlement.store.tables import MeterReadingRow, OutboxMessageRow, QuarantinedReadingRow


class Waiting(NamedTuple):
    """Messages of a topic that are not done, and the birth of the oldest."""

    topic: str
    messages: int
    since: datetime


class VitalSignsReader:
    """Reads sums; writes nothing."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def waiting(self) -> list[Waiting]:
        """What waits for the publisher, by topic."""
        topic, born = col(OutboxMessageRow.topic), col(OutboxMessageRow.created_at)
        query = select(topic, func.count(), func.min(born)).where(col(OutboxMessageRow.done_at).is_(None))
        return [Waiting(*row) for row in self._all(query.group_by(topic).order_by(topic))]

    def unmined(self) -> int:
        """Signed transactions of which no outcome is known."""
        query = select(func.count()).where(col(ChainTransactionRow.state) == TransactionState.SIGNED)
        return int(self._session.execute(query).scalar_one())

    def last_posted(self) -> dict[UUID, date]:
        """The latest day that the ledger holds of each configuration, by its id."""
        configuration, day = col(DayReportRow.configuration_id), col(DayReportRow.day)
        query = select(configuration, func.max(day)).where(col(DayReportRow.accepted_at).is_not(None))
        return dict(self._all(query.group_by(configuration)))

    def last_read(self) -> dict[UUID, date]:
        """The latest day of which each community has a reading, by its id."""
        community, day = col(MeterReadingRow.community_id), col(MeterReadingRow.day)
        return dict(self._all(select(community, func.max(day)).group_by(community)))

    def last_read_of_pods(self, community_id: UUID) -> dict[str, date]:
        """The latest day of which each POD of a community has a reading."""
        pod, day = col(MeterReadingRow.pod), col(MeterReadingRow.day)
        query = select(pod, func.max(day)).where(col(MeterReadingRow.community_id) == community_id)
        return dict(self._all(query.group_by(pod)))

    def jobs(self) -> dict[tuple[str, str], int]:
        """How many jobs there are, by kind and state."""
        kind, state = col(JobRow.kind), col(JobRow.state)
        rows = self._all(select(kind, state, func.count()).group_by(kind, state))
        return {(row[0], row[1]): row[2] for row in rows}

    def held_days(self) -> dict[UUID, int]:
        """POD-days of readings that are held until somebody decides, by community."""
        community, state = col(QuarantinedReadingRow.community_id), col(QuarantinedReadingRow.state)
        query = select(community, func.count()).where(state == HeldState.HELD.value)
        return dict(self._all(query.group_by(community)))

    def last_indexed(self) -> dict[int, datetime]:
        """When the newest block of the index was mined, by chain."""
        cursor, block = col(ChainCursorRow.chain_id), col(ChainBlockRow.mined_at)
        same = (col(ChainBlockRow.chain_id) == cursor) & (
            col(ChainBlockRow.number) == col(ChainCursorRow.number)
        )
        return dict(self._all(select(cursor, block).join(ChainBlockRow, same)))

    def _all(self, query: Any) -> Sequence[Any]:
        return self._session.execute(query).all()
