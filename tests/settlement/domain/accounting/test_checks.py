"""What must be seen before approval is found and named."""

from dataclasses import replace
from datetime import date

import pytest

from settlement.domain.accounting.checks import Proposal, check
from settlement.domain.accounting.division import distribution_approved
from settlement.domain.accounting.received import receipt_recorded
from settlement.domain.accounting.trial_balance import TrialBalance, trial_balance
from settlement.domain.case import Shares
from settlement.domain.identifiers import uuid7
from settlement.domain.payouts import Account, plan_distribution
from settlement.domain.records import ReceiptKind
from tests.settlement.domain.accounting import books

EURO = 1_000_000
DAY = date(2024, 10, 1)


def proposal(received: int = 100, computed: int = 100, kind: ReceiptKind = ReceiptKind.ADVANCE) -> Proposal:
    """One receipt for one settled day, two members."""
    receipt = books.receipt(received * EURO, kind=kind)
    plan = plan_distribution(received * EURO, Shares(7000, 2000, 1000), {"A": 1, "B": 2}, Account())
    before = [receipt_recorded(receipt)]
    entries = distribution_approved(uuid7(), plan, DAY)
    return Proposal(
        plan=plan,
        receipts=[receipt],
        settlements=[books.settlement(computed * EURO)],
        entries=entries,
        before=trial_balance(before),
        after=trial_balance([*before, *entries]),
        gross_micro_eur=received * EURO,
        to_enterprises_micro_eur=0,
        enterprise_cap_micro_eur=None,
    )


def names(found: Proposal) -> list[str]:
    return [finding.name for finding in check(found)]


def test_check__as_computed__finds_nothing() -> None:
    assert check(proposal()) == []


def test_check__more_than_computed__names_both_figures() -> None:
    (finding,) = check(proposal(received=101))
    assert str(finding) == (
        "RECEIVED_ABOVE_COMPUTED: GSE paid for these periods 101.000000 EUR, computed 100.000000 EUR"
    )


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (ReceiptKind.ADVANCE, []),
        (ReceiptKind.BALANCE, ["RECEIVED_BELOW_COMPUTED"]),
        (ReceiptKind.CORRECTION, ["RECEIVED_BELOW_COMPUTED"]),
    ],
)
def test_check__less_than_computed__is_found_once_the_balance_came(kind, expected) -> None:
    assert names(proposal(received=99, kind=kind)) == expected


def test_check__receipts_that_are_not_the_amount__are_found() -> None:
    made = proposal()
    assert names(replace(made, receipts=[books.receipt(99 * EURO)])) == ["RECEIPT_SUM"]


def test_check__money_that_the_accounts_do_not_hold__is_found() -> None:
    assert "RECEIPT_NOT_IN_ACCOUNTS" in names(replace(proposal(), before=TrialBalance({})))


def test_check__enterprises_above_their_cap__are_found() -> None:
    above = replace(proposal(), to_enterprises_micro_eur=951, enterprise_cap_micro_eur=950)
    assert names(above) == ["ENTERPRISE_CAP"]
    assert names(replace(above, to_enterprises_micro_eur=950)) == []


def test_check__accounts_that_differ_from_the_plan__are_found_by_name() -> None:
    made = proposal()
    after = trial_balance([receipt_recorded(made.receipts[0]), made.entries[0]])
    assert [str(row).split(" EUR")[0] for row in check(replace(made, after=after))] == [
        "CONSERVATION: carry: planned 0.010000",
        "CONSERVATION: unallocated: planned 0.000000",
        "CONSERVATION: balance of A: planned 0.003333",
        "CONSERVATION: balance of B: planned 0.006667",
    ]


def test_check__pool_that_does_not_cover_the_dues__is_found() -> None:
    made = proposal()
    rows = tuple(replace(row, balance_micro_eur=20_000) for row in made.plan.balances)
    assert "SHORTFALL" in names(replace(made, plan=replace(made.plan, balances=rows)))


def test_digest__other_figures__differs() -> None:
    assert proposal().digest() != proposal(received=101).digest()
