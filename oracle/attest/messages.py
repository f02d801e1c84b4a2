"""EIP-712 messages that reporters sign, as contracts/src/libraries/Messages.sol hashes them."""

from collections.abc import Sequence
from dataclasses import dataclass

from oracle.attest.keccak import HASH_BYTES, keccak256
from oracle.attest.payout_tree import ADDRESS_BYTES, Leaf

LEDGER_NAME = "Condivisa EnergyLedger"
VAULT_NAME = "Condivisa CommunityVault"
VERSION = "1"

DOMAIN_TYPE = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
DAY_REPORT_TYPE = (
    "DayReport(uint32 day,bytes32 predecessor,bytes32 root,bytes32 roster,uint32 pods,"
    "bytes32 blinding,bytes hours)"
)
BATCH_TYPE = "Batch(bytes32 configuration,uint32 epoch,DayReport[] reports)" + DAY_REPORT_TYPE
MONTH_TYPE = "Month(bytes32 configuration,uint32 month)"
SETTLEMENT_TYPE = (
    "Settlement(uint32 distribution,uint32 epoch,bytes32[] receipts,Month[] months,uint32 corrections,"
    "bytes32 evidence,bytes32 root,uint8 depth,uint64 pool,uint64 carry)" + MONTH_TYPE
)
LEAF_TYPE = "Leaf(uint8 channel,bytes32 payee,address owner,uint64 amount)"
MOVE_TYPE = "Move(uint32 distribution,uint32 index,Leaf leaf)" + LEAF_TYPE
NO_PREDECESSOR = bytes(HASH_BYTES)


@dataclass(frozen=True, slots=True)
class Domain:
    """The contract that a signature is meant for; `contract` is its address, 20 bytes."""

    name: str
    chain_id: int
    contract: bytes

    def __post_init__(self) -> None:
        if len(self.contract) != ADDRESS_BYTES:
            raise ValueError(f"an address has {ADDRESS_BYTES} bytes, got {len(self.contract)}")

    @property
    def separator(self) -> bytes:
        """Domain separator, 32 bytes."""
        return keccak256(
            _type_hash(DOMAIN_TYPE)
            + keccak256(self.name.encode())
            + keccak256(VERSION.encode())
            + _word(self.chain_id)
            + self.contract.rjust(HASH_BYTES, b"\0")
        )


@dataclass(frozen=True, slots=True)
class DayReport:
    """A configuration's day.

    `day` is its Rome date as days since 1970-01-01, `predecessor` the id of the report that it replaces or
    zeros, `root` that of the list of commitments, `roster` that of its ids, `pods` how many they are,
    `blinding` the sum of their blindings, `hours` the totals as oracle.attest.hours encodes them.
    """

    day: int
    predecessor: bytes
    root: bytes
    roster: bytes
    pods: int
    blinding: bytes
    hours: bytes


@dataclass(frozen=True, slots=True)
class Settlement:
    """A distribution.

    `epoch` is the reporters', `receipts` are hashes, `months` (configuration, month number) pairs in strictly
    ascending order, `corrections` what these months had seen of them, summed, and how many the community's
    pending adjustment has; `evidence` is the hash of the manifest, `root`
    and `depth` are the payout tree's, `pool` is what may be paid and `carry` what is kept of it.
    """

    distribution: int
    epoch: int
    receipts: tuple[bytes, ...]
    months: tuple[tuple[bytes, int], ...]
    corrections: int
    evidence: bytes
    root: bytes
    depth: int
    pool_micro_eur: int
    carry_micro_eur: int


def report_id(report: DayReport) -> bytes:
    """Id of a report, which the ledger stores for its day: the EIP-712 struct hash."""
    return keccak256(
        _type_hash(DAY_REPORT_TYPE)
        + _word(report.day)
        + _bytes32(report.predecessor)
        + _bytes32(report.root)
        + _bytes32(report.roster)
        + _word(report.pods)
        + _bytes32(report.blinding)
        + keccak256(report.hours)
    )


def batch_message(domain: Domain, configuration: bytes, epoch: int, reports: Sequence[DayReport]) -> bytes:
    """The 66 bytes whose hash reporters of an epoch sign for one or more days of a configuration."""
    ids = keccak256(b"".join(report_id(report) for report in reports))
    return _message(domain, keccak256(_type_hash(BATCH_TYPE) + _bytes32(configuration) + _word(epoch) + ids))


def batch_digest(domain: Domain, configuration: bytes, epoch: int, reports: Sequence[DayReport]) -> bytes:
    """Digest that reporters of an epoch sign for one or more days of a configuration."""
    return keccak256(batch_message(domain, configuration, epoch, reports))


def settlement_digest(domain: Domain, settlement: Settlement) -> bytes:
    """Digest that reporters sign for a distribution."""
    return keccak256(settlement_message(domain, settlement))


def settlement_message(domain: Domain, settlement: Settlement) -> bytes:
    """The 66 bytes whose hash reporters sign for a distribution."""
    months = b"".join(
        keccak256(_type_hash(MONTH_TYPE) + _bytes32(configuration) + _word(month))
        for configuration, month in settlement.months
    )
    receipts = b"".join(_bytes32(receipt) for receipt in settlement.receipts)
    struct_hash = keccak256(
        _type_hash(SETTLEMENT_TYPE)
        + _word(settlement.distribution)
        + _word(settlement.epoch)
        + keccak256(receipts)
        + keccak256(months)
        + _word(settlement.corrections)
        + _bytes32(settlement.evidence)
        + _bytes32(settlement.root)
        + _word(settlement.depth)
        + _word(settlement.pool_micro_eur)
        + _word(settlement.carry_micro_eur)
    )
    return _message(domain, struct_hash)


def move_digest(domain: Domain, distribution: int, index: int, leaf: Leaf) -> bytes:
    """Digest that a leaf's owner signs to move it: `leaf` is the one that takes its place."""
    leaf_hash = keccak256(
        _type_hash(LEAF_TYPE)
        + _word(leaf.channel)
        + _bytes32(leaf.payee)
        + leaf.owner.rjust(HASH_BYTES, b"\0")
        + _word(leaf.amount_micro_eur)
    )
    struct_hash = keccak256(_type_hash(MOVE_TYPE) + _word(distribution) + _word(index) + leaf_hash)
    return keccak256(_message(domain, struct_hash))


def _message(domain: Domain, struct_hash: bytes) -> bytes:
    """What EIP-712 hashes for a signature. A remote signer hashes it itself, so it is kept apart."""
    return b"\x19\x01" + domain.separator + struct_hash


def _type_hash(description: str) -> bytes:
    return keccak256(description.encode())


def _word(number: int) -> bytes:
    return number.to_bytes(32, "big")


def _bytes32(field: bytes) -> bytes:
    if len(field) != HASH_BYTES:
        raise ValueError(f"a hash has {HASH_BYTES} bytes, got {len(field)}")
    return field
