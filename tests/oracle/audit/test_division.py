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
from tests.oracle.audit.forging import leaves_of, other, with_value

SHARES = Shares(7000, 2000, 1000)
RULES = RuleBook(rule_texts()).resolve("cacer-2024", {"tras_e_eur_per_mwh": 0}, [739_000])
AMOUNTS = st.integers(1, 10**9).map(lambda cents: cents * 10_000)
WEIGHTS = st.dictionaries(st.sampled_from(["A", "B", "é", "Ω", "firm"]), st.integers(0, 10**6), min_size=1)
CENT = 10_000
EVIDENCE, ELSEWHERE = "0x" + "11" * 32, "0x" + "22" * 32


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


def statement(weights: Mapping[str, int], cap: int | None, enterprise: str = "firm") -> Statement:
    """A settlement of which only the division's facts count."""
    members = {name: Member("SME", name == enterprise) for name in weights}
    shares = {"producers": SHARES.producers, "social": SHARES.social, "grid": SHARES.grid}
    areas = {"": Configuration("AC001E00123", "NORD")}
    community = Community(
        "Prova", "cacer-2024", 0, 1, "ENTRY_ORDER", "EQUAL", None, shares, areas, members, (), (), {}, {}
    )
    return Statement(community, RULES, Energy({}, {}, {}), {}, Counter(weights), cap)


