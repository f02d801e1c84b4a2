"""Distributions that a vault accepted."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session

from oracle.records import SettledDistribution
from oracle.store.tables import SettledDistributionRow as Row


class SettledDistributionsReader:
    """Reads settled distributions; writes none."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, distribution_id: UUID) -> SettledDistribution | None:
        """That the vault accepted a distribution; None before."""
        row = self._session.get(Row, distribution_id, populate_existing=True)
        if row is None:
            return None
        return SettledDistribution(row.distribution_id, row.transaction_id, row.created_at)


class SettledDistributions(SettledDistributionsReader):
    """Notes settled distributions."""

    def put(self, settled: SettledDistribution) -> None:
        """Note that the vault accepted it."""
        columns = {
            "distribution_id": settled.distribution_id,
            "transaction_id": settled.transaction_id,
        }
        statement = insert(Row).values(columns)
        self._session.execute(
            statement.on_conflict_do_update(index_elements=["distribution_id"], set_=columns)
        )
