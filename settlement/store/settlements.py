"""Settled periods, their members' figures and their hours. All three are append-only."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, Self
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Select, exists, func, insert, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from settlement.domain.calendar import HOUR, hour_count
from settlement.domain.case import Direction
from settlement.domain.disclosure import Refusal
from settlement.domain.records import EnergyHour, SettledPeriod, SettlementMember, StoredSettlement
from settlement.store.arrays import array_cursor
from settlement.store.copy_format import EPOCH, MICROSECOND
from settlement.store.tables import EnergyTransactionRow, SettlementMemberRow, SettlementRow

Row = SettlementRow


@dataclass(frozen=True, slots=True, eq=False)
class SettledEnergy:
    """Hourly Wh of a community; all arrays have shape (hours,), energy is 0 where `settled` is False."""

    injected_wh: NDArray[np.int64]
    withdrawn_wh: NDArray[np.int64]
    shared_wh: NDArray[np.int64]
    settled: NDArray[np.bool_]

    @classmethod
    def none(cls, hours: int) -> Self:
        """Hours of which none is settled."""
        injected, withdrawn, shared = np.zeros((3, hours), dtype=np.int64)
        return cls(injected, withdrawn, shared, np.zeros(hours, dtype=np.bool_))


class SettlementsReader:
    """Reads settlements; writes nothing."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, settlement_id: UUID) -> StoredSettlement | None:
        """The settlement of that id."""
        return self._one(col(Row.id) == settlement_id)

    def of_period(self, community_id: UUID, start: datetime, end: datetime) -> StoredSettlement | None:
        """The settlement of exactly that period, the newest where it was settled anew."""
        newer = aliased(Row)
        superseded = exists().where(col(newer.supersedes) == col(Row.id))
        same = (col(Row.period_start) == start, col(Row.period_end) == end)
        return self._one(col(Row.community_id) == community_id, *same, ~superseded)

    def of_community(self, community_id: UUID) -> list[StoredSettlement]:
        """All settlements of a community, by period, each after what it supersedes."""
        query = _select(col(Row.community_id) == community_id)
        ordered = query.order_by(col(Row.period_start), col(Row.period_end), col(Row.id))
        return [_settlement(row) for row in self._session.scalars(ordered)]

    def latest_instant(self, community_id: UUID | None, start: datetime, end: datetime) -> datetime | None:
        """The latest `as_of` of settlements with hours of [start, end); None: of all communities."""
        overlaps = (col(Row.period_start) < end, col(Row.period_end) > start)
        query = select(func.max(col(Row.as_of))).where(*overlaps)
        if community_id is not None:
            query = query.where(col(Row.community_id) == community_id)
        return self._session.scalar(query)

    def periods(self, community_id: UUID) -> list[SettledPeriod]:
        """The periods of all settlements of a community, in the order in which they were settled."""
        columns = (col(Row.id), col(Row.period_start), col(Row.period_end))
        query = select(*columns).where(col(Row.community_id) == community_id).order_by(col(Row.id))
        return [SettledPeriod(*row) for row in self._session.execute(query)]

    def members(self, settlement_id: UUID) -> list[SettlementMember]:
        """The members' figures, by member in byte order."""
        query = _MEMBERS.where(col(SettlementMemberRow.settlement_id) == settlement_id)
        rows = [SettlementMember(*row) for row in self._session.execute(query)]
        return sorted(rows, key=lambda row: row.member.encode())

    def hours(self, settlement_id: UUID, configuration_id: UUID | None = None) -> list[EnergyHour]:
        """The hours of a settlement, by configuration and hour."""
        table = EnergyTransactionRow
        query = select(table).where(col(table.settlement_id) == settlement_id)
        if configuration_id is not None:
            query = query.where(col(table.configuration_id) == configuration_id)
        ordered = query.order_by(col(table.configuration_id), col(table.hour))
        return [_hour(row) for row in self._session.scalars(ordered)]

    def settled_energy(self, community_id: UUID, start: datetime, end: datetime) -> SettledEnergy:
        """Settled energy of the hours of [start, end), configurations summed.

        An hour that a month and later its year settled counts once, as the later one saw it.
        """
        with array_cursor(self._session) as cursor:
            cursor.execute(_SETTLED, {"community": community_id, "start": start, "end": end})
            found = cursor.fetchone()
        energy = SettledEnergy.none(hour_count(start, end))
        if found is not None:
            instants, *columns = found
            hours = (instants - (start - EPOCH) // MICROSECOND) // (HOUR // MICROSECOND)
            energy.settled[hours] = True
            totals = (energy.injected_wh, energy.withdrawn_wh, energy.shared_wh)
            for total, wh in zip(totals, columns, strict=True):
                np.add.at(total, hours, wh)  # an hour stands once for each configuration
        return energy

    def _one(self, *conditions: ColumnElement[bool]) -> StoredSettlement | None:
        row = self._session.scalars(_select(*conditions)).one_or_none()
        return None if row is None else _settlement(row)


class Settlements(SettlementsReader):
    """Adds settlements; none is ever changed."""

    def add(
        self,
        settlement: StoredSettlement,
        members: Iterable[SettlementMember],
        hours: Iterable[EnergyHour],
    ) -> None:
        """Store a settlement with its members' figures and its hours."""
        common = {"settlement_id": settlement.id, "community_id": settlement.community_id}
        self._session.execute(insert(Row), [_columns(settlement)])
        member_rows = [asdict(member) | common for member in members]
        if member_rows:
            self._session.execute(insert(SettlementMemberRow), member_rows)
        hour_rows = [asdict(hour) | common for hour in hours]
        if hour_rows:
            self._session.execute(insert(EnergyTransactionRow), hour_rows)


_OTHERS = ("start", "end", "refusals")
_FIELDS = [field.name for field in fields(StoredSettlement) if field.name not in _OTHERS]


def _columns(settlement: StoredSettlement) -> dict[str, Any]:
    refusals = [
        {"configuration": row.configuration, "direction": row.direction, "persons": row.persons}
        for row in settlement.refusals
    ]
    period = {"period_start": settlement.start, "period_end": settlement.end}
    return {name: getattr(settlement, name) for name in _FIELDS} | period | {"refusals": refusals}


def _settlement(row: SettlementRow) -> StoredSettlement:
    refusals = tuple(
        Refusal(entry["configuration"], Direction(entry["direction"]), entry["persons"])
        for entry in row.refusals
    )
    columns = {name: getattr(row, name) for name in _FIELDS}
    return StoredSettlement(**columns, start=row.period_start, end=row.period_end, refusals=refusals)


_MEMBERS = select(*(col(getattr(SettlementMemberRow, field.name)) for field in fields(SettlementMember)))


def _hour(row: EnergyTransactionRow) -> EnergyHour:
    return EnergyHour(
        row.configuration_id,
        row.hour,
        row.injected_wh,
        row.withdrawn_wh,
        row.shared_wh,
        row.grid_zone,
        row.market_price_eur_per_mwh,
        row.settlement_status,
    )


def _select(*conditions: ColumnElement[bool]) -> Select[SettlementRow]:
    return select(SettlementRow).where(*conditions)


# As arrays: a month has a row for each of its hours, and each row would become Python objects.
_SETTLED = """
SELECT array_agg(hour), array_agg(injected_wh), array_agg(withdrawn_wh), array_agg(shared_wh)
FROM (
    SELECT DISTINCT ON (hour, configuration_id) hour, injected_wh, withdrawn_wh, shared_wh
    FROM energy_transactions
    WHERE community_id = %(community)s AND hour >= %(start)s AND hour < %(end)s
    ORDER BY hour, configuration_id, settlement_id DESC
) AS latest
HAVING count(*) > 0
"""
