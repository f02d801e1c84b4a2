"""What a resolution or an office can have the contracts do: functions with their arguments, and in words.

Addresses have 20 bytes, hashes 32, money is micro-euro. Every maker raises ValueError, with a sentence for
the person who typed it, on arguments that the contracts would refuse whatever their state.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import IntEnum
from typing import Any, NamedTuple

from oracle.attest.keccak import HASH_BYTES, keccak256
from oracle.attest.payout_tree import (
    ADDRESS_BYTES,
    LEAF_BYTES,
    SUM_BYTES,
    ZERO_ADDRESS,
    ZERO_HASH,
    Channel,
    Leaf,
    check_leaf,
    encode_leaf,
    wallet_payee,
)
from oracle.records import ContractKind
from settlement.domain.rounding import BASIS_POINTS, cents_text, micro_eur_text

REPORTERS_MOST = 16
UINT8_MAX = 2**8 - 1
DISTRIBUTION_MAX = 2**32 - 1
# A delay of more than a year would lock the community out; a typing error must not.
DELAY_MOST_S = 365 * 86_400
SECONDS_A_DAY = 86_400
FIRST_SINGLE = 1 << 31
# Roles of OpenZeppelin's TimelockController.
PROPOSER_ROLE = keccak256(b"PROPOSER_ROLE")
CANCELLER_ROLE = keccak256(b"CANCELLER_ROLE")


class Fund(IntEnum):
    """What a resolution spends from, as the vault counts them."""

    SOCIAL = 0
    GRID = 1
    CARRY = 2


class Action(NamedTuple):
    """A function of one of a community's contracts.

    The ledger's functions name the community first, which the chain's side adds: it is not among `arguments`.
    `at` is a vault of the community (20 bytes), empty for the present one.
    """

    target: ContractKind
    function: str
    arguments: tuple[Any, ...]
    at: bytes = b""

    @property
    def sentence(self) -> str:
        """What it does, in words."""
        words = _WORDS.get(self.function)
        shown = f"{self.function}({', '.join(_shown(argument) for argument in self.arguments)})"
        sentence = shown if words is None else words(*self.arguments)
        return f"{sentence}, at the vault {_shown(self.at)}" if self.at else sentence


def wallet_leaf(address: bytes, amount_micro_eur: int) -> Leaf:
    """A payout to a wallet."""
    return Leaf(Channel.WALLET, wallet_payee(require_address(address)), ZERO_ADDRESS, amount_micro_eur)


def bank_leaf(iban_hash: bytes, amount_micro_eur: int, owner: bytes = ZERO_ADDRESS) -> Leaf:
    """A payout by bank: `iban_hash` is keccak256(salt ‖ IBAN), the owner may move it later."""
    if iban_hash == ZERO_HASH:
        raise ValueError("the hash of salt and IBAN is zero: nobody could be paid")
    return Leaf(Channel.BANK, iban_hash, owner, amount_micro_eur)


def spend(fund: Fund, leaf: Leaf, resolution: bytes, at: bytes = b"") -> Action:
    """Spend from a fund: one payout, which is then paid as any other. `at` as of an Action.

    The carry belongs to the next distribution: only a vault that another one has succeeded has none.
    """
    if fund is Fund.CARRY and not at:
        raise ValueError(
            "the carry is what the next distribution begins with: only that of a vault which another one has "
            "succeeded can be spent, name that vault with --vault"
        )
    if leaf.amount_micro_eur == 0:
        raise ValueError("nothing is to be spent: the amount is zero")
    check_leaf(leaf)
    return Action(ContractKind.VAULT, "spend", (int(fund), encode_leaf(leaf), resolution), at)


def set_shares(producers: int, social: int, grid: int) -> Action:
    """Divide the revenue otherwise from the next month on; basis points."""
    parts = (producers, social, grid)
    if min(parts) < 0 or sum(parts) != BASIS_POINTS:
        raise ValueError(f"shares are basis points that add up to {BASIS_POINTS}, these to {sum(parts)}")
    return Action(ContractKind.LEDGER, "setShares", (parts,))


def set_reporters(addresses: Sequence[bytes], threshold: int) -> Action:
    """Name the reporters anew, in whatever order they are given: a new epoch begins."""
    ascending = sorted(map(require_address, addresses))
    if len(set(ascending)) != len(ascending):
        raise ValueError("a reporter is named twice: one signature would count for two")
    if not 1 <= len(ascending) <= REPORTERS_MOST:
        raise ValueError(f"there are 1 to {REPORTERS_MOST} reporters, not {len(ascending)}")
    if not 1 <= threshold <= len(ascending):
        raise ValueError(f"of {len(ascending)} reporters 1 to {len(ascending)} must sign, not {threshold}")
    return Action(ContractKind.LEDGER, "setReporters", (ascending, threshold))


def set_guardian(account: bytes) -> Action:
    """Replace the guardian."""
    return Action(ContractKind.LEDGER, "setGuardian", (require_address(account),))


def set_smallest_group(persons: int) -> Action:
    """Say below how many persons hour totals are hidden."""
    if not 1 <= persons <= UINT8_MAX:
        raise ValueError(f"the smallest group has 1 to {UINT8_MAX} persons, not {persons}")
    return Action(ContractKind.LEDGER, "setSmallestGroup", (persons,))


def set_treasurer(account: bytes, at: bytes = b"") -> Action:
    """Replace the treasurer of a vault. `at` as of an Action."""
    return Action(ContractKind.VAULT, "setTreasurer", (require_address(account),), at)


def announce_sweep(distribution: int, resolution: bytes, at: bytes = b"") -> Action:
    """Announce that what a distribution has not paid goes to the social fund. `at` as of an Action."""
    return Action(ContractKind.VAULT, "announceSweep", (require_distribution(distribution), resolution), at)


def set_vault(vault: bytes) -> Action:
    """Bind the community to a successor of its vault."""
    return Action(ContractKind.LEDGER, "setVault", (require_address(vault),))


def update_delay(seconds: int) -> Action:
    """Change how long resolutions wait."""
    if not 0 <= seconds <= DELAY_MOST_S:
        raise ValueError(f"a delay is 0 to {DELAY_MOST_S} seconds (a year), not {seconds}")
    return Action(ContractKind.TIMELOCK, "updateDelay", (seconds,))


def set_paused(paused: bool) -> Action:
    """Stop what reporters sign, or let it go on."""
    return Action(ContractKind.LEDGER, "setPaused", (paused,))


def remove_reporter(account: bytes) -> Action:
    """Take a reporter's voice at once."""
    return Action(ContractKind.LEDGER, "removeReporter", (require_address(account),))


