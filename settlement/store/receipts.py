"""Bank receipts: money that arrived. Append-only; a receipt is distributed once."""

from collections.abc import Collection
from dataclasses import asdict
from uuid import UUID

from sqlalchemy import ColumnElement, insert, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from settlement.domain.records import Receipt, ReceiptKind
from settlement.store.tables import BankReceiptRow as Row
from settlement.store.tables import DistributionReceiptRow as Link
from settlement.store.tables import DistributionRow

_First, _Plan = aliased(DistributionRow), aliased(DistributionRow)


class ReceiptsReader:
    """Reads receipts; writes nothing."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, receipt_id: UUID) -> Receipt | None:
        """The receipt of that id."""
        return next(iter(self._all(col(Row.id) == receipt_id)), None)

    def by_reference(self, community_id: UUID, bank_reference: str) -> Receipt | None:
        """The receipt of a community with that bank reference."""
        same = (col(Row.community_id) == community_id, col(Row.bank_reference) == bank_reference)
        return next(iter(self._all(*same)), None)

    def of_community(self, community_id: UUID) -> list[Receipt]:
        """All receipts of a community, oldest first."""
        return self._all(col(Row.community_id) == community_id)

    def of_ids(self, receipt_ids: Collection[UUID]) -> list[Receipt]:
        """The receipts of these ids that exist, oldest first."""
        return self._all(col(Row.id).in_(list(receipt_ids)))

    def _all(self, *conditions: ColumnElement[bool]) -> list[Receipt]:
        query = (
            select(Row, _LATEST_PLAN)
            .outerjoin(Link, col(Link.receipt_id) == col(Row.id))
            .where(*conditions)
            .order_by(col(Row.id))
        )
        return [_receipt(row, distribution) for row, distribution in self._session.execute(query)]


# The receipt stands with the first plan of its distribution.
_LATEST_PLAN = (
    select(col(_Plan.id))
    .join(
        _First,
        (col(_First.community_id) == col(_Plan.community_id)) & (col(_First.number) == col(_Plan.number)),
    )
    .where(col(_First.id) == col(Link.distribution_id))
    .order_by(col(_Plan.plan).desc())
    .limit(1)
    .correlate(Link)
    .scalar_subquery()
)


class Receipts(ReceiptsReader):
    """Adds receipts; none is ever changed."""

    def add(self, receipt: Receipt) -> None:
        """Store a receipt that is not distributed yet."""
        assert receipt.distribution_id is None
        columns = asdict(receipt)
        del columns["distribution_id"]
        self._session.execute(insert(Row), [columns])


def _receipt(row: Row, distribution_id: UUID | None) -> Receipt:
    return Receipt(
        row.id,
        row.community_id,
        ReceiptKind(row.kind),
        row.received_on,
        row.gross_micro_eur,
        row.fee_withheld_micro_eur,
        row.costs_micro_eur,
        row.net_micro_eur,
        row.bank_reference,
        row.document,
        row.receipt_hash,
        distribution_id,
    )
