"""division.json of an evidence pack: from the accounts before, through corrections, to the leaves.

The rows that the distribution stored say what it started from; the journal says which corrections and which
departures came before, so that what the previous distribution left can be told.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from oracle.work import PackWork
from settlement.domain.accounting.account import AccountKind
from settlement.domain.accounting.entry import Entry, EntryKind
from settlement.domain.payouts import SOCIAL_FUND
from settlement.domain.records import Balance, Distribution, StoredSettlement
from settlement.domain.rounding import micro_eur_text

DIVISION_KIND = "condivisa/division/1"
_DIVIDING = frozenset({EntryKind.DIVISION, EntryKind.ENTITLEMENT, EntryKind.LEAVES})
_MOVING = frozenset({EntryKind.CORRECTION, EntryKind.DEPARTURE})
_UUID7 = 7

Document = dict[str, Any]


def correcting_settlements(work: PackWork, distribution: Distribution) -> list[StoredSettlement]:
    """By which settlements the distribution corrected what earlier ones had allotted, beside its own.

    By period, and of one period in the order in which they were settled.
    """
    found = _History(work, distribution).correcting()
    others = {row.id: row for row in found if row.id not in distribution.settlements}
    return sorted(others.values(), key=lambda row: (row.start, row.end, row.id))


def division_document(
    work: PackWork,
    distribution: Distribution,
    settlements: Sequence[StoredSettlement],
    correcting: Sequence[StoredSettlement] = (),
) -> Document:
    """What the auditor divides again. Without receipts nobody has a weight and no cap applies.

    `correcting` are settlements of corrections that the pack holds beside the distribution's own.
    """
    weighing = settlements if distribution.receipts else []
    weights, enterprises = _weights(work, weighing)
    history = _History(work, distribution)
    corrections = history.corrections([*settlements, *correcting])
    balances = _balances(work, distribution, weights)
    return {
        "kind": DIVISION_KIND,
        "distribution": distribution.number,
        "amount_eur": micro_eur_text(distribution.amount_micro_eur),
        "split_eur": {
            "producers": micro_eur_text(distribution.producers_micro_eur),
            "social": micro_eur_text(distribution.social_micro_eur),
            "grid": micro_eur_text(distribution.grid_micro_eur),
        },
        **_start(distribution, balances, history),
        "corrections": corrections,
        "enterprises": history.bound(weighing, enterprises, distribution.number) if weighing else None,
        "pool_eur": micro_eur_text(distribution.pool_micro_eur),
        "carry_eur": micro_eur_text(distribution.carry_micro_eur),
        "unallocated_eur": micro_eur_text(distribution.unallocated_micro_eur),
        "moved_to_social_eur": micro_eur_text(distribution.moved_to_social_micro_eur),
        "members": [_account(row, weights[row.member]) for row in balances],
        "leaves": [row.member or "" for row in work.payouts.of_distribution(distribution.id)],
    }


class _History:
    """What earlier distributions had allotted when a distribution was divided, and what moved before it."""

    def __init__(self, work: PackWork, distribution: Distribution) -> None:
        self._work = work
        rows = work.distributions.of_community(distribution.community_id)
        self._earlier = {row.number: row for row in rows if row.number < distribution.number}
        self._periods = work.settlements.periods(distribution.community_id)
        entries = [row.entry for row in work.journal.of_community(distribution.community_id)]
        numbers = {row.id: number for number, row in self._earlier.items()}
        self._corrected = {
            row.id: numbers[row.source_id]
            for row in entries
            if row.kind is EntryKind.ENTITLEMENT and row.source_id in numbers
        }
        self._allotted = {number: _entitlements(work, row) for number, row in self._earlier.items()}
        taken = _taken(entries, rows)
        for number in sorted(self._earlier):
            for entry in self._standing(taken[number]):
                self._allotted[self._number(entry)].update(_changes(entry))
        own = taken[distribution.number]
        self._corrections = self._standing(own)
        self.changes = _sum(map(_changes, self._corrections))
        self.to_pool = sum(_on(entry, AccountKind.PRODUCERS_POOL) for entry in self._corrections)
        self.departed = _sum(_owed(entry) for entry in own if entry.kind is EntryKind.DEPARTURE)

    def corrections(self, settlements: Sequence[StoredSettlement]) -> list[Document]:
        """The corrections as they were taken; afterwards the allotments are those that `bound` speaks of."""
        return [self._correction(entry, settlements) for entry in self._corrections]

    def correcting(self) -> list[StoredSettlement]:
        """The settlements that the corrections divide by."""
        return [
            row
            for entry in self._corrections
            for row in self._newer(entry, self._earlier[self._number(entry)])
        ]

    def bound(
        self, settlements: Sequence[StoredSettlement], enterprises: Collection[str], number: int
    ) -> Document:
        """What enterprises may still receive, and what distributions before a number allotted to them."""
        spans = {(row.start, row.end) for row in settlements}
        same = {row.settlement_id for row in self._periods if (row.start, row.end) in spans}
        before = {
            earlier: sum(self._allotted[earlier][member] for member in enterprises)
            for earlier, row in sorted(self._earlier.items())
            if earlier < number and same & set(row.settlements)
        }
        caps = [row.enterprise_cap_micro_eur for row in settlements]
        known = [cap for cap in caps if cap is not None]
        cap = max(0, sum(known) - sum(before.values()))
        return {
            "cap_eur": micro_eur_text(cap) if len(known) == len(caps) else None,
            "paid_before": [
                {"distribution": earlier, "entitlement_eur": micro_eur_text(paid)}
                for earlier, paid in before.items()
            ],
        }

    def _correction(self, entry: Entry, settlements: Sequence[StoredSettlement]) -> Document:
        number = self._number(entry)
        newer = self._newer(entry, self._earlier[number])
        enterprises = _weights(self._work, newer)[1]
        # Where a settlement is not in the pack, nobody could compute the cap from it.
        known = {row.id for row in newer} <= {row.id for row in settlements}
        bound = self.bound(newer, enterprises, number) if known else None
        before = self._allotted[number].copy()
        self._allotted[number].update(_changes(entry))
        after = self._allotted[number]
        names = _in_order(name for name in before | after if before[name] or after[name])
        return {
            "distribution": number,
            "evidence": ["0x" + row.evidence.hex() for row in newer],
            "enterprises": bound,
            "unallocated_eur": micro_eur_text(_on(entry, AccountKind.PRODUCERS_POOL)),
            "members": [
                {
                    "member": name,
                    "before_eur": micro_eur_text(before[name]),
                    "after_eur": micro_eur_text(after[name]),
                }
                for name in names
            ],
        }

    def _standing(self, entries: Iterable[Entry]) -> list[Entry]:
        """Corrections of what stands: those of a plan that was taken back were taken back as well."""
        return [
            row for row in entries if row.kind is EntryKind.CORRECTION and row.corrects in self._corrected
        ]

    def _number(self, entry: Entry) -> int:
        assert entry.corrects is not None, "a correction is linked to an entitlement"
        return self._corrected[entry.corrects]

    def _newer(self, entry: Entry, distribution: Distribution) -> list[StoredSettlement]:
        """The settlements that were the newest of the distribution's periods when it was corrected."""
        assert entry.source_id is not None, "a correction names the settlement that caused it"
        latest = max(entry.source_id, *distribution.settlements)
        spans = {row.settlement_id: (row.start, row.end) for row in self._periods}
        newest = {
            (row.start, row.end): row.settlement_id for row in self._periods if row.settlement_id <= latest
        }
        found = [self._work.settlements.get(newest[spans[row]]) for row in distribution.settlements]
        return sorted((row for row in found if row is not None), key=lambda row: row.start)


