"""A recomputed evidence pack against the contracts: what was settled, with what money and which energy."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from oracle.attest.keccak import keccak256
from oracle.attest.payout_tree import Node
from oracle.audit.days import PostedDay
from oracle.audit.pack import PackFacts
from oracle.audit.settled import MonthSum
from oracle.chain.check import WORD, Check, euro, hexed, integer
from oracle.chain.verify_payouts import check_root
from oracle.errors import NodeUnreachable
from settlement.domain.calendar import day_of_number, month_first_day, month_number

SETTLED = keccak256(
    b"Settled(uint32,bytes32,bytes32,uint8,uint64,uint64,uint64,uint64,uint64,uint64,uint256,int256,"
    b"uint256,uint40)"
)
DAY_ACCEPTED = keccak256(b"DayAccepted(bytes32,uint32,bytes32,bytes32,bytes32,bytes32,uint32,bytes32,bytes)")
_FIELDS = ("root", "depth", "amount", "producers", "social", "grid", "pool", "carry", "shared", "adjustment")
# Two more words: the hidden days and the time of first payment.


class _Log(NamedTuple):
    """An event: its topics, its data in words, and where it stands."""

    topics: tuple[bytes, ...]
    words: tuple[bytes, ...]
    transaction: bytes
    block: int
    block_hash: bytes


def check_pack(check: Check, facts: PackFacts) -> None:
    """Checks 5 to 9 of a pack."""
    _check_contracts(check, facts)
    words = f"the {len(facts.division.leaves)} leaves end"
    check_root(check, facts.distribution, Node(facts.top.root, facts.top.funded), facts.top.depth, words)
    _check_event(check, facts)
    _check_receipts(check, facts)
    corrected = _check_days(check, facts)
    _check_months(check, facts.months, corrected)


def _check_contracts(check: Check, facts: PackFacts) -> None:
    """Check 5: the pack's ledger is the trusted one, which the vault obeys for the pack's community."""
    trust = check.trust
    check.require(
        facts.ledger == trust.ledger,
        f"the pack speaks of ledger {facts.ledger}, the trust file names {trust.ledger}",
    )
    (ledger,) = check.view(trust.vault, "ledger()", words=1)
    check.require(
        hexed(ledger[12:]) == trust.ledger,
        f"the trusted vault obeys ledger {hexed(ledger[12:])}, the trust file names {trust.ledger}",
    )
    (community,) = check.view(trust.vault, "community()", words=1)
    check.require(
        community == facts.community,
        f"the pack is of community {hexed(facts.community)}, the trusted vault serves {hexed(community)}",
        f"ledger {trust.ledger}, community {hexed(community)}",
    )


def _check_event(check: Check, facts: PackFacts) -> None:
    """Check 7: the vault's event has the pack's evidence and figures."""
    log = _settled_log(check, facts.distribution)
    evidence, fields = log.topics[2], log.words
    check.require(
        evidence == facts.evidence,
        f"the pack's evidence is {hexed(facts.evidence)}, the vault settled {hexed(evidence)}: a case file "
        "or a settlement is not the one that was signed",
        f"the vault settled the evidence {hexed(evidence)}",
    )
    division = facts.division
    expected = {
        "root": integer(facts.top.root),
        "depth": facts.top.depth,
        "amount": division.amount,
        **division.parts,
        "pool": division.pool,
        "carry": division.carry,
    }
    found = dict(zip(_FIELDS, map(integer, fields), strict=False))
    for name, value in expected.items():
        check.require(found[name] == value, f"{name}: the pack says {value}, the vault settled {found[name]}")
    check.compared.append(f"root, depth and sums of the settlement of {euro(division.amount)}")
    _check_shared(check, facts, found["shared"], hidden_days=integer(fields[10]))
    block = hexed(log.block_hash)
    check.require(
        block == hexed(facts.block_hash),
        f"the vault settled in block {block}, the pack says {hexed(facts.block_hash)}: the chain was "
        "rewritten since the pack was made",
        f"settled in block {log.block}, {block}",
    )
    check.status = f"settled by transaction {hexed(log.transaction)}"


def _check_shared(check: Check, facts: PackFacts, shared_wh: int, *, hidden_days: int) -> None:
    """The energy that the vault read from the ledger; hidden days are not in it."""
    holds = shared_wh <= facts.shared_wh if hidden_days else shared_wh == facts.shared_wh
    if any(row.sums_wh is None for row in facts.months):
        # A vault settles whole months; the settlements have parts of them.
        return
    check.require(
        holds,
        f"the pack's settlements share {facts.shared_wh} Wh, the vault settled {shared_wh} Wh",
        f"{shared_wh} Wh shared" + (f", without {hidden_days} hidden days" if hidden_days else ""),
    )


def _settled_log(check: Check, distribution: int) -> _Log:
    logs = _logs(check, check.trust.vault, [hexed(SETTLED), _word(distribution)])
    if len(logs) != 1 or len(logs[0].topics) != 3 or len(logs[0].words) != len(_FIELDS) + 2:
        # The vault has the distribution, so the event was there.
        raise NodeUnreachable(
            f"the node has not the event of distribution {distribution}, which alone names the evidence: ask "
            "a node that keeps old logs"
        )
    return logs[0]


def _check_receipts(check: Check, facts: PackFacts) -> None:
    """Check 8: the treasurer credited each receipt's net, and it was used."""
    for receipt in facts.receipts:
        amount, used = check.view(check.trust.vault, "creditOf(bytes32)", receipt.hash, words=2)
        check.require(
            integer(amount) == receipt.net_micro_eur and any(used),
            f"receipt {hexed(receipt.hash)} of {euro(receipt.net_micro_eur)}: the vault has "
            f"{euro(integer(amount))}, {'used' if any(used) else 'not used'}",
        )
    check.compared.append(f"{len(facts.receipts)} receipts were credited and used")


