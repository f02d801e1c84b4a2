"""The auditor's division against the engine's, over sequences of distributions; and what it refuses."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle.audit.community import Community, Configuration, Member
from oracle.audit.differences import Difference
from oracle.audit.division import Receipt, divide_again, read_receipt
from oracle.audit.energy import Energy
from oracle.audit.rules import RuleBook
from oracle.audit.statement import Statement
from settlement.domain.canonical import canonical_json
from settlement.domain.case import Shares
from settlement.domain.payouts import SOCIAL_FUND, Account, Plan, plan_distribution
from settlement.domain.rounding import micro_eur_text
from settlement.domain.rule_files import rule_texts

SHARES = Shares(7000, 2000, 1000)
RULES = RuleBook(rule_texts()).resolve("cacer-2024", {"tras_e_eur_per_mwh": 0}, [739_000])
AMOUNTS = st.integers(1, 10**9).map(lambda cents: cents * 10_000)
WEIGHTS = st.dictionaries(st.sampled_from(["A", "B", "é", "Ω", "firm"]), st.integers(0, 10**6), min_size=1)
CENT = 10_000


@dataclass(frozen=True)
class Step:
    """A distribution: its amount, the members' weights, and what the enterprise `firm` may receive."""

    amount: int
    weights: Mapping[str, int]
    cap: int | None


STEPS = st.lists(
    st.builds(Step, AMOUNTS, WEIGHTS, st.none() | st.integers(0, 10**5).map(lambda cents: cents * CENT)),
    min_size=1,
    max_size=4,
)


def statement(weights: Mapping[str, int], cap: int | None) -> Statement:
    """A settlement of which only the division's facts count."""
    members = {name: Member("SME", name == "firm") for name in weights}
    shares = {"producers": SHARES.producers, "social": SHARES.social, "grid": SHARES.grid}
    areas = {"": Configuration("AC001E00123", "NORD")}
    community = Community(
        "Prova", "cacer-2024", 0, 1, "ENTRY_ORDER", "EQUAL", None, shares, areas, members, (), (), {}
    )
    return Statement(community, RULES, Energy({}, {}, {}), {}, Counter(weights), cap)


def document(number: int, plan: Plan, account: Account, step: Step) -> dict[str, Any]:
    """division.json as the engine's plan says it."""
    eur = micro_eur_text
    rows = [
        {
            "member": row.member,
            "weight": step.weights.get(row.member, 0),
            "previous_eur": eur(row.previous_micro_eur),
            "entitlement_eur": eur(row.entitlement_micro_eur),
            "leaf_eur": eur(row.leaf_micro_eur),
            "balance_eur": eur(row.balance_micro_eur),
        }
        for row in plan.balances
    ]
    return {
        "kind": "condivisa/division/1",
        "distribution": number,
        "amount_eur": eur(plan.amount_micro_eur),
        "split_eur": {
            "producers": eur(plan.producers_micro_eur),
            "social": eur(plan.social_micro_eur),
            "grid": eur(plan.grid_micro_eur),
        },
        "previous": {
            "carry_eur": eur(account.carry_micro_eur),
            "unallocated_eur": eur(account.unallocated_micro_eur),
        },
        "enterprises": {"cap_eur": None if step.cap is None else eur(step.cap), "paid_before": []},
        "pool_eur": eur(plan.pool_micro_eur),
        "carry_eur": eur(plan.carry_micro_eur),
        "unallocated_eur": eur(plan.unallocated_micro_eur),
        "moved_to_social_eur": eur(plan.moved_to_social_micro_eur),
        "members": rows,
        "leaves": [row.member for row in plan.leaves],
    }


