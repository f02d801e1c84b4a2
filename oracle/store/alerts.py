"""Alerts: one open row for each thing that somebody must look at, and the history of those resolved."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Row, func, literal_column, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from oracle.records import Alert, RaisedAlert, Severity
from oracle.store.tables import AlertRow
from settlement.domain.identifiers import uuid7

SUBJECT_CHARACTERS, SENTENCE_CHARACTERS = 200, 1000


class AlertsReader:
    """Reads alerts; raises none."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of_community(self, community_id: UUID | None, *, resolved: bool = False) -> list[RaisedAlert]:
        """Open alerts of a community, or of none; with `resolved` the history too. The latest first."""
        return self._all(_of(community_id), resolved=resolved)

    def all(self, *, resolved: bool = False) -> list[RaisedAlert]:
        """Open alerts of all communities and of none; with `resolved` the history too. The latest first."""
        return self._all(resolved=resolved)

    def get(self, alert_id: UUID) -> RaisedAlert | None:
        """One alert, open or resolved."""
        return next(iter(self._all(col(AlertRow.id) == alert_id, resolved=True)), None)

    def _all(self, *conditions: ColumnElement[bool], resolved: bool) -> list[RaisedAlert]:
        query = select(AlertRow).where(*conditions)
        if not resolved:
            query = query.where(col(AlertRow.resolved_at).is_(None))
        query = query.order_by(col(AlertRow.raised_at).desc(), col(AlertRow.id).desc())
        rows = self._session.scalars(query, execution_options={"populate_existing": True})
        return [_alert(row) for row in rows]


class Alerts(AlertsReader):
    """Raises alerts and resolves them."""

    def raise_(self, alert: Alert, now: datetime) -> bool:
        """Open an alert, or note that the open one was seen again; whether it is new."""
        changing = {"sentence": alert.sentence[:SENTENCE_CHARACTERS], "severity": alert.severity}
        new = insert(AlertRow).values(
            id=uuid7(),
            kind=alert.kind,
            community_id=alert.community_id,
            subject=alert.subject[:SUBJECT_CHARACTERS],
            raised_at=now,
            last_seen_at=now,
            **changing,
        )
        # Clocks of several machines differ a little: what was seen later stays.
        seen = {**changing, "last_seen_at": func.greatest(col(AlertRow.last_seen_at), now)}
        statement = new.on_conflict_do_update(
            index_elements=["kind", "community_id", "subject"],
            index_where=text("resolved_at IS NULL"),
            set_=seen,
        )
        # A row that this statement inserted has no earlier version.
        found: Row[tuple[bool]] = self._session.execute(statement.returning(literal_column("xmax = 0"))).one()
        return bool(found[0])

    def resolve(self, kind: str, community_id: UUID | None, subject: str, now: datetime) -> bool:
        """Close the open alert of that kind and subject; whether there was one."""
        same = (col(AlertRow.kind) == kind, _of(community_id))
        about = (col(AlertRow.subject) == subject[:SUBJECT_CHARACTERS], col(AlertRow.resolved_at).is_(None))
        closed = update(AlertRow).where(*same, *about)
        closed = closed.values(resolved_at=func.greatest(col(AlertRow.raised_at), now))
        return self._session.execute(closed.returning(col(AlertRow.id))).first() is not None


def _of(community_id: UUID | None) -> ColumnElement[bool]:
    of = col(AlertRow.community_id)
    return of.is_(None) if community_id is None else of == community_id


def _alert(row: AlertRow) -> RaisedAlert:
    alert = Alert(row.kind, row.subject, row.sentence, Severity(row.severity), row.community_id)
    return RaisedAlert(row.id, alert, row.raised_at, row.last_seen_at, row.resolved_at)
