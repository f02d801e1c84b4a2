"""Calls, views and logs of the offices: what registry, vault and timelock do when somebody governs."""

from collections.abc import Sequence
from typing import Any

from eth_utils.address import to_checksum_address

from oracle.chain.artifacts import artifact, error_sentence
from oracle.chain.client import EvmChain
from oracle.chain.contracts import LEDGER, TIMELOCK, VAULT, ZERO_ADDRESS, LedgerContract
from oracle.errors import CallReverted, GovernanceRefused
from oracle.ports import Call, Log, Quorum
from oracle.records import ContractKind
from oracle.usecases.governance import OperationState, PayoutRoot, Seats
from oracle.usecases.governance_standing import Announced, Scheduled, Single, Terms
from oracle.usecases.resolutions import Action
from settlement.domain.case import Shares

_NAMES = {ContractKind.LEDGER: LEDGER, ContractKind.VAULT: VAULT, ContractKind.TIMELOCK: TIMELOCK}
NO_PREDECESSOR = bytes(32)


class GovernanceContracts:
    """Implements `Governing`, and the views of `GovernanceStanding`, on a chain."""

    def __init__(self, chain: EvmChain) -> None:
        self._chain = chain
        self._ledger = LedgerContract(chain)

    @property
    def chain_id(self) -> int:
        """The chain's number."""
        return self._chain.chain_id

    @property
    def sender(self) -> bytes:
        """The operator's address."""
        return self._chain.sender

    def seats(self, ledger: bytes, community: bytes) -> Seats:
        """Contracts and offices of a community. Raises GovernanceRefused where nobody registered it."""
        roles = self._ledger.roles(ledger, community)
        if not any(roles.administrator):
            raise GovernanceRefused(f"the ledger {_hex(ledger)} knows no community {_hex(community)}")
        vault, offered = self._ledger.vault_of(ledger, community), self._of(ledger, "offeredTo", community)
        difference = self._timelock_difference(roles.governor, ledger, community)
        delay = None if difference is not None else int(self._timelock(roles.governor, "getMinDelay"))
        return Seats(
            ledger, community, vault, roles.administrator, _octets(offered), roles.governor, roles.guardian,
            difference, delay,
        )  # fmt: skip

    def _timelock_difference(self, governor: bytes, ledger: bytes, community: bytes) -> str | None:
        """Why the governor is not our timelock of this community; None where it is."""
        code = self._chain.rpc.octets(self._chain.rpc.call("eth_getCode", _hex(governor), "latest"))
        difference = artifact(TIMELOCK).code_difference(code)
        if difference is not None:
            return difference
        if _octets(self._timelock(governor, "registry")) != ledger:
            return "it follows another ledger"
        return None if self._timelock(governor, "community") == community else "it serves another community"

    def call(self, seats: Seats, action: Action) -> Call:
        """The action as a call of its contract."""
        return call_of(action, seats.address(action.target), seats.community)

    def refusal(self, sender: bytes, call: Call) -> str | None:
        """Why the contract would refuse the call from that sender now; None when it would not."""
        request = {"from": _hex(sender), "to": _hex(call.to or b""), "data": _hex(call.data)}
        try:
            self._chain.rpc.call("eth_call", request, "latest")
        except CallReverted as error:
            return error_sentence(error.data) or error.reason
        return None

    def operation(self, seats: Seats, call: Call, document: bytes) -> bytes:
        """Id of the operation, of the timelock's own computation."""
        return bytes(self._timelock(seats.governor, "hashOperation", *_operation(call, document)))

    def schedule(self, seats: Seats, call: Call, document: bytes) -> Call:
        """Have the timelock wait for its delay and then allow the call."""
        data = artifact(TIMELOCK).call("schedule", *_operation(call, document), seats.delay_s)
        return Call(seats.governor, data, f"schedule: {call.sentence}")

    def execute(self, seats: Seats, call: Call, document: bytes) -> Call:
        """Have the timelock make the call."""
        data = artifact(TIMELOCK).call("execute", *_operation(call, document))
        return Call(seats.governor, data, f"execute: {call.sentence}")

    def cancel(self, seats: Seats, operation: bytes) -> Call:
        """Call off a scheduled operation."""
        data = artifact(TIMELOCK).call("cancel", operation)
        return Call(seats.governor, data, f"call off operation {_hex(operation)}")

    def operation_state(self, seats: Seats, operation: bytes) -> tuple[OperationState, int]:
        """State, and the time from which it can be carried out; zero where there is none."""
        state = OperationState(self._timelock(seats.governor, "getOperationState", operation))
        if state in (OperationState.UNKNOWN, OperationState.DONE):
            return state, 0
        return state, int(self._timelock(seats.governor, "getTimestamp", operation))

    def may_propose(self, seats: Seats, account: bytes) -> bool:
        """Whether the timelock lets an account schedule."""
        return self._has_role(seats, "PROPOSER_ROLE", account)

    def may_cancel(self, seats: Seats, account: bytes) -> bool:
        """Whether the timelock lets an account call off."""
        return self._has_role(seats, "CANCELLER_ROLE", account)

    def payout_root(self, vault: bytes, distribution: int) -> PayoutRoot | None:
        """Root and promised sum of a distribution; None for one that the vault never settled."""
        found = None
        for log in self._logs(VAULT, vault, "Settled", distribution.to_bytes(32, "big")):
            event = artifact(VAULT).event("Settled", log)
            assert event is not None, "the node was asked for this event"
            found = PayoutRoot(event["root"], event["pool"] - event["carry"])
        return found

    # What `govern status` looks at.

    def terms(self, seats: Seats, month: int) -> Terms:
        """What the ledger keeps for a community; the shares are of the month and the one after it."""
        ledger, community = seats.ledger, seats.community
        root, members = self._chain.view(artifact(LEDGER), ledger, "rosterOf", community)
        return Terms(
            quorum=self.quorum(seats),
            paused=bool(self._of(ledger, "isPaused", community)),
            smallest_group=int(self._of(ledger, "smallestGroupOf", community)),
            shares=self._shares(seats, month),
            next_shares=self._shares(seats, month + 1),
            roster=bytes(root),
            members=int(members),
        )

    def quorum(self, seats: Seats) -> Quorum:
        """Reporters, threshold and epoch."""
        return self._ledger.quorum(seats.ledger, seats.community)

    def now(self) -> int:
        """Time of the newest block, in seconds since 1970."""
        return self._chain.rpc.head()[2]

    def scheduled(self, seats: Seats) -> list[Scheduled]:
        """Operations that wait or are ready, as the timelock's logs tell them, oldest first."""
        salts = {}
        for log in self._logs(TIMELOCK, seats.governor, "CallSalt"):
            event = artifact(TIMELOCK).event("CallSalt", log)
            assert event is not None, "the node was asked for this event"
            salts[event["id"]] = event["salt"]
        found: dict[bytes, Scheduled] = {}
        for log in self._logs(TIMELOCK, seats.governor, "CallScheduled"):
            event = artifact(TIMELOCK).event("CallScheduled", log)
            assert event is not None, "the node was asked for this event"
            state, ready_at = self.operation_state(seats, event["id"])
            if state in (OperationState.WAITING, OperationState.READY):
                sentence = self.sentence(seats, _octets(event["target"]), event["data"])
                earlier = found.get(event["id"])
                # A batch is one operation of several calls; what was scheduled anew is in the logs twice.
                if earlier is not None and sentence not in earlier.sentence:
                    sentence = f"{earlier.sentence}; {sentence}"
                salt = salts.get(event["id"], NO_PREDECESSOR)
                found[event["id"]] = Scheduled(event["id"], salt, sentence, state, ready_at)
        return list(found.values())

    def announced(self, seats: Seats) -> list[Announced]:
        """Sweeps that were announced, as the vault's logs tell them, by distribution."""
        numbers = set()
        for log in self._logs(VAULT, seats.vault, "SweepAnnounced"):
            event = artifact(VAULT).event("SweepAnnounced", log)
            assert event is not None, "the node was asked for this event"
            numbers.add(int(event["distribution"]))
        return [Announced(number, self._announced_at(seats.vault, number)) for number in sorted(numbers)]

    def singles(self, seats: Seats) -> list[Single]:
        """Single payouts, as the vault's logs tell them, in the order of their numbers."""
        found = {}
        for log in self._logs(VAULT, seats.vault, "SinglePayoutOpened"):
            event = artifact(VAULT).event("SinglePayoutOpened", log)
            assert event is not None, "the node was asked for this event"
            number = int(event["distribution"])
            paid, _ = self._chain.view(artifact(VAULT), seats.vault, "statusOf", number, 0)
            found[number] = Single(number, bytes(event["leaf"]), int(event["validAt"]), bool(paid))
        return [found[number] for number in sorted(found)]

    def sentence(self, seats: Seats, target: bytes, data: bytes) -> str:
        """A call in words; one of another contract is shown as it is."""
        kinds = {seats.ledger: ContractKind.LEDGER, seats.vault: ContractKind.VAULT}
        kinds[seats.governor] = ContractKind.TIMELOCK
        kind = kinds.get(target)
        decoded = None if kind is None else artifact(_NAMES[kind]).decoded(data)
        if kind is None or decoded is None:
            return f"call {_hex(target)} with {_hex(data)}"
        function, named = decoded
        arguments = [_plain(value) for value in named.values()]
        if kind is ContractKind.LEDGER and arguments[:1] == [seats.community]:
            del arguments[0]
        elif kind is ContractKind.LEDGER:
            return f"{function} of another community"
        return Action(kind, function, tuple(arguments)).sentence

    def _announced_at(self, vault: bytes, distribution: int) -> int:
        (moment,) = self._chain.view(artifact(VAULT), vault, "sweepAnnouncedAt", distribution)
        return int(moment)

    def _shares(self, seats: Seats, month: int) -> Shares:
        return self._ledger.shares_of(seats.ledger, seats.community, month)

    def _has_role(self, seats: Seats, role: str, account: bytes) -> bool:
        name = self._timelock(seats.governor, role)
        return bool(self._timelock(seats.governor, "hasRole", name, account))

    def _of(self, ledger: bytes, function: str, community: bytes) -> Any:
        (answer,) = self._chain.view(artifact(LEDGER), ledger, function, community)
        return answer

    def _timelock(self, timelock: bytes, function: str, *arguments: object) -> Any:
        (answer,) = self._chain.view(artifact(TIMELOCK), timelock, function, *arguments)
        return answer

    def _logs(self, name: str, address: bytes, event: str, *indexed: bytes) -> list[Log]:
        """All logs of an event that the node still has, oldest first. Raises NodeRefused."""
        topics = [_hex(topic) for topic in (artifact(name).topic(event), *indexed)]
        query = {"address": _hex(address), "fromBlock": "0x0", "toBlock": "latest", "topics": topics}
        return [_log(found) for found in self._chain.rpc.call("eth_getLogs", query)]


