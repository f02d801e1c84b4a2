"""One step of a message: decide (nonce, signature, stored bytes), send, await, record. Exactly once.

Any of it may be cut off by a crash. What was decided is in the database before anything leaves, so the next
run finds it and goes on; the nonce makes sending the same bytes twice harmless.
"""

from oracle.errors import ChainForgot, NodeRefused, NonceTaken, NotFinal, NotMined, TransactionReverted
from oracle.ports import Outcome, Signed
from oracle.records import StoredTransaction, TransactionState
from oracle.usecases.context import Context, Step
from settlement.domain.identifiers import uuid7
from settlement.domain.records import OutboxRow


def deliver(context: Context, message: OutboxRow, step: Step) -> Outcome:
    """The final outcome of a step, whoever began it.

    Raises CallReverted when the contract would refuse it (nothing is signed), TransactionReverted when it was
    mined without effect (nothing is signed again unless the context allows a retry).
    """
    transaction = _stored(context, message, step)
    if transaction is None:
        transaction = _decide(context, message, step, attempt=1)
    elif transaction.state is TransactionState.REVERTED:
        if not context.retry_reverted:
            raise TransactionReverted(message.key, step.name, _hex(transaction.hash))
        transaction = _decide(context, message, step, attempt=transaction.attempt + 1)
    outcome = send_and_await(context, transaction)
    with context.unit() as work:
        work.transactions.record(transaction.id, outcome)
        if step.record is not None and outcome.succeeded:
            step.record(work, transaction, outcome)
        work.commit()
    context.checkpoint(f"recorded {step.name}")
    if not outcome.succeeded:
        raise TransactionReverted(message.key, step.name, _hex(outcome.hash))
    return outcome


def send_and_await(context: Context, transaction: StoredTransaction) -> Outcome:
    """Send the stored bytes unless they are in the chain, and wait until their outcome is final.

    Raises NotMined when no block takes them in time, NotFinal when their block does not count in time,
    NonceTaken when another transaction has their nonce, ChainForgot when earlier ones of ours are gone.
    """
    found = _outcome(context, transaction)
    if found is None:
        transaction = _send(context, transaction)
        context.checkpoint(f"sent {transaction.step}")
        found = _await(context, transaction)
    context.checkpoint(f"mined {transaction.step}")
    return found


def require_own_nonces(context: Context, known: int | None, count: int) -> int:
    """The next nonce; `known` is one more than the highest stored one, `count` what the chain holds.

    Raises NonceTaken when the chain holds transactions of our account that the database does not know.
    """
    if known is not None and count > known:
        raise NonceTaken(_hex(context.chain.sender), known, count)
    return count if known is None else known


def _stored(context: Context, message: OutboxRow, step: Step) -> StoredTransaction | None:
    with context.unit() as work:
        return work.transactions.of_message(message.id).get(step.name)


def _decide(context: Context, message: OutboxRow, step: Step, attempt: int) -> StoredTransaction:
    chain = context.chain
    context.checkpoint(f"deciding {step.name}")
    with context.unit() as work:
        # Two publishers of one account must not allot the same nonce.
        work.lock(f"nonce:{chain.chain_id}:{_hex(chain.sender)}")
        call = step.build(work)
        count = chain.transaction_count()
        nonce = require_own_nonces(context, work.transactions.next_nonce(chain.chain_id, chain.sender), count)
        _require_remembered(work.transactions.mined_nonce(chain.chain_id, chain.sender), count)
        signed = chain.sign(call, nonce)
        transaction = StoredTransaction(
            id=uuid7(),
            chain_id=chain.chain_id,
            sender=chain.sender,
            nonce=nonce,
            outbox_id=message.id,
            step=step.name,
            attempt=attempt,
            sentence=call.sentence,
            receiver=call.to,
            raw=signed.raw,
            hash=signed.hash,
        )
        work.transactions.add(transaction)
        work.commit()
    context.checkpoint(f"decided {step.name}")
    return transaction


