"""Send one transaction and wait for its block: the local node mines behind the answer to the sender."""

import time

from oracle.chain.client import EvmChain
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
