"""Works the outbox: each community's messages in the order of their birth, each exactly once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeVar
from uuid import UUID

from oracle.errors import (
    ChainForgot,
    DistributionCancelled,
    NodeRefused,
    NodeUnreachable,
    NotDeployed,
    OracleError,
    OtherChainInUse,
    TransactionReverted,
)
from oracle.records import ContractKind, NotedQuorum
from oracle.usecases import correct_days, credit, deploy, open_day, pay, post_days, settle
from oracle.usecases.cancellations import take_up_cancellations
from oracle.usecases.context import Context, Finish, Steps
from oracle.usecases.delivery import deliver
from oracle.usecases.places import place_of
from oracle.usecases.resend import REORGANISATIONS_MAX, resend, was_reorganised
from oracle.usecases.single_postings import post_singles
from settlement.domain.errors import ServiceError
from settlement.domain.records import OutboxRow

T = TypeVar("T")

TOPICS: Mapping[str, Callable[[Context, OutboxRow], Steps]] = {
    "deploy": deploy.deploy,
    "post-days": post_days.post_days,
    "post-all": post_days.post_all,
    "correct-days": correct_days.correct_days,
    "open": open_day.open_day,
    "credit": credit.credit,
    "settle": settle.settle,
    "push": pay.push,
    "reserve": pay.reserve,
    "release": pay.release,
    "confirm": pay.confirm,
}


@dataclass(slots=True)
class Published:
    """What a run did: messages done, transactions sent again, and the error at which each queue stands.

    `settled` are the communities of which a distribution was settled.
    """

    done: int = 0
    sent_again: int = 0
    settled: set[UUID] = field(default_factory=set)
    stopped: dict[UUID, OracleError | ServiceError] = field(default_factory=dict)


def publish(context: Context, community_id: UUID | None = None) -> Published:
    """Work the open messages of one community or of all, after sending again what the chain forgot.

    A community whose message fails stands still at it; the others go on. A node that is away is waited for
    as long as the context's patience lasts, then NodeUnreachable is raised and nothing is lost. At the end
    the accounts follow what resolutions spent on the vaults meanwhile. Raises
    WrongChain, NonceTaken, LedgerDiverges (found while sending again), ContractsMissing, AnotherPublisher.
    """
    result = Published()
    with context.exclusive():
        _patiently(context, result, lambda: _begin(context, result))
        _show_notes(context)
        for queue in _queues(context, community_id):
            try:
                _note_quorum(context, queue, result)
                _work_queue(context, queue, result)
                _note_quorum(context, queue, result)
            except (OracleError, ServiceError) as error:
                if isinstance(error, NodeUnreachable) and not isinstance(error, NodeRefused):
                    raise
                result.stopped[queue] = error
        for community in _with_vaults(context, community_id):
            post = partial(post_singles, context, community)
            _patiently(context, result, partial(_remembering, context, result, post))
    for settled in sorted(result.settled):
        _after_settling(context, settled)
    return result


def _after_settling(context: Context, community_id: UUID) -> None:
    """What is checked of a new distribution never undoes its publication: the next check comes by night."""
    try:
        context.after_settling(community_id)
    except OracleError as error:
        context.progress("reconcile", 0, 0, f"not compared: {error}")


def _begin(context: Context, result: Published) -> None:
    context.chain.require_chain()
    with context.unit() as work:
        chains = work.deployments.chains()
    if chains and context.chain.chain_id not in chains:
        # A node address that was typed wrongly must not bring members' payouts to a chain of strangers.
        raise OtherChainInUse(chains, context.chain.chain_id)
    result.sent_again += resend(context)


def _note_quorum(context: Context, community_id: UUID, result: Published) -> None:
    """Note who may sign and whose keys are held, for those who ask without a chain."""
    try:
        place = place_of(context, community_id)
    except NotDeployed:
        return
    ask = partial(context.ledger.quorum, place.ledger, place.community)
    quorum = _patiently(context, result, partial(_remembering, context, result, ask))
    held = len(context.chain.held_reporters & set(quorum.reporters))
    noted = NotedQuorum(community_id, quorum.epoch, quorum.threshold, quorum.reporters, held)
    with context.unit() as work:
        known = work.noted_quorums.of(community_id)
        if known is None or replace(known, noted_at=None) != noted:
            work.noted_quorums.put(noted)
            work.commit()


def _patiently(context: Context, result: Published, action: Callable[[], T]) -> T:
    """Do it; while the node is away, wait, send again what it forgot meanwhile, and do it again.

    A node that answers with an error is not away: waiting would not help.
    """
    pace = context.pace
    waited_s, pause_s = 0.0, pace.away_s
    while True:
        try:
            if waited_s:
                _begin(context, result)
            return action()
        except NodeRefused:
            raise
        except NodeUnreachable as error:
            if waited_s >= pace.patience_s:
                raise
            _show_notes(context)
            context.progress("node", int(waited_s), int(pace.patience_s), f"waiting for the node: {error}")
            pace.sleep(pause_s)
            waited_s, pause_s = waited_s + pause_s, min(2 * pause_s, 5.0)


def _remembering(context: Context, result: Published, action: Callable[[], T]) -> T:
    """Do it; where the chain was reorganised under it, give back what it forgot, and do it again.

    A contract that lost its history refuses, or answers otherwise than it did: such an error is looked into
    before it is believed.
    """
    for _ in range(REORGANISATIONS_MAX):
        try:
            return action()
        except NodeUnreachable:
            raise
        except ChainForgot:
            # Or one answer of an older block: then nothing has to be sent, and a moment later all is well.
            context.pace.sleep(context.pace.poll_s)
        except OracleError:
            if not was_reorganised(context):
                raise
        result.sent_again += resend(context)
    return action()


def _show_notes(context: Context) -> None:
    """Show what happened to the node's addresses, one line each."""
    for note in context.chain.notes():
        context.progress("node", 0, 0, note)


