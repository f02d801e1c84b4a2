"""How a community is governed: its offices, terms, and what waits to be carried out. Nothing is sent."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple, Protocol, TypeVar

from oracle.attest.payout_tree import Channel
from oracle.errors import GovernanceRefused, NodeRefused
from oracle.ports import Quorum
from oracle.records import ContractKind
from oracle.usecases.governance import OperationState, Seats
from oracle.usecases.resolutions import Action
from settlement.domain.calendar import month_number, rome_date
from settlement.domain.case import Shares

T = TypeVar("T")


class Terms(NamedTuple):
    """What the ledger keeps for a community. `roster` is a root, zeros without one."""

    quorum: Quorum
    paused: bool
    smallest_group: int
    shares: Shares
    next_shares: Shares
    roster: bytes
    members: int


class Scheduled(NamedTuple):
    """An operation that was scheduled and not carried out; `ready_at` is in seconds since 1970."""

    operation: bytes
    document: bytes
    sentence: str
    state: OperationState
    ready_at: int


class Announced(NamedTuple):
    """A distribution whose sweep was announced, and when, in seconds since 1970."""

    distribution: int
    announced_at: int


class Single(NamedTuple):
    """A single payout: what a resolution spent, or a leaf that moved. `leaf` is encoded, 61 bytes.

    `paid` also of one that moved on or was swept; `valid_at` is in seconds since 1970.
    """

    number: int
    leaf: bytes
    valid_at: int
    paid: bool


class GovernanceViews(Protocol):
    """What the chain says of a community's government."""

    def now(self) -> int: ...
    def terms(self, seats: Seats, month: int) -> Terms: ...
    def scheduled(self, seats: Seats) -> list[Scheduled]: ...
    def announced(self, seats: Seats) -> list[Announced]: ...
    def singles(self, seats: Seats) -> list[Single]: ...


class GovernanceStanding(NamedTuple):
    """A community's government at a moment; `notes` say what the node did not tell."""

    seats: Seats
    terms: Terms
    month: int
    scheduled: tuple[Scheduled, ...]
    announced: tuple[Announced, ...]
    singles: tuple[Single, ...]
    notes: tuple[str, ...]


def governance_standing(views: GovernanceViews, seats: Seats) -> GovernanceStanding:
    """Look at everything. Logs that the node refuses to search are named in a note."""
    month = month_number(rome_date(datetime.fromtimestamp(views.now(), UTC)))
    notes: list[str] = []
    scheduled: Sequence[Scheduled] = ()
    if seats.timelock_difference is None:
        scheduled = _told(lambda: views.scheduled(seats), "scheduled operations", notes)
    announced: Sequence[Announced] = ()
    singles: Sequence[Single] = ()
    if any(seats.vault):
        announced = _told(lambda: views.announced(seats), "announced sweeps", notes)
        singles = _told(lambda: views.singles(seats), "single payouts", notes)
    terms = views.terms(seats, month)
    found = (tuple(scheduled), tuple(announced), tuple(singles))
    return GovernanceStanding(seats, terms, month, *found, tuple(notes))


def claim(singles: Sequence[Single], number: int) -> Action:
    """What pays a single payout's wallet, whoever sends it. Raises GovernanceRefused with the reason."""
    found = next((single for single in singles if single.number == number), None)
    if found is None:
        raise GovernanceRefused(f"the vault opened no single payout {number}")
    if found.paid:
        raise GovernanceRefused(f"single payout {number} was paid, moved or swept before")
    if found.leaf[0] != Channel.WALLET:
        raise GovernanceRefused(
            f"single payout {number} is not paid to a wallet: the treasurer pays it by bank"
        )
    return Action(ContractKind.VAULT, "claim", ((number, 0, found.leaf, b""),))


def _told(ask: Callable[[], list[T]], what: str, notes: list[str]) -> list[T]:
    """What the node tells from its logs; a public node may keep or search too few of them."""
    try:
        return ask()
    except NodeRefused as error:
        notes.append(f"{what} are not known: {error}")
        return []
