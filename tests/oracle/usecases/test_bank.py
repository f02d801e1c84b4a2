"""From reserved leaves to the bank and back, with the vault on a real chain.

import_statement
├── given a statement it should propose, and write nothing until it is accepted
├── given an accepted statement it should confirm the credited and release the returned leaves on the vault
│   └── when it comes again, or overlaps, it should change nothing
├── given a returned leaf that was reserved again it should be ordered under a new id, credited and confirmed
├── given a return after the vault was told it should say what is owed and leave the vault as it is
├── given money from GSE it should record a receipt and order its credit
└── given a statement of another account it should refuse all of it
"""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from eth_account import Account
from sqlalchemy import Engine

from oracle.attest.keccak import keccak256
from oracle.chain.artifacts import artifact
from oracle.chain.inspection import Inspection
from oracle.records import ContractKind
from oracle.store.unit_of_work import OracleReadOnlyUnitOfWork, OracleUnitOfWork
from oracle.usecases.accounts_standing import accounts_standing
from oracle.usecases.context import TokenChoice, VaultPolicy
from oracle.usecases.governance import by_anyone
from oracle.usecases.import_statement import Imported, import_statement
from oracle.usecases.moving import Move, to_bank, typed_data
from oracle.usecases.pay import confirm_payouts, reserve_again
from oracle.usecases.payout_leaves import tree_of
from oracle.usecases.publish import publish
from oracle.wiring import OpenChain, publishing
from settlement.bankfile import read_statement, write_payment_file
from settlement.domain.accounting.account import AccountKind
from settlement.domain.accounting.entry import Cause
from settlement.domain.accounting.trial_balance import TrialBalance
from settlement.domain.bank_orders import BankOrder, BankPayment, PaymentState
from settlement.domain.errors import BookingRefused, NotFound, TransitionRefused
from settlement.domain.iban import complete_iban
from settlement.domain.payees import Payee
from settlement.domain.payout_states import Channel, PayoutState
from settlement.domain.records import ReceiptKind
from settlement.domain.rounding import decimal_text
from settlement.domain.statement_matching import Outcome
from settlement.usecases.booking import Booking
from settlement.usecases.mark_payouts import mark_payouts
from settlement.usecases.order_at_bank import OrderTerms, order_at_bank
from settlement.usecases.reconcile_accounts import outside_the_vault, reconcile_accounts
from settlement.usecases.repay_member import repay_member
from settlement.usecases.reverse_entry import reverse_entry
from tests.oracle.usecases.governed import Governed
from tests.oracle.usecases.test_publish import addresses, view
from tests.oracle.world import PERSONS, World, settled_world
from tests.settlement.bankfile.statements import (
    OTHER_IBAN,
    OWN_IBAN,
    Ntry,
    TxSts,
    camt,
    csv_file,
    gse_credit,
    paid,
    report,
    returned,
)

NOW = datetime(2024, 12, 4, 9, tzinfo=UTC)
TERMS = OrderTerms(date(2024, 12, 6), OWN_IBAN)
BOOKKEEPING = VaultPolicy(TokenChoice.BOOKKEEPING)
BY_BANK = {
    name: Payee(name, Channel.BANK, None, complete_iban("IT", f"X0542811101{number:012d}"), consent=True)
    for number, name in enumerate((*PERSONS, "TOWN"))
}


@pytest.fixture
def banked(engine: Engine) -> World:
    """A community all of whose members are paid to IBANs; nothing is published."""
    return settled_world(engine, payees=BY_BANK)


def reserve_all(world: World) -> None:
    """As if the vault had reserved every leaf."""
    with OracleUnitOfWork(world.engine) as work:
        work.payouts.set_state({row.id: (PayoutState.RESERVED, None) for row in world.payouts()})
        for message in work.outbox.open_rows(world.community_id):
            work.outbox.done(message.id)
        work.commit()


def order(world: World) -> BankOrder:
    """Order what is reserved."""
    with OracleUnitOfWork(world.engine) as work:
        done = order_at_bank(work, write_payment_file, world.community_id, world.distribution.id, TERMS, NOW)
        work.commit()
    assert done.new
    return done.order


