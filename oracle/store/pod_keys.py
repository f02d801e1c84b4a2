"""Secrets of PODs' months, from which their pseudonyms and blindings derive."""

import secrets
from collections.abc import Collection

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from oracle.store.tables import PodMonthKeyRow as Row
from settlement.domain.calendar import month_first_day

KEY_BYTES = 32


class PodKeysReader:
    """Reads keys; makes none."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of_month(self, pods: Collection[str], month: int) -> dict[str, bytes]:
        """The keys that exist, by POD."""
        query = select(col(Row.pod), col(Row.key)).where(
            col(Row.month) == month, col(Row.pod).in_(list(pods))
        )
        return {row.pod: row.key for row in self._session.execute(query)}


class PodKeys(PodKeysReader):
    """Makes keys and forgets them."""

    def make(self, pods: Collection[str], month: int) -> dict[str, bytes]:
        """The keys of all these PODs, random ones made where they are missing."""
        rows = [{"pod": pod, "month": month, "key": secrets.token_bytes(KEY_BYTES)} for pod in sorted(pods)]
        if rows:
            self._session.execute(insert(Row).on_conflict_do_nothing(), rows)
        return self.of_month(pods, month)

    def forget(self, pod: str, month: int) -> bool:
        """Delete a key and the POD's name beside its entries; whether there was a key.

        The reports, their lists and every other POD's proofs stay as they are. Totals of the POD's days that
        are hidden and were not shown stay hidden for good.
        """
        period = {"pod": pod, "first": month_first_day(month), "next": month_first_day(month + 1)}
        self._session.execute(_FORGET_HIDDEN, period)
        self._session.execute(_FORGET_NAME, period)
        gone = delete(Row).where(col(Row.pod) == pod, col(Row.month) == month).returning(col(Row.pod))
        return self._session.execute(gone).first() is not None


_FORGET_HIDDEN = text("""
DELETE FROM hidden_days USING day_reports
WHERE hidden_days.report = day_reports.report AND opened_at IS NULL
    AND day >= :first AND day < :next AND CAST(:pod AS varchar(15)) = ANY (pods)
""")
_FORGET_NAME = text("""
UPDATE day_reports SET pods = array_replace(pods, CAST(:pod AS varchar(15)), NULL)
WHERE day >= :first AND day < :next AND CAST(:pod AS varchar(15)) = ANY (pods)
""")
