"""Distributions and the members' balances after each. Append-only."""

from collections.abc import Iterable
from dataclasses import asdict, fields
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Uuid, func, insert, select
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col

from settlement.domain.records import Balance, Distribution
from settlement.store.tables import (
    DistributionReceiptRow,
    DistributionRow,
    DistributionSettlementRow,
    MemberBalanceRow,
)

Row = DistributionRow
_FIELDS = [field.name for field in fields(Distribution) if field.name not in ("receipts", "settlements")]


class DistributionsReader:
    """Reads distributions; writes nothing."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, distribution_id: UUID) -> Distribution | None:
        """The distribution of that id."""
        return next(iter(self._all(col(Row.id) == distribution_id)), None)

    def of_community(self, community_id: UUID) -> list[Distribution]:
        """All distributions of a community by number."""
        return self._all(col(Row.community_id) == community_id)

    def latest(self, community_id: UUID) -> Distribution | None:
        """The distribution with the highest number."""
        highest = select(func.max(col(Row.number))).where(col(Row.community_id) == community_id)
        same = (col(Row.community_id) == community_id, col(Row.number) == highest.scalar_subquery())
        return next(iter(self._all(*same)), None)

    def balances(self, distribution_id: UUID) -> list[Balance]:
        """The members' accounts after a distribution, by member in byte order."""
        table = MemberBalanceRow
        query = select(table).where(col(table.distribution_id) == distribution_id)
        rows = [_balance(row) for row in self._session.scalars(query)]
        return sorted(rows, key=lambda row: row.member.encode())

    def _all(self, *conditions: ColumnElement[bool]) -> list[Distribution]:
        rows = self._session.execute(_DISTRIBUTIONS.where(*conditions))
        return [
            Distribution(
                **dict(zip(_FIELDS, columns, strict=True)),
                receipts=tuple(receipts),
                settlements=tuple(settlements),
            )
            for *columns, receipts, settlements in rows
        ]


class Distributions(DistributionsReader):
    """Adds distributions; none is ever changed."""

    def add(self, distribution: Distribution, balances: Iterable[Balance]) -> None:
        """Store a distribution with what it divides, by what, and the balances after it."""
        columns = {name: getattr(distribution, name) for name in _FIELDS}
        self._session.execute(insert(Row), [columns])
        named = {"distribution_id": distribution.id}
        receipts = [named | {"receipt_id": receipt} for receipt in distribution.receipts]
        self._session.execute(insert(DistributionReceiptRow), receipts)
        settlements = [named | {"settlement_id": settlement} for settlement in distribution.settlements]
        self._session.execute(insert(DistributionSettlementRow), settlements)
        common = named | {"community_id": distribution.community_id}
        rows = [asdict(balance) | common for balance in balances]
        if rows:
            self._session.execute(insert(MemberBalanceRow), rows)


def _linked(distribution: Mapped[UUID], other: Mapped[UUID]) -> ColumnElement[list[UUID]]:
    """What a distribution is joined with, ascending, in the row of the distribution."""
    of_row = select(other).where(distribution == col(Row.id)).order_by(other)
    return func.array(of_row.scalar_subquery(), type_=ARRAY(Uuid))


_DISTRIBUTIONS = select(
    *(col(getattr(Row, name)) for name in _FIELDS),
    _linked(col(DistributionReceiptRow.distribution_id), col(DistributionReceiptRow.receipt_id)),
    _linked(col(DistributionSettlementRow.distribution_id), col(DistributionSettlementRow.settlement_id)),
).order_by(col(Row.community_id), col(Row.number))


def _balance(row: MemberBalanceRow) -> Balance:
    return Balance(
        row.member,
        row.previous_micro_eur,
        row.entitlement_micro_eur,
        row.leaf_micro_eur,
        row.balance_micro_eur,
    )
