"""Payout leaves. Their amounts are fixed; only state and bank reference change."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, insert, select, update
from sqlmodel import Session, col

from settlement.domain.payout_states import Channel, PayoutState
from settlement.domain.records import Payout
from settlement.store.tables import PayoutRow as Row

_FIELDS = [field.name for field in fields(Payout)]


class PayoutsReader:
    """Reads payout leaves; writes nothing."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, payout_id: UUID) -> Payout | None:
        """The leaf of that id."""
        return next(iter(self._all(col(Row.id) == payout_id)), None)

    def of_distribution(self, distribution_id: UUID) -> list[Payout]:
        """The leaves of a distribution in the order of its tree."""
        return self._all(col(Row.distribution_id) == distribution_id)

    def of_community(self, community_id: UUID, member: str | None = None) -> list[Payout]:
        """All leaves of a community, or of one of its members, oldest distribution first."""
        wanted = [] if member is None else [col(Row.member) == member]
        return self._all(col(Row.community_id) == community_id, *wanted)

    def _all(self, *conditions: ColumnElement[bool]) -> list[Payout]:
        return [_payout(row) for row in self._session.execute(_PAYOUTS.where(*conditions))]


class Payouts(PayoutsReader):
    """Adds leaves and moves them from state to state; which moves are allowed, the use case decides."""

    def add(self, community_id: UUID, payouts: Iterable[Payout]) -> None:
        """Store the leaves of a distribution."""
        rows = [
            {name: getattr(payout, name) for name in _FIELDS} | {"community_id": community_id}
            for payout in payouts
        ]
        if rows:
            self._session.execute(insert(Row), rows)

    def locked(self, distribution_id: UUID) -> list[Payout]:
        """The leaves of a distribution, kept from others until this transaction ends."""
        condition = col(Row.distribution_id) == distribution_id
        self._session.execute(select(col(Row.id)).where(condition).with_for_update())
        return self.of_distribution(distribution_id)

    def set_state(self, states: Mapping[UUID, tuple[PayoutState, str | None]]) -> None:
        """Set state and bank reference of leaves by id."""
        for payout_id, (state, reference) in states.items():
            values = {"state": state, "bank_reference": reference, "state_changed_at": func.now()}
            self._session.execute(update(Row).where(col(Row.id) == payout_id).values(values))


# Columns, not objects: a distribution has many leaves, and nothing is changed through them.
_PAYOUTS = select(*(col(getattr(Row, name)) for name in _FIELDS)).order_by(
    col(Row.distribution_id), col(Row.leaf_index)
)


def _payout(row: Iterable[Any]) -> Payout:
    columns = dict(zip(_FIELDS, row, strict=True))
    names = {"channel": Channel(columns["channel"]), "state": PayoutState(columns["state"])}
    return Payout(**columns | names)
