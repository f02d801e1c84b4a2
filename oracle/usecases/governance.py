"""Who may do what for a community on the ledger, and the calls by which they do it.

Nothing here needs the office's key: an order says what is to be sent where and who may. Whoever asked sends
it with the operator's account, where that holds the office, or has it sent from another wallet.
"""

from enum import IntEnum, StrEnum
from typing import NamedTuple, Protocol
from uuid import UUID

from oracle.errors import CallReverted, GovernanceRefused, TransactionReverted
from oracle.ports import Call, Outcome
from oracle.records import ContractKind
from oracle.usecases.context import Context, Step, ready
from oracle.usecases.delivery import deliver
from oracle.usecases.resend import resend
from oracle.usecases.resolutions import Action, remove_reporter, set_paused
from oracle.usecases.single_postings import post_singles
from settlement.domain.identifiers import uuid7

SENTENCE_MOST = 500


class Seats(NamedTuple):
    """A community's contracts and offices on the ledger; zeros where there is no vault or no offer.

    `timelock_difference` says why the governor is not our timelock, None where it is and `delay_s` holds.
    """

    ledger: bytes
    community: bytes
    vault: bytes
    administrator: bytes
    offered: bytes
    governor: bytes
    guardian: bytes
    timelock_difference: str | None
    delay_s: int | None

    def address(self, kind: ContractKind) -> bytes:
        """Where a contract of the community is. Raises GovernanceRefused before there is a vault."""
        if kind is ContractKind.VAULT and not any(self.vault):
            raise GovernanceRefused("the community has no vault yet: bind one first")
        known = {ContractKind.LEDGER: self.ledger, ContractKind.VAULT: self.vault}
        return known.get(kind, self.governor)


class OperationState(IntEnum):
    """How a timelock knows an operation."""

    UNKNOWN = 0
    WAITING = 1
    READY = 2
    DONE = 3


class Verb(StrEnum):
    """What is to become of a resolution."""

    SCHEDULE = "schedule"
    EXECUTE = "execute"
    CANCEL = "cancel"
    STATUS = "status"


class PayoutRoot(NamedTuple):
    """Root of a distribution's tree, and what it promises in micro-euro."""

    root: bytes
    funded: int


class Governing(Protocol):
    """Calls and views of a community's ledger, vault and timelock, and the operator's account."""

    @property
    def sender(self) -> bytes: ...
    def seats(self, ledger: bytes, community: bytes) -> Seats:
        """Raises GovernanceRefused where nobody registered the community."""

    def call(self, seats: Seats, action: Action) -> Call: ...
    def refusal(self, sender: bytes, call: Call) -> str | None:
        """Why the contract would refuse the call from that sender now; None when it would not."""

    def operation(self, seats: Seats, call: Call, document: bytes) -> bytes:
        """Id of the operation, of the timelock's own computation."""

    def schedule(self, seats: Seats, call: Call, document: bytes) -> Call: ...
    def execute(self, seats: Seats, call: Call, document: bytes) -> Call: ...
    def cancel(self, seats: Seats, operation: bytes) -> Call: ...
    def operation_state(self, seats: Seats, operation: bytes) -> tuple[OperationState, int]:
        """State, and the time in seconds from which it can be carried out; zero where there is none."""

    def may_propose(self, seats: Seats, account: bytes) -> bool: ...
    def may_cancel(self, seats: Seats, account: bytes) -> bool: ...
    def may_anchor(self, seats: Seats, account: bytes) -> bool: ...
    def treasurer(self, vault: bytes) -> bytes: ...
    def payout_root(self, vault: bytes, distribution: int) -> PayoutRoot | None:
        """What a settlement of the vault fixed; None for a distribution that it never settled."""


class Order(NamedTuple):
    """A call, who may send it, in words, and whether the operator's account is one of them."""

    call: Call
    office: str
    ours: bool