def _send(context: Context, transaction: StoredTransaction) -> StoredTransaction:
    """Send, with a higher fee if the node refuses and the market asks for one."""
    try:
        context.chain.send(Signed(transaction.raw, transaction.hash))
    except NodeRefused:
        if any(context.chain.knows(version) for version in transaction.earlier_hashes):
            return transaction
        count = context.chain.transaction_count()
        if count > transaction.nonce:
            raise NonceTaken(_hex(context.chain.sender), transaction.nonce, count) from None
        better = _outbid(context, transaction)
        if better is None:
            raise
        context.chain.send(Signed(better.raw, better.hash))
        return better
    return transaction


def _outbid(context: Context, transaction: StoredTransaction) -> StoredTransaction | None:
    """The same nonce and call at the market's fee, stored before it is sent; None when the fee suffices."""
    signed = context.chain.outbid(transaction.raw)
    if signed is None:
        return None
    with context.unit() as work:
        work.transactions.replace(transaction, signed)
        work.commit()
        return work.transactions.of_message(transaction.outbox_id)[transaction.step]


def _await(context: Context, transaction: StoredTransaction) -> Outcome:
    pace = context.pace
    began = last_sent = pace.monotonic()
    pause = pace.poll_s
    while True:
        found = _outcome(context, transaction)
        if found is not None:
            return found
        now = pace.monotonic()
        if now - last_sent > pace.resend_after_s:
            _require_earlier(context, transaction)
        block = _block(context, transaction)
        _require_patience(context, transaction, block, now - began)
        if block is None and now - last_sent > pace.resend_after_s:
            # Nodes forget waiting transactions, blocks are reorganised, fees rise.
            transaction = _outbid(context, transaction) or transaction
            transaction = _send(context, transaction)
            last_sent = now
        pace.sleep(pause)
        pause = min(pause * 2, pace.poll_most_s)


def _require_patience(
    context: Context, transaction: StoredTransaction, block: int | None, waited_s: float
) -> None:
    """Raises NotMined or NotFinal when the wait was long enough."""
    if block is None and waited_s > context.pace.patience_s:
        raise NotMined(transaction.sentence, _hex(transaction.hash), int(waited_s))
    if block is not None and waited_s > context.pace.final_s:
        raise NotFinal(transaction.sentence, _hex(transaction.hash), block, int(waited_s))


def _require_earlier(context: Context, transaction: StoredTransaction) -> None:
    """No block takes a nonce before the ones below it: send those again that still wait.

    Raises ChainForgot when one of them was in the chain: what it did has to be compared once it is back.
    """
    chain, count = context.chain, context.chain.transaction_count()
    if count >= transaction.nonce:
        return
    with context.unit() as work:
        stored = work.transactions.of_sender(chain.chain_id, chain.sender, from_nonce=count)
    earlier = [row for row in stored if row.nonce < transaction.nonce]
    mined = [row.nonce for row in earlier if row.state is not TransactionState.SIGNED]
    _require_remembered(max(mined, default=None), count)
    for row in earlier:
        _send(context, _outbid(context, row) or row)


def _require_remembered(mined: int | None, count: int) -> None:
    """Raises ChainForgot when the nonce of a transaction that is recorded as mined is free on the chain."""
    if mined is not None and count <= mined:
        raise ChainForgot(mined + 1, count)


def _block(context: Context, transaction: StoredTransaction) -> int | None:
    """The block that holds any version of the transaction now."""
    blocks = (context.chain.block_of(version) for version in transaction.hashes)
    return next((block for block in blocks if block is not None), None)


def _outcome(context: Context, transaction: StoredTransaction) -> Outcome | None:
    for version in transaction.hashes:
        found = context.chain.outcome(version)
        if found is not None:
            return found
    return None


def _hex(octets: bytes) -> str:
    return "0x" + octets.hex()
