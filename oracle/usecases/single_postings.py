"""What resolutions spent on a vault is read from its logs and posted, each spending once.

It is looked for after each publication and after each call that an office sent: whoever carries a resolution
out, the books follow the vault.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from uuid import UUID

from oracle.errors import CallReverted, NodeRefused
from oracle.ports import EndedSingle, OpenedSingle
from oracle.records import ContractKind, Deployment
from oracle.usecases.context import Context
from oracle.usecases.resolutions import Fund as VaultFund
from settlement.domain.accounting.fund import Fund
from settlement.domain.calendar import rome_date
from settlement.domain.identifiers import uuid7
from settlement.domain.single_payouts import SinglePayout, SingleState, last_of
from settlement.usecases.note_singles import note_ended, note_opened

# What is spent from the carry of a vault that was succeeded is in no fund of the books.
_FUNDS = {VaultFund.SOCIAL: Fund.SOCIAL, VaultFund.GRID: Fund.GRID}


def post_singles(context: Context, community_id: UUID) -> int:
    """Note single payouts that are new and spendings that were paid; returns how many changed.

    Where nothing happened it asks the node once, and once more for each spending that is open. A node that
    keeps no old logs is told to the progress and left alone. Raises NodeUnreachable.
    """
    with context.unit() as work:
        vault = work.deployments.find(context.chain.chain_id, ContractKind.VAULT, community_id)
        known = work.single_payouts.of_community(community_id)
    if vault is None or vault.ledger_id is None:
        return 0
    mine = [row for row in known if (row.chain_id, row.vault) == (vault.chain_id, vault.address)]
    try:
        return _post(context, community_id, vault, mine)
    except (NodeRefused, CallReverted) as error:
        context.progress("singles", 0, 1, f"what resolutions spent is not posted: {error}")
        return 0


def _post(context: Context, community_id: UUID, vault: Deployment, known: list[SinglePayout]) -> int:
    opened: list[SinglePayout] = []
    if context.vault.single_count(vault.address) > len(known):
        told = context.vault.opened_singles(vault.address)
        opened = [_single(community_id, vault, row) for row in told]
    numbers = {row.number for row in known}
    ended = list(_ended(context, vault, known + [row for row in opened if row.number not in numbers]))
    if not opened and not ended:
        return 0
    with context.unit() as work:
        changed = note_opened(work, community_id, opened)
        for number, end in ended:
            state = SingleState.SWEPT if end.swept else SingleState.PAID
            changed += note_ended(work, community_id, vault.address, number, state, _day(end.ended_at))
        work.commit()
    return changed


def _ended(
    context: Context, vault: Deployment, singles: list[SinglePayout]
) -> Iterator[tuple[int, EndedSingle]]:
    """Open spendings whose last single payout counts as paid, and how that came."""
    last = last_of(singles)
    for row in singles:
        if row.fund is None or row.state is not SingleState.OPEN:
            continue
        if not context.vault.is_paid(vault.address, last[row.number], 0):
            continue
        end = context.vault.ended_single(vault.address, last[row.number])
        if end is not None:
            yield row.number, end


def _single(community_id: UUID, vault: Deployment, row: OpenedSingle) -> SinglePayout:
    return SinglePayout(
        id=uuid7(),
        community_id=community_id,
        chain_id=vault.chain_id,
        vault=vault.address,
        number=row.number,
        amount_micro_eur=row.amount_micro_eur,
        fund=None if row.fund is None else _FUNDS.get(VaultFund(row.fund)),
        replaces=row.replaces,
        transaction_hash=row.transaction,
        opened_on=_day(row.opened_at),
    )


def _day(seconds: int) -> date:
    return rome_date(datetime.fromtimestamp(seconds, UTC))
