"""What is late, stands still or runs out: looked for again and again, raised as alerts, resolved."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from community.domain.records import CommunityRecord
from oracle.ports import AccountFacts, NodeFacts
from oracle.records import Alert, Severity
from oracle.usecases.alerts import raise_alert, resolve_others
from oracle.usecases.live_watch import watch_community
from oracle.work import WatchWork
from settlement.domain.calendar import day_start, rome_date

MISSING, STALLED, BALANCE = "missing-readings", "stalled-publication", "low-balance"
READ_WITHIN = timedelta(days=45)
"""A distributor sends a month's readings in the following one; two weeks more are no alarm yet."""
PUBLISHED_WITHIN = timedelta(hours=1)
"""A message takes seconds, and minutes while a node is away."""
DAYS_OF_GAS, DAYS_LEFT_CRITICAL = 30, 3
GAS_OF_A_DAY = 150_000
"""Posting a configuration's day (95,000) and its part of settling and paying."""


@dataclass(frozen=True, slots=True)
class Seen:
    """How many alerts are open after a look, whoever raised them, how many of them it raised and resolved."""

    open: int
    new: int
    resolved: int


def watch(
    work: WatchWork, now: datetime, node: NodeFacts | None = None, account: AccountFacts | None = None
) -> Seen:
    """Look at readings, messages and devices of all communities and, where given, at the operator's account.

    The caller commits.
    """
    before = {row.id for row in work.alerts.all()}
    _look(work, now, node, account)
    after = {row.id for row in work.alerts.all()}
    return Seen(len(after), len(after - before), len(before - after))


def _look(work: WatchWork, now: datetime, node: NodeFacts | None, account: AccountFacts | None) -> None:
    communities = work.communities.all()
    found = [
        alert
        for row in communities
        for alert in (*_missing(work, row, rome_date(now)), *_stalled(work, row, now))
    ]
    if node is not None and account is not None:
        found += _balance(node, account, sum(len(row.configurations) for row in communities))
    for alert in found:
        raise_alert(work, alert, now)
    for row in communities:
        watch_community(work, row.id, now)
    looked_at: list[tuple[str, UUID | None]] = [
        (kind, row.id) for kind in (MISSING, STALLED) for row in communities
    ]
    if node is not None:
        looked_at.append((BALANCE, None))
    for kind, owner in looked_at:
        subjects = {row.subject for row in found if (row.kind, row.community_id) == (kind, owner)}
        resolve_others(work, kind, subjects, now, owner)


def _missing(work: WatchWork, community: CommunityRecord, today: date) -> list[Alert]:
    """Configurations of which PODs have no reading of a day that is due."""
    due = today - READ_WITHIN
    terms = work.communities.terms(community.id, day_start(due), day_start(due + timedelta(days=1)))
    last_read = work.vital_signs.last_read_of_pods(community.id)
    alerts = []
    for configuration in terms.configurations if terms is not None else ():
        pods = [row.code for row in terms.pods if row.configuration == configuration.id] if terms else []
        late = [pod for pod in pods if last_read.get(pod, date.min) < due]
        if late:
            sentence = (
                f"{len(late)} of {len(pods)} PODs have no reading of {due} or later: "
                f"{_named(late, last_read)}; import what the distributor sent, or ask for it"
            )
            alerts.append(Alert(MISSING, configuration.area_code, sentence, Severity.WARNING, community.id))
    return alerts


def _named(late: list[str], last_read: Mapping[str, date]) -> str:
    first = min(late)
    read = f"last read on {last_read[first]}" if first in last_read else "never read"
    return f"{first} ({read})" + (f" and {len(late) - 1} more" if len(late) > 1 else "")


def _stalled(work: WatchWork, community: CommunityRecord, now: datetime) -> list[Alert]:
    """The oldest message that waits for longer than publishing takes."""
    waiting = work.outbox.open_rows(community.id)
    if not waiting or now - waiting[0].created_at < PUBLISHED_WITHIN:
        return []
    oldest = waiting[0]
    sentence = (
        f"{len(waiting)} messages wait, the oldest ({oldest.topic}) since {oldest.created_at:%Y-%m-%d %H:%M} "
        f'UTC; `condivisa publish "{community.name}"` goes on or says why not'
    )
    return [Alert(STALLED, oldest.topic, sentence, Severity.WARNING, community.id)]


def _balance(node: NodeFacts, account: AccountFacts, configurations: int) -> list[Alert]:
    """The operator's account, when it pays for less than a month; where gas is free it never runs out."""
    wei_of_a_day = GAS_OF_A_DAY * max(configurations, 1) * node.gas_price_wei
    if account.balance_wei >= DAYS_OF_GAS * wei_of_a_day:
        return []
    days = account.balance_wei // wei_of_a_day
    severity = Severity.CRITICAL if days < DAYS_LEFT_CRITICAL else Severity.WARNING
    address = "0x" + account.address.hex()
    sentence = (
        f"{account.balance_wei} wei of {address} on chain {node.chain_id} pay for some {days} days of "
        f"{configurations} configurations at {node.gas_price_wei} wei a gas: send it more"
    )
    return [Alert(BALANCE, address, sentence, severity)]