def bring(world: World, content: bytes, *, accept: bool = True, **options) -> Imported:
    """Import a file."""
    found = read_statement("estratto", content)
    assert found.findings == []
    with OracleUnitOfWork(world.engine) as work:
        told = {"accept": accept, "statuses": found.statuses}
        done = import_statement(work, world.community_id, found.entries, **told, **options)
        if accept:
            work.commit()
    return done


def payments(world: World) -> list[BankPayment]:
    """The payments, by order and leaf."""
    with OracleUnitOfWork(world.engine) as work:
        return work.bank_orders.payments(world.community_id)


def eur(payment: BankPayment) -> str:
    """Its amount, as a bank writes it."""
    return decimal_text(payment.amount_micro_eur // 10_000, 2)


def debits(rows: list[BankPayment]) -> list[Ntry]:
    """The bank paid all of them."""
    return [paid(row.end_to_end_id, eur(row), f"DEB{row.leaf_index}{row.attempt}") for row in rows]


def deliver(world: World, opened: OpenChain) -> None:
    """Publish what is open."""
    result = publish(publishing(world.engine, opened, policy=BOOKKEEPING), world.community_id)
    assert result.stopped == {}
    assert world.open_messages() == []


def confirmations(world: World, opened: OpenChain) -> dict[int, bytes]:
    """Hash of the bank's reference by leaf, from the vault's events."""
    vault = addresses(world, opened)[ContractKind.VAULT]
    rows = [row for row in world.transactions() if row.step == "confirm"]
    found = {}
    for row in rows:
        outcome = opened.chain.outcome(row.hash)
        assert outcome is not None
        for log in outcome.logs:
            event = artifact("CommunityVault").event("BankConfirmed", log) if log.address == vault else None
            if event:
                found[event["index"]] = event["bankReference"]
    return found


def status(world: World, opened: OpenChain, index: int) -> tuple[bool, bool]:
    """Whether the vault counts a leaf as paid, and as reserved."""
    vault = addresses(world, opened)[ContractKind.VAULT]
    shown = view(opened, "CommunityVault", vault, "statusOf", 1, index)
    return bool(shown[0]), bool(shown[1])


def test_import__not_accepted__shows_and_writes_nothing(banked: World) -> None:
    reserve_all(banked)
    order(banked)
    before = payments(banked)
    content = camt(gse_credit(), *debits(before[:1]), returned(before[1].end_to_end_id, eur(before[1])))
    done = bring(banked, content, accept=False)
    assert [row.outcome for row in done.proposals] == [Outcome.RECEIPT, Outcome.CREDITED, Outcome.RETURNED]
    assert payments(banked) == before
    assert banked.open_messages() == []


def test_import__accepted__books_each_once_however_often_it_comes(banked: World) -> None:
    reserve_all(banked)
    order(banked)
    rows = payments(banked)
    gone = returned(rows[0].end_to_end_id, eur(rows[0]))
    first = camt(*debits(rows[1:4]), gse_credit())
    whole = camt(*debits(rows), gone, gse_credit(), identity="2")
    bring(banked, first)
    assert banked.open_messages() == ["credit", "confirm"]
    for _ in range(3):
        bring(banked, whole)
        bring(banked, first)
    assert banked.open_messages() == ["credit", "confirm", "confirm", "release"]
    states = [row.state for row in payments(banked)]
    assert states == [PaymentState.RETURNED] + [PaymentState.CREDITED] * (len(rows) - 1)
    with OracleUnitOfWork(banked.engine) as work:
        receipts = work.receipts.of_community(banked.community_id)
    assert [(row.bank_reference, row.net_micro_eur, row.kind) for row in receipts[1:]] == [
        ("CBI0001", 1_234_560_000, ReceiptKind.ADVANCE)
    ]


def test_import__csv__books_what_camt_books(banked: World) -> None:
    reserve_all(banked)
    order(banked)
    rows = payments(banked)
    bring(banked, csv_file(*debits(rows[1:]), returned(rows[0].end_to_end_id, eur(rows[0]))))
    again = bring(banked, camt(*debits(rows[1:]), returned(rows[0].end_to_end_id, eur(rows[0]))))
    assert {row.outcome for row in again.proposals} == {Outcome.KNOWN}
    assert sorted(banked.open_messages()) == ["confirm", "release"]


def test_import__whole_order_in_one_entry__credits_every_payment(banked: World) -> None:
    reserve_all(banked)
    made = order(banked)
    total = decimal_text(made.sum_micro_eur // 10_000, 2)
    (found,) = bring(banked, camt(Ntry(total, False, batch=made.message_id))).proposals
    assert found.outcome is Outcome.CREDITED
    assert {row.state for row in payments(banked)} == {PaymentState.CREDITED}


def test_import__other_account__is_refused_whole(banked: World) -> None:
    reserve_all(banked)
    order(banked)
    content = camt(gse_credit(), iban=OTHER_IBAN)
    done = bring(banked, content)
    assert done.proposals == ()
    assert f"account {OTHER_IBAN} is not one from which this community ordered" in str(done.findings)
    assert banked.open_messages() == []
    assert bring(banked, content, accounts=[OTHER_IBAN]).findings == ()
    assert banked.open_messages() == ["credit"]


def test_import__ids_of_another_community__mean_nothing(banked: World) -> None:
    reserve_all(banked)
    order(banked)
    other = settled_world(banked.engine, name="Altra", offset=1000, payees=BY_BANK)
    done = bring(other, camt(*debits(payments(banked))))
    assert {row.outcome for row in done.proposals} == {Outcome.OTHER}
    assert {row.state for row in payments(banked)} == {PaymentState.ORDERED}


def test_reserve_again__leaf_that_is_not_released__is_refused(banked: World) -> None:
    reserve_all(banked)
    with OracleUnitOfWork(banked.engine) as work:
        with pytest.raises(TransitionRefused, match=r"leaf 0 \(bank\) cannot go from reserved"):
            reserve_again(work, banked.distribution.id, [0])
        with pytest.raises(NotFound):
            reserve_again(work, banked.distribution.id, [99])
        assert reserve_again(work, banked.distribution.id) == []


@pytest.mark.node
def test_bank__reserved_ordered_stated__is_confirmed_on_the_vault(banked: World, opened: OpenChain) -> None:
    deliver(banked, opened)
    assert status(banked, opened, 0) == (False, True)
    order(banked)
    rows = payments(banked)
    bring(banked, camt(*debits(rows)))
    deliver(banked, opened)
    assert {row.state for row in banked.payouts()} == {PayoutState.CONFIRMED}
    assert status(banked, opened, 0) == (True, False)
    assert confirmations(banked, opened) == {
        row.leaf_index: keccak256(f"DEB{row.leaf_index}1".encode()) for row in rows
    }


@pytest.mark.node
def test_bank__returned__is_released_ordered_again_and_credited(banked: World, opened: OpenChain) -> None:
    deliver(banked, opened)
    order(banked)
    first = payments(banked)[0]
    bring(banked, camt(*debits([first]), returned(first.end_to_end_id, eur(first))))
    deliver(banked, opened)
    assert banked.payouts()[0].state is PayoutState.RELEASED
    assert status(banked, opened, 0) == (False, False)

    with OracleUnitOfWork(banked.engine) as work:
        assert reserve_again(work, banked.distribution.id) == [0]
        assert reserve_again(work, banked.distribution.id) == [0]
        work.commit()
    assert banked.open_messages() == ["reserve"]
    deliver(banked, opened)
    assert status(banked, opened, 0) == (False, True)

    assert order(banked).payments == 1
    second = payments(banked)[-1]
    assert (second.payout_id, second.attempt) == (first.payout_id, 2)
    assert second.end_to_end_id != first.end_to_end_id
    bring(banked, camt(*debits([second]), identity="3"))
    deliver(banked, opened)
    assert banked.payouts()[0].state is PayoutState.CONFIRMED
    assert status(banked, opened, 0) == (True, False)
    assert confirmations(banked, opened) == {0: keccak256(b"DEB02")}


@pytest.mark.node
def test_bank__returned_once_confirmed__is_owed_and_the_vault_stays(banked: World, opened: OpenChain) -> None:
    deliver(banked, opened)
    order(banked)
    first = payments(banked)[0]
    bring(banked, camt(*debits([first])))
    deliver(banked, opened)
    (found,) = bring(banked, camt(returned(first.end_to_end_id, eur(first)), identity="2")).proposals
    assert found.outcome is Outcome.OWED
    assert f"{decimal_text(first.amount_micro_eur, 6)} EUR" in found.sentence
    assert payments(banked)[0].late
    deliver(banked, opened)
    assert banked.payouts()[0].state is PayoutState.CONFIRMED
    assert status(banked, opened, 0) == (True, False)
    assert agreed(banked, opened) == []


def books(world: World) -> TrialBalance:
    """What the accounts hold."""
    with OracleUnitOfWork(world.engine) as work:
        return work.journal.balances(world.community_id)


def agreed(world: World, opened: OpenChain) -> list[str]:
    """Where the accounts differ from the rows or from the vault."""
    with OracleReadOnlyUnitOfWork(world.engine) as work:
        chain = accounts_standing(work, Inspection(opened.chain), world.community_id)
        return reconcile_accounts(work, world.community_id) + chain.divergences


def test_import__late_return__is_owed_until_another_transfer_paid_it(banked: World) -> None:
    reserve_all(banked)
    order(banked)
    first = payments(banked)[0]
    bring(banked, camt(*debits([first])))
    before = books(banked)
    for _ in range(2):
        bring(banked, camt(returned(first.end_to_end_id, eur(first)), identity="2"))
    after = books(banked)
    assert first.member is not None
    assert after.of(AccountKind.SENT_BACK) == first.amount_micro_eur
    assert after.of(AccountKind.REPAYABLE, first.member) == first.amount_micro_eur
    assert (after.carry_micro_eur, after.of(AccountKind.BANK)) == (
        before.carry_micro_eur,
        before.of(AccountKind.BANK),
    )
    assert f"owed to {first.member}" in outside_the_vault(after)[0]
    more = Booking(first.amount_micro_eur + 10_000, date(2024, 12, 20), "TRN 9")
    wanted = replace(more, amount_micro_eur=first.amount_micro_eur)
    with OracleUnitOfWork(banked.engine) as work:
        assert reconcile_accounts(work, banked.community_id) == []
        with pytest.raises(BookingRefused, match="sent back late are owed"):
            repay_member(work, banked.community_id, first.member, more)
        paid_out = repay_member(work, banked.community_id, first.member, wanted)
        assert not repay_member(work, banked.community_id, first.member, wanted).new
        assert work.journal.balances(banked.community_id) == before
        reverse_entry(work, banked.community_id, paid_out.entry.id, Cause.MISTAKE, "another member")
        assert work.journal.balances(banked.community_id) == after
        assert reconcile_accounts(work, banked.community_id) == []


def test_report__rejected_payments__are_released_once(banked: World) -> None:
    reserve_all(banked)
    made = order(banked)
    first, second, *_ = payments(banked)
    content = report(
        TxSts(first.end_to_end_id, amount=eur(first)),
        TxSts(second.end_to_end_id, "ACSP", None),
        TxSts("SOMEBODY-ELSE"),
        order=made.message_id,
    )
    for outcome in (Outcome.RETURNED, Outcome.KNOWN):
        found = bring(banked, content).proposals
        assert [row.outcome for row in found] == [outcome, Outcome.OTHER, Outcome.OTHER]
    assert banked.open_messages() == ["release"]
    stored = payments(banked)[0]
    assert (stored.state, stored.late, stored.return_reason) == (PaymentState.RETURNED, False, "AC01")
    whole = bring(banked, report(order=made.message_id, group="RJCT")).proposals
    assert [row.outcome for row in whole] == [Outcome.RETURNED]
    assert {row.state for row in payments(banked)} == {PaymentState.RETURNED}
    with OracleUnitOfWork(banked.engine) as work:
        assert reconcile_accounts(work, banked.community_id) == []


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (TxSts("", amount="0.01"), "another amount"),
        (TxSts("", "XXXX"), "neither accepted nor rejected"),
    ],
)
def test_report__doubtful_status__is_held(banked: World, status: TxSts, sentence: str) -> None:
    reserve_all(banked)
    order(banked)
    named = report(replace_id(status, payments(banked)[0].end_to_end_id))
    (found,) = bring(banked, named).proposals
    assert (found.outcome, sentence in found.sentence) == (Outcome.HELD, True)
    assert banked.open_messages() == []


