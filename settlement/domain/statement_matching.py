"""What the entries of a statement mean for the community's books: proposals, pure, in the order of the file.

A payment is recognised by its end-to-end id, or all of an order by its message id and exact sum. Money from
GSE is proposed as a receipt. What cannot be booked without a guess is held, with the remedy; what is booked
already is recognised, so that a statement may be imported again and statements may overlap.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from settlement.domain.bank_orders import BankPayment, PaymentState, message_id, payment_may_follow
from settlement.domain.bank_statement import Entry
from settlement.domain.payment_status import PaymentStatus, Verdict
from settlement.domain.payout_states import PayoutState
from settlement.domain.records import Receipt, ReceiptKind
from settlement.domain.rounding import micro_eur_text

_GSE = re.compile(r"\bG\.?S\.?E\b|\bGESTORE (DEI )?SERVIZI ENERGETICI\b", re.IGNORECASE)
_KINDS: Mapping[ReceiptKind, "re.Pattern[str]"] = {
    ReceiptKind.ADVANCE: re.compile(r"\bACCONT[OI]\b", re.IGNORECASE),
    ReceiptKind.BALANCE: re.compile(r"\b(SALDO|CONGUAGLI[OI])\b", re.IGNORECASE),
    ReceiptKind.CORRECTION: re.compile(r"\bRETTIFICH?[AE]\b", re.IGNORECASE),
}
_PAYABLE = frozenset({PayoutState.RESERVED, PayoutState.ORDERED, PayoutState.CONFIRMED})


class Outcome(StrEnum):
    """What becomes of an entry."""

    RECEIPT = "receipt"
    CREDITED = "credited"
    RETURNED = "returned"
    OWED = "owed"
    KNOWN = "known"
    HELD = "held"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Proposal:
    """An entry, what it means, and the sentence for the treasurer.

    `kind` is that of a receipt; `payments` are the payments as they are to be stored.
    """

    entry: Entry
    outcome: Outcome
    sentence: str
    kind: ReceiptKind | None = None
    payments: tuple[BankPayment, ...] = ()


class Matcher:
    """Matches entry after entry; it knows what the entries before it would change."""

    def __init__(
        self, payments: Iterable[BankPayment], receipts: Iterable[Receipt], kind: ReceiptKind | None
    ) -> None:
        self._payments = {row.end_to_end_id: row for row in payments}
        self._of_order: defaultdict[str, list[str]] = defaultdict(list)
        for row in self._payments.values():
            self._of_order[message_id(row.order_id)].append(row.end_to_end_id)
        arrived = [(row, row.gross_micro_eur - row.fee_withheld_micro_eur) for row in receipts]
        self._receipts = {row.bank_reference: amount for row, amount in arrived}
        self._amounts = {(row.received_on, amount): row.bank_reference for row, amount in arrived}
        self._kind = kind

    def proposals(self, entries: Sequence[Entry]) -> list[Proposal]:
        """One proposal per entry, in their order."""
        credits = [(entry, self._named(entry)) for entry in entries if entry.credit]
        sent_back = {
            row.end_to_end_id for entry, named in credits if _amounts_agree(entry, named) for row in named
        }
        return [self._proposal(entry, sent_back) for entry in entries]

    def of_statuses(self, statuses: Sequence[PaymentStatus]) -> list[Proposal]:
        """One proposal per status of a report, in their order."""
        return [self._of_status(status) for status in statuses]

    def _of_status(self, status: PaymentStatus) -> Proposal:
        entry = _told(status)
        named = self._named(entry)
        if not named:
            return Proposal(entry, Outcome.OTHER, "nothing of this service")
        if status.amount_micro_eur is None:
            entry = replace(entry, amount_micro_eur=sum(row.amount_micro_eur for row in named))
        if status.verdict is Verdict.ON_ITS_WAY:
            sentence = f"{_leaves(named)}: {status.code}, on its way; the statement tells when it is paid"
            return Proposal(entry, Outcome.OTHER, sentence)
        fault = _status_fault(status, named) or _fault(entry, named)
        if fault:
            return Proposal(entry, Outcome.HELD, fault)
        found = self._returned(entry, named, "rejected")
        self._payments |= {row.end_to_end_id: row for row in found.payments}
        return found

    def _proposal(self, entry: Entry, sent_back: set[str]) -> Proposal:
        named = self._named(entry)
        if not named:
            return self._receipt(entry)
        fault = _fault(entry, named)
        if fault:
            return Proposal(entry, Outcome.HELD, fault)
        found = self._returned(entry, named) if entry.credit else self._credited(entry, named, sent_back)
        self._payments |= {row.end_to_end_id: row for row in found.payments}
        return found

    def _named(self, entry: Entry) -> list[BankPayment]:
        """The payments that the entry names, singly or by their order."""
        single = self._payments.get((entry.end_to_end_id or "").upper())
        if single is not None:
            return [single]
        ids = self._of_order.get((entry.order or "").upper(), ())
        return [self._payments[end_to_end_id] for end_to_end_id in ids]

    def _credited(self, entry: Entry, named: Sequence[BankPayment], sent_back: set[str]) -> Proposal:
        """Our debit was booked."""
        credited = [row for row in named if row.state is PaymentState.CREDITED]
        other = next((row for row in credited if row.bank_reference != _mark(entry, row)), None)
        if other is not None:
            sentence = (
                f"{other.leaf} was credited on {other.credited_on} under the reference "
                f"{other.bank_reference}; this is another one: ask the bank whether it paid twice"
            )
            return Proposal(entry, Outcome.HELD, sentence)
        waiting = [row for row in named if row.state is PaymentState.ORDERED]
        fresh = [row for row in waiting if row.end_to_end_id not in sent_back]
        if not fresh:
            return Proposal(entry, Outcome.KNOWN, f"{_leaves(named)}: noted before, or sent back")
        changed = [
            replace(
                row,
                state=PaymentState.CREDITED,
                bank_reference=_mark(entry, row),
                credited_on=entry.booked_on,
            )
            for row in fresh
        ]
        return Proposal(entry, Outcome.CREDITED, f"{_leaves(changed)}: paid", payments=tuple(changed))

    def _returned(self, entry: Entry, named: Sequence[BankPayment], how: str = "sent back") -> Proposal:
        """Our money came back, or never left."""
        fresh = [row for row in named if payment_may_follow(row.state, PaymentState.RETURNED)]
        if not fresh:
            return Proposal(entry, Outcome.KNOWN, f"{_leaves(named)}: its return was noted before")
        changed = [_sent_back(entry, row) for row in fresh]
        late = [row for row in changed if row.late]
        reason = f"{how} ({changed[0].return_reason})"
        if not late:
            sentence = f"{_leaves(changed)}: {reason}; reserve it again once the cause is gone"
            return Proposal(entry, Outcome.RETURNED, sentence, payments=tuple(changed))
        owed = micro_eur_text(sum(row.amount_micro_eur for row in late))
        sentence = (
            f"{_leaves(late)}: {reason} after the vault recorded it as paid, which it cannot undo: {owed} "
            "EUR lie in the account and are owed to the member; pay them by a transfer of your own, then "
            "`condivisa accounts repay`"
        )
        return Proposal(entry, Outcome.OWED, sentence, payments=tuple(changed))

    def _receipt(self, entry: Entry) -> Proposal:
        """Money that is none of our payments: GSE's, or somebody else's business."""
        names_gse = _GSE.search(entry.counterparty) or _GSE.search(entry.remittance)
        if not names_gse or entry.amount_micro_eur == 0 or not (entry.credit or entry.reversal):
            return Proposal(entry, Outcome.OTHER, "nothing of this service")
        held = self._why_held(entry)
        if held:
            return Proposal(entry, Outcome.HELD, held)
        reference, known = entry.reference or "", self._receipts.get(entry.reference or "")
        if known is not None:
            same = known == entry.amount_micro_eur
            sentence = f"reference {reference} stands for a receipt of {micro_eur_text(known)} EUR"
            remedy = (
                "" if same else ": look which is right; a receipt is never changed, only corrected by another"
            )
            return Proposal(entry, Outcome.KNOWN if same else Outcome.HELD, sentence + remedy)
        return self._new_receipt(entry, reference)

    def _new_receipt(self, entry: Entry, reference: str) -> Proposal:
        same_day = self._amounts.get((entry.booked_on, entry.amount_micro_eur))
        if same_day is not None:
            sentence = (
                f"looks like the receipt {same_day} of the same day and amount; if it is another one, "
                f"`condivisa pay receive` records it under the reference {reference}"
            )
            return Proposal(entry, Outcome.HELD, sentence)
        kinds = [kind for kind, words in _KINDS.items() if words.search(entry.remittance)]
        kind = self._kind or (kinds[0] if len(kinds) == 1 else None)
        if kind is None:
            sentence = "from GSE; its text does not say advance, balance or correction: name the kind"
            return Proposal(entry, Outcome.HELD, sentence)
        self._receipts[reference] = entry.amount_micro_eur
        self._amounts[entry.booked_on, entry.amount_micro_eur] = reference
        return Proposal(entry, Outcome.RECEIPT, f"receipt {reference} from GSE, {kind}", kind=kind)

    @staticmethod
    def _why_held(entry: Entry) -> str | None:
        if entry.reversal:
            return "a movement of GSE is taken back, for which the accounts have no entry: keep the statement"
        by_hand = "`condivisa pay receive` records it"
        if entry.counterparty and not _GSE.search(entry.counterparty):
            return f"its text names GSE, its payer is another: if it is GSE's money, {by_hand}"
        if entry.reference is None:
            return f"the bank gave no reference (AcctSvcrRef): {by_hand} under one of yours"
        return None


def _amounts_agree(entry: Entry, named: Sequence[BankPayment]) -> bool:
    return sum(row.amount_micro_eur for row in named) == entry.amount_micro_eur


def _fault(entry: Entry, named: Sequence[BankPayment]) -> str | None:
    """Why the entry cannot be what it says."""
    if not _amounts_agree(entry, named):
        ordered = micro_eur_text(sum(row.amount_micro_eur for row in named))
        return f"{_leaves(named)}: {ordered} EUR were ordered, another amount was moved: ask the bank"
    if entry.reversal and not entry.credit:
        return f"{_leaves(named)}: a return is taken back: ask the bank where the money is"
    odd = next(
        (row for row in named if row.state is PaymentState.ORDERED and row.payout_state not in _PAYABLE), None
    )
    if odd is not None:
        return f"{odd.leaf} is {odd.payout_state}, not ordered: publish what is open, then import again"
    return None


def _told(status: PaymentStatus) -> Entry:
    """A status as if its money had come back: a rejected payment never left."""
    return Entry(
        status.file,
        status.line,
        status.told_on,
        credit=True,
        amount_micro_eur=status.amount_micro_eur or 0,
        end_to_end_id=status.end_to_end_id,
        order=status.order,
        return_reason=status.reason or status.code,
    )


def _status_fault(status: PaymentStatus, named: Sequence[BankPayment]) -> str | None:
    """Why a status other than an accepting one cannot be taken at its word."""
    if status.verdict is Verdict.UNKNOWN:
        return f"{_leaves(named)}: the status {status.code} says neither accepted nor rejected: ask the bank"
    told = next((row for row in named if _counts_as_paid(row)), None)
    if told is None:
        return None
    return f"{told.leaf} counts as paid, and the bank rejects it: ask the bank where the money is"


def _counts_as_paid(payment: BankPayment) -> bool:
    confirmed = payment.payout_state is PayoutState.CONFIRMED and payment.state is PaymentState.ORDERED
    return payment.state is PaymentState.CREDITED or confirmed


def _sent_back(entry: Entry, payment: BankPayment) -> BankPayment:
    told = payment.state is PaymentState.CREDITED or payment.payout_state is PayoutState.CONFIRMED
    reason = entry.return_reason or entry.remittance[:140] or "not said"
    return replace(
        payment, state=PaymentState.RETURNED, returned_on=entry.booked_on, return_reason=reason, late=told
    )


def _mark(entry: Entry, payment: BankPayment) -> str:
    """The bank's reference; where it gives none, the id by which it knows the payment."""
    return entry.reference or payment.end_to_end_id


def _leaves(payments: Sequence[BankPayment]) -> str:
    more = f" and {len(payments) - 1} more" if len(payments) > 1 else ""
    return payments[0].leaf + more
