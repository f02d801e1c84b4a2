"""Reserved leaves become a file for the bank, each once.

order_at_bank
├── given reserved leaves it should order those with a valid IBAN and name the others
├── when it runs again it should return the same file and order nothing
├── when it runs twice at the same time one should order, the other find it
├── given a returned and reserved leaf it should order it under a new id
├── given no account it should take the last order's, or refuse
└── given a wrong account, BIC, date or distribution it should refuse and change nothing
"""

import hashlib
import threading
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID
from xml.etree.ElementTree import fromstring

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from community.store.unit_of_work import ReadOnlyUnitOfWork, UnitOfWork
from settlement.bankfile import write_payment_file
from settlement.domain.bank_orders import BankPayment, PaymentState
from settlement.domain.errors import NotFound, NothingToOrder, OrderRefused
from settlement.domain.iban import complete_iban
from settlement.domain.identifiers import uuid7
from settlement.domain.payees import Payee
from settlement.domain.payout_states import Channel, PayoutState
from settlement.domain.records import Payout
from settlement.usecases.order_at_bank import Ordered, OrderTerms, order_at_bank
from tests.settlement.store import world
from tests.settlement.usecases import shop

OWN = "IT60X0542811101000000123456"
NOW = datetime(2024, 12, 4, 23, 30, tzinfo=UTC)  # 5 December in Italy
TERMS = OrderTerms(date(2024, 12, 6), OWN)
WRONG = "IT61X0542811101000000123456"
PAYEES = {
    "P1": Payee("P1", Channel.WALLET, bytes(range(20)), None, True),
    "P2": Payee("P2", Channel.BANK, None, complete_iban("IT", "X0542811101000000000002")),
    "P3": Payee("P3", Channel.BANK, None, complete_iban("DE", "370400440532013003")),
    "P4": Payee("P4", Channel.BANK, None, WRONG),
}
SPACE = "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.09}"


@pytest.fixture
def distribution(engine):
    """A distribution whose bank leaves the vault has reserved."""
    case = world.case()
    community_id = shop.stocked(engine, case, PAYEES)
    settlement = shop.close(engine, community_id, case)
    receipt = shop.receive(engine, community_id, shop.terms())
    made = shop.share_out(engine, community_id, [receipt.id], [settlement.id])
    set_states(engine, made.id, PayoutState.PENDING, PayoutState.RESERVED)
    return made


def set_states(engine, distribution_id: UUID, before: PayoutState, after: PayoutState) -> None:
    """Bring bank leaves from one state to the other, as the publisher would."""
    with UnitOfWork(engine) as work:
        rows = work.payouts.of_distribution(distribution_id)
        chosen = [row for row in rows if row.channel is Channel.BANK and row.state is before]
        work.payouts.set_state({row.id: (after, None) for row in chosen})
        work.commit()


def order(engine, distribution, terms: OrderTerms = TERMS, now: datetime = NOW) -> Ordered:
    """One run, committed."""
    with UnitOfWork(engine) as work:
        done = order_at_bank(work, write_payment_file, distribution.community_id, distribution.id, terms, now)
        work.commit()
    return done


def leaves(engine, distribution) -> dict[str | None, Payout]:
    """The leaves by member."""
    with ReadOnlyUnitOfWork(engine) as work:
        return {row.member: row for row in work.payouts.of_distribution(distribution.id)}


def payments(engine, distribution) -> list[BankPayment]:
    """All payments of the community."""
    with ReadOnlyUnitOfWork(engine) as work:
        return work.bank_orders.payments(distribution.community_id)


def test_order__reserved_leaves__orders_the_valid_and_names_the_others(engine, distribution) -> None:
    done = order(engine, distribution)
    found = leaves(engine, distribution)
    states = {member: row.state for member, row in found.items() if row.channel is Channel.BANK}
    ordered = {member for member, state in states.items() if state is PayoutState.ORDERED}
    assert ordered == {"P2", "P3"}
    assert {states[member] for member in set(states) - ordered} == {PayoutState.RESERVED}
    assert done.new
    assert len(done.left_out) == 4
    assert "(member P4) has an IBAN whose check digits are wrong" in done.left_out[0]
    assert "(member P5) has no IBAN" in done.left_out[1]


def test_order__stored__is_what_the_file_says(engine, distribution) -> None:
    done = order(engine, distribution, replace(TERMS, holders={"P2": "Bianchi Anna"}))
    stored, root = done.order, fromstring(done.order.file)
    assert (stored.number, stored.payments, stored.created_at) == (1, 2, NOW)
    assert stored.file_sha256 == hashlib.sha256(stored.file).digest()
    found, rows = leaves(engine, distribution), payments(engine, distribution)
    assert stored.sum_micro_eur == found["P2"].amount_micro_eur + found["P3"].amount_micro_eur
    assert [row.member for row in rows] == ["P2", "P3"]
    assert [element.text for element in root.iter(SPACE + "EndToEndId")] == [
        row.end_to_end_id for row in rows
    ]
    assert [element.text for element in root.iter(SPACE + "MsgId")] == [stored.message_id]
    names = [element.text for element in root.iterfind(f".//{SPACE}Cdtr/{SPACE}Nm")]
    assert names == ["Bianchi Anna", "P3"]


def test_order__again__is_the_same_file_and_orders_nothing(engine, distribution) -> None:
    first = order(engine, distribution)
    again = order(engine, distribution, OrderTerms(date(2025, 1, 2)), datetime(2025, 1, 1, tzinfo=UTC))
    assert not again.new
    assert again.order == first.order
    assert len(payments(engine, distribution)) == 2