def _check_days(check: Check, facts: PackFacts) -> set[tuple[bytes, int]]:
    """Check 9: each report is the ledger's, or was; returns configurations and months corrected since."""
    each = [(day.configuration, day.day) for day in facts.days]
    stored = check.views(check.trust.ledger, "reportOf(bytes32,uint32)", each, words=1) if each else []
    corrected = set()
    for day, (report,) in zip(facts.days, stored, strict=True):
        if report != day.report:
            _require_accepted(check, day)
            corrected.add((day.configuration, month_number(day_of_number(day.day))))
    check.compared.append(f"{len(each)} days' reports are the ledger's")
    if corrected:
        check.status += f"; {len(corrected)} months have a day that was corrected since"
    return corrected


def _require_accepted(check: Check, day: PostedDay) -> None:
    topics = [hexed(DAY_ACCEPTED), hexed(day.configuration), _word(day.day)]
    accepted = {log.words[0] for log in _logs(check, check.trust.ledger, topics)}
    check.require(
        day.report in accepted,
        f"the ledger never accepted the pack's report {hexed(day.report)} of {day_of_number(day.day)}",
    )


def _check_months(check: Check, months: Sequence[MonthSum], corrected: set[tuple[bytes, int]]) -> None:
    """The ledger's totals of whole months that nobody corrected since; hidden days are not in them."""
    wanted = [row for row in months if row.sums_wh and (row.configuration, row.month) not in corrected]
    each = [(row.configuration, row.month) for row in wanted]
    answers = check.views(check.trust.ledger, "totalsOf(bytes32,uint32)", each, words=9) if each else []
    for row, words in zip(wanted, answers, strict=True):
        name, hidden = f"{month_first_day(row.month):%Y-%m}", integer(words[6])
        found = tuple(integer(word) for word in words[:3])
        if hidden:
            check.compared.append(f"{name}: {hidden} days are hidden, the ledger's totals are without them")
            continue
        check.require(
            found == row.sums_wh,
            f"{name}: the pack says {row.sums_wh} Wh injected, withdrawn and shared, the ledger {found} Wh",
            f"{name}: {found[0]} Wh injected, {found[1]} withdrawn, {found[2]} shared",
        )


def _logs(check: Check, contract: str, topics: Sequence[str]) -> list[_Log]:
    assert check.head is not None
    query = {"address": contract, "fromBlock": "0x0", "toBlock": hex(check.head.number), "topics": topics}
    found = check.rpc.call("eth_getLogs", query)
    try:
        return [_log(check, log) for log in found]
    except (LookupError, TypeError) as error:
        raise NodeUnreachable(f"{check.rpc.url} answered logs that are none") from error


def _log(check: Check, log: Mapping[str, Any]) -> _Log:
    read, data = check.rpc.octets, check.rpc.octets(log["data"])
    return _Log(
        tuple(read(topic) for topic in log["topics"]),
        tuple(data[at : at + WORD] for at in range(0, len(data), WORD)),
        read(log["transactionHash"]),
        check.rpc.integer(log["blockNumber"]),
        read(log["blockHash"]),
    )


def _word(value: int) -> str:
    return hexed(value.to_bytes(WORD, "big"))
