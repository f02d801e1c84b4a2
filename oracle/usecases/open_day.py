"""Topic `open`: hour totals that a report hides are shown to the ledger, and so to everybody.

Nothing opens a day by itself: whoever orders it has decided that the persons behind it agree.
"""

from datetime import date
from uuid import UUID

from oracle.errors import NotHidden, NotPosted, SaltsForgotten
from oracle.usecases.context import Context, Step, Steps, ready
from oracle.usecases.places import community_of, place_of
from oracle.work import Work
from settlement.domain.calendar import day_number
from settlement.domain.records import OutboxRow


def order_opening(work: Work, community_id: UUID, configuration_id: UUID, day: date) -> bool:
    """Order that a day be opened; False when it was opened already.

    Raises NotPosted when the ledger has no report of the day, NotHidden when its totals are public, and
    SaltsForgotten when what opens them was deleted.
    """
    report = work.reports.accepted(configuration_id, day, day).get(day)
    if report is None:
        raise NotPosted(f"the ledger has no report of {day} yet")
    if not report.hidden:
        raise NotHidden(f"the hour totals of {day} are public already")
    kept = work.hidden_days.of(report.report)
    if kept is None:
        raise SaltsForgotten(f"what opens the hour totals of {day} was deleted: they stay hidden for good")
    if kept.opened_at is not None:
        return False
    payload = {"configuration_id": str(configuration_id), "day": day.isoformat()}
    work.outbox.add(community_id, "open", f"open:{report.report.hex()}", payload)
    return True


def open_day(context: Context, message: OutboxRow) -> Steps:
    """One transaction, unless somebody opened the day before."""
    place, day = place_of(context, message.community_id), date.fromisoformat(message.payload["day"])
    wanted = UUID(message.payload["configuration_id"])
    with context.unit() as work:
        community = community_of(work, message.community_id)
        report = work.reports.accepted(wanted, day, day)[day]
        kept = work.hidden_days.of(report.report)
    if kept is None:
        raise SaltsForgotten(f"what opens the hour totals of {day} was deleted: they stay hidden for good")
    configuration = next(row for row in community.configurations if row.id == wanted)
    name = place.ledger_name(configuration)
    if not context.ledger.is_opened(place.ledger, name, day_number(day)):
        call = context.ledger.open_day(place.ledger, name, report.message, kept.salt, kept.hour_totals)
        yield Step("open", ready(call))
    return lambda work: work.hidden_days.opened(report.report)
