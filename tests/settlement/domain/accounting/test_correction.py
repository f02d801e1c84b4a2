"""A-5: a corrected period moves the same money to other members, once, and conserves it."""

from hypothesis import given
from hypothesis import strategies as st

from settlement.domain.accounting.account import AccountKind
from settlement.domain.accounting.correction import Allotment, correction, divided_again
from settlement.domain.accounting.entry import Cause, EntryKind
from settlement.domain.accounting.trial_balance import trial_balance
from settlement.domain.identifiers import uuid7

MEMBERS = st.sampled_from(["A", "B", "È", "z"])
WEIGHTS = st.dictionaries(MEMBERS, st.integers(0, 10**9), max_size=4)
AMOUNTS = st.dictionaries(MEMBERS, st.integers(0, 10**12), max_size=4)
ORIGINAL, NEWER = uuid7(), uuid7()


def test_correction__other_weights__is_the_signed_difference_linked_to_the_original() -> None:
    before = Allotment({"A": 60, "B": 40})
    entry = correction(
        before, divided_again(before, {"A": 1, "B": 3}), ORIGINAL, NEWER, Cause.METER_CORRECTION
    )
    assert entry is not None
    found = trial_balance([entry]).members(AccountKind.MEMBER)
    assert found == {"A": -35, "B": 35}
    assert (entry.kind, entry.corrects, entry.source_id) == (EntryKind.CORRECTION, ORIGINAL, NEWER)


def test_correction__same_weights__is_no_entry() -> None:
    before = Allotment({"A": 60, "B": 40})
    after = divided_again(before, {"A": 3, "B": 2})
    assert correction(before, after, ORIGINAL, NEWER, Cause.METER_CORRECTION) is None


def test_correction__nobody_has_weight_any_more__returns_all_to_the_pool() -> None:
    before = Allotment({"A": 60, "B": 40})
    entry = correction(before, divided_again(before, {"A": 0}), ORIGINAL, NEWER, Cause.METER_CORRECTION)
    assert entry is not None
    found = trial_balance([entry])
    assert found.of(AccountKind.PRODUCERS_POOL) == 100
    assert found.members(AccountKind.MEMBER) == {"A": -60, "B": -40}


def test_correction__lower_cap__moves_the_excess_of_enterprises_to_social_purposes() -> None:
    before = Allotment({"A": 60, "B": 40})
    after = divided_again(before, {"A": 60, "B": 40}, {"B"}, 30)
    assert (after.members_micro_eur, after.social_micro_eur) == ({"A": 60, "B": 30}, 10)


@given(AMOUNTS, st.integers(0, 10**12), WEIGHTS, st.sets(MEMBERS), st.none() | st.integers(0, 10**12))
def test_correction__any__conserves_what_was_allotted(amounts, social, weights, enterprises, cap) -> None:
    before = Allotment(amounts, social)
    after = divided_again(before, weights, enterprises, cap)
    assert after.total_micro_eur == before.total_micro_eur
    entry = correction(before, after, ORIGINAL, NEWER, Cause.METER_CORRECTION)
    moved = trial_balance([] if entry is None else [entry])
    for member in {"A", "B", "È", "z"}:
        gained = after.members_micro_eur.get(member, 0) - before.members_micro_eur.get(member, 0)
        assert moved.of(AccountKind.MEMBER, member) == gained


@given(AMOUNTS, WEIGHTS, WEIGHTS)
def test_correction__twice__ends_where_the_newest_alone_would(amounts, first, second) -> None:
    before = Allotment(amounts)
    by_way = divided_again(divided_again(before, first), second)
    assert by_way == divided_again(before, second)
