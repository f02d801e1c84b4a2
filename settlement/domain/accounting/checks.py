"""What is looked at before a distribution is approved: a list of functions of one shape.

A finding does not say that the distribution is wrong, it says what somebody must have seen: whoever approves
acknowledges it by its name.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from settlement.domain.accounting.account import AccountKind
from settlement.domain.accounting.entry import Entry
from settlement.domain.accounting.trial_balance import TrialBalance
from settlement.domain.canonical import canonical_json
from settlement.domain.payees import Payee
from settlement.domain.payouts import SOCIAL_FUND, Plan
from settlement.domain.records import Receipt, ReceiptKind, StoredSettlement
from settlement.domain.rounding import MICRO_EUR_PER_CENT, micro_eur_text


@dataclass(frozen=True, slots=True, order=True)
class CheckFinding:
    """What a check found: its name, by which it is acknowledged, and one sentence with the figures."""

    name: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.name}: {self.sentence}"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A distribution that is not approved yet, with what it will be checked against.

    `entries` are all that approval would post: what leavers owe, corrections, division, entitlement, leaves.
    `before` is what the accounts hold now, `after` what they would hold. `gross_micro_eur` is what GSE paid
    for the named periods, these receipts included. `to_enterprises_micro_eur` is what enterprises would have
    been allotted of them, `enterprise_cap_micro_eur` what they may have, None while it is not final.
    `payees` say how each leaf would be paid.
    """

    plan: Plan
    receipts: Sequence[Receipt]
    settlements: Sequence[StoredSettlement]
    entries: Sequence[Entry]
    before: TrialBalance
    after: TrialBalance
    gross_micro_eur: int
    to_enterprises_micro_eur: int
    enterprise_cap_micro_eur: int | None
    payees: Mapping[str, Payee] = field(default_factory=dict, repr=False)

    def digest(self) -> bytes:
        """SHA-256 of all figures and of who is paid how; the same is the same proposal."""
        entries = [
            [entry.kind.value, [[str(row.account), row.amount_micro_eur] for row in entry.postings]]
            for entry in self.entries
        ]
        leaves = [
            [row.member, row.leaf_micro_eur, *_way(self.payees.get(row.member, Payee(row.member)))]
            for row in self.plan.leaves
        ]
        receipts = sorted(str(row.id) for row in self.receipts)
        settlements = sorted(str(row.id) for row in self.settlements)
        named = {"receipts": receipts, "settlements": settlements}
        return sha256(canonical_json(named | {"entries": entries, "leaves": leaves})).digest()


def _way(payee: Payee) -> tuple[str, str, str]:
    return payee.channel.value, (payee.wallet_address or b"").hex(), payee.iban or ""


def check(proposal: Proposal) -> list[CheckFinding]:
    """All findings of a proposal, in the order of the checks."""
    return [finding for look in CHECKS for finding in look(proposal)]


def receipt_sum(proposal: Proposal) -> Iterator[CheckFinding]:
    """The amount is the sum of the receipts' net, and the accounts hold it undivided."""
    net = sum(
        row.gross_micro_eur - row.fee_withheld_micro_eur - row.costs_micro_eur for row in proposal.receipts
    )
    if net != proposal.plan.amount_micro_eur:
        divided = proposal.plan.amount_micro_eur
        yield CheckFinding("RECEIPT_SUM", _differ("the receipts", net, "divided", divided))
    undivided = proposal.before.of(AccountKind.UNDIVIDED)
    if undivided < net:
        yield CheckFinding("RECEIPT_NOT_IN_ACCOUNTS", _differ("the receipts", net, "undivided", undivided))


def computed_incentive(proposal: Proposal) -> Iterator[CheckFinding]:
    """What GSE paid for the periods is what was computed; an advance may still be less."""
    computed = sum(row.revenue_micro_eur for row in proposal.settlements)
    sentence = _differ("GSE paid for these periods", proposal.gross_micro_eur, "computed", computed)
    if proposal.gross_micro_eur > computed:
        yield CheckFinding("RECEIVED_ABOVE_COMPUTED", sentence)
    settled = any(row.kind is not ReceiptKind.ADVANCE for row in proposal.receipts)
    if settled and proposal.gross_micro_eur < computed:
        yield CheckFinding("RECEIVED_BELOW_COMPUTED", sentence + "; the difference stays owed by GSE")


def enterprise_cap(proposal: Proposal) -> Iterator[CheckFinding]:
    """Enterprises have at most the premium less the final excess (FACTS 3.4)."""
    cap, allotted = proposal.enterprise_cap_micro_eur, proposal.to_enterprises_micro_eur
    if cap is not None and allotted > cap:
        yield CheckFinding("ENTERPRISE_CAP", _differ("enterprises would have", allotted, "the cap is", cap))


def conservation(proposal: Proposal) -> Iterator[CheckFinding]:
    """The accounts after the entries are the plan's balances, pool and carry."""
    plan, after = proposal.plan, proposal.after
    found = {
        "carry": (plan.carry_micro_eur, after.carry_micro_eur),
        "unallocated": (plan.unallocated_micro_eur, after.of(AccountKind.PRODUCERS_POOL)),
        "previous carry": (plan.previous_carry_micro_eur, proposal.before.carry_micro_eur),
    }
    for row in plan.balances:
        kind = AccountKind.SOCIAL_RESIDUE if row.member == SOCIAL_FUND else AccountKind.MEMBER
        held = after.of(kind, row.member)
        found[f"balance of {row.member or 'the social fund'}"] = (row.balance_micro_eur, held)
    for what, (planned, held) in found.items():
        if planned != held:
            yield CheckFinding("CONSERVATION", _differ(f"{what}: planned", planned, "in the accounts", held))


def shortfall(proposal: Proposal) -> Iterator[CheckFinding]:
    """The pool covers what is due, or leaves are scaled and the rest stays owed."""
    kept = {
        row.member or "the social fund": row.balance_micro_eur
        for row in proposal.plan.balances
        if row.balance_micro_eur >= MICRO_EUR_PER_CENT
    }
    if kept:
        first = next(iter(kept))
        sentence = f"the pool does not cover what is due: {micro_eur_text(sum(kept.values()))} EUR stay owed"
        yield CheckFinding("SHORTFALL", f"{sentence} to {len(kept)} (first: {first})")


CHECKS = (receipt_sum, computed_incentive, enterprise_cap, conservation, shortfall)


def _differ(one: str, one_micro_eur: int, other: str, other_micro_eur: int) -> str:
    return f"{one} {micro_eur_text(one_micro_eur)} EUR, {other} {micro_eur_text(other_micro_eur)} EUR"
