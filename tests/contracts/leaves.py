"""Leaves and trees for tests; amounts in micro-euro."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

from oracle.attest.keccak import keccak256
from oracle.attest.payout_tree import Channel, Leaf, PayoutTree, bank_payee, encode_leaves, wallet_payee
from tools.testchain.community import Community, Payouts

EURO = 1_000_000
NOBODY = "0x" + "0" * 40


def account(label: str) -> str:
    """An address that nobody has used."""
    return "0x" + keccak256(label.encode())[-20:].hex()


def wallet(address: str, amount_micro_eur: int = EURO) -> Leaf:
    """A leaf that is paid to an address."""
    return Leaf(Channel.WALLET, wallet_payee(bytes.fromhex(address[2:])), bytes(20), amount_micro_eur)


def bank(label: str, amount_micro_eur: int = EURO, owner: str = NOBODY) -> Leaf:
    """A leaf that is paid by bank transfer, and may belong to an address."""
    payee = bank_payee(keccak256(label.encode()), "IT00X")
    return Leaf(Channel.BANK, payee, bytes.fromhex(owner[2:]), amount_micro_eur)


def social(amount_micro_eur: int = EURO) -> Leaf:
    """The leaf that credits the social fund."""
    return Leaf(Channel.SOCIAL, bytes(32), bytes(20), amount_micro_eur)


# Three wallets, two bank leaves, the social fund: indexes 0, 2, 4 | 1, 3 | 5.
MIXED = (
    wallet(account("a"), 10 * EURO),
    bank("b", 20 * EURO),
    wallet(account("c"), 30 * EURO),
    bank("d", 40 * EURO),
    wallet(account("e"), 50 * EURO),
    social(60 * EURO),
)
WALLETS, BANKS, SOCIAL = (0, 2, 4), (1, 3), 5


def wallets(count: int, amount_micro_eur: int = EURO) -> list[Leaf]:
    """Wallet leaves of different, unused addresses."""
    return [wallet(account(f"wallet {number}"), amount_micro_eur) for number in range(count)]


def address_of(leaf: Leaf) -> str:
    """A wallet leaf's address."""
    return "0x" + leaf.payee[-20:].hex()


class ForgedTree:
    """A tree of any 61-byte leaves, hashed as the contract does, sums cut to 64 bits."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self.depth = (len(leaves) - 1).bit_length()
        level = [
            (keccak256(b"\0" + index.to_bytes(4, "big") + leaf), int.from_bytes(leaf[-8:], "big"))
            for index, leaf in enumerate(leaves)
        ]
        level += [(bytes(32), 0)] * (2**self.depth - len(leaves))
        self.total_micro_eur = sum(amount for _, amount in level)
        self.levels = [level]
        while len(level) > 1:
            level = [self.parent(*pair) for pair in zip(level[::2], level[1::2], strict=True)]
            self.levels.append(level)
        self.root = level[0][0]

    @staticmethod
    def parent(left: tuple[bytes, int], right: tuple[bytes, int]) -> tuple[bytes, int]:
        """Hash and cut sum of two children."""
        message = b"".join(hashed + amount.to_bytes(8, "big") for hashed, amount in (left, right))
        return keccak256(b"\1" + message), (left[1] + right[1]) % 2**64

    def proof(self, position: int) -> bytes:
        """Siblings of one leaf, as the vault takes them."""
        siblings = [self.levels[level][(position >> level) ^ 1] for level in range(self.depth)]
        return b"".join(hashed + amount.to_bytes(8, "big") for hashed, amount in siblings)


def encoded(*leaves: Leaf) -> bytes:
    """Leaves as the vault takes them."""
    return encode_leaves(leaves)


def branch(payouts: Payouts, start: int, leaves: bytes, proof: bytes = b"") -> tuple[Any, ...]:
    """Any leaves with any proof, as the vault takes them."""
    return payouts.distribution, start, leaves, proof


def promise(community: Community, tree: PayoutTree | ForgedTree, funded: int | None = None) -> Payouts:
    """A settled distribution of any tree and sum: what a malicious quorum could sign."""
    settlement = community.propose(PayoutTree([]), [community.credit(1_000 * EURO)])
    kept = settlement.pool_micro_eur - (tree.total_micro_eur if funded is None else funded)
    forged = replace(settlement, root=tree.root, depth=tree.depth, carry_micro_eur=kept)
    community.settle(forged)
    return Payouts(forged.distribution, cast("PayoutTree", tree))
