"""Alerts, as they are sent."""

from typing import Self

from pydantic import Field

from api.schemas.wire import Id, Instant, Page, Response, rome
from oracle.records import RaisedAlert


class AlertOut(Response):
    """What somebody must look at."""

    id: Id
    kind: str = Field(examples=["reconciliation"])
    community_id: Id | None = Field(description="Null for what concerns the whole installation")
    subject: str
    sentence: str
    severity: str = Field(description="note, warning, or critical")
    raised_at: Instant
    last_seen_at: Instant
    resolved_at: Instant | None = Field(description="Null while it is open")

    @classmethod
    def of(cls, row: RaisedAlert) -> Self:
        """The alert as it is sent."""
        return cls(
            id=row.id,
            kind=row.alert.kind,
            community_id=row.alert.community_id,
            subject=row.alert.subject,
            sentence=row.alert.sentence,
            severity=row.alert.severity,
            raised_at=rome(row.raised_at),
            last_seen_at=rome(row.last_seen_at),
            resolved_at=None if row.resolved_at is None else rome(row.resolved_at),
        )


class AlertPage(Page):
    """Alerts, the latest first."""

    alerts: list[AlertOut]