def test_order__not_committed__nothing_is_ordered(engine, distribution) -> None:
    with UnitOfWork(engine) as work:
        order_at_bank(work, write_payment_file, distribution.community_id, distribution.id, TERMS, NOW)
    assert payments(engine, distribution) == []
    assert leaves(engine, distribution)["P2"].state is PayoutState.RESERVED


def test_order__two_at_once__one_orders_and_the_other_finds_it(engine, distribution) -> None:
    done: list[Ordered] = []
    threads = [threading.Thread(target=lambda: done.append(order(engine, distribution))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.new for one in done) == [False, True]
    assert done[0].order == done[1].order


def test_order__returned_and_reserved_again__has_a_new_id(engine, distribution) -> None:
    first = order(engine, distribution)
    before = payments(engine, distribution)
    gone = replace(
        before[0], state=PaymentState.RETURNED, returned_on=date(2024, 12, 9), return_reason="AC04"
    )
    with UnitOfWork(engine) as work:
        work.bank_orders.set_payment(gone)
        work.payouts.set_state({gone.payout_id: (PayoutState.RESERVED, None)})
        work.commit()
    second = order(engine, distribution, replace(TERMS, debtor_iban=None))
    assert (second.order.number, second.order.payments, second.order.debtor) == (2, 1, first.order.debtor)
    found = payments(engine, distribution)
    assert [row.end_to_end_id for row in found] == [
        *(row.end_to_end_id for row in before),
        before[0].end_to_end_id[:-1] + "2",
    ]
    assert [row.attempt for row in found] == [1, 1, 2]


@pytest.mark.parametrize(
    ("terms", "sentence"),
    [
        (replace(TERMS, debtor_iban=None), "no account to pay from is known"),
        (replace(TERMS, debtor_iban=WRONG), "check digits are wrong"),
        (replace(TERMS, debtor_bic="BANK"), "BANK is not a BIC"),
        (replace(TERMS, execution_date=date(2024, 12, 4)), "the execution date 2024-12-04 has passed"),
    ],
)
def test_order__wrong_terms__is_refused_and_changes_nothing(engine, distribution, terms, sentence) -> None:
    with pytest.raises(OrderRefused, match=sentence):
        order(engine, distribution, terms)
    assert payments(engine, distribution) == []


def test_order__nothing_reserved_ever__says_so(engine, distribution) -> None:
    set_states(engine, distribution.id, PayoutState.RESERVED, PayoutState.PENDING)
    with pytest.raises(NothingToOrder, match="distribution 1 has no reserved leaf"):
        order(engine, distribution)


def test_order__distribution_of_another_community__is_not_found(engine, distribution) -> None:
    with pytest.raises(NotFound), UnitOfWork(engine) as work:
        order_at_bank(work, write_payment_file, uuid7(), distribution.id, TERMS, NOW)


def test_database__second_open_payment_of_a_leaf__is_refused(engine, distribution) -> None:
    order(engine, distribution)
    copy = (
        "INSERT INTO bank_payments (end_to_end_id, order_id, payout_id, attempt, amount_micro_eur) "
        "SELECT 'X' || left(end_to_end_id, 30), order_id, payout_id, attempt + 1, amount_micro_eur "
        "FROM bank_payments LIMIT 1"
    )
    with engine.connect() as connection, pytest.raises(IntegrityError, match="idx_bank_payments_open"):
        connection.execute(text(copy))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE bank_orders SET file = '\\x00'",
        "DELETE FROM bank_orders",
        "UPDATE bank_payments SET amount_micro_eur = 10000",
        "DELETE FROM bank_payments",
    ],
)
def test_database__order_or_payment__is_fixed(engine, distribution, statement: str) -> None:
    order(engine, distribution)
    with engine.connect() as connection, pytest.raises(DBAPIError):
        connection.execute(text(statement))


def creditors(file: bytes) -> list[str]:
    """Names of those that the file pays."""
    return [row.findtext(f"{SPACE}Nm") or "" for row in fromstring(file).iter(f"{SPACE}Cdtr")]


def test_order__account_holders__are_those_kept_with_the_members(engine, distribution) -> None:
    _holders(engine, P2="Ada Rossi", P3="Bruno Bianchi")
    assert creditors(order(engine, distribution).order.file) == ["Ada Rossi", "Bruno Bianchi"]


def test_order__named_with_the_order__counts_before_what_is_kept(engine, distribution) -> None:
    _holders(engine, P2="Ada Rossi", P3="Bruno Bianchi")
    done = order(engine, distribution, replace(TERMS, holders={"P2": "Ada Verdi"}))
    assert creditors(done.order.file) == ["Ada Verdi", "Bruno Bianchi"]


def test_order__account_changed_since__is_not_given_the_new_account_s_name(engine, distribution) -> None:
    _holders(engine, P2="Ada Rossi", P3="Bruno Bianchi")
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE community_members SET iban = '{OWN}' WHERE code = 'P2'"))
    assert creditors(order(engine, distribution).order.file) == ["P2", "Bruno Bianchi"]


def _holders(engine, **names: str) -> None:
    with engine.begin() as connection:
        for code, name in names.items():
            values = {"code": code, "name": name}
            connection.execute(
                text("UPDATE community_members SET account_holder = :name WHERE code = :code"), values
            )
