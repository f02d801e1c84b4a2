"""Drafts of distributions and the steps of their lives. Append-only."""

from dataclasses import asdict
from uuid import UUID

from sqlalchemy import ColumnElement, insert, select
from sqlmodel import Session, col

from settlement.domain.accounting.checks import CheckFinding
from settlement.domain.accounting.lifecycle import DistributionState, Draft, LifecycleStep
from settlement.domain.identifiers import uuid7
from settlement.store.tables import DistributionDraftRow as Row
from settlement.store.tables import DistributionStepRow as Step


class LifecyclesReader:
    """Reads drafts and steps; writes nothing."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def draft(self, distribution_id: UUID) -> Draft | None:
        """What a distribution was to be made of."""
        return next(iter(self._drafts(col(Row.id) == distribution_id)), None)

    def drafts(self, community_id: UUID) -> list[Draft]:
        """All drafts of a community, oldest first, whatever became of them."""
        return self._drafts(col(Row.community_id) == community_id)

    def steps(self, distribution_id: UUID) -> list[LifecycleStep]:
        """The steps of a distribution's life, oldest first."""
        query = (
            select(Step)
            .where(col(Step.distribution_id) == distribution_id)
            .order_by(col(Step.recorded_at), col(Step.id))
        )
        return [_step(row) for row in self._session.scalars(query)]

    def states(self, community_id: UUID) -> dict[UUID, DistributionState]:
        """Where each draft and distribution of a community stands."""
        query = (
            select(col(Step.distribution_id), col(Step.state))
            .join(Row, col(Row.id) == col(Step.distribution_id))
            .where(col(Row.community_id) == community_id)
            .order_by(col(Step.recorded_at), col(Step.id))
        )
        return {
            distribution: DistributionState(state) for distribution, state in self._session.execute(query)
        }

    def _drafts(self, *conditions: ColumnElement[bool]) -> list[Draft]:
        query = select(Row).where(*conditions).order_by(col(Row.id))
        return [
            Draft(row.id, row.community_id, tuple(row.receipts), tuple(row.settlements), row.wallets)
            for row in self._session.scalars(query)
        ]


class Lifecycles(LifecyclesReader):
    """Adds drafts and steps; which steps are allowed, the use case decides."""

    def add(self, draft: Draft) -> None:
        """Store a draft."""
        lists = {"receipts": list(draft.receipts), "settlements": list(draft.settlements)}
        self._session.execute(insert(Row), [asdict(draft) | lists])

    def add_step(self, step: LifecycleStep) -> None:
        """Store a step."""
        columns = {
            "id": uuid7(),
            "distribution_id": step.distribution_id,
            "state": step.state,
            "actor": step.actor,
            "findings": [asdict(row) for row in step.findings],
            "acknowledged": list(step.acknowledged),
            "digest": step.digest,
        }
        self._session.execute(insert(Step), [columns])


def _step(row: Step) -> LifecycleStep:
    return LifecycleStep(
        row.distribution_id,
        DistributionState(row.state),
        row.actor,
        tuple(CheckFinding(**finding) for finding in row.findings),
        tuple(row.acknowledged),
        row.digest,
        row.recorded_at,
    )
