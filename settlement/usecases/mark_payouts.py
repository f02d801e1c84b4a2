"""Payout leaves move from state to state as the ledger and the bank report."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from settlement.domain.accounting.entry import Entry
from settlement.domain.accounting.payment import payout_moved
from settlement.domain.errors import NotFound, TransitionRefused
from settlement.domain.payout_states import PayoutState, may_follow
from settlement.ports import UnitOfWork
from settlement.usecases.advance_distribution import note_paid


def mark_payouts(
    work: UnitOfWork, distribution_id: UUID, leaves: Mapping[int, str | None], state: PayoutState
) -> int:
    """Bring leaves of a distribution to a state; returns how many changed.

    `leaves` maps the leaf's index to the bank reference to note (None keeps what is there). A leaf that is
    in the state already stays as it is, so a report may arrive twice. A payment takes effect on the day on
    which the bank booked it, where a statement has told it. All or nothing: raises NotFound, and
    TransitionRefused naming the first leaf (by index) that may not go there.
    """
    stored = {leaf.leaf_index: leaf for leaf in work.payouts.locked(distribution_id)}
    changes: dict[UUID, tuple[PayoutState, str | None]] = {}
    entries = []
    booked = work.bank_orders.booked_days(distribution_id, state)
    for index, reference in sorted(leaves.items()):
        leaf = stored.get(index)
        if leaf is None:
            raise NotFound("leaf", f"{index} of distribution {distribution_id}")
        if leaf.state is state:
            continue
        if not may_follow(leaf.channel, leaf.state, state):
            raise TransitionRefused(index, leaf.channel, leaf.state, state)
        changes[leaf.id] = (state, leaf.bank_reference if reference is None else reference)
        entries.append(payout_moved(leaf, state, reference, booked.get(leaf.id)))
    work.payouts.set_state(changes)
    _post(work, distribution_id, [entry for entry in entries if entry is not None])
    return len(changes)


def _post(work: UnitOfWork, distribution_id: UUID, entries: Sequence[Entry]) -> None:
    """What the leaves moved enters the accounts; the last leaf makes the distribution paid."""
    if not entries:
        return
    distribution = work.distributions.get(distribution_id)
    assert distribution is not None
    work.journal.add(distribution.community_id, entries)
    note_paid(work, distribution_id, "the ledger and the bank")
