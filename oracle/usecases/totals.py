"""Do the ledger's monthly totals equal the settlement's? A divergence is an error, never a log line."""

from collections.abc import Callable, Collection
from datetime import date
from typing import NamedTuple
from uuid import UUID

from oracle.errors import LedgerDiverges
from oracle.ports import MonthTotals
from oracle.records import KnownReport
from oracle.usecases.context import Context
from settlement.domain.calendar import (
    day_number,
    month_days,
    month_first_day,
    month_number,
    months,
    rome_date,
)
from settlement.domain.records import EnergyHour, StoredSettlement


class ConfigurationView(NamedTuple):
    """What a ledger says of one configuration: of a month its totals, of a day whether it was opened."""

    totals_of: Callable[[int], MonthTotals]
    is_opened: Callable[[date], bool]


def hidden_days(reports: Collection[KnownReport]) -> set[date]:
    """Days whose latest report hides its hour totals; the reports stand in the order of their acceptance."""
    latest = {report.day: report.hidden for report in reports}
    return {day for day, hidden in latest.items() if hidden}


def require_equal_months(
    context: Context,
    ledger: bytes,
    configuration: bytes,
    settlement: StoredSettlement,
    configuration_id: UUID,
    *,
    complete: bool,
) -> None:
    """Compare each month of the settlement with the ledger; raises LedgerDiverges with the first difference.

    A month of which the ledger has only some days is skipped, unless `complete`: then that is a difference.
    """
    with context.unit() as work:
        hours = work.settlements.hours(settlement.id, configuration_id)
        hidden = hidden_days(work.reports.known(configuration_id))
    view = ConfigurationView(
        lambda month: context.ledger.totals_of(ledger, configuration, month),
        lambda day: context.ledger.is_opened(ledger, configuration, day_number(day)),
    )
    compare_months(settlement, hours, hidden, view, complete=complete)


def compare_months(
    settlement: StoredSettlement,
    hours: list[EnergyHour],
    hidden: Collection[date],
    view: ConfigurationView,
    *,
    complete: bool,
) -> None:
    """The same for one configuration's hours of the settlement; `hidden` are its days with hidden totals."""
    by_month = _by_month(hours)
    for month in months(settlement.start, settlement.end):
        totals = view.totals_of(month)
        days = month_days(month)
        accepted = totals.accepted_days.bit_count()
        if accepted == len(days) and _is_covered(settlement, days):
            closed = _closed_days(month, totals, hidden, view)
            known = [row for row in by_month[month] if rome_date(row.hour) not in closed]
            _require_equal(month, known, totals)
        elif complete and accepted != len(days):
            raise LedgerDiverges(f"accepted days of {_name(month)}", len(days), accepted)


def _closed_days(
    month: int, totals: MonthTotals, hidden: Collection[date], view: ConfigurationView
) -> set[date]:
    """Days of which the ledger knows no totals."""
    own = {day for day in hidden if month_number(day) == month}
    # Anyone who knows what opens a day may do so at any time.
    closed = own if totals.hidden_days == len(own) else {day for day in own if not view.is_opened(day)}
    if totals.hidden_days != len(closed):
        raise LedgerDiverges(f"hidden days of {_name(month)}", len(closed), totals.hidden_days)
    return closed


def _require_equal(month: int, hours: list[EnergyHour], totals: MonthTotals) -> None:
    here = (
        sum(row.injected_wh for row in hours),
        sum(row.withdrawn_wh for row in hours),
        sum(row.shared_wh for row in hours),
    )
    there = (totals.injected_wh, totals.withdrawn_wh, totals.shared_wh)
    names = ("injected", "withdrawn", "shared")
    for name, computed, found in zip(names, here, there, strict=True):
        if computed != found:
            raise LedgerDiverges(f"{name} Wh of {_name(month)}", computed, found)


def _by_month(hours: list[EnergyHour]) -> dict[int, list[EnergyHour]]:
    found: dict[int, list[EnergyHour]] = {}
    for row in hours:
        found.setdefault(month_number(rome_date(row.hour)), []).append(row)
    return found


def _is_covered(settlement: StoredSettlement, days: list[date]) -> bool:
    """Whether the settlement has every day of the month."""
    return rome_date(settlement.start) <= days[0] and days[-1] < rome_date(settlement.end)


def _name(month: int) -> str:
    return month_first_day(month).strftime("%Y-%m")
