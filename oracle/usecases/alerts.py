"""Alerts: raised by whatever finds something, resolved by whoever finds it gone.

A kind is a word of small letters, digits and hyphens. The caller commits: an alert about a change and the
change itself belong in one transaction, an alert about a failure in one of its own.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from oracle.records import Alert, RaisedAlert
from oracle.work import AlertWork
from settlement.domain.errors import NotFound


def raise_alert(work: AlertWork, alert: Alert, now: datetime) -> bool:
    """Open an alert; whether it is new. One that is open already is seen again, with the latest sentence."""
    return work.alerts.raise_(alert, now)


def resolve_alert(
    work: AlertWork, kind: str, subject: str, now: datetime, community_id: UUID | None = None
) -> bool:
    """Close the open alert of that kind, community and subject; whether there was one."""
    return work.alerts.resolve(kind, community_id, subject, now)


def resolve_others(
    work: AlertWork, kind: str, subjects: Collection[str], now: datetime, community_id: UUID | None = None
) -> int:
    """Close a community's open alerts of a kind that are about none of these subjects; how many."""
    gone = [
        row.alert.subject
        for row in work.alerts.of_community(community_id)
        if row.alert.kind == kind and row.alert.subject not in subjects
    ]
    return sum(work.alerts.resolve(kind, community_id, subject, now) for subject in gone)


def resolve_by_id(work: AlertWork, alert_id: UUID, now: datetime) -> RaisedAlert:
    """Close an alert by hand; one that is resolved stays as it is. Raises NotFound."""
    found = work.alerts.get(alert_id)
    if found is None:
        raise NotFound("alert", alert_id)
    work.alerts.resolve(found.alert.kind, found.alert.community_id, found.alert.subject, now)
    return found


def open_alerts(work: AlertWork, community_id: UUID | None = None) -> list[RaisedAlert]:
    """What is open, the latest first: a community's own, or everything."""
    return work.alerts.all() if community_id is None else work.alerts.of_community(community_id)