def document(number: int, plan: Plan, account: Account, step: Step) -> dict[str, Any]:
    """division.json as the engine's plan says it."""
    eur = micro_eur_text
    listed = [row for row in plan.balances if row.member in step.weights or row.previous_micro_eur]
    listed += [row for row in plan.balances if row not in listed and row.entitlement_micro_eur]
    held = account.balances_micro_eur
    rows = [
        {
            "member": row.member,
            "weight": step.weights.get(row.member, 0),
            "previous_eur": eur(row.previous_micro_eur),
            "entitlement_eur": eur(row.entitlement_micro_eur),
            "leaf_eur": eur(row.leaf_micro_eur),
            "balance_eur": eur(row.balance_micro_eur),
        }
        for row in listed
    ]
    names = sorted((name for name in held if held[name]), key=lambda name: (not name, name.encode()))
    around = {
        "unallocated_eur": eur(account.unallocated_micro_eur),
        "outside_eur": eur(account.outside_micro_eur),
    }
    return {
        "kind": "condivisa/division/1",
        "distribution": number,
        "amount_eur": eur(plan.amount_micro_eur),
        "split_eur": {
            "producers": eur(plan.producers_micro_eur),
            "social": eur(plan.social_micro_eur),
            "grid": eur(plan.grid_micro_eur),
        },
        "before": around | {"members": [{"member": name, "balance_eur": eur(held[name])} for name in names]},
        "corrections": [],
        "departures": [],
        "previous": around | {"carry_eur": eur(account.carry_micro_eur)},
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


def divided(told: dict[str, Any], step: Step, number: int | None = None) -> Any:
    """The auditor's division of a step, as the distribution of a number, by default the one it names."""
    receipts = [Receipt(bytes(32), step.amount)]
    statements = {EVIDENCE: statement(step.weights, step.cap)}
    return divide_again(canonical_json(told), number or told["distribution"], receipts, statements)


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


@st.composite
def accounts(draw: st.DrawFn) -> Account:
    """Accounts in which members may owe, and some of whose money lies outside the pool."""
    names = st.sampled_from(["A", "B", "é", "left", SOCIAL_FUND])
    balances = draw(st.dictionaries(names, st.integers(-(10**9), 10**9).filter(bool)))
    balances[SOCIAL_FUND] = abs(balances.get(SOCIAL_FUND, 1))
    unallocated, outside = draw(st.integers(0, 10**6)), draw(st.integers(0, 10**6))
    carry = sum(balances.values()) + unallocated - outside
    if carry < 0:
        unallocated, carry = unallocated - carry, 0
    return Account(balances, carry, unallocated, outside)


@given(accounts(), st.builds(Step, AMOUNTS.map(lambda amount: amount // 10**4 * CENT), WEIGHTS, st.none()))
def test_divide_again__debts_and_too_small_a_pool__is_the_engines(account: Account, step: Step) -> None:
    plan = plan_distribution(step.amount, SHARES, step.weights, account)
    found = divided(document(2, plan, account, step), step)
    assert [paid for _, paid in found.leaves] == [row.leaf_micro_eur for row in plan.leaves]
    assert found.carry == plan.carry_micro_eur


SHORT = Account({"A": -40_000_000, "B": 100_000_000, "é": 50_000_000}, 100_000_000, 0, 10_000_000)


def test_divide_again__pool_below_what_is_due__leaves_are_scaled_alike_to_the_cent() -> None:
    step = Step(1_000_000, {"A": 1}, None)
    told = document(2, plan_distribution(step.amount, SHARES, step.weights, SHORT), SHORT, step)
    # 100.70 EUR for dues of 100 and 50: 67.133… and 33.566… EUR.
    assert divided(told, step).leaves == [("B", 67_130_000), ("é", 33_560_000)]
    assert [row["balance_eur"] for row in told["members"]] == ["-39.300000", "32.870000", "16.440000"]


def redivided() -> dict[str, Any]:
    """The third distribution: no receipt, so what is owed is paid and what waits goes on waiting."""
    account = Account({"A": 30_000_000}, 32_000_000, 2_000_000)
    step = Step(0, {}, None)
    return document(3, plan_distribution(0, SHARES, {}, account), account, step) | {"enterprises": None}


def test_divide_again__no_receipt__pays_what_is_owed_and_weighs_nobody() -> None:
    told = redivided()
    found = divide_again(canonical_json(told), 3, [], {EVIDENCE: statement({"B": 1}, 0)})
    assert found.leaves == [("A", 30_000_000)]
    assert told["unallocated_eur"] == "2.000000"


def corrected(evidence: str = EVIDENCE) -> dict[str, Any]:
    """Distribution 2: A had all of 70 EUR of the first and was paid; now half is B's, and A has left."""
    step = Step(100_000_000, {"A": 1, "B": 1}, None)
    account = Account({"B": 35_000_000}, 0, 0, 35_000_000)
    told = document(2, plan_distribution(step.amount, SHARES, step.weights, account), account, step)
    told["before"] = {"unallocated_eur": "0.000000", "outside_eur": "0.000000", "members": []}
    bound = {"cap_eur": None, "paid_before": []} if evidence == EVIDENCE else None
    told["corrections"] = [
        {
            "distribution": 1,
            "evidence": [evidence],
            "enterprises": bound,
            "unallocated_eur": "0.000000",
            "members": [
                {"member": "A", "before_eur": "70.000000", "after_eur": "35.000000"},
                {"member": "B", "before_eur": "0.000000", "after_eur": "35.000000"},
            ],
        }
    ]
    told["departures"] = [{"member": "A", "owed_eur": "35.000000"}]
    told["enterprises"]["paid_before"] = [{"distribution": 1, "entitlement_eur": "0.000000"}]
    return told


HALVES = Step(100_000_000, {"A": 1, "B": 1}, None)


@pytest.mark.parametrize(("evidence", "again"), [(EVIDENCE, 1), (ELSEWHERE, 0)])
def test_divide_again__correction_and_departure__are_where_the_balances_start(
    evidence: str, again: int
) -> None:
    found = divided(corrected(evidence), HALVES)
    # 70 EUR for dues of 35 and 70.
    assert found.leaves == [("A", 23_330_000), ("B", 46_660_000)]
    assert (found.accounts.corrections, found.accounts.divided_again) == (1, again)
    assert found.accounts.outside == 35_000_000


def test_divide_again__any_field_of_a_correction_changed__is_refused() -> None:
    told = corrected()
    for path, value in leaves_of(told):
        with pytest.raises(Difference, match=r"^division\.json: "):
            divided(with_value(told, path, other(value)), HALVES, 2)


def test_divide_again__any_field_of_a_redivision_changed__is_refused() -> None:
    told = redivided()
    for path, value in leaves_of(told):
        with pytest.raises(Difference, match=r"^division\.json: "):
            divide_again(
                canonical_json(with_value(told, path, other(value))), 3, [], {EVIDENCE: statement({}, 0)}
            )


def test_divide_again__any_amount_of_a_correction_on_its_word_changed__is_refused() -> None:
    told = corrected(ELSEWHERE)
    for path, value in leaves_of(told):
        if "evidence" not in path:
            with pytest.raises(Difference, match=r"^division\.json: "):
                divided(with_value(told, path, other(value)), HALVES, 2)


def test_divide_again__correction_that_makes_money__is_refused() -> None:
    told = corrected(ELSEWHERE)
    told["corrections"][0]["members"][1]["after_eur"] = "36.000000"
    with pytest.raises(Difference, match="a correction adds up to zero"):
        divided(told, HALVES)


def test_divide_again__second_correction_from_other_allotments__is_refused() -> None:
    told = corrected(ELSEWHERE)
    told["corrections"] *= 2
    with pytest.raises(Difference, match=r"corrections\[1\]\.before_eur"):
        divided(told, HALVES)


def test_divide_again__corrected_distribution_as_paid_before__is_what_it_allotted_after() -> None:
    told = corrected()
    told["enterprises"]["paid_before"][0]["entitlement_eur"] = "35.000000"
    with pytest.raises(Difference, match=r"paid_before\[0\]\.entitlement_eur: the pack says '35\.000000'"):
        divided(told, HALVES)


@pytest.mark.parametrize("owed", ["34.000000", "36.000000"])
def test_divide_again__departure_of_another_sum__is_refused(owed: str) -> None:
    told = corrected()
    told["departures"][0]["owed_eur"] = owed
    with pytest.raises(Difference, match="who owes another sum"):
        divided(told, HALVES)


def test_divide_again__nobody_is_given_a_balance_by_departing() -> None:
    told = corrected()
    told["departures"] = [{"member": "B", "owed_eur": "1.000000"}]
    with pytest.raises(Difference, match="'B', who owes another sum"):
        divided(told, HALVES)


def test_divide_again__more_returned_than_was_outside__is_refused() -> None:
    told = corrected()
    told["departures"] = [{"member": "A", "owed_eur": "-1.000000"}]
    with pytest.raises(Difference, match="nobody owes less than nothing"):
        divided(told, HALVES)


def test_divide_again__first_distribution_from_an_account__is_refused() -> None:
    (told,) = planned([STEP])
    told["before"]["unallocated_eur"] = "0.000001"
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
