"""Reports that were signed for configurations' days, with the lists behind their roots."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlmodel import Session, col

from oracle.attest.day_list import decode_entries, encode_entries
from oracle.attest.keccak import HASH_BYTES
from oracle.records import KnownReport, SignedReport
from oracle.store.tables import DayReportRow as Row
from oracle.store.tables import HiddenDayRow

# A replacement is accepted after what it replaces; one transaction never accepts two of a day.
_IN_ORDER = (col(Row.day), col(Row.accepted_at).asc().nulls_last())


class ReportsReader:
    """Reads reports; writes none."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of_message(self, outbox_id: UUID, configuration_id: UUID | None = None) -> list[SignedReport]:
        """The reports of one outbox message, all or a configuration's, by day."""
        of = [] if configuration_id is None else [col(Row.configuration_id) == configuration_id]
        return self._all(col(Row.outbox_id) == outbox_id, *of)

    def of_days(self, configuration_id: UUID, first: date, last: date) -> list[SignedReport]:
        """All reports of a configuration's days, by day, the latest of a day last."""
        return self._all(
            col(Row.configuration_id) == configuration_id, col(Row.day) >= first, col(Row.day) <= last
        )

    def accepted(self, configuration_id: UUID, first: date, last: date) -> dict[date, SignedReport]:
        """The reports that the ledger holds for these days: accepted and not replaced since."""
        current: dict[date, SignedReport] = {}
        for report in self.of_days(configuration_id, first, last):
            if report.accepted_at is not None:
                current[report.day] = report
        return current

    def known(self, configuration_id: UUID) -> list[KnownReport]:
        """All reports of a configuration in short, by day; replacements after what they replace."""
        hidden = func.octet_length(col(Row.hour_totals)) == HASH_BYTES
        columns = (
            col(Row.day), col(Row.report), col(Row.predecessor), col(Row.settlement_id),
            col(Row.accepted_at), hidden, col(HiddenDayRow.opened_at),
        )  # fmt: skip
        opening = col(HiddenDayRow.report) == col(Row.report)
        of_configuration = col(Row.configuration_id) == configuration_id
        query = select(*columns).outerjoin(HiddenDayRow, opening).where(of_configuration)
        query = query.order_by(*_IN_ORDER)
        return [KnownReport(*row) for row in self._session.execute(query)]

    def _all(self, *conditions: ColumnElement[bool]) -> list[SignedReport]:
        query = select(Row).where(*conditions).order_by(*_IN_ORDER)
        rows = self._session.scalars(query, execution_options={"populate_existing": True})
        return [_report(row) for row in rows]


class Reports(ReportsReader):
    """Adds reports and notes what the ledger accepted."""

    def add(self, reports: Collection[SignedReport]) -> None:
        """Store reports in the transaction that stores what posts them."""
        rows = [
            {
                "report": report.report,
                "configuration_id": report.configuration_id,
                "day": report.day,
                "settlement_id": report.settlement_id,
                "outbox_id": report.outbox_id,
                "predecessor": report.predecessor,
                "root": report.root,
                "roster": report.roster,
                "blinding": report.blinding,
                "hour_totals": report.hour_totals,
                "pods": list(report.pods),
                "entries": encode_entries(report.entries),
            }
            for report in reports
        ]
        if rows:
            self._session.execute(insert(Row), rows)

    def withdraw(self, outbox_id: UUID, configuration_id: UUID) -> int:
        """Take back a configuration's reports of a message that the ledger has not accepted; how many.

        What opens hidden ones goes with them.
        """
        own = select(col(Row.report)).where(
            col(Row.outbox_id) == outbox_id,
            col(Row.configuration_id) == configuration_id,
            col(Row.accepted_at).is_(None),
        )
        reports = list(self._session.scalars(own))
        self._session.execute(delete(HiddenDayRow).where(col(HiddenDayRow.report).in_(reports)))
        self._session.execute(delete(Row).where(col(Row.report).in_(reports)))
        return len(reports)

    def accept(self, reports: Collection[bytes]) -> None:
        """Note that the ledger holds these reports; noting it again changes nothing."""
        conditions = (col(Row.report).in_(list(reports)), col(Row.accepted_at).is_(None))
        self._session.execute(update(Row).where(*conditions).values(accepted_at=func.clock_timestamp()))


def _report(row: Row) -> SignedReport:
    return SignedReport(
        report=row.report,
        configuration_id=row.configuration_id,
        day=row.day,
        settlement_id=row.settlement_id,
        outbox_id=row.outbox_id,
        predecessor=row.predecessor,
        root=row.root,
        roster=row.roster,
        blinding=row.blinding,
        hour_totals=row.hour_totals,
        pods=tuple(row.pods),
        entries=decode_entries(row.entries),
        accepted_at=row.accepted_at,
    )
