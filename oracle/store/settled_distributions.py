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
        """What the vault fixed of a distribution; None before it accepted it."""
        row = self._session.get(Row, distribution_id, populate_existing=True)
        if row is None:
            return None
        return SettledDistribution(row.distribution_id, row.transaction_id, row.depth, row.valid_at)


class SettledDistributions(SettledDistributionsReader):
    """Notes settled distributions."""

    def put(self, settled: SettledDistribution) -> None:
        """Note what the vault fixed; after a reorganisation the time may be another."""
        columns = {
            "distribution_id": settled.distribution_id,
            "transaction_id": settled.transaction_id,
            "depth": settled.depth,
            "valid_at": settled.valid_at,
        }
        statement = insert(Row).values(columns)
        self._session.execute(
            statement.on_conflict_do_update(index_elements=["distribution_id"], set_=columns)
        )
