"""The outbox: what has to happen outside, written with what decided it, worked in the order of birth."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from settlement.domain.identifiers import uuid7
from settlement.domain.messages import named_days
from settlement.domain.records import OutboxRow
from settlement.store.tables import OutboxMessageRow as Row

# Topics whose messages name days of configurations.
_OF_DAYS = ("post-days", "post-all", "correct-days")
_COLUMNS = (
    col(Row.id),
    col(Row.community_id),
    col(Row.key),
    col(Row.topic),
    col(Row.payload),
    col(Row.created_at),
    col(Row.done_at),
)


class OutboxReader:
    """Reads messages; writes nothing."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, message_id: UUID) -> OutboxRow | None:
        """The message of that id."""
        return self._first(col(Row.id) == message_id)

    def by_key(self, key: str) -> OutboxRow | None:
        """The message of that key."""
        return self._first(col(Row.key) == key)

    def next_open(self, community_id: UUID | None = None) -> OutboxRow | None:
        """The oldest message that is not done, of one community or of all; None when all is done."""
        return self._first(col(Row.done_at).is_(None), *_of(community_id))

    def open_rows(self, community_id: UUID | None = None) -> list[OutboxRow]:
        """All messages that are not done, oldest first."""
        return self._all(col(Row.done_at).is_(None), *_of(community_id))

    def rows(self, community_id: UUID, topic: str | None = None) -> list[OutboxRow]:
        """All messages of a community, done or not, oldest first."""
        wanted = [] if topic is None else [col(Row.topic) == topic]
        return self._all(col(Row.community_id) == community_id, *wanted)

    def announced_days(self, configuration_id: UUID) -> dict[date, UUID]:
        """Days of a configuration that messages name, each with the settlement of the latest of them."""
        payload, name = col(Row.payload), str(configuration_id)
        same = (payload["configuration_id"].astext == name) | payload["days"].has_key(name)
        query = select(payload).where(col(Row.topic).in_(_OF_DAYS), same).order_by(col(Row.id))
        return {
            day: UUID(message["settlement_id"])
            for message in self._session.scalars(query)
            for day in named_days(message, configuration_id)
        }

    def _all(self, *conditions: ColumnElement[bool]) -> list[OutboxRow]:
        query = select(*_COLUMNS).where(*conditions).order_by(col(Row.id))
        return [OutboxRow(*row) for row in self._session.execute(query)]

    def _first(self, *conditions: ColumnElement[bool]) -> OutboxRow | None:
        query = select(*_COLUMNS).where(*conditions).order_by(col(Row.id)).limit(1)
        row = self._session.execute(query).first()
        return None if row is None else OutboxRow(*row)


class Outbox(OutboxReader):
    """Adds messages and marks them done."""

    def add(self, community_id: UUID, topic: str, key: str, payload: Mapping[str, Any]) -> UUID:
        """Id of the message of that key, added unless it exists. A key never stands for two messages.

        Raises ValueError when the key exists with another topic or payload: that is a bug of the caller.
        """
        statement = (
            insert(Row)
            .values(id=uuid7(), community_id=community_id, topic=topic, key=key, payload=dict(payload))
            .on_conflict_do_nothing(index_elements=["key"])
            .returning(col(Row.id))
        )
        added: UUID | None = self._session.execute(statement).scalar()
        if added is not None:
            return added
        existing = self.by_key(key)
        assert existing is not None
        if (existing.topic, existing.payload) != (topic, dict(payload)):
            raise ValueError(f"outbox key {key} already stands for {existing.topic} {existing.payload}")
        return existing.id

    def done(self, message_id: UUID) -> None:
        """Mark the message done; marking it again changes nothing."""
        conditions = (col(Row.id) == message_id, col(Row.done_at).is_(None))
        self._session.execute(update(Row).where(*conditions).values(done_at=func.now()))


def _of(community_id: UUID | None) -> list[ColumnElement[bool]]:
    return [] if community_id is None else [col(Row.community_id) == community_id]