def _queues(context: Context, community_id: UUID | None) -> list[UUID]:
    """Communities with open messages, the oldest message first."""
    with context.unit() as work:
        return list(dict.fromkeys(row.community_id for row in work.outbox.open_rows(community_id)))


def _with_vaults(context: Context, community_id: UUID | None) -> list[UUID]:
    """Communities with a vault on this chain, or the one if it has one."""
    with context.unit() as work:
        deployed = work.deployments.of_chain(context.chain.chain_id)
    owners = [row.community_id for row in deployed if row.kind is ContractKind.VAULT]
    return [owner for owner in owners if owner is not None and community_id in (None, owner)]


def _work_queue(context: Context, community_id: UUID, result: Published) -> None:
    while (message := _next(context, community_id)) is not None:
        total = result.done + _open_count(context, community_id)
        work = partial(_remembering, context, result, partial(_work_message, context, message))
        sentence = _patiently(context, result, work)
        _show_notes(context)
        result.done += 1
        if message.topic == "settle":
            result.settled.add(community_id)
        context.progress(message.topic, result.done, total, sentence)


def _next(context: Context, community_id: UUID) -> OutboxRow | None:
    with context.unit() as work:
        return work.outbox.next_open(community_id)


def _open_count(context: Context, community_id: UUID) -> int:
    with context.unit() as work:
        return len(work.outbox.open_rows(community_id))


def _work_message(context: Context, message: OutboxRow) -> str:
    """Do what the message asks, unless the guardian cancelled the distribution that it is about."""
    try:
        return _carry_out(context, message)
    except DistributionCancelled as error:
        stopped_by: OracleError = error
    except TransactionReverted as error:
        if message.topic != "settle":
            raise
        # It was signed before the guardian cancelled what it builds on.
        stopped_by = error
    sentence = take_up_cancellations(context, message.community_id)
    if sentence is None:
        raise stopped_by
    return sentence


def _carry_out(context: Context, message: OutboxRow) -> str:
    """Run the message's steps from the first; what an earlier run did is found, not done again."""
    steps = TOPICS[message.topic](context, message)
    sentences = []
    finish: Finish
    try:
        step = next(steps)
        while True:
            outcome = deliver(context, message, step)
            sentences.append(f"block {outcome.block_number}, {outcome.gas_used} gas")
            step = steps.send(outcome)
    except StopIteration as end:
        finish = end.value
    context.checkpoint(f"finishing {message.topic}")
    with context.unit() as work:
        finish(work)
        work.outbox.done(message.id)
        work.commit()
    context.checkpoint(f"done {message.topic}")
    return "; ".join(sentences) or "was already done"
