"""A-1: an entry that does not balance cannot exist."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.domain.accounting.account import Account, AccountKind, Side
from settlement.domain.accounting.entry import Cause, Entry, EntryKind, UnbalancedEntry
from settlement.domain.accounting.posting import Posting, credit, debit, postings
from settlement.domain.accounting.reversal import reversal
from settlement.domain.accounting.trial_balance import TrialBalance, trial_balance
from settlement.domain.identifiers import uuid7

BANK, UNDIVIDED = Account(AccountKind.BANK), Account(AccountKind.UNDIVIDED)
AMOUNTS = st.integers(-(10**15), 10**15).filter(bool)


def entry(*rows: Posting, kind: EntryKind = EntryKind.RECEIPT) -> Entry:
    return Entry(kind, rows)


def test_entry__debits_differ_from_credits__cannot_be_made() -> None:
    with pytest.raises(UnbalancedEntry, match="the receipt debits 100 and credits 99 micro-euro"):
        entry(Posting(BANK, 100), Posting(UNDIVIDED, -99))


@given(AMOUNTS, AMOUNTS)
def test_entry__any_two_amounts__exists_only_if_they_add_up_to_zero(one, other) -> None:
    if one + other == 0:
        assert entry(Posting(BANK, one), Posting(UNDIVIDED, other)).amount_of(BANK) == one
    else:
        with pytest.raises(UnbalancedEntry):
            entry(Posting(BANK, one), Posting(UNDIVIDED, other))


def test_entry__no_postings__cannot_be_made() -> None:
    with pytest.raises(ValueError, match="has 0 postings"):
        entry()


def test_entry__an_account_twice__cannot_be_made() -> None:
    with pytest.raises(ValueError, match="names the account bank twice"):
        entry(Posting(BANK, 2), Posting(BANK, -1), Posting(UNDIVIDED, -1))


@pytest.mark.parametrize(
    ("kind", "corrects", "cause"),
    [
        (EntryKind.REVERSAL, None, None),
        (EntryKind.REVERSAL, uuid7(), None),
        (EntryKind.CORRECTION, None, Cause.METER_CORRECTION),
        (EntryKind.RECEIPT, uuid7(), Cause.MISTAKE),
    ],
)
def test_entry__link_or_cause_out_of_place__cannot_be_made(kind, corrects, cause) -> None:
    with pytest.raises(ValueError, match="link and cause"):
        Entry(kind, (Posting(BANK, 1), Posting(UNDIVIDED, -1)), corrects=corrects, cause=cause)


@pytest.mark.parametrize("amount", [1.0, True, "1"])
def test_posting__no_whole_number__cannot_be_made(amount) -> None:
    with pytest.raises(TypeError, match="whole numbers"):
        Posting(BANK, amount)


def test_posting__nothing__cannot_be_made() -> None:
    with pytest.raises(ValueError, match="nothing on bank"):
        Posting(BANK, 0)


def test_postings__lines_that_move_nothing__are_left_out() -> None:
    lines = [debit(AccountKind.BANK, 5), credit(AccountKind.UNDIVIDED, 5), debit(AccountKind.COSTS, 0)]
    assert postings(lines) == (Posting(BANK, 5), Posting(UNDIVIDED, -5))


@pytest.mark.parametrize(("kind", "member"), [(AccountKind.MEMBER, ""), (AccountKind.BANK, "P1")])
def test_account__owner_out_of_place__cannot_be_made(kind, member) -> None:
    with pytest.raises(ValueError, match="belongs to"):
        Account(kind, member)


def test_account__side__is_where_it_grows() -> None:
    assert (AccountKind.BANK.side, AccountKind.MEMBER.side) == (Side.DEBIT, Side.CREDIT)


def test_reversal__with_its_entry__moves_nothing() -> None:
    made = entry(Posting(BANK, 7), Posting(UNDIVIDED, -7))
    taken_back = reversal(made, Cause.MISTAKE)
    assert (taken_back.corrects, taken_back.cause) == (made.id, Cause.MISTAKE)
    assert trial_balance([made, taken_back]).amounts_micro_eur == {}


def test_trial_balance__amounts_that_do_not_add_up__cannot_be_made() -> None:
    with pytest.raises(ValueError, match="they add up to 1 micro-euro"):
        TrialBalance({BANK: 1})


def test_trial_balance__an_account__is_shown_on_its_own_side() -> None:
    found = trial_balance([entry(Posting(BANK, 7), Posting(UNDIVIDED, -7))])
    assert (found.of(AccountKind.BANK), found.of(AccountKind.UNDIVIDED)) == (7, 7)
