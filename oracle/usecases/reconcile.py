"""Are chain, database and books one story? Facts of every kind are compared, the first difference named.

Compared are the rows of the database (accepted days, settled distributions, paid leaves, transactions), the
events of the index, the contracts' own views, and the accounts in double entry. The database's snapshot is
taken first, the index and the views after it: what is published meanwhile is ahead on the chain, not behind.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from community.domain.records import CommunityRecord
from oracle.errors import LedgerDiverges, NotDeployed
from oracle.ports import ChainEvent, Inspector
from oracle.records import Alert, ContractKind, Severity, TransactionState
from oracle.usecases.accounts_standing import accounts_standing
from oracle.usecases.alerts import raise_alert, resolve_alert, resolve_others
from oracle.usecases.energy_standing import energy_standing
from oracle.usecases.event_list import scope_of
from oracle.usecases.money_standing import PAID
from oracle.usecases.payout_leaves import tree_of
from oracle.usecases.places import Place, placed
from oracle.usecases.standing import Findings
from oracle.work import AlertWork, ChainIndexReader, ReconcileWork
from settlement.domain.calendar import day_number
from settlement.domain.errors import NotFound
from settlement.domain.records import Distribution
from settlement.ports import AccountsWork
from settlement.usecases.reconcile_accounts import reconcile_accounts

ALERT_KIND = "reconciliation"
ACCOUNTS = "accounts"
_BITS = {"BatchPaid": "paid", "LeavesSwept": "swept"}
_OF_LEAF = frozenset({"BankConfirmed", "LeafClaimed", "LeafMoved", "LeafRedirected"})
_NAMES = (
    "DayAccepted", "Settled", "DistributionCancelled", "BatchPaid", "LeavesSwept", "BankConfirmed",
    "LeafClaimed", "LeafMoved", "LeafRedirected",
)  # fmt: skip


class BooksWork(AccountsWork, AlertWork, Protocol):
    """What the books are compared with."""


@dataclass(frozen=True, slots=True)
class Divergence:
    """The first difference of a kind: transactions, days, settlements, payouts, ledger, vault, accounts."""

    kind: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What differs, one sentence for each kind, and what is worth knowing."""

    divergences: tuple[Divergence, ...]
    notes: tuple[str, ...]


def reconcile(
    work: ReconcileWork, index: ChainIndexReader, inspector: Inspector, community_id: UUID
) -> Reconciled:
    """Compare everything of a community. Sends and writes nothing.

    Raises NotFound, NotDeployed before it has contracts on the chain, NodeUnreachable.
    """
    look = _look(work, index, inspector, community_id)
    kinds: Mapping[str, Iterator[str]] = {
        "transactions": look.transactions(),
        "days": look.days(),
        "settlements": look.settlements(),
        "payouts": look.payouts(),
        "ledger": look.ledger(),
        "vault": look.vault(),
        ACCOUNTS: iter(reconcile_accounts(work, community_id)),
    }
    first = {kind: next(sentences, None) for kind, sentences in kinds.items()}
    found = tuple(Divergence(kind, sentence) for kind, sentence in first.items() if sentence is not None)
    return Reconciled(found, tuple(dict.fromkeys(look.findings.notes)))


def compare_books(work: BooksWork, community_id: UUID, now: datetime, note: str) -> Reconciled:
    """Compare the accounts alone, where no chain can be looked at; a difference is an alert.

    The caller commits.
    """
    sentence = next(iter(reconcile_accounts(work, community_id)), None)
    if sentence is None:
        resolve_alert(work, ALERT_KIND, ACCOUNTS, now, community_id)
        return Reconciled((), (note,))
    raise_alert(work, Alert(ALERT_KIND, ACCOUNTS, sentence, Severity.CRITICAL, community_id), now)
    return Reconciled((Divergence(ACCOUNTS, sentence),), (note,))