def replace_id(status: TxSts, end_to_end_id: str) -> TxSts:
    """The same status of a payment of ours."""
    return replace(status, end_to_end_id=end_to_end_id)


def test_report__payment_that_a_statement_showed__is_held_and_never_paid_again(banked: World) -> None:
    reserve_all(banked)
    order(banked)
    first = payments(banked)[0]
    bring(banked, camt(*debits([first])))
    (found,) = bring(banked, report(TxSts(first.end_to_end_id))).proposals
    assert (found.outcome, "counts as paid" in found.sentence) == (Outcome.HELD, True)
    assert payments(banked)[0].state is PaymentState.CREDITED


def test_mark_payouts__statement_known__takes_effect_on_the_day_of_the_bank(banked: World) -> None:
    reserve_all(banked)
    order(banked)
    rows = payments(banked)
    gone, arrived = rows[0], rows[1:]
    bring(banked, camt(*debits(arrived), returned(gone.end_to_end_id, eur(gone))))
    with OracleUnitOfWork(banked.engine) as work:
        named = banked.distribution.id
        mark_payouts(work, named, {row.leaf_index: "R" for row in arrived}, PayoutState.CONFIRMED)
        mark_payouts(work, named, {gone.leaf_index: None}, PayoutState.RELEASED)
        last = [work.journal.of_source(row.payout_id)[-1].effective_on for row in rows]
        assert reconcile_accounts(work, banked.community_id) == []
        stored = work.bank_orders.payments(banked.community_id)
    assert last == [stored[0].returned_on, *(row.credited_on for row in stored[1:])]
    assert None not in last


