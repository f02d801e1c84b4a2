"""Does a receipt, a list or a tree match the chain? Three verdicts, from chain and trust file alone.

Order of checks (the stand-alone page has the same one):
1 the node answers; 2 its chain id is the trusted one; 3 the receipt's chain id and contract are the trusted
ones; 4 there is a contract; then
for a payout 5 the leaf's path is well formed; 6 root and sum at its top, depth and time are those that the
vault keeps the hash of; 7 status;
for a tree 5 every leaf is one that the vault can pay, and at its place; 6 the leaves add up to what the file
says; 7 as 6 of a payout; 8 status of every leaf;
for a reading 5 the entry that it opens leads to the root of the report's list; 6 the report's id is the one
that the ledger stores, for a configuration of the trusted vault's community;
for a list 5 as 6 of a reading; 6 the ids are the report's roster; 7 the entries are the report's list; 8
hidden totals are those that the file opens; 9 the commitments add up to the totals;
for an anchored file 5 one of its digests stands in an anchor of the trusted vault's community.

Every state that is compared is read at one block, the ledger's head, which the result names: a chain that is
run by the operator proves nothing against the operator, and heads that were written down elsewhere do.
"""

from collections.abc import Callable

from oracle.chain.check import Check, Head, Mismatch, Result, Verdict
from oracle.chain.receipt import PayoutReceipt, PublishedTree, ReadingReceipt, ReadingsList
from oracle.chain.rpc import Rpc
from oracle.chain.trust import Trust
from oracle.chain.verify_anchor import AnchoredFile, check_anchor
from oracle.chain.verify_payouts import check_payout, check_tree
from oracle.chain.verify_readings import check_list, check_reading
from oracle.errors import NodeUnreachable

__all__ = [
    "Head",
    "Result",
    "Verdict",
    "verify_anchor",
    "verify_list",
    "verify_payout",
    "verify_reading",
    "verify_tree",
]

File = PayoutReceipt | PublishedTree | ReadingReceipt | ReadingsList


def verify_payout(receipt: PayoutReceipt, trust: Trust, rpc: Rpc) -> Result:
    """Whether the vault funds exactly this leaf, and what became of it."""
    return _verdict(Check(rpc, trust), receipt, trust.vault, receipt.vault)


def verify_tree(tree: PublishedTree, trust: Trust, rpc: Rpc) -> Result:
    """Whether these are all leaves of the vault's distribution, and what became of them."""
    return _verdict(Check(rpc, trust), tree, trust.vault, tree.vault)


def verify_reading(receipt: ReadingReceipt, trust: Trust, rpc: Rpc) -> Result:
    """Whether these readings are among those that the accepted report of the day commits to."""
    return _verdict(Check(rpc, trust), receipt, trust.ledger, receipt.ledger)


def verify_list(listed: ReadingsList, trust: Trust, rpc: Rpc) -> Result:
    """Whether this is the list of the accepted report of the day, and adds up to its hour totals."""
    return _verdict(Check(rpc, trust), listed, trust.ledger, listed.ledger)


def verify_anchor(file: AnchoredFile, trust: Trust, rpc: Rpc) -> Result:
    """Whether the trusted vault's community anchored a digest of the file."""
    check = Check(rpc, trust)
    return _concluded(check, lambda: _check_anchor(check, file))


def _verdict(check: Check, file: File, trusted: str, named: str) -> Result:
    return _concluded(check, lambda: _check_file(check, file, trusted, named))


def _check_file(check: Check, file: File, trusted: str, named: str) -> None:
    _check_place(check, file.chain_id, trusted, named)
    match file:
        case PayoutReceipt():
            check_payout(check, file)
        case PublishedTree():
            check_tree(check, file)
        case ReadingReceipt():
            check_reading(check, file)
        case ReadingsList():
            check_list(check, file)


def _check_anchor(check: Check, file: AnchoredFile) -> None:
    """A file names neither chain nor contract: those of the trust file are asked."""
    _check_place(check, check.trust.chain_id, check.trust.ledger, check.trust.ledger)
    check_anchor(check, file)


def _concluded(check: Check, checks: Callable[[], None]) -> Result:
    """The verdict of the checks, which end at the first that fails."""
    try:
        checks()
    except NodeUnreachable as error:
        return Result(Verdict.UNREACHABLE, str(error))
    except Mismatch as mismatch:
        return Result(Verdict.DOES_NOT_MATCH, str(mismatch), tuple(check.compared), head=check.head)
    return Result(Verdict.MATCHES, "", tuple(check.compared), check.status, check.counted, check.head)


def _check_place(check: Check, chain_id: int, trusted: str, named: str) -> None:
    """Checks 1 to 4: the right chain, the right contract, and that it exists."""
    found = check.rpc.chain_id()
    check.head = Head(*check.rpc.head())
    trust = check.trust
    check.require(
        found == trust.chain_id, f"the node serves chain {found}, the trust file names chain {trust.chain_id}"
    )
    check.require(
        chain_id == trust.chain_id,
        f"the receipt speaks of chain {chain_id}, the trust file names chain {trust.chain_id}",
        f"chain {trust.chain_id}",
    )
    check.require(
        named == trusted,
        f"the receipt speaks of contract {named}, the trust file names {trusted}",
        f"contract {trusted}",
    )
    check.require(
        check.rpc.code(trusted, check.head.number) != b"",
        f"there is no contract at {trusted} in block {check.head.number} of this chain",
    )
