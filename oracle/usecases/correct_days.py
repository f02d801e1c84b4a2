"""Topic `correct-days`: reports of days that better readings changed are replaced on the ledger.

Each new report names the one that it replaces, and the ledger refuses it where it holds another one. Days
of which no POD's readings changed keep their reports. The settlement behind new reports has the reason.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from uuid import UUID

from oracle.errors import NotPosted
from oracle.ports import Call
from oracle.records import SignedReport
from oracle.usecases.attest import HourTable
from oracle.usecases.context import Context, Step, Steps
from oracle.usecases.day_reports import Order, accept, kept_reports, orders_of, require_on_ledger, sign_days
from oracle.work import Work
from settlement.domain.calendar import day_start
from settlement.domain.case import Case
from settlement.domain.errors import NotFound
from settlement.domain.records import OutboxRow, StoredSettlement
from settlement.usecases.load_case import load_series

Reports = Mapping[date, SignedReport]


def correct_days(context: Context, message: OutboxRow) -> Steps:
    """One transaction for all days of the message that changed; none when none did."""
    (order,) = orders_of(context, message)
    with context.unit() as work:
        replaced = replaced_reports(work, order)
    if replaced:
        yield Step("correct", partial(_correct, context, order, replaced))
    return accept(require_on_ledger(context, order))


def _correct(context: Context, order: Order, replaced: Reports, work: Work) -> Call:
    reports = sign_days(context, work, order, replaced)
    messages = [report.message for report in reports]
    former = [replaced[report.day].message for report in reports]
    return context.ledger.correct(order.place.ledger, order.place.community, order.area, messages, former)


def replaced_reports(work: Work, order: Order) -> Reports:
    """The accepted reports that are to be replaced: those for which replacements are signed, or that differ.

    Raises NotPosted when the ledger has no report of a day that is to be corrected.
    """
    accepted = work.reports.accepted(order.configuration.id, order.days[0], order.days[-1])
    for day in order.days:
        if day not in accepted:
            raise NotPosted(f"the ledger has no report of {day} that could be corrected")
    signed = kept_reports(work, order)
    days = [report.day for report in signed] if signed else _changed_days(work, order, accepted)
    return {day: accepted[day] for day in days}


def _changed_days(work: Work, order: Order, accepted: Reports) -> list[date]:
    """Days whose PODs, or whose readings, are not those behind the accepted report."""
    new = _table(work, order, order.settlement)
    by_settlement: dict[UUID, list[date]] = defaultdict(list)
    for day in order.days:
        by_settlement[accepted[day].settlement_id].append(day)
    changed: list[date] = []
    for settlement_id, days in by_settlement.items():
        former = work.settlements.get(settlement_id)
        if former is None:
            raise NotFound("settlement", settlement_id)
        old = _table(work, order, former)
        changed += [day for day in days if _differs(day, accepted[day].pods, old, new)]
    return sorted(changed)


def _table(work: Work, order: Order, settlement: StoredSettlement) -> HourTable:
    """Readings of the order's days as the settlement knew them."""
    start, end = day_start(order.days[0]), day_start(order.days[-1] + timedelta(days=1))
    terms, series = load_series(work, settlement.community_id, start, end, settlement.as_of)
    return HourTable(Case(terms, series, ()), order.configuration.code)


def _differs(day: date, reported: Sequence[str | None], old: HourTable, new: HourTable) -> bool:
    pods = new.pods(day)
    # A POD whose key was erased has no name in the report; it counts as one of those that are there.
    if len(pods) != len(reported) or not {pod for pod in reported if pod is not None} <= set(pods):
        return True
    return any(old.pod_day(pod, day) != new.pod_day(pod, day) for pod in pods)
