"""Give the chain back what it forgot: every stored transaction, byte for byte, in the order of the nonces.

A local node may lose its last second, or its whole state file; a chain may reorganise. Nothing is signed
here: the same bytes lead to the same addresses and the same state, and outcomes are compared with the record.
"""

from oracle.errors import ContractsMissing, LedgerDiverges, NonceTaken
from oracle.records import StoredTransaction, TransactionState
from oracle.usecases.context import Context
from oracle.usecases.delivery import require_own_nonces, send_and_await

# Blocks may be replaced until they are final; this many of our newest transactions are looked up again.
RECENT_TRANSACTIONS = 64


def resend(context: Context) -> int:
    """Number of transactions that the chain did not have and has again.

    Raises NonceTaken, LedgerDiverges when an outcome differs from the record, ContractsMissing.
    """
    with context.unit() as work:
        stored = work.transactions.of_sender(context.chain.chain_id, context.chain.sender)
    forgotten = _forgotten(context, stored) if stored else []
    for number, transaction in enumerate(forgotten, start=1):
        _compare_and_record(context, transaction)
        sentence = f"the chain had forgotten: {transaction.sentence}"
        context.progress("resend", number, len(forgotten), sentence)
    _require_contracts(context)
    return sum(transaction.state is not TransactionState.SIGNED for transaction in forgotten)


def _forgotten(context: Context, stored: list[StoredTransaction]) -> list[StoredTransaction]:
    """The stored transactions from the chain's next nonce on; what the chain has is looked up again."""
    require_own_nonces(context, stored[-1].nonce + 1)
    count = context.chain.transaction_count()
    present = [transaction for transaction in stored if transaction.nonce < count]
    _require_ours(context, present, count)
    for transaction in present[-RECENT_TRANSACTIONS:]:
        _look_again(context, transaction)
    return stored[len(present) :]


def _require_ours(context: Context, present: list[StoredTransaction], count: int) -> None:
    """The newest nonce in the chain must be our stored transaction, then so are all before it."""
    if present and not any(context.chain.knows(version) for version in present[-1].hashes):
        raise NonceTaken("0x" + context.chain.sender.hex(), present[-1].nonce, count)


def _look_again(context: Context, transaction: StoredTransaction) -> None:
    """Note an outcome that a crash kept from the record, or the block that a reorganisation moved it to."""
    for version in transaction.hashes:
        outcome = context.chain.outcome(version)
        if outcome is not None and outcome.block_hash != transaction.block_hash:
            _compare_and_record(context, transaction)
            return


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
