"""What a distribution of these receipts by these settlements would be today; writes nothing."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from itertools import pairwise
from uuid import UUID

from settlement.domain.accounting.account import AccountKind
from settlement.domain.accounting.checks import Proposal
from settlement.domain.accounting.division import distribution_approved
from settlement.domain.accounting.entry import Entry
from settlement.domain.accounting.receivable import member_left, member_returned
from settlement.domain.accounting.trial_balance import TrialBalance
from settlement.domain.calendar import rome_date
from settlement.domain.errors import NotFound, NothingToDistribute, SettlementSuperseded
from settlement.domain.payouts import SOCIAL_FUND, Account, Plan, plan_distribution
from settlement.domain.records import Receipt, StoredSettlement
from settlement.ports import UnitOfWork
from settlement.usecases.allotments import Allotments, Weights, weights_of
from settlement.usecases.take_corrections import corrections


def propose(
    work: UnitOfWork,
    distribution_id: UUID,
    community_id: UUID,
    receipts: Sequence[Receipt],
    settlements: Sequence[StoredSettlement],
) -> Proposal:
    """Corrections, what leavers owe, then the division of the receipts by the settlements' weights.

    Without receipts nothing is divided: what is owed is paid, and what nobody was entitled to waits for the
    weights of the next receipt.
    """
    before = work.journal.balances(community_id)
    allotments = Allotments.of_community(work, community_id)
    corrected = corrections(allotments)
    effective_on = max((row.received_on for row in receipts), default=None)
    by = effective_on or rome_date(settlements[-1].end)
    gone = work.communities.departed(community_id, by)
    leaving = work.communities.departed(community_id, date.max)
    moved = [*corrected, *_departures(before.after(corrected), gone, leaving)]
    accounts = before.after(moved)
    weights = weights_of(work, [row.id for row in settlements] if receipts else [])
    plan = _plan(work, community_id, receipts, settlements, accounts, weights, allotments)
    entries = [*moved, *distribution_approved(distribution_id, plan, effective_on)]
    return Proposal(
        plan=plan,
        receipts=receipts,
        settlements=settlements,
        entries=entries,
        before=before,
        after=before.after(entries),
        gross_micro_eur=_gross(work, allotments, receipts, settlements),
        to_enterprises_micro_eur=allotments.to_enterprises(settlements, weights.enterprises)
        + sum(row.entitlement_micro_eur for row in plan.balances if row.member in weights.enterprises),
        enterprise_cap_micro_eur=_sum_of_caps(settlements),
        payees=work.communities.payees(community_id),
    )


def lock_money(work: UnitOfWork, community_id: UUID) -> None:
    """Others who divide the community's money wait, and so do those who settle its periods anew.

    A settlement that is superseded meanwhile must be so after the distribution, on the ledger as well.
    """
    work.lock(f"money:{community_id}")
    work.lock(f"close:{community_id}")


def require_current(work: UnitOfWork, settlements: Sequence[StoredSettlement]) -> None:
    """By figures that are known to be wrong nothing more is divided. Raises SettlementSuperseded."""
    if not settlements:
        return
    newest = Allotments.of_community(work, settlements[0].community_id).newest()
    for settlement in settlements:
        if settlement.id in newest:
            raise SettlementSuperseded(settlement.id, newest[settlement.id])


def named_receipts(work: UnitOfWork, community_id: UUID, receipt_ids: Iterable[UUID]) -> list[Receipt]:
    """The community's receipts of these ids. Raises NotFound, NothingToDistribute."""
    wanted = set(receipt_ids)
    receipts = [row for row in work.receipts.of_ids(wanted) if row.community_id == community_id]
    for absent in sorted(wanted - {row.id for row in receipts}):
        raise NotFound("receipt", absent)
    if not receipts:
        raise NothingToDistribute("a distribution divides at least one receipt")
    return receipts


def named_settlements(
    work: UnitOfWork, community_id: UUID, settlement_ids: Iterable[UUID]
) -> list[StoredSettlement]:
    """The settlements by period; no two share an hour. Raises NotFound, NothingToDistribute."""
    found = []
    for settlement_id in sorted(set(settlement_ids)):
        settlement = work.settlements.get(settlement_id)
        if settlement is None or settlement.community_id != community_id:
            raise NotFound("settlement", settlement_id)
        found.append(settlement)
    if not found:
        raise NothingToDistribute("a distribution names at least one settlement")
    found.sort(key=lambda row: row.start)
    if any(after.start < before.end for before, after in pairwise(found)):
        raise NothingToDistribute("two of the settlements share an hour, which would count twice")
    return found


def account_of(accounts: TrialBalance) -> Account:
    """What a distribution starts from, as the accounts say it."""
    balances = accounts.members(AccountKind.MEMBER)
    residue = accounts.of(AccountKind.SOCIAL_RESIDUE)
    if residue:
        balances[SOCIAL_FUND] = residue
    pool = accounts.of(AccountKind.PRODUCERS_POOL)
    return Account(balances, accounts.carry_micro_eur, pool, accounts.outside_micro_eur)


def _plan(
    work: UnitOfWork,
    community_id: UUID,
    receipts: Sequence[Receipt],
    settlements: Sequence[StoredSettlement],
    accounts: TrialBalance,
    weights: Weights,
    allotments: Allotments,
) -> Plan:
    terms = work.communities.terms(community_id, settlements[0].start, settlements[-1].end)
    assert terms is not None
    amount = sum(row.net_micro_eur for row in receipts)
    cap = allotments.enterprise_cap(settlements, weights.enterprises)
    account = account_of(accounts)
    return plan_distribution(amount, terms.shares_bps, weights.members, account, weights.enterprises, cap)


def _departures(accounts: TrialBalance, gone: Collection[str], leaving: Collection[str]) -> list[Entry]:
    """Negative balances of members that left become receivables; of who stays after all, balances again."""
    owing = sorted(accounts.members(AccountKind.MEMBER).keys() & gone)
    back = sorted(accounts.members(AccountKind.MEMBER_RECEIVABLE).keys() - leaving)
    found = [member_left(member, accounts) for member in owing]
    found += [member_returned(member, accounts) for member in back]
    return [entry for entry in found if entry is not None]


def _gross(
    work: UnitOfWork,
    allotments: Allotments,
    receipts: Sequence[Receipt],
    settlements: Sequence[StoredSettlement],
) -> int:
    """What GSE paid for these periods, by earlier distributions and by these receipts."""
    earlier = {receipt for row in allotments.naming(settlements) for receipt in row.receipts}
    paid = work.receipts.of_ids(earlier | {row.id for row in receipts})
    return sum(row.gross_micro_eur for row in paid)


def _sum_of_caps(settlements: Sequence[StoredSettlement]) -> int | None:
    caps = [row.enterprise_cap_micro_eur for row in settlements]
    known = [cap for cap in caps if cap is not None]
    return sum(known) if len(known) == len(caps) else None
