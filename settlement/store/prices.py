"""Day-ahead prices of the market zones, bitemporal like the readings."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from sqlalchemy import ColumnElement, insert, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import Session, col

from settlement.store.tables import MarketPriceRow as Row

PriceKey = tuple[str, date]


class PricesReader:
    """Reads prices; writes nothing."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def days(
        self, zones: Iterable[str], first: date, last: date, as_of: datetime | None = None
    ) -> dict[PriceKey, tuple[datetime, list[int]]]:
        """Per zone and day: when the latest prices arrived (up to `as_of`), and one per quarter-hour.

        In micro-euro per MWh.
        """
        conditions: list[ColumnElement[bool]] = [
            col(Row.zone).in_(list(zones)),
            col(Row.day).between(first, last),
        ]
        if as_of is not None:
            conditions.append(col(Row.received_at) <= as_of)
        query = (
            select(col(Row.zone), col(Row.day), col(Row.received_at), col(Row.quarter_micro_eur_per_mwh))
            .where(*conditions)
            .ext(distinct_on(col(Row.zone), col(Row.day)))
            .order_by(col(Row.zone), col(Row.day), col(Row.received_at).desc())
        )
        rows = self._session.execute(query)
        return {(zone, day): (received_at, prices) for zone, day, received_at, prices in rows}


class Prices(PricesReader):
    """Adds prices; none is ever changed or removed."""

    def add(self, days: Mapping[PriceKey, list[int]], received_at: datetime) -> None:
        """Add days of prices as received at that instant."""
        rows = [
            {"zone": zone, "day": day, "received_at": received_at, "quarter_micro_eur_per_mwh": prices}
            for (zone, day), prices in days.items()
        ]
        if rows:
            self._session.execute(insert(Row), rows)
