"""What logs and views tell of a community's government: what waits, what was announced, who was named.

A node that keeps or searches too few logs raises NodeRefused, which says nothing about the chain.
"""

from collections.abc import Sequence
from typing import Any

from oracle.chain.artifacts import artifact
from oracle.chain.client import EvmChain
from oracle.chain.contracts import LEDGER, TIMELOCK, VAULT
from oracle.ports import Log
from oracle.records import ContractKind
from oracle.usecases.anchors import Anchor
from oracle.usecases.governance import OperationState, PayoutRoot, Seats
from oracle.usecases.governance_standing import Announced, FormerVault, Scheduled, Single
from oracle.usecases.resolutions import PROPOSER_ROLE, Action

NAMES = {ContractKind.LEDGER: LEDGER, ContractKind.VAULT: VAULT, ContractKind.TIMELOCK: TIMELOCK}
NO_DOCUMENT = bytes(32)


class GovernanceLogs:
    """Implements what `governance_standing` looks at, beside the terms."""

    def __init__(self, chain: EvmChain) -> None:
        self._chain = chain

    def payout_root(self, vault: bytes, distribution: int) -> PayoutRoot | None:
        """Root and promised sum of a distribution; None for one that the vault never settled."""
        found = self._events(VAULT, vault, "Settled", distribution.to_bytes(32, "big"))
        if not found:
            return None
        return PayoutRoot(found[-1]["root"], found[-1]["pool"] - found[-1]["carry"])

    def operation_state(self, seats: Seats, operation: bytes) -> tuple[OperationState, int]:
        """State, and the time from which it can be carried out; zero where there is none."""
        state = OperationState(self._timelock(seats.governor, "getOperationState", operation))
        if state in (OperationState.UNKNOWN, OperationState.DONE):
            return state, 0
        return state, int(self._timelock(seats.governor, "getTimestamp", operation))

    def scheduled(self, seats: Seats) -> list[Scheduled]:
        """Operations that wait or are ready, as the timelock's logs tell them, oldest first."""
        salts = {row["id"]: row["salt"] for row in self._events(TIMELOCK, seats.governor, "CallSalt")}
        found: dict[bytes, Scheduled] = {}
        for event in self._events(TIMELOCK, seats.governor, "CallScheduled"):
            state, ready_at = self.operation_state(seats, event["id"])
            if state in (OperationState.WAITING, OperationState.READY):
                sentence = self.sentence(seats, octets(event["target"]), event["data"])
                earlier = found.get(event["id"])
                # A batch is one operation of several calls; what was scheduled anew is in the logs twice.
                if earlier is not None and sentence not in earlier.sentence:
                    sentence = f"{earlier.sentence}; {sentence}"
                salt = salts.get(event["id"], NO_DOCUMENT)
                found[event["id"]] = Scheduled(event["id"], salt, sentence, state, ready_at)
        return list(found.values())

    def announced(self, seats: Seats) -> list[Announced]:
        """Sweeps that were announced, as the vault's logs tell them, by distribution."""
        events = self._events(VAULT, seats.vault, "SweepAnnounced")
        numbers = sorted({int(event["distribution"]) for event in events})
        return [
            Announced(number, int(self._vault(seats.vault, "sweepAnnouncedAt", number)[0]), seats.vault)
            for number in numbers
        ]

    def singles(self, seats: Seats) -> list[Single]:
        """Single payouts, as the vault's logs tell them, in the order of their numbers."""
        found = {}
        for event in self._events(VAULT, seats.vault, "SinglePayoutOpened"):
            number = int(event["distribution"])
            paid, reserved = self._vault(seats.vault, "statusOf", number, 0)
            ((seal, *_),) = self._vault(seats.vault, "distributionOf", number)
            _, refusable_until = self._vault(seats.vault, "redirectionOf", number)
            found[number] = Single(
                number, bytes(event["leaf"]), int(event["validAt"]), bool(paid), bool(reserved),
                refused=not any(seal), redirected=bool(refusable_until), vault=seats.vault,
            )  # fmt: skip
        return [found[number] for number in sorted(found)]

    def former_vaults(self, seats: Seats) -> list[FormerVault]:
        """Vaults that another one has succeeded, oldest first, and what they still have."""
        events = self._events(LEDGER, seats.ledger, "VaultSet", seats.community)
        bound = dict.fromkeys(octets(event["vault"]) for event in events)
        return [
            FormerVault(vault, *map(int, self._vault(vault, "funds")))
            for vault in bound
            if vault != seats.vault
        ]

    def proposers(self, seats: Seats) -> list[bytes]:
        """Accounts that may schedule beside the administrator, by resolution."""
        events = self._events(TIMELOCK, seats.governor, "RoleGranted", PROPOSER_ROLE)
        accounts = dict.fromkeys(octets(event["account"]) for event in events)
        return [
            account
            for account in accounts
            if account != seats.administrator and self._has_role(seats, PROPOSER_ROLE, account)
        ]

    def successor_ledger(self, seats: Seats) -> bytes | None:
        """The ledger that a resolution named to take over; None where none did, or it was taken back."""
        events = self._events(LEDGER, seats.ledger, "SuccessorNamed", seats.community)
        named = octets(events[-1]["successor"]) if events else b""
        return named if any(named) else None

    def anchoring(self, seats: Seats) -> list[bytes]:
        """Accounts that the administrator lets anchor."""
        events = self._events(LEDGER, seats.ledger, "AnchoringSet", seats.community)
        last = {octets(event["account"]): bool(event["allowed"]) for event in events}
        return [account for account, allowed in last.items() if allowed]

    def anchors(self, seats: Seats) -> list[Anchor]:
        """What was anchored, oldest first."""
        topics = [artifact(LEDGER).topic("Anchored"), seats.community]
        found = []
        for raw in self._found(seats.ledger, topics):
            event = artifact(LEDGER).event("Anchored", _log(raw))
            assert event is not None, "the node was asked for this event"
            account = octets(event["account"])
            found.append(Anchor(event["topic"], account, event["digest"], int(raw["blockNumber"], 16)))
        return found

    def sentence(self, seats: Seats, target: bytes, data: bytes) -> str:
        """A call in words; one of another contract is shown as it is."""
        kinds = {seats.ledger: ContractKind.LEDGER, seats.vault: ContractKind.VAULT}
        kinds[seats.governor] = ContractKind.TIMELOCK
        former = target not in kinds and self.vault_difference(seats, target) is None
        kind = ContractKind.VAULT if former else kinds.get(target)
        decoded = None if kind is None else artifact(NAMES[kind]).decoded(data)
        if kind is None or decoded is None:
            return f"call {hexed(target)} with {hexed(data)}"
        function, named = decoded
        arguments = [_plain(value) for value in named.values()]
        if kind is ContractKind.LEDGER and arguments[:1] == [seats.community]:
            del arguments[0]
        elif kind is ContractKind.LEDGER:
            return f"{function} of another community"
        return Action(kind, function, tuple(arguments), target if former else b"").sentence

    def vault_difference(self, seats: Seats, vault: bytes) -> str | None:
        """Why a contract is no vault of ours for this ledger and community; None where it is one."""
        difference = artifact(VAULT).code_difference(self._code(vault))
        if difference is not None:
            return difference
        if octets(self._vault(vault, "ledger")[0]) != seats.ledger:
            return "it follows another ledger"
        return (
            None if self._vault(vault, "community")[0] == seats.community else "it serves another community"
        )

    def ledger_difference(self, ledger: bytes) -> str | None:
        """Why a contract is no ledger of ours; None where it is one."""
        return artifact(LEDGER).code_difference(self._code(ledger))

    def _code(self, address: bytes) -> bytes:
        return self._chain.rpc.octets(self._chain.rpc.call("eth_getCode", hexed(address), "latest"))

    def _has_role(self, seats: Seats, role: bytes, account: bytes) -> bool:
        return bool(self._timelock(seats.governor, "hasRole", role, account))

    def _vault(self, vault: bytes, function: str, *arguments: object) -> tuple[Any, ...]:
        return self._chain.view(artifact(VAULT), vault, function, *arguments)

    def _timelock(self, timelock: bytes, function: str, *arguments: object) -> Any:
        (answer,) = self._chain.view(artifact(TIMELOCK), timelock, function, *arguments)
        return answer

    def _events(self, name: str, address: bytes, event: str, *indexed: bytes) -> list[dict[str, Any]]:
        """All events of a kind that the node still has, decoded, oldest first. Raises NodeRefused."""
        decoded = [artifact(name).event(event, log) for log in self._logs(name, address, event, *indexed)]
        assert None not in decoded, "the node was asked for this event"
        return [found for found in decoded if found is not None]

    def _logs(self, name: str, address: bytes, event: str, *indexed: bytes) -> list[Log]:
        return [_log(found) for found in self._found(address, [artifact(name).topic(event), *indexed])]

    def _found(self, address: bytes, topics: Sequence[bytes]) -> list[dict[str, Any]]:
        """Logs as the node answers them. Raises NodeRefused."""
        named = [hexed(topic) for topic in topics]
        query = {"address": hexed(address), "fromBlock": "0x0", "toBlock": "latest", "topics": named}
        return list(self._chain.rpc.call("eth_getLogs", query))


def _plain(value: object) -> object:
    """Addresses as 20 bytes; a struct as the tuple of its fields."""
    if isinstance(value, str):
        return octets(value)
    if isinstance(value, dict):
        return tuple(_plain(field) for field in value.values())
    return (
        [_plain(item) for item in value]
        if isinstance(value, Sequence) and not isinstance(value, bytes)
        else value
    )


def _log(found: dict[str, Any]) -> Log:
    return Log(octets(found["address"]), tuple(map(octets, found["topics"])), octets(found["data"]))


def octets(text: str) -> bytes:
    """The bytes of 0x text."""
    return bytes.fromhex(text[2:])


def hexed(address: bytes) -> str:
    """Bytes as 0x text."""
    return "0x" + address.hex()
