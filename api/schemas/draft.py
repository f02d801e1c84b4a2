"""Drafts of distributions on the wire."""

from typing import Literal, Self

from pydantic import Field

from api.schemas.accounts import PostingOut, postings_out
from api.schemas.distribution import Acknowledged
from api.schemas.settlement import SplitOut
from api.schemas.wire import Euro, Id, Instant, Request, Response, rome
from settlement.domain.accounting.checks import CheckFinding, Proposal
from settlement.domain.accounting.lifecycle import Draft, LifecycleStep
from settlement.domain.rounding import micro_eur_text


class StepRequest(Request):
    """The next step of a draft; approval names the findings of the check that were seen."""

    state: Literal["checked", "approved", "withdrawn"]
    acknowledged: Acknowledged


class CheckFindingOut(Response):
    """What a check found: approval needs its name."""

    name: str
    sentence: str

    @classmethod
    def of(cls, finding: CheckFinding) -> Self:
        """The finding as it is sent."""
        return cls(name=finding.name, sentence=finding.sentence)


class StepOut(Response):
    """A step of a distribution's life."""

    state: str = Field(description="draft, checked, approved, posted, paid, final, withdrawn or cancelled")
    by: str = Field(description="Who made it")
    at: Instant
    findings: list[CheckFindingOut]
    acknowledged: list[str]

    @classmethod
    def of(cls, step: LifecycleStep) -> Self:
        """The step as it is sent."""
        assert step.recorded_at is not None, "the store knows when"
        return cls(
            state=step.state,
            by=step.actor,
            at=rome(step.recorded_at),
            findings=[CheckFindingOut.of(row) for row in step.findings],
            acknowledged=list(step.acknowledged),
        )


class DraftOut(Response):
    """A distribution with its life; once approved, the distribution has this id."""

    id: Id
    settlements: list[Id]
    steps: list[StepOut]

    @classmethod
    def of(cls, draft: Draft, steps: list[LifecycleStep]) -> Self:
        """The draft as it is sent."""
        return cls(id=draft.id, settlements=list(draft.settlements), steps=[StepOut.of(row) for row in steps])


class ProposedEntryOut(Response):
    """An entry that approval would post."""

    kind: str
    corrects: Id | None
    cause: str | None
    postings: list[PostingOut]


class ProposedPayoutOut(Response):
    """A payout that approval would promise."""

    member: str | None = Field(description="Null for what moves to social purposes")
    amount_eur: Euro


class ProposalOut(Response):
    """What a draft would be today, and what the checks find."""

    id: Id
    amount_eur: Euro
    split_eur: SplitOut
    pool_eur: Euro
    carry_eur: Euro
    entries: list[ProposedEntryOut]
    payouts: list[ProposedPayoutOut]
    findings: list[CheckFindingOut]

    @classmethod
    def of(cls, draft: Draft, proposal: Proposal, findings: list[CheckFinding]) -> Self:
        """The proposal as it is sent."""
        plan = proposal.plan
        return cls(
            id=draft.id,
            amount_eur=micro_eur_text(plan.amount_micro_eur),
            split_eur=SplitOut.of(plan.producers_micro_eur, plan.social_micro_eur, plan.grid_micro_eur),
            pool_eur=micro_eur_text(plan.pool_micro_eur),
            carry_eur=micro_eur_text(plan.carry_micro_eur),
            entries=[
                ProposedEntryOut(
                    kind=row.kind, corrects=row.corrects, cause=row.cause, postings=postings_out(row.postings)
                )
                for row in proposal.entries
            ],
            payouts=[
                ProposedPayoutOut(member=row.member or None, amount_eur=micro_eur_text(row.leaf_micro_eur))
                for row in plan.leaves
            ],
            findings=[CheckFindingOut.of(row) for row in findings],
        )
