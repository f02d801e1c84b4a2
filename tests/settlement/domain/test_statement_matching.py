"""What entries mean: payments by id, GSE's money by name and text, everything else held or left alone.

proposals
├── given a debit with the id of an ordered payment it should be credited
│   ├── when it stands there again it should be known
│   └── when another debit names it it should be held
├── given a credit with the id of an ordered payment it should be returned
│   ├── when the payment was credited before it should be owed
│   └── when its debit stands in the same statement the debit should change nothing
├── given an entry with the id of a whole order and its exact sum it should mean all its payments
├── given another amount it should be held
└── given a credit of GSE
    ├── when its text tells the kind it should be a receipt
    ├── when it does not it should be held until the kind is named
    ├── when it was recorded before it should be known
    └── when it is doubtful it should be held with a remedy
"""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from settlement.domain.bank_orders import BankPayment, PaymentState, end_to_end_id, message_id
from settlement.domain.bank_statement import Entry, foreign_accounts
from settlement.domain.payout_states import PayoutState
from settlement.domain.records import Receipt, ReceiptKind
from settlement.domain.statement_matching import Matcher, Outcome, Proposal

DAY = date(2024, 12, 6)
ORDER = UUID(int=7)
GSE = "GESTORE DEI SERVIZI ENERGETICI - GSE S.P.A."


def payment(leaf: int = 0, **differing) -> BankPayment:
    """A payment of 10.00 euro that the bank has not spoken of."""
    given = BankPayment(
        end_to_end_id(UUID(int=leaf + 1), 1),
        ORDER,
        UUID(int=leaf + 1),
        1,
        10_000_000,
        PaymentState.ORDERED,
        None,
        None,
        None,
        None,
        False,
        UUID(int=99),
        1,
        leaf,
        "P3",
        PayoutState.ORDERED,
    )
    return replace(given, **differing)


def debit(leaf: int = 0, **differing) -> Entry:
    """The bank paid."""
    given = Entry("f", 2, DAY, False, 10_000_000, f"DEB{leaf}", end_to_end_id(UUID(int=leaf + 1), 1))
    return replace(given, **differing)


def back(leaf: int = 0, **differing) -> Entry:
    """The bank sent the money back."""
    return debit(leaf, credit=True, reference="RET", return_reason="AC04", **differing)


def gse(text: str = "ACCONTO", **differing) -> Entry:
    """Money from GSE."""
    given = Entry("f", 3, DAY, True, 5_000_000, "G1", counterparty=GSE, remittance=text)
    return replace(given, **differing)


def receipt(reference: str = "G1", on: date = DAY, net: int = 5_000_000) -> Receipt:
    """A receipt that was recorded before."""
    return Receipt(UUID(int=5), UUID(int=6), ReceiptKind.ADVANCE, on, net, 0, 0, net, reference, b"", b"")


def test_gse__recorded_with_fee_and_costs__is_known_by_what_arrived() -> None:
    costly = replace(
        receipt(),
        gross_micro_eur=5_500_000,
        fee_withheld_micro_eur=500_000,
        costs_micro_eur=1_000_000,
        net_micro_eur=4_000_000,
    )
    assert outcomes(gse(), receipts=[costly]) == [Outcome.KNOWN]


def match(*entries: Entry, payments=(), receipts=(), kind: ReceiptKind | None = None) -> list[Proposal]:
    """Proposals for the entries."""
    return Matcher(payments, receipts, kind).proposals(entries)


def outcomes(*entries: Entry, **options) -> list[Outcome]:
    """Only what becomes of them."""
    return [proposal.outcome for proposal in match(*entries, **options)]


def test_debit__ordered_payment__is_credited_with_the_banks_reference() -> None:
    (found,) = match(debit(), payments=[payment(), payment(1)])
    assert found.outcome is Outcome.CREDITED
    assert found.payments == (payment(state=PaymentState.CREDITED, bank_reference="DEB0", credited_on=DAY),)


def test_debit__no_reference__is_credited_by_its_id() -> None:
    (found,) = match(debit(reference=None), payments=[payment()])
    assert found.payments[0].bank_reference == payment().end_to_end_id


def test_debit__lower_case_id__is_recognised() -> None:
    entry = debit(end_to_end_id=payment().end_to_end_id.lower())
    assert outcomes(entry, payments=[payment()]) == [Outcome.CREDITED]


def test_debit__twice_in_a_file__is_known_the_second_time() -> None:
    assert outcomes(debit(), debit(), payments=[payment()]) == [Outcome.CREDITED, Outcome.KNOWN]


def test_debit__credited_under_another_reference__is_held() -> None:
    first, second = match(debit(), debit(reference="DEB9"), payments=[payment()])
    assert (first.outcome, second.outcome) == (Outcome.CREDITED, Outcome.HELD)
    assert "ask the bank whether it paid twice" in second.sentence


def test_debit__nobody_ordered__is_left_alone() -> None:
    assert outcomes(debit(5), payments=[payment()]) == [Outcome.OTHER]


@pytest.mark.parametrize("entry", [debit(amount_micro_eur=10_010_000), back(amount_micro_eur=9_500_000)])
def test_payment__other_amount__is_held(entry: Entry) -> None:
    (found,) = match(entry, payments=[payment()])
    assert found.outcome is Outcome.HELD
    assert "10.000000 EUR were ordered, another amount was moved" in found.sentence


def test_return__ordered_payment__releases_the_leaf() -> None:
    (found,) = match(back(), payments=[payment()])
    assert found.outcome is Outcome.RETURNED
    assert found.payments == (
        payment(state=PaymentState.RETURNED, returned_on=DAY, return_reason="AC04", late=False),
    )