def note_divergences(work: AlertWork, community_id: UUID, found: Reconciled, now: datetime) -> None:
    """One alert for each kind that differs; those of kinds that agree are resolved. The caller commits."""
    for one in found.divergences:
        alert = Alert(ALERT_KIND, one.kind, one.sentence, Severity.CRITICAL, community_id)
        raise_alert(work, alert, now)
    resolve_others(work, ALERT_KIND, {one.kind for one in found.divergences}, now, community_id)


@dataclass(frozen=True, slots=True)
class _Look:
    """A community's snapshot, its events, and a block of the chain."""

    work: ReconcileWork
    index: ChainIndexReader
    inspector: Inspector
    community: CommunityRecord
    chain_id: int
    place: Place
    events: list[ChainEvent]
    findings: Findings

    def transactions(self) -> Iterator[str]:
        """Every transaction that is recorded as mined stands in the block that the chain has there."""
        rows = [
            row
            for row in self.work.transactions.of_community(self.community.id)
            if row.chain_id == self.chain_id and row.state is not TransactionState.SIGNED
        ]
        cursor = self.index.cursor(self.chain_id)
        numbers = [row.block_number for row in rows if row.block_number is not None]
        if not numbers or cursor is None:
            return
        if cursor.first_number > min(numbers):
            first = f"the index begins at block {cursor.first_number}, after our first transaction"
            self.findings.notes.append(f"{first}: `condivisa chain follow --rebuild --from {min(numbers)}`")
        blocks = self.index.blocks(self.chain_id, min(numbers), max(numbers))
        for row in rows:
            if (row.block_number or 0) < cursor.first_number:
                continue
            there = blocks.get(row.block_number or 0)
            if there != row.block_hash:
                what = f"block {row.block_number} of transaction {row.nonce} ({row.sentence})"
                yield _differs(what, _text(row.block_hash), _text(there))

    def days(self) -> Iterator[str]:
        """The latest accepted report of each day is the one that this database knows as accepted."""
        there = {
            (event.configuration, int(event.arguments["day"])): event.arguments["report"]
            for event in self._of("DayAccepted")
        }
        for configuration in self.community.configurations:
            name = self.place.ledger_name(configuration)
            here: dict[int, str] = {}
            waiting: set[str] = set()
            for report in self.work.reports.known(configuration.id):
                if report.accepted:
                    here[day_number(report.day)] = _text(report.report)
                else:
                    waiting.add(_text(report.report))
            posted = {day: report for (one, day), report in there.items() if one == name}
            for day in sorted(here.keys() | posted.keys()):
                if here.get(day) != posted.get(day) and posted.get(day) not in waiting:
                    what = f"report of day {day} of {configuration.area_code} in the ledger's events"
                    yield _differs(what, here.get(day), posted.get(day))

    def settlements(self) -> Iterator[str]:
        """Each distribution that was settled is the vault's, field by field, and none is missing there."""
        settled = {int(event.arguments["distribution"]): event for event in self._of("Settled")}
        cancelled = {int(event.arguments["distribution"]) for event in self._of("DistributionCancelled")}
        noted = {row.distribution_id for row in self.work.distributions.cancellations(self.community.id)}
        for row in self._distributions():
            event = settled.pop(row.number, None)
            known = self.work.settled_distributions.of(row.id) is not None
            if row.id in noted and known and row.number not in cancelled:
                yield _differs(f"cancellation of distribution {row.number} in the events", "noted", None)
            if row.number in cancelled:
                continue  # what it promised became carry, and its leaves are planned anew
            if event is not None:
                yield from self._fields(row, event)
            elif known:
                yield _differs(f"distribution {row.number} in the vault's events", "settled", None)
        for number in settled:
            yield _differs(f"distribution {number} in the vault's events", None, "settled")

    def _fields(self, row: Distribution, event: ChainEvent) -> Iterator[str]:
        tree = tree_of(self.work.payouts.of_distribution(row.id))
        here: dict[str, Any] = {
            "evidence": _text(row.evidence),
            "root": _text(tree.root),
            "depth": str(tree.depth),
            "amount": str(row.amount_micro_eur),
            "producers": str(row.producers_micro_eur),
            "social": str(row.social_micro_eur),
            "grid": str(row.grid_micro_eur),
            "pool": str(row.pool_micro_eur),
            "carry": str(row.carry_micro_eur),
        }
        for name, value in here.items():
            if event.arguments[name] != value:
                yield _differs(f"{name} of distribution {row.number}", value, event.arguments[name])

    def payouts(self) -> Iterator[str]:
        """Each leaf that is recorded as paid was paid once, and what was paid is recorded or waits to be."""
        numbers = {row.number: row for row in self._distributions()}
        paid: dict[tuple[int, int], int] = {}
        for leaf in (leaf for event in self.events for leaf in self._leaves(event)):
            paid[leaf] = paid.get(leaf, 0) + 1
            if paid[leaf] == 2 and leaf[0] in numbers:
                yield _differs(f"payments of leaf {leaf[1]} of distribution {leaf[0]}", 1, 2)
        for number, row in numbers.items():
            recorded = [
                payout.leaf_index
                for payout in self.work.payouts.of_distribution(row.id)
                if payout.state in PAID
            ]
            for index in recorded:
                if (number, index) not in paid:
                    yield _differs(f"leaf {index} of distribution {number} in the events", "paid", None)

    def ledger(self) -> Iterator[str]:
        """The ledger's views: reports, months, the bound vault."""
        findings = Findings()
        energy_standing(self.work, self.inspector, self.community, self.place, findings)
        self.findings.notes.extend(findings.notes)
        yield from findings.divergences

    def vault(self) -> Iterator[str]:
        """The vault's views against the rows and against the accounts: roots, leaves, carry, funds, bank."""
        findings = accounts_standing(self.work, self.inspector, self.community.id)
        self.findings.notes.extend(findings.notes)
        yield from findings.divergences

    def _of(self, name: str) -> list[ChainEvent]:
        address = self.place.ledger if name == "DayAccepted" else self.place.vault
        return [event for event in self.events if event.name == name and event.address == address]

    def _distributions(self) -> list[Distribution]:
        return self.work.distributions.of_community(self.community.id)

    def _leaves(self, event: ChainEvent) -> Iterator[tuple[int, int]]:
        """Distribution and index of the leaves that an event of the vault pays."""
        if event.address != self.place.vault:
            return
        if event.name in _OF_LEAF:
            yield int(event.arguments["distribution"]), int(event.arguments["index"])
        elif event.name in _BITS:
            bits, start = int(event.arguments[_BITS[event.name]]), int(event.arguments["start"])
            for bit in range(bits.bit_length()):
                if bits >> bit & 1:
                    yield int(event.arguments["distribution"]), start + bit


def _look(work: ReconcileWork, index: ChainIndexReader, inspector: Inspector, community_id: UUID) -> _Look:
    community = work.communities.get(community_id)
    if community is None:
        raise NotFound("community", community_id)
    chain_id = inspector.node().chain_id
    ledger = work.deployments.find(chain_id, ContractKind.LEDGER)
    vault = work.deployments.find(chain_id, ContractKind.VAULT, community_id)
    if ledger is None or vault is None:
        raise NotDeployed(f"{community.name} has no contracts on chain {chain_id} yet")
    events = index.events(chain_id, scope_of(work, community, chain_id), _NAMES)
    place = placed(ledger, vault)
    return _Look(work, index, inspector, community, chain_id, place, events, Findings())


def _differs(what: str, here: object, there: object) -> str:
    """The sentence of a difference, in the words of every other one."""
    return str(
        LedgerDiverges(what, "nothing" if here is None else here, "nothing" if there is None else there)
    )


def _text(octets: bytes | None) -> str:
    return "nothing" if octets is None else "0x" + octets.hex()