def _start(distribution: Distribution, balances: Sequence[Balance], history: _History) -> Document:
    """The accounts before corrections and departures, who departed, and the accounts after both."""
    carry = distribution.previous_carry_micro_eur
    entitled = sum(row.entitlement_micro_eur for row in balances)
    unallocated = entitled + distribution.unallocated_micro_eur - distribution.producers_micro_eur
    outside = sum(row.previous_micro_eur for row in balances) + unallocated - carry
    held = Counter({row.member: row.previous_micro_eur for row in balances})
    held.subtract(history.changes)
    held.subtract(history.departed)
    return {
        "before": {
            "unallocated_eur": micro_eur_text(unallocated - history.to_pool),
            "outside_eur": micro_eur_text(outside - sum(history.departed.values())),
            "members": _listed(held, "balance_eur"),
        },
        "departures": _listed(history.departed, "owed_eur"),
        "previous": {
            "carry_eur": micro_eur_text(carry),
            "unallocated_eur": micro_eur_text(unallocated),
            "outside_eur": micro_eur_text(outside),
        },
    }


def _taken(entries: Iterable[Entry], distributions: Iterable[Distribution]) -> defaultdict[int, list[Entry]]:
    """Corrections and departures by the number of the distribution that they came before, oldest first.

    Those of a plan that never reached the ledger stand: the plan in its place starts after them. Ids rise in
    the order of the divisions, which wait for each other; entries from before the accounts have other ids.
    """
    numbers = {row.id: row.number for row in distributions}
    ordered = sorted((row for row in entries if row.id.version == _UUID7), key=lambda row: row.id)
    taken: defaultdict[int, list[Entry]] = defaultdict(list)
    waiting: list[Entry] = []
    for entry in ordered:
        if entry.kind in _MOVING:
            waiting.append(entry)
        elif entry.kind in _DIVIDING and entry.source_id in numbers:
            taken[numbers[entry.source_id]] += waiting
            waiting = []
    return taken


