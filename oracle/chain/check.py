"""One verification under way: what is asked of the node, what was compared, and how it ended."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from oracle.attest.keccak import keccak256
from oracle.chain.rpc import Rpc
from oracle.chain.trust import Trust
from oracle.errors import CallReverted
from settlement.domain.rounding import micro_eur_text

WORD = 32


class Verdict(Enum):
    """The value is the exit status of `condivisa verify`."""

    MATCHES = 0
    DOES_NOT_MATCH = 1
    UNREACHABLE = 3


@dataclass(frozen=True, slots=True)
class Head:
    """The newest block of the node when the check was made; timestamp in seconds since 1970."""

    number: int
    hash: str
    timestamp: int


@dataclass(frozen=True, slots=True)
class Result:
    """A verdict; `reason` says why not MATCHES, `compared` what was found equal.

    `status` says what was paid, or how far the chain has checked the totals; `counted` sums of a whole tree.
    """

    verdict: Verdict
    reason: str = ""
    compared: tuple[str, ...] = ()
    status: str = ""
    counted: tuple[str, ...] = ()
    head: Head | None = None


class Mismatch(Exception):  # noqa: N818 - the names of errors say what happened
    """The first comparison that failed."""


@dataclass(slots=True)
class Check:
    """Questions to one node as of its head; the first one that is answered otherwise ends it."""

    rpc: Rpc
    trust: Trust
    compared: list[str] = field(default_factory=list)
    status: str = ""
    counted: tuple[str, ...] = ()
    head: Head | None = None

    def require(self, holds: bool, otherwise: str, compared: str = "") -> None:
        """Note what was compared. Raises Mismatch unless it holds."""
        if not holds:
            raise Mismatch(otherwise)
        if compared:
            self.compared.append(compared)

    def view(self, contract: str, signature: str, *arguments: int | bytes, words: int) -> list[bytes]:
        """Words of a view function's answer at the head. A contract that does not know it does not match."""
        return self.views(contract, signature, [arguments], words)[0]

    def views(
        self, contract: str, signature: str, each: Sequence[Sequence[int | bytes]], words: int
    ) -> list[list[bytes]]:
        """The same for several lists of arguments."""
        assert self.head is not None
        selector = keccak256(signature.encode())[:4]
        calls = [selector + b"".join(map(_argument, arguments)) for arguments in each]
        try:
            answers = self.rpc.eth_calls(contract, calls, self.head.number)
        except CallReverted as error:
            raise Mismatch(f"the trusted contract {contract} refuses {signature}: {error.reason}") from error
        self.require(
            all(len(answer) == words * WORD for answer in answers),
            f"the trusted contract {contract} does not know {signature}: it is another kind of contract",
        )
        return [[answer[at : at + WORD] for at in range(0, len(answer), WORD)] for answer in answers]


def _argument(value: int | bytes) -> bytes:
    return value.to_bytes(WORD, "big") if isinstance(value, int) else value


def hexed(octets: bytes) -> str:
    """Bytes as 0x text."""
    return "0x" + octets.hex()


def integer(word: bytes) -> int:
    """A big-endian number."""
    return int.from_bytes(word, "big")


def euro(amount_micro_eur: int) -> str:
    """An amount for people."""
    return f"{micro_eur_text(amount_micro_eur)} EUR"
