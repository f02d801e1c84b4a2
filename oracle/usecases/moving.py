"""A payout moves to another channel or payee, as its owner signs: what the wallet shows, what is relayed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from oracle.attest.messages import DOMAIN_TYPE, LEAF_TYPE, MOVE_TYPE, VAULT_NAME, VERSION, Domain, move_digest
from oracle.attest.payout_tree import (
    ADDRESS_BYTES,
    ZERO_ADDRESS,
    Channel,
    Leaf,
    Node,
    encode_leaf,
    encode_proof,
)
from oracle.records import ContractKind
from oracle.usecases.resolutions import Action


@dataclass(frozen=True, slots=True)
class Move:
    """A leaf of a vault's tree with its path, and the leaf that is to take its place.

    `vault` has 20 bytes; `proof` leads from the leaf to the root, and is empty for a single payout.
    """

    chain_id: int
    vault: bytes
    distribution: int
    index: int
    former: Leaf
    proof: Sequence[Node]
    leaf: Leaf

    @property
    def owner(self) -> bytes:
        """Whose signature moves the leaf, 20 bytes."""
        return owner_of(self.former)

    @property
    def digest(self) -> bytes:
        """What the owner signs, 32 bytes."""
        domain = Domain(VAULT_NAME, self.chain_id, self.vault)
        return move_digest(domain, self.distribution, self.index, self.leaf)

    def action(self, signature: bytes) -> Action:
        """What anyone may relay with the owner's signature."""
        branch = (self.distribution, self.index, encode_leaf(self.former), encode_proof(self.proof))
        return Action(ContractKind.VAULT, "move", (branch, encode_leaf(self.leaf), signature))


def owner_of(leaf: Leaf) -> bytes:
    """Who decides over a leaf. Raises ValueError where nobody does."""
    owner = leaf.payee[-ADDRESS_BYTES:] if leaf.channel is Channel.WALLET else leaf.owner
    if leaf.channel is Channel.SOCIAL or owner == ZERO_ADDRESS:
        raise ValueError(
            f"nobody can move this {leaf.channel.name.lower()} payout by a signature: it names no owner's "
            "address, and neither can a resolution redirect it"
        )
    return owner


def to_wallet(former: Leaf, address: bytes) -> Leaf:
    """The same amount to a wallet."""
    leaf = former._replace(
        channel=Channel.WALLET, payee=address.rjust(len(former.payee), b"\0"), owner=ZERO_ADDRESS
    )
    return _another(former, leaf)


def to_bank(former: Leaf, iban_hash: bytes) -> Leaf:
    """The same amount by bank; whoever owned the payout still does."""
    leaf = former._replace(channel=Channel.BANK, payee=iban_hash, owner=owner_of(former))
    return _another(former, leaf)


def typed_data(move: Move) -> dict[str, Any]:
    """EIP-712 data as eth_signTypedData_v4 takes it; numbers are texts, which no reader of JSON rounds."""
    leaf = move.leaf
    return {
        "types": {
            "EIP712Domain": _fields(DOMAIN_TYPE),
            "Move": _fields(MOVE_TYPE),
            "Leaf": _fields(LEAF_TYPE),
        },
        "primaryType": "Move",
        "domain": {
            "name": VAULT_NAME,
            "version": VERSION,
            "chainId": str(move.chain_id),
            "verifyingContract": _hex(move.vault),
        },
        "message": {
            "distribution": str(move.distribution),
            "index": str(move.index),
            "leaf": {
                "channel": str(int(leaf.channel)),
                "payee": _hex(leaf.payee),
                "owner": _hex(leaf.owner),
                "amount": str(leaf.amount_micro_eur),
            },
        },
    }


def _another(former: Leaf, leaf: Leaf) -> Leaf:
    """The leaf. Raises ValueError when it is the one that it replaces."""
    if leaf == former:
        raise ValueError("the payout goes there already: nothing is to be moved")
    return leaf


def _fields(description: str) -> list[dict[str, str]]:
    """Members of the first struct that an EIP-712 type names."""
    inner = description.partition("(")[2].partition(")")[0]
    pairs = (member.split(" ") for member in inner.split(","))
    return [{"name": name, "type": kind} for kind, name in pairs]


def _hex(octets: bytes) -> str:
    return "0x" + octets.hex()
