"""Topics `post-days` and `post-all`: settled days go to the ledger, signed for each configuration.

One configuration's days go by themselves, those of several together in as few transactions as carry them.
"""

from collections.abc import Sequence
from functools import partial

from oracle.ports import AreaReports, Call, Outcome
from oracle.usecases.batching import in_transactions
from oracle.usecases.context import Context, Step, Steps
from oracle.usecases.day_reports import (
    Cases,
    Order,
    accept,
    kept_reports,
    orders_of,
    require_on_ledger,
    sign_days,
)
from oracle.work import Work
from settlement.domain.calendar import day_number
from settlement.domain.records import OutboxRow


def post_days(context: Context, message: OutboxRow) -> Steps:
    """One transaction for all days of the message."""
    (order,) = orders_of(context, message)
    yield Step("post", partial(_post, context, order))
    return accept(require_on_ledger(context, order))


def post_all(context: Context, message: OutboxRow) -> Steps:
    """A transaction for as many configurations as it can carry; what the ledger skips is posted by itself.

    By itself it is refused with the ledger's reason, if that still holds: nothing skipped counts as done.
    """
    orders = orders_of(context, message)
    parts = list(in_transactions([len(order.days) for order in orders]))
    for number, part in enumerate(parts, start=1):
        chosen = [orders[position] for position in part]
        name = "post all" if len(parts) == 1 else f"post all {number} of {len(parts)}"
        outcome = yield Step(name, partial(_post_all, context, chosen))
        for order in _skipped(context, chosen, outcome):
            yield Step(f"post {order.area}", partial(_post, context, order))
    accepted = [report for order in orders for report in require_on_ledger(context, order)]
    return accept(accepted)


def _post(context: Context, order: Order, work: Work) -> Call:
    reports = sign_days(context, work, order)
    messages = [report.message for report in reports]
    return context.ledger.post(order.place.ledger, order.place.community, order.area, messages)


def _post_all(context: Context, orders: Sequence[Order], work: Work) -> Call:
    place = orders[0].place
    cases: Cases = {}
    batches = [
        AreaReports(order.area, [report.message for report in sign_days(context, work, order, cases=cases)])
        for order in orders
    ]
    return context.ledger.post_all(place.ledger, place.community, batches)


def _skipped(context: Context, orders: Sequence[Order], outcome: Outcome) -> list[Order]:
    """Orders that the transaction skipped, unless somebody had relayed the very same reports before."""
    place = orders[0].place
    areas = context.ledger.skipped(place.ledger, place.community, outcome)
    return [order for order in orders if order.area in areas and not _is_there(context, order)]


def _is_there(context: Context, order: Order) -> bool:
    with context.unit() as work:
        reports = kept_reports(work, order)
    return all(
        context.ledger.report_of(order.place.ledger, order.name, day_number(report.day)) == report.report
        for report in reports
    )
