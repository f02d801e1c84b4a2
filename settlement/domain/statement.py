"""A member's statement of a distribution: where its amount comes from, down to readings and rules.

Canonical: the same distribution gives the same bytes, whose SHA-256 stands in the payout's receipt. Energy is
whole Wh, money euro with six decimals as text.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from settlement.domain.accounting.entry import Entry
from settlement.domain.calendar import rome_text
from settlement.domain.case import Direction
from settlement.domain.payout_states import Channel
from settlement.domain.records import Balance, Distribution, Receipt, SettlementMember, StoredSettlement
from settlement.domain.rounding import micro_eur_text

STATEMENT_KIND = "condivisa/statement/1"


@dataclass(frozen=True, slots=True)
class PodFigures:
    """Readings of a member's POD and direction in a period: their sum, how many, how many estimated.

    `methods` counts those that were estimated here by the method's name; the others that are estimated came
    as such from the grid operator.
    """

    pod: str
    direction: Direction
    wh: int
    intervals: int
    estimated: int
    methods: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MemberPeriod:
    """A member in one settled period.

    `weight_of_all` is the sum of the members' weights, by which the pool is divided; `plants` are those
    behind its PODs, with their figures of the whole period; `by_hour_wh` sums each civil hour 0 to 23.
    `settled` is the settlement's document, read once for all members.
    """

    settlement: StoredSettlement
    settled: Mapping[str, Any]
    figures: SettlementMember
    weight_of_all: int
    pods: Sequence[PodFigures]
    plants: Sequence[str]
    by_hour_wh: Mapping[Direction, Sequence[int]]


@dataclass(frozen=True, slots=True)
class AccountMove:
    """An entry of the journal that changes the member's balance by so much, e.g. a correction of a month."""

    entry: Entry
    change_micro_eur: int


@dataclass(frozen=True, slots=True)
class StatementFacts:
    """Everything that a statement says; `leaf` is the payout's index and channel, None if nothing is paid.

    `moves` lead from the balance that the distribution before left to the one after this.
    """

    community: str
    distribution: Distribution
    receipts: Sequence[Receipt]
    periods: Sequence[MemberPeriod]
    balance: Balance
    moves: Sequence[AccountMove]
    leaf: tuple[int, Channel] | None


def statement_document(facts: StatementFacts) -> dict[str, object]:
    """The statement; `canonical_json` gives its bytes."""
    distribution, balance = facts.distribution, facts.balance
    return {
        "kind": STATEMENT_KIND,
        "community": facts.community,
        "member": balance.member,
        "distribution": distribution.number,
        "evidence": distribution.evidence.hex(),
        "receipts": [_receipt(row) for row in facts.receipts],
        "division_eur": {
            "amount": micro_eur_text(distribution.amount_micro_eur),
            "producers": micro_eur_text(distribution.producers_micro_eur),
            "social": micro_eur_text(distribution.social_micro_eur),
            "grid": micro_eur_text(distribution.grid_micro_eur),
            "previous_carry": micro_eur_text(distribution.previous_carry_micro_eur),
            "pool": micro_eur_text(distribution.pool_micro_eur),
            "carry": micro_eur_text(distribution.carry_micro_eur),
            "moved_to_social": micro_eur_text(distribution.moved_to_social_micro_eur),
        },
        "periods": [_period(row) for row in facts.periods],
        "account_eur": {
            "previous_balance": micro_eur_text(balance.previous_micro_eur),
            "entitlement": micro_eur_text(balance.entitlement_micro_eur),
            "payout": micro_eur_text(balance.leaf_micro_eur),
            "balance": micro_eur_text(balance.balance_micro_eur),
        },
        "entries": [_move(row) for row in facts.moves],
        "payout": None if facts.leaf is None else {"index": facts.leaf[0], "channel": facts.leaf[1].value},
    }


def _move(row: AccountMove) -> dict[str, object]:
    entry = row.entry
    return {
        "id": str(entry.id),
        "kind": entry.kind.value,
        "change_eur": micro_eur_text(row.change_micro_eur),
        "corrects": None if entry.corrects is None else str(entry.corrects),
        "cause": None if entry.cause is None else entry.cause.value,
    }


def _receipt(row: Receipt) -> dict[str, object]:
    return {
        "kind": row.kind.value,
        "received_on": row.received_on.isoformat(),
        "gross_eur": micro_eur_text(row.gross_micro_eur),
        "fee_withheld_eur": micro_eur_text(row.fee_withheld_micro_eur),
        "costs_eur": micro_eur_text(row.costs_micro_eur),
        "net_eur": micro_eur_text(row.net_micro_eur),
        "sha256": row.receipt_hash.hex(),
    }


def _period(row: MemberPeriod) -> dict[str, object]:
    settled, noted = row.settled, row.settlement.unverified_rules
    return {
        "from": rome_text(row.settlement.start),
        "to": rome_text(row.settlement.end),
        "readings_until": row.settlement.as_of.isoformat(),
        "evidence": row.settlement.evidence.hex(),
        "community_wh": {name: settled[f"{name}_wh"] for name in ("injected", "withdrawn", "shared")},
        "computed_eur": {"premium": settled["premium_eur"], "valorisation": settled["valorisation_eur"]},
        "excess": settled["excess"],
        "member_wh": {
            "injected": row.figures.injected_wh,
            "withdrawn": row.figures.withdrawn_wh,
            "shared_injection": row.figures.shared_injection_wh,
            "shared_withdrawal": row.figures.shared_withdrawal_wh,
        },
        "weight": row.figures.weight,
        "weight_of_all": row.weight_of_all,
        "pods": [_pod(pod) for pod in row.pods],
        "plants": {name: settled["plants"][name] for name in row.plants},
        "by_hour_wh": {direction.value: list(wh) for direction, wh in row.by_hour_wh.items()},
        "rule_set": settled["rules"]["rule_set"],
        "rules": settled["rules"]["parameters_used"],
        "unverified_rules": None if noted is None else dict(noted),
    }


def _pod(row: PodFigures) -> dict[str, object]:
    said: dict[str, object] = {
        "pod": row.pod,
        "direction": row.direction.value,
        "wh": row.wh,
        "intervals": row.intervals,
        "estimated": row.estimated,
    }
    # Named where there is something to name: a statement without own estimates keeps its bytes.
    return said | ({"estimated_by": dict(row.methods)} if row.methods else {})
