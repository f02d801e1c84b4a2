"""Whatever happens in whatever order: the books balance, and they are what the rows say."""

import contextlib
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from community.store.unit_of_work import UnitOfWork
from settlement.bankfile import write_payment_file
from settlement.domain.accounting.account import AccountKind
from settlement.domain.accounting.entry import Cause, EntryKind
from settlement.domain.accounting.fund import Fund
from settlement.domain.accounting.late_return import sent_back_late
from settlement.domain.bank_orders import PaymentState
from settlement.domain.errors import BookingRefused, NothingToOrder, OrderRefused, TransitionRefused
from settlement.domain.iban import complete_iban
from settlement.domain.identifiers import uuid7
from settlement.domain.payees import Payee
from settlement.domain.payout_states import Channel, PayoutState
from settlement.domain.single_payouts import SinglePayout, SingleState
from settlement.usecases.booking import Booking
from settlement.usecases.mark_payouts import mark_payouts
from settlement.usecases.note_singles import note_ended, note_opened
from settlement.usecases.order_at_bank import OrderTerms, order_at_bank
from settlement.usecases.reconcile_accounts import reconcile_accounts
from settlement.usecases.repay_member import repay_member
from settlement.usecases.reverse_entry import TYPED, reverse_entry
from settlement.usecases.spend_fund import spend_fund
from tests.settlement.store import world
from tests.settlement.usecases import shop

DAY, NOW = date(2024, 12, 9), datetime(2024, 12, 4, tzinfo=UTC)
OWN = "IT60X0542811101000000123456"
VAULT = bytes([5]) * 20
PAYEES = {
    name: Payee(name, Channel.BANK, None, complete_iban("IT", f"X0542811101{number:012d}"))
    for number, name in enumerate(("P1", "P2", "P3", "P4"))
}
REFUSALS = (BookingRefused, NothingToOrder, OrderRefused, TransitionRefused)
STATES = [PayoutState.RESERVED, PayoutState.CONFIRMED, PayoutState.RELEASED]
STEPS = st.tuples(
    st.sampled_from(["mark", "order", "bank", "late", "spend", "resolve", "end", "repay", "reverse"]),
    st.integers(0, 9),
    st.integers(1, 3_000),
)


@pytest.fixture
def shared(engine):
    """A community with one distribution that is paid by bank."""
    case = world.case()
    community_id = shop.stocked(engine, case, PAYEES)
    settlement = shop.close(engine, community_id, case)
    receipt = shop.receive(engine, community_id, shop.terms())
    distribution = shop.share_out(engine, community_id, [receipt.id], [settlement.id])
    return engine, community_id, distribution.id


class Books:
    """One transaction in which things happen; nothing of it is kept."""

    def __init__(self, work: UnitOfWork, community_id: UUID, distribution_id: UUID) -> None:
        self.work, self.community_id, self.distribution_id = work, community_id, distribution_id

    def mark(self, choice: int, amount: int) -> None:
        state = STATES[choice % 3]
        mark_payouts(self.work, self.distribution_id, {amount % 4: "TRN"}, state)

    def order(self, _choice: int, _amount: int) -> None:
        terms = OrderTerms(date(2024, 12, 6), OWN)
        order_at_bank(self.work, write_payment_file, self.community_id, self.distribution_id, terms, NOW)

    def bank(self, choice: int, _amount: int) -> None:
        """A statement shows a payment or its return."""
        for row in self.work.bank_orders.payments(self.community_id)[choice % 4 :][:1]:
            if row.state is PaymentState.ORDERED and row.payout_state is PayoutState.ORDERED:
                changed = replace(row, state=PaymentState.CREDITED, bank_reference="R", credited_on=DAY)
                self.work.bank_orders.set_payment(changed)

    def late(self, choice: int, _amount: int) -> None:
        """The bank sends back what it had paid."""
        for row in self.work.bank_orders.payments(self.community_id)[choice % 4 :][:1]:
            if row.state is PaymentState.CREDITED:
                back = replace(row, state=PaymentState.RETURNED, returned_on=DAY, late=True)
                self.work.bank_orders.set_payment(back)
                self.work.journal.add(self.community_id, [sent_back_late(back)])

    def spend(self, choice: int, amount: int) -> None:
        booking = Booking(amount * 10_000, DAY, f"CRO {choice}")
        spend_fund(self.work, self.community_id, list(Fund)[choice % 2], booking)

    def resolve(self, choice: int, amount: int) -> None:
        """The vault may spend more than the books have: the books follow."""
        fund = (None, *Fund)[choice % 3]
        number = 2**31 + choice
        single = SinglePayout(
            uuid7(), self.community_id, 1, VAULT, number, amount, fund, None, bytes(32), DAY
        )
        note_opened(self.work, self.community_id, [single])

    def end(self, choice: int, amount: int) -> None:
        rows = self.work.single_payouts.of_community(self.community_id)
        for row in [row for row in rows if row.fund is not None][choice % 3 :][:1]:
            state = SingleState.SWEPT if amount % 5 == 0 else SingleState.PAID
            note_ended(self.work, self.community_id, VAULT, row.number, state, DAY)

    def repay(self, choice: int, amount: int) -> None:
        booking = Booking(amount * 10_000, DAY, f"TRN {choice}")
        repay_member(self.work, self.community_id, f"P{choice % 4 + 1}", booking)

    def reverse(self, choice: int, _amount: int) -> None:
        standing = [row for kind in TYPED for row in self.work.journal.standing(self.community_id, kind)]
        for entry in standing[choice % 3 :][:1]:
            reverse_entry(self.work, self.community_id, entry.id, Cause.MISTAKE, "taken back")


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, max_size=25))
def test_books__any_sequence__balance_and_are_what_the_rows_say(shared, steps) -> None:
    engine, community_id, distribution_id = shared
    with UnitOfWork(engine) as work:
        books = Books(work, community_id, distribution_id)
        for what, choice, amount in [("mark", 0, n) for n in range(4)] + [("order", 0, 0), *steps]:
            # What is refused is refused before it writes: the transaction goes on.
            with contextlib.suppress(*REFUSALS):
                getattr(books, what)(choice, amount)
        assert reconcile_accounts(work, community_id) == []
        found = work.journal.balances(community_id)
        assert sum(found.amounts_micro_eur.values()) == 0
        late = [row for row in work.bank_orders.payments(community_id) if row.late]
        owed = sum(row.amount_micro_eur for row in late) - sum(
            -row.amount_of(posting.account)
            for row in work.journal.standing(community_id, EntryKind.REPAYMENT)
            for posting in row.postings
            if posting.account.kind is AccountKind.SENT_BACK
        )
        assert found.of(AccountKind.SENT_BACK) == found.total(AccountKind.REPAYABLE) == owed
        work.rollback()