def set_roster(root: bytes, members: int) -> Action:
    """Publish the root over the members' pseudonymous ids."""
    return Action(ContractKind.LEDGER, "setRoster", (root, members))


def require_address(account: bytes) -> bytes:
    """The address. Raises ValueError when it is zero, which is nobody's."""
    if account == ZERO_ADDRESS:
        raise ValueError("the zero address is nobody's")
    return account


def require_distribution(number: int) -> int:
    """The number. Raises ValueError when no distribution can have it."""
    if not 1 <= number <= DISTRIBUTION_MAX:
        raise ValueError(f"distributions are numbered from 1, not {number}")
    return number


def require_resolution(document: bytes) -> bytes:
    """A document's hash. Raises ValueError when it is zero, which the timelock refuses."""
    if document == ZERO_HASH:
        raise ValueError("the document's hash is zero: a resolution has a document")
    return document


def _spend_words(fund: int, leaf: bytes, *_: bytes) -> str:
    names = {0: "the social fund", 1: "the grid fund", 2: "the carry"}
    return f"spend {leaf_words(leaf)} from {names.get(fund, f'fund {fund}')}"


def leaf_words(octets: bytes) -> str:
    """Amount and payee of an encoded leaf."""
    if len(octets) != LEAF_BYTES or octets[0] > max(Channel):
        return f"the malformed leaf 0x{octets.hex()}"
    payee = octets[1 : 1 + HASH_BYTES]
    amount = f"{micro_eur_text(int.from_bytes(octets[-SUM_BYTES:], 'big'))} EUR"
    if octets[0] == Channel.WALLET:
        return f"{amount} to the wallet 0x{payee[-ADDRESS_BYTES:].hex()}"
    if octets[0] == Channel.BANK:
        return f"{amount} by bank to the IBAN with hash 0x{payee.hex()}"
    return f"{amount} to the social fund"


