"""Our contracts on chains."""

from uuid import UUID

from sqlalchemy import ColumnElement, insert, select
from sqlmodel import Session, col

from oracle.records import ContractKind, Deployment
from oracle.store.tables import DeploymentRow as Row
from settlement.domain.identifiers import uuid7


class DeploymentsReader:
    """Reads deployments; writes none."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def find(self, chain_id: int, kind: ContractKind, community_id: UUID | None = None) -> Deployment | None:
        """A contract of that kind on a chain: a community's vault, or the ledger or token of all."""
        of = col(Row.community_id)
        owner = of.is_(None) if community_id is None else of == community_id
        return next(iter(self._all(col(Row.chain_id) == chain_id, col(Row.kind) == kind, owner)), None)

    def of_chain(self, chain_id: int) -> list[Deployment]:
        """All our contracts on a chain, in the order of their deployment."""
        return self._all(col(Row.chain_id) == chain_id)

    def chains(self) -> list[int]:
        """The chains on which we have contracts."""
        return sorted(self._session.scalars(select(col(Row.chain_id)).distinct()))

    def of_community(self, community_id: UUID) -> list[Deployment]:
        """A community's vaults, the latest first: one, unless it moved to another chain."""
        return self._all(col(Row.community_id) == community_id, col(Row.kind) == ContractKind.VAULT)[::-1]

    def _all(self, *conditions: ColumnElement[bool]) -> list[Deployment]:
        rows = self._session.scalars(select(Row).where(*conditions).order_by(col(Row.id)))
        return [_deployment(row) for row in rows]


def _deployment(row: Row) -> Deployment:
    return Deployment(
        chain_id=row.chain_id,
        kind=ContractKind(row.kind),
        community_id=row.community_id,
        address=row.address,
        transaction_id=row.transaction_id,
        token=row.token,
        ledger_id=row.ledger_id,
    )


class Deployments(DeploymentsReader):
    """Adds deployments; none is ever changed."""

    def add(self, deployment: Deployment) -> None:
        """Note a contract that serves us."""
        columns = {
            "id": uuid7(),
            "chain_id": deployment.chain_id,
            "kind": deployment.kind,
            "community_id": deployment.community_id,
            "address": deployment.address,
            "token": deployment.token,
            "ledger_id": deployment.ledger_id,
            "transaction_id": deployment.transaction_id,
        }
        self._session.execute(insert(Row), [columns])