def test_return__debit_in_the_same_file__the_debit_changes_nothing() -> None:
    assert outcomes(debit(), back(), payments=[payment()]) == [Outcome.KNOWN, Outcome.RETURNED]


def test_return__credited_before__is_owed_and_says_what_to_do() -> None:
    credited = payment(state=PaymentState.CREDITED, credited_on=DAY, bank_reference="DEB0")
    (found,) = match(back(), payments=[credited])
    assert found.outcome is Outcome.OWED
    assert found.payments[0].late
    assert "10.000000 EUR lie in the account and are owed to the member" in found.sentence


def test_return__confirmed_by_hand_before__is_owed() -> None:
    confirmed = payment(payout_state=PayoutState.CONFIRMED)
    assert outcomes(back(), payments=[confirmed]) == [Outcome.OWED]


def test_return__again__is_known_and_so_is_its_debit() -> None:
    gone = payment(state=PaymentState.RETURNED, returned_on=DAY, return_reason="AC04")
    assert outcomes(debit(), back(), payments=[gone]) == [Outcome.KNOWN, Outcome.KNOWN]


def test_return__taken_back__is_held() -> None:
    assert outcomes(debit(reversal=True), payments=[payment()]) == [Outcome.HELD]


def test_payment__leaf_that_is_not_ordered__is_held() -> None:
    assert outcomes(debit(), payments=[payment(payout_state=PayoutState.RELEASED)]) == [Outcome.HELD]


def test_order__exact_sum__credits_all_its_payments() -> None:
    whole = Entry("f", 2, DAY, False, 20_000_000, "DEB", order=message_id(ORDER))
    (found,) = match(whole, payments=[payment(), payment(1)])
    assert found.outcome is Outcome.CREDITED
    assert [row.leaf_index for row in found.payments] == [0, 1]


def test_order__other_sum__is_held() -> None:
    whole = Entry("f", 2, DAY, False, 10_000_000, "DEB", order=message_id(ORDER))
    assert outcomes(whole, payments=[payment(), payment(1)]) == [Outcome.HELD]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("CER ACCONTO 1 SEM 2024", ReceiptKind.ADVANCE),
        ("conguaglio anno 2024", ReceiptKind.BALANCE),
        ("SALDO 2024", ReceiptKind.BALANCE),
        ("RETTIFICA", ReceiptKind.CORRECTION),
    ],
)
def test_gse__text_tells_the_kind__is_a_receipt(text: str, kind: ReceiptKind) -> None:
    (found,) = match(gse(text))
    assert (found.outcome, found.kind) == (Outcome.RECEIPT, kind)


@pytest.mark.parametrize("text", ["", "CER 2024", "ACCONTO E SALDO", "ACCONTONAMENTO"])
def test_gse__text_does_not_tell__is_held_until_the_kind_is_named(text: str) -> None:
    assert outcomes(gse(text)) == [Outcome.HELD]
    (found,) = match(gse(text), kind=ReceiptKind.BALANCE)
    assert (found.outcome, found.kind) == (Outcome.RECEIPT, ReceiptKind.BALANCE)


def test_gse__no_payer_and_named_in_the_text__is_a_receipt() -> None:
    assert outcomes(gse("BONIFICO GSE SPA ACCONTO", counterparty="")) == [Outcome.RECEIPT]


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        (gse("ACCONTO GSE", counterparty="MARIO ROSSI"), "its payer is another"),
        (gse(reference=None), "the bank gave no reference"),
        (gse(reversal=True), "is taken back"),
        (gse(credit=False, reversal=True), "is taken back"),
    ],
)
def test_gse__doubtful__is_held_with_a_reason(entry: Entry, sentence: str) -> None:
    (found,) = match(entry)
    assert found.outcome is Outcome.HELD
    assert sentence in found.sentence


@pytest.mark.parametrize(
    "entry",
    [
        gse(counterparty="MARIO ROSSI"),
        gse(counterparty="AGSE SRL"),
        gse(credit=False),
        gse(amount_micro_eur=0),
    ],
)
def test_entry__not_money_from_gse__is_left_alone(entry: Entry) -> None:
    assert outcomes(entry) == [Outcome.OTHER]


def test_gse__recorded_before__is_known() -> None:
    assert outcomes(gse(), receipts=[receipt()]) == [Outcome.KNOWN]
    assert outcomes(gse(), gse()) == [Outcome.RECEIPT, Outcome.KNOWN]


def test_gse__reference_of_another_sum__is_held() -> None:
    assert outcomes(gse(), receipts=[receipt(net=4_000_000)]) == [Outcome.HELD]


def test_gse__same_day_and_sum_as_one_recorded_by_hand__is_held() -> None:
    (found,) = match(gse(), receipts=[receipt("TRN 1")])
    assert found.outcome is Outcome.HELD
    assert "looks like the receipt TRN 1" in found.sentence
    assert outcomes(gse(), receipts=[receipt("TRN 1", on=date(2024, 12, 5))]) == [Outcome.RECEIPT]


def test_accounts__one_that_is_not_ours__is_one_finding_at_its_first_line() -> None:
    entries = [debit(account="A"), debit(account="B", line=8), debit(account="B", line=9), debit()]
    (found,) = foreign_accounts(entries, frozenset({"A"}))
    assert (found.line, "account B is not one" in found.sentence) == (8, True)
    assert foreign_accounts(entries, frozenset()) == []