class Resolution(NamedTuple):
    """A resolution as an operation of the timelock; `ready_at` is in seconds, zero before it is scheduled.

    `order` is what has to be sent; None when only its state was asked for. `refusal` says why what it does
    would be refused if it were done now.
    """

    action: Action
    operation: bytes
    state: OperationState
    ready_at: int
    order: Order | None
    refusal: str | None


def resolve(governing: Governing, seats: Seats, action: Action, document: bytes, verb: Verb) -> Resolution:
    """What has to be sent so that a resolution is scheduled, carried out or called off.

    `document` is the hash of the resolution's document. Raises GovernanceRefused with the reason.
    """
    call = governing.call(seats, action)
    if seats.timelock_difference is not None:
        raise GovernanceRefused(
            f"the governor {_hex(seats.governor)} is no timelock of ours ({seats.timelock_difference}): let "
            f"it call {_hex(call.to or b'')} itself, with {_hex(call.data)}"
        )
    operation = governing.operation(seats, call, document)
    state, ready_at = governing.operation_state(seats, operation)
    order = None
    if verb is not Verb.STATUS:
        _require(verb, state, ready_at, operation)
        order = _order(governing, seats, call, document, verb, operation)
    refusal = None if state is OperationState.DONE else governing.refusal(seats.governor, call)
    return Resolution(action, operation, state, ready_at, order, refusal)


def guard(governing: Governing, seats: Seats, action: Action) -> Order:
    """What the guardian has to send."""
    ours = governing.sender == seats.guardian
    return Order(governing.call(seats, action), f"the guardian {_hex(seats.guardian)}", ours)


def stop_operation(governing: Governing, seats: Seats, operation: bytes) -> Order:
    """What the guardian or the administrator has to send so that a scheduled operation is called off.

    Raises GovernanceRefused unless the timelock has it scheduled.
    """
    if seats.timelock_difference is not None:
        raise GovernanceRefused(f"the governor {_hex(seats.governor)} is no timelock of ours")
    state, ready_at = governing.operation_state(seats, operation)
    _require(Verb.CANCEL, state, ready_at, operation)
    return _cancel_order(governing, seats, operation)


def cancel_distribution(governing: Governing, seats: Seats, distribution: int) -> Order:
    """What the guardian has to send so that nothing of a distribution is paid. Raises GovernanceRefused."""
    vault = seats.address(ContractKind.VAULT)
    root = governing.payout_root(vault, distribution)
    if root is None:
        raise GovernanceRefused(f"the vault {_hex(vault)} never settled distribution {distribution}")
    action = Action(ContractKind.VAULT, "cancel", (distribution, *root))
    return guard(governing, seats, action)


def pause(governing: Governing, seats: Seats, paused: bool) -> Order:
    """What the guardian has to send so that what reporters sign is refused, or accepted again."""
    return guard(governing, seats, set_paused(paused))


def remove(governing: Governing, seats: Seats, reporter: bytes) -> Order:
    """What the guardian has to send so that a reporter's signature counts no more."""
    return guard(governing, seats, remove_reporter(reporter))


def by_anyone(governing: Governing, seats: Seats, action: Action) -> Order:
    """What anyone may send: authority lies in what it carries. Raises CallReverted when it would be refused.

    The refusal is found before anything is asked of the account, which pays for the transaction.
    """
    return Order(_accepted(governing, seats, action, governing.sender), "anyone", ours=True)


def by_office(governing: Governing, seats: Seats, action: Action, title: str, account: bytes) -> Order:
    """What the one account that holds an office has to send. Raises CallReverted when it would be refused."""
    call = _accepted(governing, seats, action, account)
    return Order(call, f"{title} {_hex(account)}", governing.sender == account)


def by_administrator(governing: Governing, seats: Seats, action: Action) -> Order:
    """What the administrator has to send. Raises CallReverted when it would be refused."""
    return by_office(governing, seats, action, "the administrator", seats.administrator)


def by_treasurer(governing: Governing, seats: Seats, action: Action) -> Order:
    """What the treasurer of the action's vault has to send. Raises CallReverted when it would be refused."""
    vault = action.at or seats.address(ContractKind.VAULT)
    return by_office(governing, seats, action, "the treasurer", governing.treasurer(vault))


