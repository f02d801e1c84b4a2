"""Statements: drawn with the distribution, canonical, traceable, and as PDF in two languages.

distribute
├── it should keep a statement of every member, also of one that is paid nothing
├── it should say the member's energy as the settlement has it, and its PODs' sums with what was estimated
├── it should name receipts, rules and evidence, and the entries that lead to the balance
├── it should be the committed statement, but for the ids of entries
└── given the same distribution again it should keep the first statements
statement_pdf
├── it should give the same bytes for the same statement
└── it should differ by language and by what the ledger says
"""

import hashlib
import json
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from community.store.unit_of_work import ReadOnlyUnitOfWork
from settlement.documents.statement_pdf import Language, statement_pdf
from settlement.domain.canonical import canonical_json
from settlement.domain.payees import Payee
from settlement.domain.payout_states import Channel
from settlement.domain.rounding import micro_eur_text
from tests.settlement.store import world
from tests.settlement.usecases import shop

GOLDEN = Path(__file__).parents[2] / "golden" / "statements"
PAYEES = {"P1": Payee("P1", Channel.WALLET, bytes(range(20)), None, True)}


@pytest.fixture
def divided(engine):
    """A settled period, a receipt of 200 € and its distribution."""
    case = world.case()
    community_id = shop.stocked(engine, case, PAYEES)
    settlement = shop.close(engine, community_id, case)
    receipt = shop.receive(engine, community_id, shop.terms())
    distribution = shop.share_out(engine, community_id, [receipt.id], [settlement.id])
    return settlement, receipt, distribution


def statements(engine, distribution) -> dict[str, dict]:
    """All statements of a distribution by member."""
    with ReadOnlyUnitOfWork(engine) as work:
        members = work.statements.hashes(distribution.id)
        found = {member: work.statements.of(distribution.id, member) for member in members}
    for member, document in found.items():
        assert members[member] == hashlib.sha256(document).digest()
        assert canonical_json(json.loads(document)) == document
    return {member: json.loads(document) for member, document in found.items()}


def test_statements__every_member__has_one_whose_account_is_the_balance(engine, divided) -> None:
    _, _, distribution = divided
    with ReadOnlyUnitOfWork(engine) as work:
        balances = {row.member: row for row in work.distributions.balances(distribution.id)}
        leaves = {row.member: row for row in work.payouts.of_distribution(distribution.id)}
    found = statements(engine, distribution)
    assert set(found) == set(balances) == {*world.PERSONS, world.TOWN}
    for member, said in found.items():
        assert said["account_eur"]["payout"] == micro_eur_text(balances[member].leaf_micro_eur)
        paid = leaves.get(member)
        assert said["payout"] == (
            None if paid is None else {"index": paid.leaf_index, "channel": paid.channel.value}
        )


def test_statements__payouts__add_up_to_pool_less_carry(engine, divided) -> None:
    _, _, distribution = divided
    found = statements(engine, distribution).values()
    paid_eur = sum(Decimal(said["account_eur"]["payout"]) for said in found)
    assert paid_eur * 10**6 == distribution.pool_micro_eur - distribution.carry_micro_eur


def test_statements__entries__lead_from_nothing_to_the_balance(engine, divided) -> None:
    _, _, distribution = divided
    with ReadOnlyUnitOfWork(engine) as work:
        known = {str(row.entry.id) for row in work.journal.of_community(distribution.community_id)}
    for said in statements(engine, distribution).values():
        changes = sum(Decimal(row["change_eur"]) for row in said["entries"])
        assert changes == Decimal(said["account_eur"]["balance"])
        assert {row["id"] for row in said["entries"]} <= known
        assert {row["kind"] for row in said["entries"]} <= {"entitlement", "leaves"}


def test_statements__energy__is_that_of_the_settlement_and_of_the_readings(engine, divided) -> None:
    settlement, _, distribution = divided
    settled = json.loads(settlement.document)
    for member, said in statements(engine, distribution).items():
        (period,) = said["periods"]
        assert {f"{name}_wh": wh for name, wh in period["member_wh"].items()} == {
            name: wh for name, wh in settled["members"][member].items() if name.endswith("_wh")
        }
        for direction in ("injected", "withdrawn"):
            of_pods = sum(pod["wh"] for pod in period["pods"] if pod["direction"] == direction)
            assert of_pods == sum(period["by_hour_wh"][direction]) == period["member_wh"][direction]


def test_statements__estimated_readings__are_counted_for_their_member_alone(engine, divided) -> None:
    _, _, distribution = divided
    estimated = {
        member: sum(pod["estimated"] for pod in said["periods"][0]["pods"])
        for member, said in statements(engine, distribution).items()
    }
    assert estimated.pop("P3") > 0
    assert set(estimated.values()) == {0}


def test_statements__quarter_hours__are_counted_as_readings(engine, divided) -> None:
    _, _, distribution = divided
    found = statements(engine, distribution)
    counts = {
        member: {pod["intervals"] for pod in found[member]["periods"][0]["pods"]} for member in ("P2", "P4")
    }
    assert counts == {"P2": {3 * 96}, "P4": {3 * 24}}


def test_statements__evidence_rules_and_receipts__are_named(engine, divided) -> None:
    settlement, receipt, distribution = divided
    said = statements(engine, distribution)["P1"]
    (period,) = said["periods"]
    assert said["evidence"] == distribution.evidence.hex()
    assert period["evidence"] == settlement.evidence.hex()
    assert period["rules"] == json.loads(settlement.document)["rules"]["parameters_used"]
    assert period["unverified_rules"] == settlement.unverified_rules
    assert "zone_NORD_regions" in period["unverified_rules"]
    assert [row["sha256"] for row in said["receipts"]] == [receipt.receipt_hash.hex()]
    assert set(period["plants"]) == {"SUN"}


def test_statements__same_distribution_again__are_the_first(engine, divided) -> None:
    settlement, receipt, distribution = divided
    before = statements(engine, distribution)
    again = shop.share_out(engine, distribution.community_id, [receipt.id], [settlement.id])
    assert again == distribution
    assert statements(engine, distribution) == before


def test_statements__in_the_database__cannot_be_changed(engine, divided) -> None:
    with engine.begin() as connection, pytest.raises(DBAPIError, match=r"append-only|refuse|never"):
        connection.execute(text("UPDATE member_statements SET document = 'x', sha256 = sha256('x')"))


@pytest.mark.parametrize("member", ["P1", "P3"])
def test_statements__small_community__are_the_committed_ones(engine, divided, member: str) -> None:
    _, _, distribution = divided
    said = statements(engine, distribution)[member]
    for position, row in enumerate(said["entries"]):
        row["id"] = f"entry {position}"
    assert canonical_json(said) == (GOLDEN / f"{member}.json").read_bytes()


def test_pdf__same_statement__same_bytes_and_another_language_others(engine, divided) -> None:
    _, _, distribution = divided
    with ReadOnlyUnitOfWork(engine) as work:
        document = work.statements.of(distribution.id, "P1")
    italian = statement_pdf(document, Language.ITALIAN)
    assert italian.startswith(b"%PDF-")
    assert statement_pdf(document, Language.ITALIAN) == italian
    others = [
        statement_pdf(document, Language.ENGLISH),
        statement_pdf(document, Language.ITALIAN, {"chain": "31337"}),
    ]
    assert all(other.startswith(b"%PDF-") and other != italian for other in others)
