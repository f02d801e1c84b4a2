"""Does a receipt or a list match the chain? Three verdicts, from the chain and one's own trust file alone.

Order of checks (the stand-alone page has the same one):
1 the node answers; 2 its chain id is the trusted one; 3 the receipt's chain id and contract are the trusted
ones; 4 there is a contract; then for a payout 5 the leaf's path is well formed; 6 its top is the root that
the vault stores and the sum at its top is the funded sum; 7 status; for a reading 5 the entry that it opens
leads to the root of the report's list; 6 the report's id is the one that the ledger stores; and for a list
5 the report's id is the one that the ledger stores; 6 the ids are the report's roster; 7 the entries are the
report's list; 8 the commitments add up to the report's hour totals.

Every state that is compared is read at one block, the ledger's head, which the result names: a chain that is
run by the operator proves nothing against the operator, and heads that were written down elsewhere do.
"""

from dataclasses import dataclass, field
from enum import Enum

from oracle.attest.day_list import DayList, Entry, entry_leaf, is_ascending
from oracle.attest.hash_tree import root_of as list_root_of
from oracle.attest.hours import HOUR_BYTES, decode_hours
from oracle.attest.keccak import keccak256
from oracle.attest.messages import DayReport, report_id
from oracle.attest.month_key import pseudonym
from oracle.attest.payout_tree import Channel
from oracle.attest.payout_tree import root_of as payout_root_of
from oracle.attest.pedersen import commit
from oracle.chain.receipt import UINT64_MAX, PayoutReceipt, ReadingReceipt, ReadingsList
from oracle.chain.rpc import Rpc
from oracle.chain.trust import Trust
from oracle.errors import CallReverted, NodeUnreachable
from settlement.domain.calendar import day_of_number, month_number
from settlement.domain.rounding import micro_eur_text

WORD = 32
BATCH_MAX_LEAVES = 256


class Verdict(Enum):
    """The value is the exit status of `condivisa verify`."""

    MATCHES = 0
    DOES_NOT_MATCH = 1
    UNREACHABLE = 3


@dataclass(frozen=True, slots=True)
class Head:
    """The newest block of the node when the check was made; timestamp in seconds since 1970."""

    number: int
    hash: str
    timestamp: int


@dataclass(frozen=True, slots=True)
class Result:
    """A verdict; `reason` says why not MATCHES, `compared` what was found equal, `status` what was paid."""

    verdict: Verdict
    reason: str = ""
    compared: tuple[str, ...] = ()
    status: str = ""
    head: Head | None = None


class _Mismatch(Exception):  # noqa: N818 - the names of errors say what happened
    """The first comparison that failed."""


@dataclass(slots=True)
class _Check:
    """One verification under way."""

    rpc: Rpc
    trust: Trust
    compared: list[str] = field(default_factory=list)
    status: str = ""
    head: Head | None = None

    def require(self, holds: bool, otherwise: str, compared: str = "") -> None:
        if not holds:
            raise _Mismatch(otherwise)
        if compared:
            self.compared.append(compared)

    def view(self, contract: str, signature: str, *arguments: int | bytes, words: int) -> list[bytes]:
        """Words of a view function's answer at the head. A contract that does not know it does not match."""
        words_in = (value.to_bytes(WORD, "big") if isinstance(value, int) else value for value in arguments)
        calldata = keccak256(signature.encode())[:4] + b"".join(words_in)
        assert self.head is not None
        try:
            answer = self.rpc.eth_call(contract, calldata, self.head.number)
        except CallReverted as error:
            raise _Mismatch(f"the trusted contract {contract} refuses {signature}: {error.reason}") from error
        self.require(
            len(answer) == words * WORD,
            f"the trusted contract {contract} does not know {signature}: it is another kind of contract",
        )
        return [answer[at : at + WORD] for at in range(0, len(answer), WORD)]


def verify_payout(receipt: PayoutReceipt, trust: Trust, rpc: Rpc) -> Result:
    """Whether the vault funds exactly this leaf, and what became of it."""
    return _verdict(_Check(rpc, trust), receipt, trust.vault, receipt.vault)


def verify_reading(receipt: ReadingReceipt, trust: Trust, rpc: Rpc) -> Result:
    """Whether these readings are among those that the accepted report of the day commits to."""
    return _verdict(_Check(rpc, trust), receipt, trust.ledger, receipt.ledger)


