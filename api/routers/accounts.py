"""The community's accounts: what they hold, and every entry."""

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from api.access import reads_names, require_community
from api.deps import Administrator, DryRun, Overseer, ServiceOf
from api.paging import DEFAULT, Limit, Offset
from api.routing import Router
from api.schemas.accounts import JournalEntryOut, JournalPage, TrialBalanceOut
from api.schemas.bookings import (
    ClosingIn,
    ClosingOut,
    MemberBookingIn,
    ReconciliationOut,
    ReversalIn,
    SpendingIn,
)
from api.schemas.wire import Day
from api.service import Service, WriteWork
from community.domain.records import Principal
from settlement.domain.errors import AccountsDiffer
from settlement.usecases.booking import Booked
from settlement.usecases.close_accounts import close_accounts
from settlement.usecases.collect_receivable import collect_receivable
from settlement.usecases.reconcile_accounts import outside_the_vault, reconcile_accounts
from settlement.usecases.repay_member import repay_member
from settlement.usecases.reverse_entry import reverse_entry
from settlement.usecases.spend_fund import spend_fund

router = Router(prefix="/communities/{community_id}/accounts", tags=["accounts"])

Known: dict[int | str, dict[str, object]] = {
    200: {
        "model": JournalEntryOut,
        "description": "The same was posted before; or a dry run",
    }
}
Book = Callable[[WriteWork], Booked]


@router.get("/trial-balance", operation_id="getTrialBalance", summary="What every account holds")
def get_trial_balance(
    community_id: UUID,
    asker: Overseer,
    service: ServiceOf,
    on: Annotated[Day | None, Query(description="What took effect up to this day; default: all")] = None,
) -> TrialBalanceOut:
    """Sums of all postings by account and member; those that hold nothing are left out."""
    with service.reading() as work:
        require_community(work, asker, community_id)
        return TrialBalanceOut.of(work.journal.balances(community_id, on), on)


@router.get("/journal", operation_id="listEntries", summary="Every entry, the first recorded first")
def list_entries(
    community_id: UUID, asker: Overseer, service: ServiceOf, limit: Limit = DEFAULT, offset: Offset = 0
) -> JournalPage:
    """Nothing in it is ever changed: what was wrong is taken back by an entry of its own."""
    with service.reading() as work:
        require_community(work, asker, community_id)
        total = work.journal.count(community_id)
        rows = work.journal.of_community(community_id, limit, offset)
    shown = [JournalEntryOut.of(row, with_note=reads_names(asker)) for row in rows]
    return JournalPage(limit=limit, offset=offset, total=total, entries=shown)


@router.get(
    "/reconciliation",
    operation_id="reconcileAccounts",
    summary="Whether the accounts hold what happened, here and on the chain",
)
def get_reconciliation(community_id: UUID, asker: Overseer, service: ServiceOf) -> ReconciliationOut:
    """Beside receipts, distributions and payouts, and beside the vault where this service has a chain."""
    with service.reading() as work:
        require_community(work, asker, community_id)
        differences = reconcile_accounts(work, community_id)
        notes = outside_the_vault(work.journal.balances(community_id))
    return ReconciliationOut.of(differences, service.compare_chain(community_id), notes)


@router.post("/closings", operation_id="closeAccounts", summary="Make every paid distribution final")
def post_closing(
    community_id: UUID, _wanted: ClosingIn, asker: Administrator, service: ServiceOf
) -> ClosingOut:
    """Refused while anything differs, the chain included. Closing again makes final what was paid since."""
    with service.reading() as work:
        require_community(work, asker, community_id)
    chain = service.compare_chain(community_id)
    if chain.divergences:
        raise AccountsDiffer(chain.divergences)
    with service.writing() as work:
        closed = close_accounts(work, community_id, asker.label)
        work.commit()
    return ClosingOut(final=closed, notes=chain.notes)


@router.post(
    "/spendings",
    operation_id="spendFund",
    summary="Post a payment out of a fund that the vault does not know of",
    status_code=201,
    responses=Known,
)
def post_spending(
    community_id: UUID,
    wanted: SpendingIn,
    response: Response,
    asker: Administrator,
    service: ServiceOf,
    dry_run: DryRun = False,
) -> JournalEntryOut:
    """What a resolution spends on the ledger is posted by itself, and not here.

    The reference makes it safe to send twice: the same content answers the first entry.
    """

    def book(work: WriteWork) -> Booked:
        return spend_fund(work, community_id, wanted.fund, wanted.booking)

    return _booked(service, asker, community_id, book, response, dry_run=dry_run)


@router.post(
    "/collections",
    operation_id="collectReceivable",
    summary="Post what a member that left paid back",
    status_code=201,
    responses=Known,
)
def post_collection(
    community_id: UUID,
    wanted: MemberBookingIn,
    response: Response,
    asker: Administrator,
    service: ServiceOf,
    dry_run: DryRun = False,
) -> JournalEntryOut:
    """The money is in the bank account, not in the vault. Safe to send twice, by the reference."""

    def book(work: WriteWork) -> Booked:
        return collect_receivable(work, community_id, wanted.member, wanted.booking)

    return _booked(service, asker, community_id, book, response, dry_run=dry_run)


@router.post(
    "/repayments",
    operation_id="repayMember",
    summary="Post the transfer that paid what the bank had sent back late",
    status_code=201,
    responses=Known,
)
def post_repayment(
    community_id: UUID,
    wanted: MemberBookingIn,
    response: Response,
    asker: Administrator,
    service: ServiceOf,
    dry_run: DryRun = False,
) -> JournalEntryOut:
    """The vault has the payout as paid all the time. Safe to send twice, by the reference."""

    def book(work: WriteWork) -> Booked:
        return repay_member(work, community_id, wanted.member, wanted.booking)

    return _booked(service, asker, community_id, book, response, dry_run=dry_run)


@router.post(
    "/reversals",
    operation_id="reverseEntry",
    summary="Take back what somebody typed by mistake",
    status_code=201,
    responses=Known,
)
def post_reversal(
    community_id: UUID, wanted: ReversalIn, response: Response, asker: Administrator, service: ServiceOf
) -> JournalEntryOut:
    """Nothing is deleted: an entry of its own takes the other back. The same again answers the first one."""

    def book(work: WriteWork) -> Booked:
        return reverse_entry(work, community_id, wanted.entry_id, wanted.cause, wanted.note)

    return _booked(service, asker, community_id, book, response)


def _booked(
    service: Service,
    asker: Principal,
    community_id: UUID,
    book: Book,
    response: Response,
    *,
    dry_run: bool = False,
) -> JournalEntryOut:
    """Post in one transaction and show the entry as the journal has it."""
    with service.writing() as work:
        require_community(work, asker, community_id)
        done = book(work)
        recorded = work.journal.recorded(community_id, done.entry.id)
        assert recorded is not None, "it was posted in this transaction or before"
        if not dry_run:
            work.commit()
    response.status_code = 201 if done.new and not dry_run else 200
    return JournalEntryOut.of(recorded, with_note=True)
