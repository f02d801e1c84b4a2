"""Do the ledger's monthly totals equal the settlement's? A divergence is an error, never a log line."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

from oracle.errors import LedgerDiverges
from oracle.ports import MonthTotals
from oracle.usecases.context import Context
from settlement.domain.calendar import month_days, month_first_day, month_number, months, rome_date
from settlement.domain.records import EnergyHour, StoredSettlement


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

    def totals_of(month: int) -> MonthTotals:
        return context.ledger.totals_of(ledger, configuration, month)

    compare_months(settlement, hours, totals_of, complete=complete)


def compare_months(
    settlement: StoredSettlement,
    hours: list[EnergyHour],
    totals_of: Callable[[int], MonthTotals],
    *,
    complete: bool,
) -> None:
    """The same for one configuration's hours of the settlement; `totals_of` asks the ledger for a month."""
    by_month = _by_month(hours)
    for month in months(settlement.start, settlement.end):
        totals = totals_of(month)
        days = month_days(month)
        accepted = totals.accepted_days.bit_count()
        if accepted == len(days) and _is_covered(settlement, days):
            _require_equal(month, by_month[month], totals)
        elif complete and accepted != len(days):
            raise LedgerDiverges(f"accepted days of {_name(month)}", len(days), accepted)


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
