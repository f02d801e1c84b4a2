"""Calls, views and logs of the offices: what registry, vault and timelock do when somebody governs."""

from typing import Any

from eth_utils.address import to_checksum_address

from oracle.chain.artifacts import artifact, error_sentence
from oracle.chain.client import EvmChain
from oracle.chain.contracts import LEDGER, TIMELOCK, ZERO_ADDRESS, LedgerContract
from oracle.chain.governance_logs import NAMES, GovernanceLogs, hexed, octets
from oracle.errors import CallReverted, GovernanceRefused
from oracle.ports import Call, Quorum
from oracle.records import ContractKind
from oracle.usecases.governance import Seats
from oracle.usecases.governance_standing import Terms
from oracle.usecases.resolutions import CANCELLER_ROLE, PROPOSER_ROLE, Action
from settlement.domain.case import Shares

NO_PREDECESSOR = bytes(32)


class GovernanceContracts(GovernanceLogs):
    """Implements `Governing`, and the views of `GovernanceStanding`, on a chain."""

    def __init__(self, chain: EvmChain) -> None:
        super().__init__(chain)
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
            raise GovernanceRefused(f"the ledger {hexed(ledger)} knows no community {hexed(community)}")
        vault, offered = self._ledger.vault_of(ledger, community), self._of(ledger, "offeredTo", community)
        difference = self.timelock_difference(roles.governor, ledger, community)
        delay = None if difference is not None else int(self._timelock(roles.governor, "getMinDelay"))
        return Seats(
            ledger, community, vault, roles.administrator, octets(offered), roles.governor, roles.guardian,
            difference, delay,
        )  # fmt: skip

    def seats_at(self, seats: Seats, vault: bytes) -> Seats:
        """The seats with a former vault in the place of the present one; empty: as they are.

        Raises GovernanceRefused at a vault of others.
        """
        if vault in (b"", seats.vault):
            return seats
        difference = self.vault_difference(seats, vault)
        if difference is not None:
            raise GovernanceRefused(f"{hexed(vault)} is no vault of this community: {difference}")
        return seats._replace(vault=vault)

    def timelock_difference(self, governor: bytes, ledger: bytes, community: bytes) -> str | None:
        """Why the governor is not our timelock of this community; None where it is."""
        difference = artifact(TIMELOCK).code_difference(self._code(governor))
        if difference is not None:
            return difference
        if octets(self._timelock(governor, "registry")) != ledger:
            return "it follows another ledger"
        return None if self._timelock(governor, "community") == community else "it serves another community"

    def call(self, seats: Seats, action: Action) -> Call:
        """The action as a call of its contract. Raises GovernanceRefused at a vault of others."""
        contract = self.seats_at(seats, action.at).address(action.target)
        return call_of(action, contract, seats.community)

    def refusal(self, sender: bytes, call: Call) -> str | None:
        """Why the contract would refuse the call from that sender now; None when it would not."""
        request = {"from": hexed(sender), "to": hexed(call.to or b""), "data": hexed(call.data)}
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
        return Call(seats.governor, data, f"call off operation {hexed(operation)}")

    def may_propose(self, seats: Seats, account: bytes) -> bool:
        """Whether the timelock lets an account schedule."""
        return self._has_role(seats, PROPOSER_ROLE, account)

    def may_cancel(self, seats: Seats, account: bytes) -> bool:
        """Whether the timelock lets an account call off."""
        return self._has_role(seats, CANCELLER_ROLE, account)

    def may_anchor(self, seats: Seats, account: bytes) -> bool:
        """Whether the ledger lets an account anchor."""
        (answer,) = self._chain.view(artifact(LEDGER), seats.ledger, "mayAnchor", seats.community, account)
        return bool(answer)

    def treasurer(self, vault: bytes) -> bytes:
        """Who keeps a vault's bank account."""
        return octets(self._vault(vault, "treasurer")[0])

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

    def _shares(self, seats: Seats, month: int) -> Shares:
        return self._ledger.shares_of(seats.ledger, seats.community, month)

    def _of(self, ledger: bytes, function: str, community: bytes) -> Any:
        (answer,) = self._chain.view(artifact(LEDGER), ledger, function, community)
        return answer


def call_of(action: Action, contract: bytes, community: bytes) -> Call:
    """An action as a call of the contract at an address; no node is asked."""
    arguments = action.arguments
    if action.target is ContractKind.LEDGER:
        arguments = (community, *arguments)
    return Call(contract, artifact(NAMES[action.target]).call(action.function, *arguments), action.sentence)


def _operation(call: Call, document: bytes) -> tuple[Any, ...]:
    """What the timelock hashes of a single call: no ether, no predecessor, the document as salt."""
    return to_checksum_address(call.to or ZERO_ADDRESS), 0, call.data, NO_PREDECESSOR, document
