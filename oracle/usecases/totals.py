"""Do the ledger's monthly totals equal the settlement's? A divergence is an error, never a log line."""

from collections.abc import Callable, Collection, Iterable
from datetime import date
from typing import NamedTuple
from uuid import UUID

from oracle.errors import LedgerDiverges
from oracle.ports import MonthTotals
from oracle.records import KnownReport
from oracle.usecases.context import Context
from oracle.work import SettlementsReader
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


def latest(reports: Iterable[KnownReport]) -> dict[date, KnownReport]:
    """The last signed report of each day; the reports stand in the order of their acceptance."""
    return {report.day: report for report in reports}


def hidden_days(reports: Iterable[KnownReport]) -> set[date]:
    """Days whose latest report hides its hour totals."""
    return {day for day, report in latest(reports).items() if report.hidden}


def reported_hours(
    settlements: SettlementsReader, configuration_id: UUID, reports: Collection[KnownReport]
) -> list[EnergyHour]:
    """Hours of the reports' days, each as the settlement behind its report has them."""
    behind = {report.day: report.settlement_id for report in reports}
    return [
        row
        for settlement_id in sorted(set(behind.values()))
        for row in settlements.hours(settlement_id, configuration_id)
        if behind.get(rome_date(row.hour)) == settlement_id
    ]


def require_reported_months(
    context: Context, ledger: bytes, configuration: bytes, configuration_id: UUID, days: Iterable[date]
) -> None:
    """Compare the months of these days with the hours behind their latest reports.

    A month of which the ledger has only some days is skipped. Raises LedgerDiverges with the first
    difference.
    """
    numbers = sorted({month_number(day) for day in days})
    with context.unit() as work:
        known = latest(work.reports.known(configuration_id)).values()
        reports = [report for report in known if month_number(report.day) in numbers]
        hours = reported_hours(work.settlements, configuration_id, reports)
    view = _view(context, ledger, configuration)
    compare_months(numbers, hours, hidden_days(reports), view, complete=False)


def require_equal_months(
    context: Context,
    ledger: bytes,
    configuration: bytes,
    settlement: StoredSettlement,
    configuration_id: UUID,
) -> None:
    """Compare each month of the settlement, which must be complete. Raises LedgerDiverges."""
    with context.unit() as work:
        hours = work.settlements.hours(settlement.id, configuration_id)
        hidden = hidden_days(work.reports.known(configuration_id))
    numbers = months(settlement.start, settlement.end)
    compare_months(numbers, hours, hidden, _view(context, ledger, configuration), complete=True)


def compare_months(
    numbers: Iterable[int],
    hours: Collection[EnergyHour],
    hidden: Collection[date],
    view: ConfigurationView,
    *,
    complete: bool,
) -> None:
    """Compare months with one configuration's hours; `hidden` are its days with hidden totals.

    A month of which ledger or hours have only some days is skipped; if it must be `complete`, that the ledger
    does not have all of its days is a difference.
    """
    by_month = _by_month(hours)
    for month in numbers:
        totals = view.totals_of(month)
        days = month_days(month)
        accepted = totals.accepted_days.bit_count()
        own = by_month.get(month, [])
        if accepted == len(days) and {rome_date(row.hour) for row in own} == set(days):
            closed = _closed_days(month, totals, hidden, view)
            known = [row for row in own if rome_date(row.hour) not in closed]
            _require_equal(month, known, totals)
        elif complete and accepted != len(days):
            raise LedgerDiverges(f"accepted days of {_name(month)}", len(days), accepted)


def _view(context: Context, ledger: bytes, configuration: bytes) -> ConfigurationView:
    return ConfigurationView(
        lambda month: context.ledger.totals_of(ledger, configuration, month),
        lambda day: context.ledger.is_opened(ledger, configuration, day_number(day)),
    )


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


def _by_month(hours: Iterable[EnergyHour]) -> dict[int, list[EnergyHour]]:
    found: dict[int, list[EnergyHour]] = {}
    for row in hours:
        found.setdefault(month_number(rome_date(row.hour)), []).append(row)
    return found


def _name(month: int) -> str:
    return month_first_day(month).strftime("%Y-%m")
