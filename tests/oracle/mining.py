"""Send one transaction and wait for its block, and take blocks back again.

The local node mines behind the answer to the sender.
"""

import time

from oracle.chain.client import EvmChain
from oracle.chain.rpc import Rpc
from oracle.errors import NodeRefused
from oracle.ports import Call, Outcome

PATIENCE_S = 20.0


def mine(chain: EvmChain, call: Call) -> Outcome:
    """The outcome of a call sent with the account's next nonce. Raises TimeoutError."""
    signed = chain.sign(call, chain.transaction_count())
    chain.send(signed)
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        outcome = chain.outcome(signed.hash)
        if outcome is not None:
            return outcome
        time.sleep(0.01)
    raise TimeoutError(call.sentence)


def empty_blocks(rpc: Rpc, count: int) -> None:
    """So many blocks without a transaction."""
    rpc.call("anvil_mine", hex(count))


def reorganise(rpc: Rpc, depth: int) -> None:
    """Replace the newest blocks by as many empty ones; the node forgets what was in them."""
    deadline = time.monotonic() + PATIENCE_S
    while not _reorganised(rpc, depth):
        # The node is in the middle of a block.
        if time.monotonic() > deadline:
            raise TimeoutError(f"the node does not take {depth} blocks back")
        time.sleep(0.05)


def _reorganised(rpc: Rpc, depth: int) -> bool:
    try:
        rpc.call("anvil_reorg", depth, [])
    except NodeRefused:
        return False
    return True
