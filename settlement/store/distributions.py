"""Distributions and the members' balances after each. Append-only.

A distribution that is planned anew keeps its number and its receipts: these stand with its first plan, so
that the database can see to it that a receipt is divided once. Each plan names its own settlements.
"""

from collections.abc import Iterable
from dataclasses import asdict, fields
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Uuid, and_, exists, func, insert, literal, select
from sqlalchemy.orm import Mapped, aliased
from sqlmodel import Session, col

from settlement.domain.records import Balance, Cancellation, Distribution
from settlement.store.tables import (
    DistributionCancellationRow,
    DistributionReceiptRow,
    DistributionRow,
    DistributionSettlementRow,
    MemberBalanceRow,
)

Row = DistributionRow
_First, _Later = aliased(Row), aliased(Row)
_FIELDS = [field.name for field in fields(Distribution) if field.name not in ("receipts", "settlements")]


class DistributionsReader:
    """Reads distributions; writes nothing."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, distribution_id: UUID) -> Distribution | None:
        """The distribution of that id."""
        return next(iter(self._all(col(Row.id) == distribution_id)), None)

    def of_community(self, community_id: UUID) -> list[Distribution]:
        """The distributions of a community by number, each in its latest plan."""
        return self._all(col(Row.community_id) == community_id, _LATEST_PLAN)

    def latest(self, community_id: UUID) -> Distribution | None:
        """The distribution with the highest number, in its latest plan."""
        highest = select(func.max(col(Row.number))).where(col(Row.community_id) == community_id)
        number = self._session.execute(highest).scalar()
        return None if number is None else self.numbered(community_id, number)

    def numbered(self, community_id: UUID, number: int) -> Distribution | None:
        """The distribution of that number, in its latest plan."""
        same = (col(Row.community_id) == community_id, col(Row.number) == number)
        return next(iter(self._all(*same, _LATEST_PLAN)), None)

    def cancellations(self, community_id: UUID) -> list[Cancellation]:
        """What the guardian cancelled, by number."""
        table = DistributionCancellationRow
        query = (
            select(col(table.distribution_id), col(table.after_number))
            .join(Row, col(Row.id) == col(table.distribution_id))
            .where(col(Row.community_id) == community_id)
            .order_by(col(Row.number))
        )
        return [Cancellation(*row) for row in self._session.execute(query)]

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
        self._link(distribution)
        common = {"distribution_id": distribution.id, "community_id": distribution.community_id}
        rows = [asdict(balance) | common for balance in balances]
        if rows:
            self._session.execute(insert(MemberBalanceRow), rows)

    def cancel(self, cancellation: Cancellation) -> None:
        """Note that the guardian cancelled a distribution."""
        self._session.execute(insert(DistributionCancellationRow), [asdict(cancellation)])

    def _link(self, distribution: Distribution) -> None:
        named = {"distribution_id": distribution.id}
        receipts = [named | {"receipt_id": receipt} for receipt in distribution.receipts]
        if receipts and distribution.plan == 1:
            self._session.execute(insert(DistributionReceiptRow), receipts)
        settlements = [named | {"settlement_id": settlement} for settlement in distribution.settlements]
        self._session.execute(insert(DistributionSettlementRow), settlements)


def _same_number(plan: type[Row]) -> ColumnElement[bool]:
    """Another plan of the distribution of the row, or the row itself."""
    return and_(col(plan.community_id) == col(Row.community_id), col(plan.number) == col(Row.number))


_LATEST_PLAN = ~exists().where(_same_number(_Later), col(_Later.plan) > col(Row.plan))


def _linked(
    distribution: Mapped[UUID], other: Mapped[UUID], plan: ColumnElement[bool]
) -> ColumnElement[list[UUID]]:
    """What these plans of a distribution are joined with, ascending, in the row of the distribution."""
    of_row = select(other).join(_First, distribution == col(_First.id)).where(plan)
    return func.array(of_row.order_by(other).correlate(Row).scalar_subquery(), type_=ARRAY(Uuid))


_RECEIPTS = (col(DistributionReceiptRow.distribution_id), col(DistributionReceiptRow.receipt_id))
_SETTLEMENTS = (col(DistributionSettlementRow.distribution_id), col(DistributionSettlementRow.settlement_id))
_NOTHING = literal([], ARRAY(Uuid))
_DISTRIBUTIONS = select(
    *(col(getattr(Row, name)) for name in _FIELDS),
    _linked(*_RECEIPTS, _same_number(_First)),
    # Plans that were made before each named its own settlements have those of the first.
    func.coalesce(
        func.nullif(_linked(*_SETTLEMENTS, col(_First.id) == col(Row.id)), _NOTHING),
        _linked(*_SETTLEMENTS, and_(_same_number(_First), col(_First.plan) == 1)),
    ),
).order_by(col(Row.community_id), col(Row.number))


def _balance(row: MemberBalanceRow) -> Balance:
    return Balance(
        row.member,
        row.previous_micro_eur,
        row.entitlement_micro_eur,
        row.leaf_micro_eur,
        row.balance_micro_eur,
    )