def _proposer_words(function: str, may: str) -> Callable[..., str]:
    """Words of granting or revoking a proposer's role; of another role, the call as it is."""
    return lambda role, account: (
        f"let {_shown(account)} {may}"
        if role == PROPOSER_ROLE
        else f"{function}({_shown(role)}, {_shown(account)})"
    )


def _shares_words(shares: Sequence[int]) -> str:
    producers, social, grid = (f"{cents_text(part)} %" for part in shares)
    return f"divide revenue from the next month on: producers {producers}, social {social}, grid {grid}"


def topic_words(topic: bytes) -> str:
    """A topic of anchors: its text where it is one, else its 32 bytes."""
    text = topic.rstrip(b"\0")
    if text and all(0x20 < octet < 0x7F for octet in text):
        return f'"{text.decode("ascii")}"'
    return f"0x{topic.hex()}"


def _shown(argument: object) -> str:
    if isinstance(argument, bytes):
        return f"0x{argument.hex()}"
    return (
        "(" + ", ".join(map(_shown, argument)) + ")" if isinstance(argument, tuple | list) else str(argument)
    )


_WORDS: Mapping[str, Callable[..., str]] = {
    "spend": _spend_words,
    "setShares": _shares_words,
    "setReporters": lambda reporters, threshold: (
        f"name {len(reporters)} reporters, of whom {threshold} must sign: "
        + ", ".join(map(_shown, reporters))
    ),
    "setGuardian": lambda account: f"make {_shown(account)} the guardian",
    "setSmallestGroup": lambda persons: f"hide hour totals of fewer than {persons} persons",
    "setTreasurer": lambda account: f"make {_shown(account)} the treasurer",
    "announceSweep": lambda distribution, *_: (
        f"announce that what distribution {distribution} has not paid goes to the social fund in 60 days"
    ),
    "setVault": lambda vault: f"bind the community to the vault {_shown(vault)}",
    "updateDelay": lambda seconds: (
        f"let resolutions wait {seconds} seconds ({seconds / SECONDS_A_DAY:.4g} days)"
    ),
    "setPaused": lambda paused: "pause the community" if paused else "let the community go on",
    "removeReporter": lambda account: f"remove the reporter {_shown(account)}",
    "cancel": lambda distribution, *_: f"cancel distribution {distribution}",
    "setRoster": lambda root, members: f"set the roster of {members} members, root {_shown(root)}",
    "dispute": lambda area, day, reason, *_: (
        f"dispute day {day} of area {area.rstrip(bytes(1)).decode('ascii', 'replace')}, "
        f"reason {_shown(reason)}"
    ),
    "claim": lambda branch: f"pay {leaf_words(branch[2])}",
    "setGovernor": lambda account: f"hand the members' resolutions to {_shown(account)}",
    "nameSuccessor": lambda ledger: f"name the ledger {_shown(ledger)} as the one that takes over",
    "offerAdministration": lambda account: (
        f"offer the administration to {_shown(account)}"
        if any(account)
        else "offer the administration to nobody"
    ),
    "acceptAdministration": lambda: "take over the administration",
    "grantRole": _proposer_words("grantRole", "propose resolutions beside the administrator"),
    "revokeRole": _proposer_words("revokeRole", "propose resolutions no more"),
    "setAnchoring": lambda account, allowed: (
        f"let {_shown(account)} anchor digests" if allowed else f"let {_shown(account)} anchor no more"
    ),
    "anchor": lambda topic, digest: f"anchor {_shown(digest)} under {topic_words(topic)}",
    "redirect": lambda branch, leaf, *_: (
        f"redirect leaf {branch[1]} of distribution {branch[0]}, whose owner lost the key: "
        f"{leaf_words(leaf)}, from 14 days later on and unless the owner refuses"
    ),
    "refuseRedirection": lambda single, leaf: (
        f"refuse the redirection that opened payout {single}: {leaf_words(leaf)}"
    ),
    "reserve": lambda branch, _: f"reserve bank payouts of distribution {branch[0]} from leaf {branch[1]}",
    "release": lambda branch, _: f"release bank payouts of distribution {branch[0]} from leaf {branch[1]}",
    "confirm": lambda branch, _: f"confirm bank payouts of distribution {branch[0]} from leaf {branch[1]}",
    "move": lambda branch, leaf, *_: f"move leaf {branch[1]} of distribution {branch[0]}: {leaf_words(leaf)}",
}
