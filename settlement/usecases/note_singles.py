"""What resolutions spent on the vault enters the accounts: each once, tied to the vault's single payout."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from settlement.domain.accounting.spending import spending_ended, spent_by_resolution
from settlement.domain.single_payouts import SinglePayout, SingleState
from settlement.ports import UnitOfWork


def note_opened(work: UnitOfWork, community_id: UUID, opened: Sequence[SinglePayout]) -> int:
    """Store single payouts that are new, and post what a fund spent; returns how many were new.

    The vault has spent it, so nothing is asked of the fund's account.
    """
    work.lock(f"money:{community_id}")
    known = {(row.vault, row.number) for row in work.single_payouts.of_community(community_id)}
    fresh = [row for row in opened if (row.vault, row.number) not in known]
    work.single_payouts.add(fresh)
    work.journal.add(community_id, [spent_by_resolution(row) for row in fresh if row.fund is not None])
    return len(fresh)


def note_ended(
    work: UnitOfWork, community_id: UUID, vault: bytes, number: int, state: SingleState, on: date
) -> bool:
    """Note that a fund's spending was paid or swept, and post it; False if that was noted before."""
    work.lock(f"money:{community_id}")
    rows = {(row.vault, row.number): row for row in work.single_payouts.of_community(community_id)}
    found = rows[vault, number]
    if found.state is not SingleState.OPEN:
        return False
    ended = replace(found, state=state, ended_on=on)
    work.single_payouts.set_state(ended)
    work.journal.add(community_id, [spending_ended(ended)])
    return True
