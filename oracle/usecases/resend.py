"""Give the chain back what it forgot: every stored transaction, byte for byte, in the order of the nonces.

A local node may lose its last second, or its whole state file; a chain may reorganise, deeper than what
counted. Nothing is signed here: the same bytes lead to the same addresses and the same state, and outcomes
are compared with the record. What was recorded of them (accepted days, settled distributions, paid leaves,
done messages) was true and becomes true again, so no row is taken back.
"""

from oracle.errors import CallReverted, ChainForgot, ContractsMissing, LedgerDiverges, NonceTaken
from oracle.records import StoredTransaction, TransactionState
from oracle.usecases.context import Context
from oracle.usecases.delivery import require_own_nonces, send_and_await

# Blocks may be replaced until they are final: at least so many of our newest transactions are looked up.
RECENT_TRANSACTIONS = 64
REORGANISATIONS_MAX = 8
"""So often a chain may be reorganised under one attempt to give it back what it forgot."""


def resend(context: Context) -> int:
    """Number of transactions that the chain did not have and has again.

    Raises NonceTaken, LedgerDiverges when an outcome differs from the record, CallReverted when the contract
    would refuse now what it did before (nothing is sent then), ContractsMissing.
    """
    sent_again = 0
    for attempt in range(REORGANISATIONS_MAX):
        try:
            sent_again += _resend(context)
            break
        except ChainForgot:
            if attempt + 1 == REORGANISATIONS_MAX:
                raise
    _require_contracts(context)
    return sent_again


def was_reorganised(context: Context) -> bool:
    """Whether a recent transaction of ours left the chain or stands in another block than is recorded."""
    chain = context.chain
    count = chain.transaction_count()
    with context.unit() as work:
        mined = work.transactions.mined_nonce(chain.chain_id, chain.sender)
        recent = max(0, count - RECENT_TRANSACTIONS)
        stored = work.transactions.of_sender(chain.chain_id, chain.sender, from_nonce=recent)
    if mined is not None and count <= mined:
        return True
    settled = [row for row in stored if row.state is not TransactionState.SIGNED]
    return any(_found(context, row) != row.block_hash for row in settled)


def _found(context: Context, transaction: StoredTransaction) -> bytes | None:
    """Hash of the block in which some version counts now."""
    outcomes = (context.chain.outcome(version) for version in transaction.hashes)
    return next((found.block_hash for found in outcomes if found is not None), None)


def _resend(context: Context) -> int:
    """Raises ChainForgot when the chain is reorganised meanwhile."""
    forgotten = _forgotten(context)
    for number, transaction in enumerate(forgotten, start=1):
        if transaction.state is TransactionState.MINED:
            _rehearse(context, transaction)
        _compare_and_record(context, transaction)
        sentence = f"the chain had forgotten: {transaction.sentence}"
        context.progress("resend", number, len(forgotten), sentence)
        context.checkpoint(f"sent again {transaction.step}")
    return sum(transaction.state is not TransactionState.SIGNED for transaction in forgotten)


def _rehearse(context: Context, transaction: StoredTransaction) -> None:
    """What would be refused now must not use up its nonce: later, in another block, it may be right again.

    Raises ChainForgot when what comes before it is gone again, CallReverted.
    """
    count = context.chain.transaction_count()
    if count < transaction.nonce:
        raise ChainForgot(transaction.nonce, count)
    if any(context.chain.knows(version) for version in transaction.hashes):
        return
    try:
        context.chain.rehearse(transaction.raw, transaction.sentence)
    except CallReverted as error:
        what = f"to repeat what a reorganisation took back: {transaction.sentence}"
        raise CallReverted(what, error.reason, error.data) from error


def _forgotten(context: Context) -> list[StoredTransaction]:
    """The stored transactions from the chain's next nonce on; what the chain has is looked up again."""
    chain = context.chain
    count = chain.transaction_count()
    with context.unit() as work:
        known = work.transactions.next_nonce(chain.chain_id, chain.sender)
        if known is None:
            return []
        require_own_nonces(context, known, count)
        recent = max(0, min(count, known) - RECENT_TRANSACTIONS)
        stored = work.transactions.of_sender(chain.chain_id, chain.sender, from_nonce=recent)
    present = [transaction for transaction in stored if transaction.nonce < count]
    _require_ours(context, present, count)
    moved = [_look_again(context, transaction) for transaction in present]
    if any(moved[:1]):
        # The reorganisation began before them: look at all.
        with context.unit() as work:
            older = work.transactions.of_sender(chain.chain_id, chain.sender)
        for transaction in reversed([row for row in older if row.nonce < recent]):
            if not _look_again(context, transaction):
                break
    return stored[len(present) :]


def _require_ours(context: Context, present: list[StoredTransaction], count: int) -> None:
    """The newest nonce in the chain must be our stored transaction, then so are all before it."""
    if present and not any(context.chain.knows(version) for version in present[-1].hashes):
        raise NonceTaken("0x" + context.chain.sender.hex(), present[-1].nonce, count)


def _look_again(context: Context, transaction: StoredTransaction) -> bool:
    """Note an outcome that a crash kept from the record, or the block that a reorganisation moved it to.

    Whether the record changed.
    """
    for version in transaction.hashes:
        outcome = context.chain.outcome(version)
        if outcome is not None and outcome.block_hash != transaction.block_hash:
            _compare_and_record(context, transaction)
            return True
    return False


def _compare_and_record(context: Context, transaction: StoredTransaction) -> None:
    outcome = send_and_await(context, transaction)
    if transaction.state is not TransactionState.SIGNED:
        recorded = transaction.state is TransactionState.MINED
        what = f"transaction {transaction.nonce} ({transaction.sentence}), sent again"
        if outcome.succeeded != recorded:
            raise LedgerDiverges(f"{what}: success", recorded, outcome.succeeded)
        if outcome.contract != transaction.contract:
            raise LedgerDiverges(f"{what}: created contract", transaction.contract, outcome.contract)
    with context.unit() as work:
        work.transactions.record(transaction.id, outcome)
        work.commit()


def _require_contracts(context: Context) -> None:
    with context.unit() as work:
        deployments = work.deployments.of_chain(context.chain.chain_id)
    missing = [
        f"the {deployment.kind} at 0x{deployment.address.hex()}"
        for deployment in deployments
        if not context.chain.has_code(deployment.address)
    ]
    if missing:
        raise ContractsMissing(missing, context.chain.chain_id)
