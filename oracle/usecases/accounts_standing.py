"""The accounts against the chain: carry, funds and all that the vault holds."""

from collections.abc import Callable, Sequence
from uuid import UUID

from oracle.errors import NodeNotStarted, NodeUnreachable, NotDeployed
from oracle.ports import Inspector
from oracle.records import ContractKind
from oracle.usecases.money_standing import PAID, compare_funds, money_standing, singles_of
from oracle.usecases.standing import DistributionStanding, Findings
from oracle.work import AccountsStatusWork
from settlement.domain.accounting.account import AccountKind
from settlement.domain.single_payouts import SinglePayout, SingleState, last_of

_ABSENT = (NodeUnreachable, NodeNotStarted, NotDeployed)
_OF_MONEY = frozenset({"credit", "settle", "push", "reserve", "confirm", "release"})


def beside_the_chain(look: Callable[[], Findings]) -> Findings:
    """What a look at the chain finds; a note where there is no vault or no node that answers."""
    try:
        return look()
    except _ABSENT as error:
        return Findings(notes=[f"accounts and chain were not compared: {error}"])


def accounts_standing(work: AccountsStatusWork, inspector: Inspector, community_id: UUID) -> Findings:
    """What differs between database, accounts and vault, and what is worth knowing. Sends nothing.

    While messages about money are on their way the chain lags behind: the accounts are compared once they
    are done. Raises NotDeployed before the community has a vault, NodeUnreachable.
    """
    findings = Findings()
    deployed = work.deployments.find(inspector.node().chain_id, ContractKind.VAULT, community_id)
    if deployed is None:
        raise NotDeployed("the community has no vault on this chain yet")
    vault, token = deployed.address, deployed.token
    standings = money_standing(work, inspector, community_id, vault, findings)
    balance = None if token is None else inspector.token_balance(token, vault)
    compare_funds(work, inspector, community_id, vault, standings, balance, findings)
    waiting = [row for row in work.outbox.open_rows(community_id) if row.topic in _OF_MONEY]
    if waiting:
        findings.notes.append(f"{len(waiting)} messages about money are on their way to the ledger")
    else:
        _compare(work, inspector, community_id, vault, standings, findings)
    return findings


def _compare(
    work: AccountsStatusWork,
    inspector: Inspector,
    community_id: UUID,
    vault: bytes,
    standings: Sequence[DistributionStanding],
    findings: Findings,
) -> None:
    accounts, funds = work.journal.balances(community_id), inspector.funds(vault)
    findings.compare("carry in the accounts in micro-euro", accounts.carry_micro_eur, funds.carry_micro_eur)
    singles = singles_of(work, inspector, community_id, vault)
    if singles is None:
        return  # The next publication notes what resolutions spent since.
    grid = accounts.of(AccountKind.GRID_FUND)
    findings.compare("grid fund in the accounts in micro-euro", grid, funds.grid_micro_eur)
    paid = sum(row.amount_micro_eur for row in work.payouts.of_community(community_id) if row.state in PAID)
    # What somebody claimed for a member since the last publication has left the vault and not the accounts.
    claimed = max(0, sum(row.paid_micro_eur for row in standings) - paid)
    bank = accounts.of(AccountKind.BANK) - claimed + _on_the_way(inspector, vault, singles)
    findings.compare("bank account in micro-euro, and what the vault holds", bank, funds.held_micro_eur)


def _on_the_way(inspector: Inspector, vault: bytes, singles: Sequence[SinglePayout]) -> int:
    """What of moved leaves is still in the vault, less what of spendings has left it and is not noted yet.

    In micro-euro. A leaf that moved counts as paid, and its sum stays until the single payout in its place
    is paid.
    """
    last = last_of(singles)
    total = 0
    for row in singles:
        if row.number not in last or row.state is not SingleState.OPEN:
            continue
        paid = inspector.is_paid(vault, last[row.number], 0)
        if row.fund is None and not paid:
            total += row.amount_micro_eur
        elif row.fund is not None and paid:
            total -= row.amount_micro_eur
    return total