def by_offered(governing: Governing, seats: Seats, action: Action) -> Order:
    """What the account has to send that administration is offered to. Raises GovernanceRefused."""
    if not any(seats.offered):
        raise GovernanceRefused(
            "administration is offered to nobody: the administrator, or a resolution, offers it first"
        )
    return by_office(governing, seats, action, "the account that administration is offered to", seats.offered)


def carry_out(context: Context, community_id: UUID, call: Call) -> Outcome:
    """Send a call from the operator's account, and wait until its outcome counts.

    The transaction is stored before it leaves, as all of the account's are. Its message is done from the
    beginning: whoever asked sees the outcome and asks again, and the queue of the community, which may stand
    still for the very reason that somebody governs, neither waits for it nor holds it up. What a resolution
    spent, or paid, by the call is posted to the accounts.

    Raises CallReverted, before signing where the node can tell.
    """
    with context.exclusive():
        context.chain.require_chain()
        resend(context)
        with context.unit() as work:
            payload = {"to": _hex(call.to or b""), "sentence": call.sentence}
            added = work.outbox.add(community_id, "govern", f"govern:{uuid7()}", payload)
            message = next(row for row in work.outbox.open_rows(community_id) if row.id == added)
            work.outbox.done(added)
            work.commit()
        # Sixteen reporters' addresses are longer than what the database keeps of a sentence.
        step = Step("govern", ready(call._replace(sentence=call.sentence[:SENTENCE_MOST])))
        try:
            outcome = deliver(context, message, step)
        except TransactionReverted as error:
            raise CallReverted(call.sentence, "it was mined and changed nothing; ask again") from error
        post_singles(context, community_id)
        return outcome


def _accepted(governing: Governing, seats: Seats, action: Action, account: bytes) -> Call:
    call = governing.call(seats, action)
    refusal = governing.refusal(account, call)
    if refusal is not None:
        raise CallReverted(call.sentence, refusal)
    return call


def _require(verb: Verb, state: OperationState, ready_at: int, operation: bytes) -> None:
    """Raises GovernanceRefused when an operation in that state cannot be scheduled, executed or cancelled."""
    name = f"operation {_hex(operation)}"
    if verb is Verb.SCHEDULE and state is OperationState.DONE:
        raise GovernanceRefused(f"{name} was carried out before: the same again takes another document")
    if verb is Verb.SCHEDULE and state is not OperationState.UNKNOWN:
        raise GovernanceRefused(f"{name} is scheduled already: carry it out with --verb execute")
    if verb is not Verb.SCHEDULE and state is OperationState.UNKNOWN:
        raise GovernanceRefused(
            f"{name} is not scheduled: document and arguments must be those that were scheduled"
        )
    if verb is not Verb.SCHEDULE and state is OperationState.DONE:
        raise GovernanceRefused(f"{name} was carried out before")
    if verb is Verb.EXECUTE and state is OperationState.WAITING:
        raise GovernanceRefused(f"{name} waits until {ready_at} (seconds since 1970): carry it out then")


def _order(
    governing: Governing, seats: Seats, call: Call, document: bytes, verb: Verb, operation: bytes
) -> Order:
    if verb is Verb.CANCEL:
        return _cancel_order(governing, seats, operation)
    if verb is Verb.EXECUTE:
        return Order(governing.execute(seats, call, document), "anyone", ours=True)
    office = f"the administrator {_hex(seats.administrator)} or a further proposer"
    ours = governing.may_propose(seats, governing.sender)
    return Order(governing.schedule(seats, call, document), office, ours)


def _cancel_order(governing: Governing, seats: Seats, operation: bytes) -> Order:
    office = f"the guardian {_hex(seats.guardian)} or the administrator {_hex(seats.administrator)}"
    return Order(governing.cancel(seats, operation), office, governing.may_cancel(seats, governing.sender))


def _hex(octets: bytes) -> str:
    return "0x" + octets.hex()