def verify_list(listed: ReadingsList, trust: Trust, rpc: Rpc) -> Result:
    """Whether this is the list of the accepted report of the day, and adds up to its hour totals."""
    return _verdict(_Check(rpc, trust), listed, trust.ledger, listed.ledger)


def _verdict(
    check: _Check, receipt: PayoutReceipt | ReadingReceipt | ReadingsList, trusted: str, named: str
) -> Result:
    try:
        _check_place(check, receipt.chain_id, trusted, named)
        match receipt:
            case PayoutReceipt():
                _check_payout(check, receipt)
            case ReadingReceipt():
                _check_reading(check, receipt)
            case ReadingsList():
                _check_list(check, receipt)
    except NodeUnreachable as error:
        return Result(Verdict.UNREACHABLE, str(error))
    except _Mismatch as mismatch:
        return Result(Verdict.DOES_NOT_MATCH, str(mismatch), tuple(check.compared), head=check.head)
    return Result(Verdict.MATCHES, "", tuple(check.compared), check.status, check.head)


def _check_place(check: _Check, chain_id: int, trusted: str, named: str) -> None:
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


def _check_payout(check: _Check, receipt: PayoutReceipt) -> None:
    """Checks 5 to 7 of a payout."""
    levels = len(receipt.proof)
    check.require(receipt.index < 1 << levels, f"a path of {levels} levels has no leaf {receipt.index}")
    sums = receipt.leaf.amount_micro_eur + sum(node.sum for node in receipt.proof)
    check.require(sums <= UINT64_MAX, "the sums of the path exceed what the vault can count")
    top = payout_root_of(receipt.index, receipt.leaf, receipt.proof)

    root, funded, _, valid_at, depth = check.view(
        check.trust.vault, "distributionOf(uint32)", receipt.distribution, words=5
    )
    check.require(any(root), f"the vault has no distribution {receipt.distribution}")
    check.require(
        _integer(depth) == levels and top.hash == root,
        f"the leaf's path ends in {_hex(top.hash)}, the vault stores {_hex(root)}",
        f"the leaf's path ends in the stored root {_hex(root)}",
    )
    check.require(
        top.sum == _integer(funded),
        f"the leaves add up to {_euro(top.sum)}, the distribution is funded with {_euro(_integer(funded))}",
        f"all leaves together are exactly the funded {_euro(top.sum)}",
    )
    check.status = _status(check, receipt, _integer(valid_at))


def _check_reading(check: _Check, receipt: ReadingReceipt) -> None:
    """Checks 5 and 6 of a reading."""
    levels, report = len(receipt.proof), receipt.report
    check.require(receipt.position < 1 << levels, f"a path of {levels} levels has no leaf {receipt.position}")
    # A commitment does not tell a missing hour from one of 0 Wh: the report does.
    check.require(
        len(receipt.injected_wh) * HOUR_BYTES == len(report.hours),
        f"the receipt has {len(receipt.injected_wh)} hours and its report has not",
    )
    top = list_root_of(receipt.position, entry_leaf(_opened(receipt)), receipt.proof)
    check.require(
        top == report.root,
        f"the readings' path ends in {_hex(top)}, the report names {_hex(report.root)}",
        f"the readings' path ends in the root of the report's list {_hex(report.root)}",
    )
    _check_report(check, receipt.configuration, report)
    check.status = "committed"


def _opened(receipt: ReadingReceipt) -> Entry:
    """The list's entry that the receipt opens."""
    month = month_number(day_of_number(receipt.report.day))
    try:
        commitment = commit(receipt.blinding, receipt.injected_wh, receipt.withdrawn_wh)
    except ValueError as error:
        raise _Mismatch("the receipt's blinding is no number that could hide anything") from error
    return Entry(pseudonym(receipt.salt, month, receipt.pod), commitment)


def _check_report(check: _Check, configuration: bytes, report: DayReport) -> None:
    """The report is the one that the ledger holds of its day; from here on its fields are the chain's."""
    computed = report_id(report)
    (stored,) = check.view(check.trust.ledger, "reportOf(bytes32,uint32)", configuration, report.day, words=1)
    check.require(any(stored), "the ledger has no report of this configuration and day")
    check.require(
        computed == stored,
        f"the report is {_hex(computed)}, the ledger holds {_hex(stored)}: the file was changed, or the day "
        "was corrected since (then ask for a new one)",
        f"the ledger holds the report {_hex(computed)}",
    )


