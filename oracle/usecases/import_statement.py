"""A bank statement is matched with orders and receipts, shown, and on acceptance booked."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from oracle.usecases.pay import confirm_payouts, release_payouts
from oracle.work import Work
from settlement.domain.accounting.late_return import sent_back_late
from settlement.domain.bank_orders import BankPayment, PaymentState
from settlement.domain.bank_statement import Entry, foreign_accounts
from settlement.domain.findings import Finding
from settlement.domain.payment_status import PaymentStatus
from settlement.domain.payout_states import PayoutState
from settlement.domain.records import ReceiptKind
from settlement.domain.statement_matching import Matcher, Outcome, Proposal
from settlement.usecases.record_receipt import ReceiptTerms, record_receipt


@dataclass(frozen=True, slots=True)
class Imported:
    """What the entries mean, in their order. With findings nothing was booked."""

    proposals: tuple[Proposal, ...] = ()
    findings: tuple[Finding, ...] = ()


def import_statement(
    work: Work,
    community_id: UUID,
    entries: Sequence[Entry],
    *,
    accept: bool,
    kind: ReceiptKind | None = None,
    accounts: Collection[str] = (),
    statuses: Sequence[PaymentStatus] = (),
) -> Imported:
    """Propose what the entries mean; with `accept` book it: receipts, credited and returned payments.

    The same entries again, or those of an overlapping statement, change nothing. `kind` is that of receipts
    whose text does not tell; `accounts` are further accounts of the community; `statuses` are those of a
    status report. The caller commits: all or nothing. Raises what record_receipt and confirm_payouts raise.
    """
    work.lock(f"money:{community_id}")
    orders = work.bank_orders.of_community(community_id)
    own = frozenset(row.debtor.iban for row in orders) | frozenset(accounts)
    findings = foreign_accounts(entries, own)
    if findings:
        return Imported(findings=tuple(findings))
    told: list[Entry | PaymentStatus] = [*entries, *statuses]
    ids = {(row.end_to_end_id or "").upper() for row in told}
    named = {(row.order or "").upper() for row in told}
    payments = work.bank_orders.named(
        community_id, ids, [order.id for order in orders if order.message_id in named]
    )
    by_hand = _told_by_hand(work, community_id)
    payments = [
        replace(row, payout_state=PayoutState.CONFIRMED)
        if (row.distribution_id, row.leaf_index) in by_hand
        else row
        for row in payments
    ]
    matcher = Matcher(payments, work.receipts.of_community(community_id), kind)
    proposals = (*matcher.proposals(entries), *matcher.of_statuses(statuses))
    if accept:
        _book(work, community_id, proposals)
    return Imported(proposals)


def _told_by_hand(work: Work, community_id: UUID) -> set[tuple[UUID, int]]:
    """Distribution and index of leaves whose confirmation is on its way to the vault: it cannot be undone."""
    return {
        (UUID(row.payload["distribution_id"]), int(index))
        for row in work.outbox.open_rows(community_id)
        if row.topic == "confirm"
        for index in row.payload["references"]
    }


def _book(work: Work, community_id: UUID, proposals: Sequence[Proposal]) -> None:
    for proposal in proposals:
        if proposal.outcome is Outcome.RECEIPT:
            record_receipt(work, community_id, _terms(proposal))
    # An entry may change what an earlier one changed: the last word counts.
    payments = {row.end_to_end_id: row for proposal in proposals for row in proposal.payments}
    for payment in payments.values():
        work.bank_orders.set_payment(payment)
    late = [sent_back_late(payment) for payment in payments.values() if payment.late]
    work.journal.add(community_id, late)
    for distribution_id, rows in _by_distribution(payments.values(), PaymentState.CREDITED).items():
        confirm_payouts(work, distribution_id, {row.leaf_index: row.bank_reference or "" for row in rows})
    for distribution_id, rows in _by_distribution(payments.values(), PaymentState.RETURNED).items():
        back = {row.leaf_index: row.end_to_end_id for row in rows if not row.late}
        release_payouts(work, distribution_id, back)


def _by_distribution(payments: Collection[BankPayment], state: PaymentState) -> dict[UUID, list[BankPayment]]:
    found: defaultdict[UUID, list[BankPayment]] = defaultdict(list)
    for payment in payments:
        if payment.state is state:
            found[payment.distribution_id].append(payment)
    return found


def _terms(proposal: Proposal) -> ReceiptTerms:
    entry = proposal.entry
    assert proposal.kind is not None
    assert entry.reference is not None
    return ReceiptTerms(proposal.kind, entry.booked_on, entry.amount_micro_eur, entry.reference)
