"""Receipts that members keep, and published lists: all that a verifier needs besides its own trust file."""

from typing import Annotated, Literal

from pydantic import Field

from api.schemas.wire import Count, Day, Euro, Hash, PodCode, Response, Sha256, WattHours

Address = Annotated[str, Field(pattern="^0x[0-9a-fA-F]{40}$", description="20 bytes, hexadecimal")]
Octets = Annotated[str, Field(pattern="^0x([0-9a-f]{2})*$", description="Bytes, lower-case hexadecimal")]

CurvePoint = Annotated[
    str, Field(pattern="^0x0[23][0-9a-f]{64}$", description="A point of secp256k1, compressed to 33 bytes")
]


class LeafOut(Response):
    """What the payout tree promises at one position."""

    channel: Literal["WALLET", "BANK", "SOCIAL"]
    payee: Hash
    owner: Address
    amount_eur: Euro


class ProofNodeOut(Response):
    """A sibling on the way from the leaf to the root."""

    hash: Hash
    sum_eur: Euro


class StatementOut(Response):
    """How the amount came about: information, not proved by the receipt."""

    community: str
    member: str
    start: str = Field(alias="from")
    end: str = Field(alias="to")
    entitlement_eur: Euro
    previous_balance_eur: Euro
    balance_eur: Euro
    unverified: list[str] = Field(
        description="Rules and parameters behind the amount that no text that was read confirms"
    )
    sha256: Sha256 | None = Field(description="Of the member's statement; null for the social fund")


class PayoutReceiptOut(Response):
    """Proves a payout against the vault: `condivisa verify payout`."""

    kind: Literal["condivisa/payout/2"]
    chain_id: int
    vault: Address
    distribution: int
    index: int
    leaf: LeafOut
    proof: list[ProofNodeOut]
    statement: StatementOut


class TreeLeafOut(LeafOut):
    """A leaf with its hash, so that a changed one can be named."""

    hash: Hash


class PayoutTreeOut(Response):
    """All payouts of a distribution, by position: `condivisa verify tree`."""

    kind: Literal["condivisa/payout-tree/1"]
    chain_id: int
    vault: Address
    distribution: int
    total_eur: Euro
    leaves: list[TreeLeafOut]


class ReportOut(Response):
    """A configuration's report of a day as the ledger accepted it."""

    predecessor: Hash
    root: Hash = Field(description="Of the day's list")
    roster: Hash = Field(description="Of the ids alone")
    pods: Count = Field(description="Entries of the list")
    blinding: Hash = Field(description="Sum of the entries' blindings")
    hours: Octets = Field(description="Totals per hour or, where they are hidden, 32 bytes")


class ReadingReceiptOut(Response):
    """Proves a POD's readings of a day against the ledger: `condivisa verify reading`."""

    kind: Literal["condivisa/reading/2"]
    chain_id: int
    ledger: Address
    configuration: Hash
    pod: PodCode
    day: Day
    salt: Hash = Field(description="Of the pseudonym of the month")
    blinding: Hash
    injected_wh: list[WattHours]
    withdrawn_wh: list[WattHours]
    position: int
    proof: list[Hash]
    report: ReportOut


class EntryOut(Response):
    """A POD in a list, under its pseudonym of the month."""

    id: Hash
    commitment: CurvePoint


class ReadingsListOut(Response):
    """Adds up to the hour totals on the ledger: `condivisa verify list`."""

    kind: Literal["condivisa/readings-list/1"]
    chain_id: int
    ledger: Address
    configuration: Hash
    day: Day
    report: ReportOut
    entries: list[EntryOut]


class OpeningOut(Response):
    """What the ledger was shown of totals that the report hides, and what adds the list up to them."""

    salt: Hash
    hours: Octets = Field(description="Totals per hour; with the salt before them they hash to the report's")
    blinding: Hash = Field(description="Sum of the entries' blindings")


class OpenedListOut(ReadingsListOut):
    """A list whose totals were hidden, and are opened on the ledger."""

    opening: OpeningOut