def call_of(action: Action, contract: bytes, community: bytes) -> Call:
    """An action as a call of the contract at an address; no node is asked."""
    arguments = action.arguments
    if action.target is ContractKind.LEDGER:
        arguments = (community, *arguments)
    return Call(contract, artifact(_NAMES[action.target]).call(action.function, *arguments), action.sentence)


def _operation(call: Call, document: bytes) -> tuple[Any, ...]:
    """What the timelock hashes of a single call: no ether, no predecessor, the document as salt."""
    return to_checksum_address(call.to or ZERO_ADDRESS), 0, call.data, NO_PREDECESSOR, document


def _plain(value: object) -> object:
    """Addresses as 20 bytes; a struct as the tuple of its fields."""
    if isinstance(value, str):
        return _octets(value)
    if isinstance(value, dict):
        return tuple(_plain(field) for field in value.values())
    return (
        [_plain(item) for item in value]
        if isinstance(value, Sequence) and not isinstance(value, bytes)
        else value
    )


def _log(found: dict[str, Any]) -> Log:
    return Log(_octets(found["address"]), tuple(map(_octets, found["topics"])), _octets(found["data"]))


def _octets(text: str) -> bytes:
    return bytes.fromhex(text[2:])


def _hex(octets: bytes) -> str:
    return "0x" + octets.hex()