def planned(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """The engine's documents of distributions that follow each other."""
    account, found = Account(), []
    for number, step in enumerate(steps, start=1):
        plan = plan_distribution(step.amount, SHARES, step.weights, account, {"firm"}, step.cap)
        found.append(document(number, plan, account, step))
        balances = {row.member: row.balance_micro_eur for row in plan.balances}
        account = Account(balances, plan.carry_micro_eur, plan.unallocated_micro_eur)
    return found


def divided(told: dict[str, Any], step: Step) -> Any:
    """The auditor's division of a step."""
    receipts = [Receipt(bytes(32), step.amount)]
    statements = [statement(step.weights, step.cap)]
    return divide_again(canonical_json(told), told["distribution"], receipts, statements)


@given(STEPS)
def test_divide_again__any_sequence__is_the_engines(steps: list[Step]) -> None:
    for told, step in zip(planned(steps), steps, strict=True):
        found = divided(told, step)
        assert [name for name, _ in found.leaves] == told["leaves"]
        assert micro_eur_text(found.carry) == told["carry_eur"]


STEP = Step(100_000_000, {"A": 1, "B": 2, "firm": 3}, 5_000_000)


def test_divide_again__enterprise_above_the_cap__the_social_fund_has_a_leaf() -> None:
    (told,) = planned([STEP])
    assert divided(told, STEP).leaves[-1] == (SOCIAL_FUND, 30_000_000)
    assert told["members"][-1]["entitlement_eur"] == "30.000000"


def test_divide_again__first_distribution_from_an_account__is_refused() -> None:
    (told,) = planned([STEP])
    told["previous"] = {"carry_eur": "0.000001", "unallocated_eur": "0.000001"}
    with pytest.raises(Difference, match="the first distribution starts from an account that is not empty"):
        divided(told, STEP)


def test_divide_again__balances_that_do_not_add_up_to_the_carry__are_refused() -> None:
    told = planned([STEP, STEP])[1]
    told["previous"]["carry_eur"] = "1.000000"
    with pytest.raises(Difference, match=r"previous\.carry_eur: the pack says '1\.000000', recomputed "):
        divided(told, STEP)


def test_divide_again__paid_before__lowers_the_cap() -> None:
    (told,) = planned([Step(STEP.amount, STEP.weights, 2_000_000)])
    told |= {"distribution": 2}
    told["enterprises"]["paid_before"] = [{"distribution": 1, "entitlement_eur": "3.000000"}]
    assert divided(told, STEP).leaves[-1] == (SOCIAL_FUND, 33_000_000)


def test_divide_again__later_distribution_as_paid_before__is_refused() -> None:
    (told,) = planned([STEP])
    told["enterprises"]["paid_before"] = [{"distribution": 1, "entitlement_eur": "3.000000"}]
    with pytest.raises(Difference, match="is no earlier one: 1"):
        divided(told, STEP)


RECEIPT = {
    "document": "condivisa/receipt/1",
    "community": "Prova",
    "kind": "advance",
    "received_on": "2024-12-03",
    "gross_eur": "100.000000",
    "fee_withheld_eur": "4.500000",
    "costs_eur": "1.000000",
    "net_eur": "94.500000",
    "bank_reference": "TRN 1",
}


def test_read_receipt__good_one__gives_hash_and_net() -> None:
    found = read_receipt("receipts/1.json", canonical_json(RECEIPT), "Prova")
    assert found.net_micro_eur == 94_500_000


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"net_eur": "95.000000"}, "net_eur: the pack says '95.000000', recomputed '94.500000'"),
        ({"community": "Altrove"}, "community: the pack says 'Altrove', recomputed 'Prova'"),
        ({"kind": "gift"}, "kind is 'gift'"),
        ({"gross_eur": "100"}, "gross_eur is no amount with six decimals"),
        ({"bank_reference": ""}, "bank_reference is empty"),
        ({"more": "x"}, "more is unknown here"),
    ],
)
def test_read_receipt__changed__is_named(change: dict[str, str], sentence: str) -> None:
    with pytest.raises(Difference) as caught:
        read_receipt("receipts/1.json", canonical_json(RECEIPT | change), "Prova")
    assert str(caught.value).startswith(f"receipts/1.json: {sentence}")


def test_read_receipt__not_canonical__has_another_hash() -> None:
    with pytest.raises(Difference, match="not in its canonical form"):
        read_receipt("receipts/1.json", json.dumps(RECEIPT).encode(), "Prova")
