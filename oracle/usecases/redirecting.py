"""A payout whose owner lost the key goes to another payee, by resolution and unless the owner refuses."""

from oracle.attest.payout_tree import (
    ADDRESS_BYTES,
    ZERO_ADDRESS,
    Channel,
    Leaf,
    Node,
    encode_leaf,
    encode_proof,
)
from oracle.records import ContractKind
from oracle.usecases.moving import owner_of
from oracle.usecases.resolutions import (
    DISTRIBUTION_MAX,
    FIRST_SINGLE,
    Action,
    bank_leaf,
    wallet_leaf,
)


def redirected_to_wallet(former: Leaf, account: bytes) -> Leaf:
    """The same amount to a wallet. Raises ValueError as `resolutions.wallet_leaf`."""
    return wallet_leaf(account, former.amount_micro_eur)


def redirected_to_bank(former: Leaf, iban_hash: bytes, owner: bytes = ZERO_ADDRESS) -> Leaf:
    """The same amount by bank. The former owner's key is lost: unless another is named, nobody moves it."""
    return bank_leaf(iban_hash, former.amount_micro_eur, owner)


def redirect(
    vault: bytes, place: tuple[int, int], former: Leaf, proof: tuple[Node, ...], leaf: Leaf, resolution: bytes
) -> Action:
    """Give a leaf another payee; `place` is its distribution and index, `resolution` the document's hash.

    Raises ValueError where nobody could refuse, or the former owner would have it again.
    """
    heir = leaf.payee[-ADDRESS_BYTES:] if leaf.channel is Channel.WALLET else leaf.owner
    if heir == owner_of(former):
        raise ValueError(
            f"the payout would stay with 0x{heir.hex()}, whose key is lost: name another wallet, or another "
            "owner or none for a bank payout"
        )
    branch = (*place, encode_leaf(former), encode_proof(proof))
    return Action(ContractKind.VAULT, "redirect", (branch, encode_leaf(leaf), resolution), vault)


def refuse(vault: bytes, single: int, former: Leaf) -> Action:
    """Take a redirected payout back, as its former owner may for 14 days. Raises ValueError."""
    owner_of(former)
    if not FIRST_SINGLE <= single <= DISTRIBUTION_MAX:
        raise ValueError(
            f"{single} is no single payout: a redirection opens one, numbered from {FIRST_SINGLE} on, which "
            "`condivisa govern status` names"
        )
    return Action(ContractKind.VAULT, "refuseRedirection", (single, encode_leaf(former)), vault)
