"""Single payouts of vaults. Only what became of them ever changes."""

from collections.abc import Sequence
from dataclasses import fields
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlmodel import Session, col

from settlement.domain.accounting.fund import Fund
from settlement.domain.single_payouts import SinglePayout, SingleState
from settlement.store.tables import SinglePayoutRow as Row

_FIELDS = [field.name for field in fields(SinglePayout)]
_COLUMNS = select(*(col(getattr(Row, name)) for name in _FIELDS)).order_by(col(Row.number))


class SinglePayoutsReader:
    """Reads single payouts; writes nothing."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of_community(self, community_id: UUID) -> list[SinglePayout]:
        """All single payouts of a community by number."""
        rows = self._session.execute(_COLUMNS.where(col(Row.community_id) == community_id))
        columns = (dict(zip(_FIELDS, row, strict=True)) for row in rows)
        return [
            SinglePayout(
                **row
                | {
                    "fund": None if row["fund"] is None else Fund(row["fund"]),
                    "state": SingleState(row["state"]),
                }
            )
            for row in columns
        ]


class SinglePayouts(SinglePayoutsReader):
    """Adds single payouts and notes what became of them."""

    def add(self, singles: Sequence[SinglePayout]) -> None:
        """Store single payouts."""
        if singles:
            rows = [{name: getattr(row, name) for name in _FIELDS} for row in singles]
            self._session.execute(insert(Row), rows)

    def set_state(self, single: SinglePayout) -> None:
        """Keep the state of a single payout, and since when."""
        values = {"state": single.state, "ended_on": single.ended_on}
        self._session.execute(update(Row).where(col(Row.id) == single.id).values(values))