def _on(entry: Entry, kind: AccountKind) -> int:
    """What an entry credits to an account that nobody owns."""
    return -sum(row.amount_micro_eur for row in entry.postings if row.account.kind is kind)


def _changes(entry: Entry) -> dict[str, int]:
    """What an entry credits to members, and to the social fund."""
    kinds = (AccountKind.MEMBER, AccountKind.SOCIAL_RESIDUE)
    return {row.account.member: -row.amount_micro_eur for row in entry.postings if row.account.kind in kinds}


def _owed(entry: Entry) -> dict[str, int]:
    """What members owe since they left; negative for those that are back."""
    kind = AccountKind.MEMBER_RECEIVABLE
    return {row.account.member: row.amount_micro_eur for row in entry.postings if row.account.kind is kind}


def _sum(parts: Iterable[Mapping[str, int]]) -> Counter[str]:
    found: Counter[str] = Counter()
    for part in parts:
        found.update(part)
    return found


def _entitlements(work: PackWork, distribution: Distribution) -> Counter[str]:
    return Counter(
        {row.member: row.entitlement_micro_eur for row in work.distributions.balances(distribution.id)}
    )


def _weights(work: PackWork, settlements: Iterable[StoredSettlement]) -> tuple[Counter[str], set[str]]:
    """The members' weights, added up, and which of them are enterprises."""
    weights: Counter[str] = Counter()
    enterprises = set()
    for settlement in settlements:
        for row in work.settlements.members(settlement.id):
            weights[row.member] += row.weight
            if row.enterprise:
                enterprises.add(row.member)
    return weights, enterprises


def _balances(work: PackWork, distribution: Distribution, weights: Collection[str]) -> list[Balance]:
    """The accounts by member, the social fund last, without those that take no part."""
    rows = {row.member: row for row in work.distributions.balances(distribution.id)}
    return [
        rows[name]
        for name in _in_order(rows)
        if name in weights or rows[name].previous_micro_eur or rows[name].entitlement_micro_eur
    ]


def _in_order(names: Iterable[str]) -> list[str]:
    return sorted(names, key=lambda name: (name == SOCIAL_FUND, name.encode()))


def _listed(amounts: Mapping[str, int], key: str) -> list[Document]:
    return [
        {"member": name, key: micro_eur_text(amounts[name])} for name in _in_order(amounts) if amounts[name]
    ]


def _account(row: Balance, weight: int) -> Document:
    return {
        "member": row.member,
        "weight": weight,
        "previous_eur": micro_eur_text(row.previous_micro_eur),
        "entitlement_eur": micro_eur_text(row.entitlement_micro_eur),
        "leaf_eur": micro_eur_text(row.leaf_micro_eur),
        "balance_eur": micro_eur_text(row.balance_micro_eur),
    }