@pytest.mark.node
def test_bank__confirmed_by_hand_while_a_return_is_on_its_way__is_owed(
    banked: World, opened: OpenChain
) -> None:
    deliver(banked, opened)
    order(banked)
    first = payments(banked)[0]
    with OracleUnitOfWork(banked.engine) as work:
        confirm_payouts(work, banked.distribution.id, {0: "BY HAND"})
        work.commit()
    (found,) = bring(banked, camt(returned(first.end_to_end_id, eur(first)))).proposals
    assert found.outcome is Outcome.OWED
    assert banked.open_messages() == ["confirm"]
    deliver(banked, opened)
    assert banked.payouts()[0].state is PayoutState.CONFIRMED
    assert books(banked).members(AccountKind.REPAYABLE) == {first.member: first.amount_micro_eur}


@pytest.mark.node
def test_bank__owner_moved_the_released_leaf__it_is_not_reserved_and_the_queue_goes_on(
    engine: Engine, opened: OpenChain
) -> None:
    owner = Account.create()
    address = bytes.fromhex(owner.address[2:])
    first_payee = replace(BY_BANK["P1"], wallet_address=address)
    banked = settled_world(engine, payees=BY_BANK | {"P1": first_payee})
    deliver(banked, opened)
    order(banked)
    first = payments(banked)[0]
    bring(banked, camt(returned(first.end_to_end_id, eur(first))))
    deliver(banked, opened)

    governed = Governed(engine, opened, publishing(engine, opened), banked.community_id, opened.chain)
    tree = tree_of(banked.payouts())
    former, vault = tree.leaves[0], governed.seats.vault
    move = Move(opened.chain.chain_id, vault, 1, 0, former, tree.proof(0), to_bank(former, bytes([7]) * 32))
    signature = bytes(owner.sign_typed_data(full_message=typed_data(move)).signature)
    governed.send(by_anyone(governed.contracts, governed.seats, move.action(signature)))

    with OracleUnitOfWork(engine) as work:
        reserve_again(work, banked.distribution.id)
        work.commit()
    deliver(banked, opened)
    assert banked.payouts()[0].state is PayoutState.RELEASED
    assert status(banked, opened, 0) == (True, False)
    assert agreed(banked, opened) == []
