"""The members' pseudonymous ids on the ledger, by which a member objects to a day's report.

An id hides the member's wallet address behind a random salt, until the member objects: then address and salt
stand in the transaction. Members without an address are not in the roster: nobody could call for them.
"""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from oracle.attest.hash_tree import HashTree
from oracle.attest.identifiers import area, member_leaf
from oracle.attest.keccak import HASH_BYTES
from oracle.errors import GovernanceRefused
from oracle.records import ContractKind
from oracle.usecases.governance import Governing, Order, Seats
from oracle.usecases.resolutions import Action, set_roster
from settlement.domain.calendar import day_number
from settlement.domain.payees import Payee

MEMBERSHIP_KIND = "condivisa/membership/1"


class Salts(Protocol):
    """Secrets of members."""

    def make(self, community_id: UUID, members: Collection[str]) -> dict[str, bytes]: ...


class Entry(NamedTuple):
    """A member in the roster: its wallet's address (20 bytes), salt and id (32 bytes)."""

    member: str
    address: bytes
    salt: bytes
    id: bytes


class Roster(NamedTuple):
    """Members in ascending order of their ids, and those that have no wallet address."""

    entries: tuple[Entry, ...]
    without: tuple[str, ...]

    @property
    def tree(self) -> HashTree:
        """The tree whose root the ledger holds."""
        return HashTree([entry.id for entry in self.entries])


class Membership(NamedTuple):
    """What a member needs to object: its address, its salt, and its id's place in the roster."""

    chain_id: int
    ledger: bytes
    community: bytes
    address: bytes
    salt: bytes
    position: int
    proof: tuple[bytes, ...]

    @property
    def document(self) -> dict[str, Any]:
        """The file's content. Whoever reads it can tell which id is the member's."""
        return {
            "kind": MEMBERSHIP_KIND,
            "chain_id": self.chain_id,
            "ledger": _hex(self.ledger),
            "community": _hex(self.community),
            "address": _hex(self.address),
            "salt": _hex(self.salt),
            "position": self.position,
            "proof": [_hex(sibling) for sibling in self.proof],
        }


def build_roster(
    salts: Salts, community_id: UUID, members: Collection[str], payees: Mapping[str, Payee]
) -> Roster:
    """The roster of these members; salts are made where they are missing."""
    addresses = {
        member: payees[member].wallet_address
        for member in members
        if member in payees and payees[member].wallet_address is not None
    }
    made = salts.make(community_id, addresses)
    entries = [
        Entry(member, address, made[member], member_leaf(made[member], address))
        for member, address in addresses.items()
        if address is not None
    ]
    without = tuple(sorted(set(members) - set(addresses)))
    return Roster(tuple(sorted(entries, key=lambda entry: entry.id)), without)


def publish_roster(governing: Governing, seats: Seats, roster: Roster) -> Order:
    """What the administrator has to send. Raises GovernanceRefused for a roster of nobody."""
    if not roster.entries:
        raise GovernanceRefused("no member has a wallet address: a roster of nobody is not published")
    action = set_roster(roster.tree.root, len(roster.entries))
    office = f"the administrator {_hex(seats.administrator)}"
    return Order(governing.call(seats, action), office, governing.sender == seats.administrator)


def membership(chain_id: int, seats: Seats, roster: Roster, member: str, published: bytes) -> Membership:
    """A member's proof against the root that the ledger holds. Raises GovernanceRefused with the reason."""
    if roster.tree.root != published:
        raise GovernanceRefused(
            "the ledger holds another roster than today's, so no proof would hold: publish it first"
        )
    for position, entry in enumerate(roster.entries):
        if entry.member == member:
            proof = tuple(roster.tree.proof(position))
            named = (chain_id, seats.ledger, seats.community, entry.address, entry.salt)
            return Membership(*named, position, proof)
    raise GovernanceRefused(f"{member} is not in the roster: no member of that name has a wallet address")


def dispute(membership: Membership, area_code: str, day: date, reason: bytes) -> Action:
    """Object to a day's report; `reason` is the hash of what the member has to say.

    Raises ValueError on an area code that none can be.
    """
    path = (membership.salt, membership.position, list(membership.proof))
    if len(reason) != HASH_BYTES:
        raise ValueError(f"the reason's hash has {HASH_BYTES} bytes, got {len(reason)}")
    return Action(ContractKind.LEDGER, "dispute", (area(area_code), day_number(day), reason, *path))


def _hex(octets: bytes) -> str:
    return "0x" + octets.hex()
