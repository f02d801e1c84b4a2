"""Where a distribution stands on the ledger, in words that a statement prints."""

from typing import Protocol

from oracle.work import DeploymentsReader, SettledDistributionsReader, TransactionsReader
from settlement.domain.records import Distribution


class PlaceWork(Protocol):
    """What is read of this side."""

    @property
    def deployments(self) -> DeploymentsReader: ...
    @property
    def settled_distributions(self) -> SettledDistributionsReader: ...
    @property
    def transactions(self) -> TransactionsReader: ...


def ledger_place(work: PlaceWork, distribution: Distribution) -> dict[str, str]:
    """Chain, vault and block of the settlement, label by value; empty before a vault accepted it.

    The block is the ledger's head as the settlement saw it: a member finds the same hash at its own node, or
    the operator showed it another chain.
    """
    settled = work.settled_distributions.of(distribution.id)
    vaults = work.deployments.of_community(distribution.community_id)
    if settled is None or not vaults:
        return {}
    sent = work.transactions.of_community(distribution.community_id)
    transaction = next(row for row in sent if row.id == settled.transaction_id)
    assert transaction.block_hash is not None, "a settlement that was accepted has its block"
    return {
        "chain": str(transaction.chain_id),
        "vault": f"0x{vaults[0].address.hex()}",
        "transaction": f"0x{transaction.hash.hex()}",
        "block": f"{transaction.block_number} 0x{transaction.block_hash.hex()}",
    }
