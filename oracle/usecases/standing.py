"""What a look at the chain finds, as values. Money in whole micro-euro, energy in whole Wh."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from oracle.errors import LedgerDiverges
from oracle.ports import AccountFacts, Adjustment, Funds, NodeFacts, Quorum, Roles, Roster


@dataclass(slots=True)
class Findings:
    """What the look came upon: differences between chain and database, and what is worth knowing."""

    divergences: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def compare(self, what: str, here: object, there: object) -> None:
        """Note a divergence unless both are the same."""
        if here != there:
            self.divergences.append(str(LedgerDiverges(what, here, there)))


@dataclass(frozen=True, slots=True)
class ContractStanding:
    """A contract of ours. `difference` is None when its code equals the committed artifact."""

    kind: str
    address: bytes
    difference: str | None


@dataclass(frozen=True, slots=True)
class RegistrationStanding:
    """A community as the ledger has it; `held` counts the reporters whose keys this operator has."""

    ledger_id: bytes
    roles: Roles
    quorum: Quorum
    held: int
    paused: bool
    roster: Roster
    adjustment: Adjustment

    @property
    def decided_by_operator(self) -> bool:
        """Whether this operator alone can sign what the ledger accepts."""
        return self.held >= self.quorum.threshold


def keys_sentence(held: int, reporters: int, threshold: int) -> str:
    """What the keys that a service holds make of its reporters' signatures."""
    holds = f"this service holds {held} of {reporters} reporters' keys, {threshold} must sign"
    if held >= threshold:
        return f"{holds}: its signatures prove the mechanism, not independence"
    return f"{holds}: it cannot publish alone"


@dataclass(frozen=True, slots=True)
class MonthStanding:
    """A configuration's month on the ledger; `month` is its first day.

    `reasons` are why reports of it were replaced, as the settlements behind the replacements say.
    """

    area_code: str
    month: date
    accepted_days: int
    days: int
    final: bool
    settled: bool
    disputed: bool
    corrections: int
    reasons: tuple[str, ...]
    hidden_days: int
    injected_wh: int
    withdrawn_wh: int
    shared_wh: int


@dataclass(frozen=True, slots=True)
class DistributionStanding:
    """A distribution on the vault; of a cancelled one nothing is funded."""

    number: int
    funded_micro_eur: int
    paid_micro_eur: int
    valid_at: int
    cancelled: bool = False

    @property
    def open_micro_eur(self) -> int:
        """What it has promised and not paid."""
        return self.funded_micro_eur - self.paid_micro_eur


@dataclass(frozen=True, slots=True)
class CommunityStanding:
    """A community on the chain. `vault` is None before its deployment, `funds` also where its code differs.

    `registration` is None before the ledger has the community, `token` for the bookkeeping euro.
    `open_messages` counts the outbox by topic, `waiting` the signed transactions that are in no block yet.
    """

    name: str
    timelock: ContractStanding | None
    vault: ContractStanding | None
    registration: RegistrationStanding | None
    months: tuple[MonthStanding, ...]
    distributions: tuple[DistributionStanding, ...]
    funds: Funds | None
    token: bytes | None
    token_balance_micro_eur: int | None
    open_messages: Mapping[str, int]
    waiting: int


@dataclass(frozen=True, slots=True)
class ChainStanding:
    """All of it. The first divergence is the one to look into."""

    node: NodeFacts
    account: AccountFacts
    ledger: ContractStanding | None
    communities: tuple[CommunityStanding, ...]
    divergences: tuple[str, ...]
    notes: tuple[str, ...]
