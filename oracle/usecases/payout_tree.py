"""The published payout tree of a distribution, from the database alone: enough to build it again.

It shows all wallets and amounts, and bank accounts as salted hashes: not for everybody, though every payment
shows its leaves on the chain.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from oracle.attest.payout_tree import hash_leaf
from oracle.usecases.payout_leaves import tree_of
from oracle.usecases.receipts import distribution_place, leaf_document, planned_place
from oracle.work import ReadingWork
from settlement.domain.records import Distribution
from settlement.domain.rounding import micro_eur_text

TREE_KIND = "condivisa/payout-tree/1"


def payout_tree(work: ReadingWork, distribution_id: UUID) -> Mapping[str, Any]:
    """All leaves by index, each with its hash, so that a changed one can be named.

    Raises NotFound, NotDeployed, DistributionNotSettled when no vault has accepted the distribution yet.
    """
    distribution, _ = distribution_place(work, distribution_id)
    return tree_document(work, distribution)


def tree_document(work: ReadingWork, distribution: Distribution) -> Mapping[str, Any]:
    """The same, whether or not a vault has accepted the distribution. Raises NotDeployed."""
    tree = tree_of(work.payouts.of_distribution(distribution.id))
    return {
        "kind": TREE_KIND,
        **planned_place(work, distribution),
        "total_eur": micro_eur_text(tree.total_micro_eur),
        "leaves": [
            leaf_document(leaf) | {"hash": "0x" + hash_leaf(index, leaf).hex()}
            for index, leaf in enumerate(tree.leaves)
        ],
    }
