"""Two designs to be measured against: readings in storage, and a plain cumulative Merkle claim.

Both are ours and as cheap as their design gets (benchmarks/contracts), compiled with the settings of the real
contracts. They do less: one sender instead of 3-of-5 signatures, no division of revenue, no proof that a root
promises what is there, readings of persons in public.
"""

import hashlib
from collections.abc import Iterator, Sequence
from functools import cached_property

from eth_abi.abi import encode

from oracle.attest.keccak import keccak256
from tools.compile_contracts import CONTRACTS, compile_units
from tools.testchain.client import Artifact, Chain, Contract
from tools.testchain.transports import TRANSACTION_GAS_MAX

SOURCES = CONTRACTS.parent / "benchmarks" / "contracts"
HOURS = 24
READING_BYTES = 10
PROBES = (100, 600)


def reference_artifacts() -> dict[str, Artifact]:
    """The reference contracts by name."""
    contracts = compile_units(sorted(path.name for path in SOURCES.glob("*.sol")), SOURCES)
    return {
        name: Artifact(name, contract.abi, bytes.fromhex(contract.bytecode[2:]))
        for name, contract in contracts.items()
    }


class NaiveLedger:
    """Readings of all members, one storage slot each, in transactions as wide as the cap allows."""

    def __init__(self, chain: Chain) -> None:
        self._contract: Contract = chain.deploy("NaiveReadings")

    @cached_property
    def width(self) -> int:
        """Readings that fit into a transaction, measured on hours far beyond those that are posted.

        One less than the measurement says, because the step to another hour costs a little.
        """
        narrow, wide = PROBES
        first, second = (self._post(1_000, 10**9 + 10**6 * place, size) for place, size in enumerate(PROBES))
        each = (second - first) // (wide - narrow) + 1
        return wide + (TRANSACTION_GAS_MAX - second) // each - 1

    def post_day(self, members: int, day: int) -> tuple[int, int]:
        """Gas and transactions of a day's 24 readings of each member."""
        total, sent = 0, 0
        first, end = day * HOURS * members, (day + 1) * HOURS * members
        for start in range(first, end, self.width):
            total += self._post(members, start, min(self.width, end - start))
            sent += 1
        return total, sent

    def reading(self, hour: int, member: int) -> tuple[int, int]:
        """Injected and withdrawn Wh that are stored."""
        word = self._contract.call("readingOf", hour, member)
        return word >> 40, word & ((1 << 40) - 1)

    def _post(self, members: int, first: int, count: int) -> int:
        return self._contract.send("post", members, first, readings(first, count)).gas_used


def readings(first: int, count: int) -> bytes:
    """Readings by number: uint40 injected and uint40 withdrawn Wh, each below 65,536 and never zero."""
    drawn = hashlib.shake_256(f"readings/{first}".encode()).digest(4 * count)
    pieces = (drawn[start : start + 2] for start in range(0, len(drawn), 2))
    return b"".join(bytes(3) + (piece if any(piece) else b"\0\1") for piece in pieces)


class ClaimTree:
    """Tree over (address, cumulative amount), as OpenZeppelin's MerkleProof expects; odd nodes move up."""

    def __init__(self, promises: Sequence[tuple[str, int]]) -> None:
        self.promises = promises
        self._levels = [[claim_leaf(*promise) for promise in promises]]
        while len(self._levels[-1]) > 1:
            below = self._levels[-1]
            pairs = [sorted(below[start : start + 2]) for start in range(0, len(below), 2)]
            self._levels.append([keccak256(b"".join(pair)) if len(pair) == 2 else pair[0] for pair in pairs])

    @property
    def root(self) -> bytes:
        """Root hash."""
        return self._levels[-1][0]

    def proof(self, index: int) -> list[bytes]:
        """Siblings of a leaf, bottom-up."""
        return list(self._siblings(index))

    def _siblings(self, index: int) -> Iterator[bytes]:
        for level in self._levels[:-1]:
            if index ^ 1 < len(level):
                yield level[index ^ 1]
            index //= 2


def claim_leaf(account: str, cumulative: int) -> bytes:
    """Leaf of a promise, hashed twice, so that no inner node can be taken for it."""
    return keccak256(keccak256(encode(["address", "uint256"], [account, cumulative])))


class ClaimDrop:
    """A funded cumulative claim contract; the first account owns it."""

    def __init__(self, chain: Chain) -> None:
        self._token = chain.deploy("TestEuro")
        self._contract = chain.deploy("CumulativeClaims", self._token.address)
        self._owner = chain.accounts[0]
        self.tree = ClaimTree([(self._owner, 0)])

    def settle(self, tree: ClaimTree, amount: int) -> int:
        """Gas of bringing a period's money and root; the owner keeps some tokens, as a treasurer would."""
        self.tree = tree
        self._token.send("mint", self._owner, 2 * amount)
        self._token.send("approve", self._contract.address, 2 * amount)
        return self._contract.send("settle", tree.root, amount).gas_used

    def claim(self, index: int) -> int:
        """Gas of one claim."""
        account, cumulative = self.tree.promises[index]
        return self._contract.send("claim", account, cumulative, self.tree.proof(index)).gas_used

    def balance(self, account: str) -> int:
        """Tokens of an account."""
        return int(self._token.call("balanceOf", account))
