"""What opens reports whose hour totals are hidden."""

from collections.abc import Collection

from sqlalchemy import func, insert, update
from sqlmodel import Session, col

from oracle.records import HiddenDay
from oracle.store.tables import HiddenDayRow as Row


class HiddenDaysReader:
    """Reads what opens reports; writes nothing."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, report: bytes) -> HiddenDay | None:
        """What opens a report; None when it hides nothing, or for good."""
        row = self._session.get(Row, report, populate_existing=True)
        if row is None:
            return None
        return HiddenDay(row.report, row.salt, row.blinding, row.hour_totals, row.opened_at)


class HiddenDays(HiddenDaysReader):
    """Adds what opens reports, and notes what was opened."""

    def add(self, hidden: Collection[HiddenDay]) -> None:
        """Store in the transaction that stores the reports."""
        rows = [
            {
                "report": row.report,
                "salt": row.salt,
                "blinding": row.blinding,
                "hour_totals": row.hour_totals,
            }
            for row in hidden
        ]
        if rows:
            self._session.execute(insert(Row), rows)

    def opened(self, report: bytes) -> None:
        """Note that the ledger was shown the totals; noting it again changes nothing."""
        conditions = (col(Row.report) == report, col(Row.opened_at).is_(None))
        self._session.execute(update(Row).where(*conditions).values(opened_at=func.clock_timestamp()))
