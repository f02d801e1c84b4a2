"""
verify_pack
├── given a pack that comes out … and the chain that settled it, it should match
├── given a pack that is consistent in itself, and is not what was signed
│   └── it should not match, naming the evidence
├── given a day that was corrected since … it should match, and say so
└── given no node, other contracts, or a node without old logs … it should tell them apart
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from oracle.audit.pack import PackFacts, audit
from oracle.chain.rpc import Rpc
from oracle.chain.trust import Trust
from oracle.chain.verify import Result, Verdict, verify_pack
from oracle.store.unit_of_work import OracleReadOnlyUnitOfWork
from oracle.usecases.evidence_pack import evidence_pack
from settlement.domain.rule_files import rule_texts
from tests.oracle.audit.forging import forged
from tests.oracle.world import Published

pytestmark = pytest.mark.node
Files = dict[str, bytes]


@pytest.fixture(scope="module")
def files(published: Published) -> Files:
    """The pack of the published world."""
    with OracleReadOnlyUnitOfWork(published.world.engine) as work:
        return dict(evidence_pack(work, published.world.distribution.id))


@pytest.fixture(scope="module")
def facts(files: Files) -> PackFacts:
    """What the recomputed pack says of the chain."""
    return facts_of(files)


def facts_of(files: Files) -> PackFacts:
    found = audit(files, rule_texts())
    assert found.facts is not None, found.difference
    return found.facts


def checked(facts: PackFacts, trust: Trust) -> Result:
    return verify_pack(facts, trust, Rpc(trust.rpc))


class Deaf(Rpc):
    """A node that lets answers of one method be replaced."""

    def call(self, method: str, *params: object) -> Any:
        return [] if method == "eth_getLogs" else super().call(method, *params)


def test_verify_pack__true_pack__matches_and_names_what_was_compared(
    facts: PackFacts, published: Published
) -> None:
    result = checked(facts, published.trust)
    assert (result.verdict, result.reason) == (Verdict.MATCHES, "")
    assert result.status.startswith("settled by transaction 0x")
    assert f"the vault settled the evidence 0x{facts.evidence.hex()}" in result.compared
    assert "31 days' reports are the ledger's" in result.compared
    assert "1 receipts were credited and used" in result.compared
    assert any(line.startswith("2024-07: ") for line in result.compared)
    assert result.head is not None


def test_verify_pack__consistent_forgery__is_not_the_signed_evidence(
    files: Files, published: Published
) -> None:
    """A price of a night hour moves no figure: the pack comes out, and only the chain knows better."""
    path = "settlements/1/prices.csv"
    lines = files[path].decode().splitlines(keepends=True)
    night = next(at for at, line in enumerate(lines) if "T01:00" in line)
    lines[night] = lines[night].rsplit(",", 1)[0] + ",99.9\n"
    false = facts_of(forged(files, path, "".join(lines).encode()))
    result = checked(false, published.trust)
    assert result.verdict is Verdict.DOES_NOT_MATCH
    assert result.reason.startswith(f"the pack's evidence is 0x{false.evidence.hex()}, the vault settled 0x")


def changed(facts: PackFacts) -> Sequence[tuple[PackFacts, str]]:
    """Facts that differ in one thing, and how the sentence begins."""
    day, month, receipt = facts.days[3], facts.months[0], facts.receipts[0]
    assert month.sums_wh is not None
    more = facts.division.amount + 1
    other = bytes([1]) * 32
    return [
        (facts._replace(ledger="0x" + "00" * 20), "the pack speaks of ledger 0x00"),
        (facts._replace(vault="0x" + "00" * 20), "the receipt speaks of contract 0x00"),
        (facts._replace(chain_id=1), "the receipt speaks of chain 1"),
        (facts._replace(community=other), "the pack is of community 0x01"),
        (facts._replace(distribution=2), "the vault has no distribution 2"),
        (facts._replace(top=facts.top._replace(root=other)), "the 7 leaves end in root 0x01"),
        (facts._replace(top=facts.top._replace(funded=1)), "the 7 leaves end in root"),
        (facts._replace(division=facts.division._replace(amount=more)), "amount: the pack says 1234560001"),
        (facts._replace(division=facts.division._replace(carry=1)), "carry: the pack says 1"),
        (facts._replace(shared_wh=1), "the pack's settlements share 1 Wh, the vault settled "),
        (facts._replace(block_hash=other), "the vault settled in block 0x"),
        (facts._replace(receipts=(receipt._replace(hash=other),)), "receipt 0x01"),
        (facts._replace(receipts=(receipt._replace(net_micro_eur=1),)), f"receipt 0x{receipt.hash.hex()}"),
        (facts._replace(days=(day._replace(report=other),)), "the ledger never accepted the pack's report"),
        (facts._replace(months=(month._replace(sums_wh=(1, 2, 3)),)), "2024-07: the pack says (1, 2, 3) Wh"),
    ]  # fmt: skip


def test_verify_pack__any_fact_changed__does_not_match(facts: PackFacts, published: Published) -> None:
    for false, sentence in changed(facts):
        result = checked(false, published.trust)
        assert result.verdict is Verdict.DOES_NOT_MATCH, sentence
        assert result.reason.startswith(sentence), result.reason


def test_verify_pack__node_without_old_logs__nothing_is_known(facts: PackFacts, published: Published) -> None:
    result = verify_pack(facts, published.trust, Deaf(published.trust.rpc))
    assert result.verdict is Verdict.UNREACHABLE
    assert "ask a node that keeps old logs" in result.reason


def test_verify_pack__dead_node__cannot_reach(facts: PackFacts, published: Published) -> None:
    dead = replace(published.trust, rpc="http://no-such-node.invalid")
    assert checked(facts, dead).verdict is Verdict.UNREACHABLE


def test_verify_pack__vault_of_another_ledger__does_not_match(facts: PackFacts, published: Published) -> None:
    foreign = replace(published.trust, ledger="0x" + "11" * 20)
    result = checked(facts._replace(ledger=foreign.ledger), foreign)
    assert result.verdict is Verdict.DOES_NOT_MATCH
    assert result.reason.startswith("the trusted vault obeys ledger ")