def _check_list(check: _Check, listed: ReadingsList) -> None:
    """Checks 5 to 8 of a list."""
    report, found = listed.report, DayList(listed.entries)
    _check_report(check, listed.configuration, report)
    check.require(
        len(listed.entries) == report.pods,
        f"the list has {len(listed.entries)} entries, the report counts {report.pods} PODs",
    )
    check.require(is_ascending(listed.entries), "the ids do not rise: an entry stands twice or out of order")
    check.require(
        found.roster == report.roster,
        f"the ids lead to {_hex(found.roster)}, the report names the roster {_hex(report.roster)}",
        f"the {report.pods} ids are the report's roster {_hex(report.roster)}",
    )
    check.require(
        found.root == report.root,
        f"the entries lead to {_hex(found.root)}, the report names {_hex(report.root)}",
        f"the entries are the report's list {_hex(report.root)}",
    )
    _check_totals(check, found, report)


def _check_totals(check: _Check, found: DayList, report: DayReport) -> None:
    """Check 8: the homomorphic sum opens to the posted totals."""
    try:
        injected, withdrawn = decode_hours(report.hours)
        adds_up = found.adds_up_to(report.blinding, injected, withdrawn)
    except ValueError as error:
        raise _Mismatch(f"the commitments cannot be added up: {error}") from error
    check.require(
        adds_up,
        "the commitments do not add up to the hour totals of the report: the reporters signed a wrong report",
        f"all commitments together open to the posted {2 * len(injected)} hour totals",
    )
    check.status = f"{report.pods} PODs together: {sum(injected)} Wh injected, {sum(withdrawn)} Wh withdrawn"


def _status(check: _Check, receipt: PayoutReceipt, valid_at: int) -> str:
    paid, reserved = check.view(
        check.trust.vault, "statusOf(uint32,uint32)", receipt.distribution, receipt.index, words=2
    )
    if any(paid):
        return f"paid{_paying_transaction(check, receipt)}"
    if any(reserved):
        return "reserved for a bank payment"
    assert check.head is not None
    if valid_at > check.head.timestamp:
        return f"open, payable from timestamp {valid_at}"
    return "open: not paid yet"


def _paying_transaction(check: _Check, receipt: PayoutReceipt) -> str:
    """Where the payment stands. Many nodes keep no old logs: that takes nothing from the verdict."""
    try:
        log = _paying_log(check, receipt)
    except (NodeUnreachable, KeyError, TypeError, ValueError):
        return " (this node does not tell by which transaction)"
    if log is None:
        return " (this node does not tell by which transaction)"
    return f" by transaction {log['transactionHash']} in block {int(str(log['blockNumber']), 16)}"


def _paying_log(check: _Check, receipt: PayoutReceipt) -> dict[str, object] | None:
    distribution, index = _word(receipt.distribution), _word(receipt.index)
    if receipt.leaf.channel == Channel.BANK:
        return _first(check, [_topic("BankConfirmed(uint32,uint32,bytes32,uint64)"), distribution, index])
    claimed = _first(check, [_topic("LeafClaimed(uint32,uint32,uint64)"), distribution, index])
    if claimed is not None:
        return claimed
    for log in _logs(check, [_topic("BatchPaid(uint32,uint32,uint256,uint256,uint64,uint64)"), distribution]):
        octets = bytes.fromhex(str(log["data"])[2:])
        start, paid = _integer(octets[:WORD]), _integer(octets[WORD : 2 * WORD])
        if 0 <= receipt.index - start < BATCH_MAX_LEAVES and paid >> (receipt.index - start) & 1:
            return log
    return None


def _first(check: _Check, topics: list[str]) -> dict[str, object] | None:
    return next(iter(_logs(check, topics)), None)


def _logs(check: _Check, topics: list[str]) -> list[dict[str, object]]:
    assert check.head is not None
    query = {
        "address": check.trust.vault,
        "fromBlock": "0x0",
        "toBlock": hex(check.head.number),
        "topics": topics,
    }
    found = check.rpc.call("eth_getLogs", query)
    return list(found) if isinstance(found, list) else []


def _topic(signature: str) -> str:
    return _hex(keccak256(signature.encode()))


def _word(value: int) -> str:
    return _hex(value.to_bytes(WORD, "big"))


def _hex(octets: bytes) -> str:
    return "0x" + octets.hex()


def _integer(word: bytes) -> int:
    return int.from_bytes(word, "big")


def _euro(amount_micro_eur: int) -> str:
    return f"{micro_eur_text(amount_micro_eur)} EUR"
