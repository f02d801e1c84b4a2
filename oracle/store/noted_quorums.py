"""Who reports for a community on the ledger, as last noted: answered without asking a chain."""

from uuid import UUID

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from oracle.records import NotedQuorum
from oracle.store.tables import NotedQuorumRow as Row


class NotedQuorumsReader:
    """Reads what was noted."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, community_id: UUID) -> NotedQuorum | None:
        """The community's reporters; None before anything was published."""
        row = self._session.get(Row, community_id, populate_existing=True)
        if row is None:
            return None
        return NotedQuorum(
            row.community_id, row.epoch, row.threshold, tuple(row.reporters), row.held, row.noted_at
        )


class NotedQuorums(NotedQuorumsReader):
    """Notes them."""

    def put(self, noted: NotedQuorum) -> None:
        """Note what the ledger says now, in the place of what it said before."""
        facts = {
            "epoch": noted.epoch,
            "threshold": noted.threshold,
            "reporters": list(noted.reporters),
            "held": noted.held,
            "noted_at": func.now(),
        }
        row = insert(Row).values(community_id=noted.community_id, **facts)
        self._session.execute(row.on_conflict_do_update(index_elements=[col(Row.community_id)], set_=facts))
