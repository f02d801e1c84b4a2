"""How a community is governed: its offices, terms, and what waits to be carried out. Nothing is sent."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import NamedTuple, Protocol, TypeVar

from oracle.attest.payout_tree import Channel
from oracle.errors import GovernanceRefused, NodeRefused
from oracle.ports import Quorum
from oracle.records import ContractKind
from oracle.usecases.anchors import Anchor
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
    """A distribution of a vault whose sweep was announced, and when, in seconds since 1970."""

    distribution: int
    announced_at: int
    vault: bytes = b""


class Single(NamedTuple):
    """A single payout: what a resolution spent, or a leaf that moved. `leaf` is encoded, 61 bytes.

    `paid` also of one that moved on or was swept; `valid_at` is in seconds since 1970. A resolution gave a
    `redirected` one another payee; until `valid_at` its former owner may refuse that, and did of a `refused`
    one. `vault` has 20 bytes.
    """

    number: int
    leaf: bytes
    valid_at: int
    paid: bool
    reserved: bool = False
    refused: bool = False
    redirected: bool = False
    vault: bytes = b""

    @property
    def open(self) -> bool:
        """Whether it has still to be paid."""
        return not (self.paid or self.refused)


class FormerVault(NamedTuple):
    """A vault that another one has succeeded (20 bytes), and its sums, as the vault names them."""

    vault: bytes
    social_micro_eur: int
    grid_micro_eur: int
    carry_micro_eur: int
    held_micro_eur: int


class GovernanceViews(Protocol):
    """What the chain says of a community's government."""

    def now(self) -> int: ...
    def terms(self, seats: Seats, month: int) -> Terms: ...
    def scheduled(self, seats: Seats) -> list[Scheduled]: ...
    def announced(self, seats: Seats) -> list[Announced]: ...
    def singles(self, seats: Seats) -> list[Single]: ...
    def former_vaults(self, seats: Seats) -> list[FormerVault]: ...
    def proposers(self, seats: Seats) -> list[bytes]: ...
    def successor_ledger(self, seats: Seats) -> bytes | None: ...
    def anchoring(self, seats: Seats) -> list[bytes]: ...
    def anchors(self, seats: Seats) -> list[Anchor]: ...


class Named(NamedTuple):
    """Whom resolutions or the administrator named, and what is known from logs alone.

    `proposers` may schedule beside the administrator, `anchoring` may anchor (20 bytes each); `successor` is
    the ledger that takes over, None where none was named.
    """

    proposers: Sequence[bytes] = ()
    anchoring: Sequence[bytes] = ()
    anchors: Sequence[Anchor] = ()
    successor: bytes | None = None
    former_vaults: Sequence[FormerVault] = ()


class GovernanceStanding(NamedTuple):
    """A community's government at a moment, `now` in seconds; `notes` say what the node did not tell."""

    seats: Seats
    terms: Terms
    now: int
    month: int
    named: Named
    scheduled: tuple[Scheduled, ...]
    announced: tuple[Announced, ...]
    singles: tuple[Single, ...]
    notes: tuple[str, ...]


def governance_standing(views: GovernanceViews, seats: Seats) -> GovernanceStanding:
    """Look at everything. Logs that the node refuses to search are named in a note."""
    now = views.now()
    month = month_number(rome_date(datetime.fromtimestamp(now, UTC)))
    notes: list[str] = []
    scheduled: Sequence[Scheduled] = ()
    if seats.timelock_difference is None:
        scheduled = _told(lambda: views.scheduled(seats), "scheduled operations", notes)
    named = _named(views, seats, notes)
    announced: list[Announced] = []
    singles: list[Single] = []
    for vault in [*(former.vault for former in named.former_vaults), seats.vault]:
        there = seats._replace(vault=vault)
        if any(vault):
            announced += _told(partial(views.announced, there), "announced sweeps", notes)
            singles += _told(partial(views.singles, there), "single payouts", notes)
    terms = views.terms(seats, month)
    found = (tuple(scheduled), tuple(announced), tuple(singles))
    return GovernanceStanding(seats, terms, now, month, named, *found, tuple(notes))


def _named(views: GovernanceViews, seats: Seats, notes: list[str]) -> Named:
    proposers: Sequence[bytes] = ()
    if seats.timelock_difference is None:
        proposers = _told(lambda: views.proposers(seats), "further proposers", notes)
    return Named(
        proposers,
        _told(lambda: views.anchoring(seats), "accounts that may anchor", notes),
        _told(lambda: views.anchors(seats), "anchors", notes),
        next(iter(_told(lambda: [views.successor_ledger(seats)], "a successor of the ledger", notes)), None),
        _told(lambda: views.former_vaults(seats), "former vaults", notes),
    )


def claim(singles: Sequence[Single], number: int) -> Action:
    """What pays a single payout's wallet, whoever sends it. Raises GovernanceRefused with the reason."""
    found = next((single for single in singles if single.number == number), None)
    if found is None:
        raise GovernanceRefused(f"the vault opened no single payout {number}")
    if found.paid:
        raise GovernanceRefused(f"single payout {number} was paid, moved or swept before")
    if found.refused:
        raise GovernanceRefused(
            f"the redirection that opened payout {number} was refused by the former owner, and another "
            "payout took its place: see `condivisa govern status`"
        )
    if found.leaf[0] != Channel.WALLET:
        raise GovernanceRefused(
            f"single payout {number} is not paid to a wallet: the treasurer pays it by bank"
        )
    return Action(ContractKind.VAULT, "claim", ((number, 0, found.leaf, b""),), found.vault)


def _told(ask: Callable[[], list[T]], what: str, notes: list[str]) -> list[T]:
    """What the node tells from its logs; a public node may keep or search too few of them."""
    try:
        return ask()
    except NodeRefused as error:
        notes.append(f"{what} are not known: {error}")
        return []
