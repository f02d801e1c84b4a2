"""The life of a distribution, from draft to final, and who may not skip what."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from settlement.domain.accounting.checks import CheckFinding


class DistributionState(StrEnum):
    """Where a distribution stands.

    draft      receipts and settled periods were named; its figures are what the accounts say today
    checked    the checks ran over exactly these figures; their findings are kept
    approved   somebody took it over: entries are posted, leaves promised, the ledger was told
    posted     the vault has it: divided there, its payout root fixed
    paid       every leaf was paid, confirmed or credited
    final      accounts, distributions and chain agreed when the books were closed over it
    withdrawn  a draft that nobody approved; its receipts are free again
    cancelled  the guardian cancelled its payout root on the chain; its promise became carry
    """

    DRAFT = "draft"
    CHECKED = "checked"
    APPROVED = "approved"
    POSTED = "posted"
    PAID = "paid"
    FINAL = "final"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"


# A check may be repeated: what the accounts say changes between a draft and its approval.
_NEXT = {
    DistributionState.DRAFT: {DistributionState.CHECKED, DistributionState.WITHDRAWN},
    DistributionState.CHECKED: {
        DistributionState.CHECKED,
        DistributionState.APPROVED,
        DistributionState.WITHDRAWN,
    },
    DistributionState.APPROVED: {DistributionState.POSTED, DistributionState.CANCELLED},
    DistributionState.POSTED: {DistributionState.PAID, DistributionState.CANCELLED},
    DistributionState.PAID: {DistributionState.FINAL},
}

BEFORE_APPROVAL = frozenset({DistributionState.DRAFT, DistributionState.CHECKED})


def may_become(before: DistributionState | None, after: DistributionState) -> bool:
    """Whether a distribution may go from one state to the other; it begins as a draft."""
    if before is None:
        return after is DistributionState.DRAFT
    return after in _NEXT.get(before, ())


@dataclass(frozen=True, slots=True)
class Draft:
    """What a distribution is to be made of; once approved, the distribution has its id."""

    id: UUID
    community_id: UUID
    receipts: tuple[UUID, ...]
    settlements: tuple[UUID, ...]
    wallets: bool


@dataclass(frozen=True, slots=True)
class LifecycleStep:
    """One step: who made it, and of a check what it found of which figures (`digest`).

    `acknowledged` are the names of the findings that the approver had seen. `recorded_at` is None until the
    store has it.
    """

    distribution_id: UUID
    state: DistributionState
    actor: str
    findings: tuple[CheckFinding, ...] = ()
    acknowledged: tuple[str, ...] = ()
    digest: bytes | None = None
    recorded_at: datetime | None = None
