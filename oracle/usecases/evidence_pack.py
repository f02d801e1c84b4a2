"""The evidence pack of a distribution: inputs, rules, results and proofs, as files by name.

The auditor's program, oracle.audit, computes all of it again; the two share no code. A pack holds readings:
it is confidential and says so. It holds no IBAN and no salt: a bank leaf is its hash, as on the chain.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import Any
from uuid import UUID

from oracle.attest.identifiers import configuration_id
from oracle.attest.keccak import HASH_BYTES
from oracle.errors import EvidenceLost
from oracle.records import SignedReport, StoredTransaction
from oracle.usecases.pack_division import correcting_settlements, division_document
from oracle.usecases.payout_leaves import tree_of
from oracle.usecases.payout_tree import tree_document
from oracle.usecases.readings_list import list_document
from oracle.usecases.receipts import contracts_of, distribution_place
from oracle.usecases.settled_case import settled_files
from oracle.work import PackWork
from settlement.domain.calendar import civil_days, month_first_day, months, rome_text
from settlement.domain.canonical import canonical_json
from settlement.domain.records import Distribution, Receipt, StoredSettlement
from settlement.domain.rounding import micro_eur_text
from settlement.domain.rule_files import rule_texts

PACK_KIND = "condivisa/evidence-pack/1"
SETTLED_KIND = "condivisa/settled/1"
NOTICE = "Confidential: members' readings, and who is paid what. For auditors of the community alone."

Document = dict[str, Any]


def evidence_pack(work: PackWork, distribution_id: UUID) -> Mapping[str, bytes]:
    """The files of a pack by name; the same at every call, whatever was paid since.

    Raises NotFound, NotDeployed, DistributionNotSettled when no vault has accepted it yet, EvidenceLost when
    a settled case cannot be made again.
    """
    distribution, _ = distribution_place(work, distribution_id)
    return _files(work, distribution, _transaction(work, distribution))


def draft_pack(work: PackWork, distribution: Distribution) -> Mapping[str, bytes]:
    """The same before a vault has accepted the distribution; transaction and block are zeros.

    What reporters check before they sign. Raises NotDeployed, EvidenceLost.
    """
    return _files(work, distribution, None)


def _files(
    work: PackWork, distribution: Distribution, transaction: StoredTransaction | None
) -> Mapping[str, bytes]:
    settlements = _settlements(work, distribution)
    receipts = work.receipts.of_ids(distribution.receipts)
    settled = _settled(work, distribution, settlements, receipts, transaction)
    files: dict[str, bytes] = {f"rules/{name}": text for name, text in rule_texts().items()}
    for number, settlement in enumerate(settlements, start=1):
        files |= _case_files(f"settlements/{number}", settlement, settled_files(work, settlement))
    correcting = _correcting(work, distribution)
    for number, (settlement, case) in enumerate(correcting, start=1):
        files |= _case_files(f"corrections/{number}", settlement, case)
    others = [settlement for settlement, _ in correcting]
    files |= {f"receipts/{number}.json": row.document for number, row in enumerate(receipts, start=1)}
    files["division.json"] = canonical_json(division_document(work, distribution, settlements, others))
    files["tree.json"] = canonical_json(dict(tree_document(work, distribution)))
    files["settled.json"] = canonical_json(settled)
    files |= _days(work, distribution, settlements, transaction)
    manifest = _manifest(work, distribution, settlements, settled, files)
    if others:
        manifest["corrections"] = [_period(row) for row in others]
    return {"manifest.json": canonical_json(manifest)} | files


def _case_files(
    folder: str, settlement: StoredSettlement, case: Mapping[str, bytes]
) -> Iterator[tuple[str, bytes]]:
    for name, content in case.items():
        yield f"{folder}/{name}", content
    yield f"{folder}/manifest.sha256", settlement.manifest


def _correcting(
    work: PackWork, distribution: Distribution
) -> list[tuple[StoredSettlement, Mapping[str, bytes]]]:
    """Settlements of corrections beside the distribution's own, with their files.

    One that an early version closed without its terms may be lost: the correction is told without it then,
    and the auditor says that it was not computed.
    """
    found = []
    for settlement in correcting_settlements(work, distribution):
        with suppress(EvidenceLost):
            found.append((settlement, settled_files(work, settlement)))
    return found


def _period(settlement: StoredSettlement) -> Document:
    return {
        "from": rome_text(settlement.start),
        "to": rome_text(settlement.end),
        "evidence": _hex(settlement.evidence),
    }


def _settlements(work: PackWork, distribution: Distribution) -> list[StoredSettlement]:
    found = [work.settlements.get(settlement) for settlement in distribution.settlements]
    return sorted((row for row in found if row is not None), key=lambda row: row.start)


def _transaction(work: PackWork, distribution: Distribution) -> StoredTransaction:
    """The transaction in which the vault accepted the distribution."""
    settled = work.settled_distributions.of(distribution.id)
    known = {row.id: row for row in work.transactions.of_community(distribution.community_id)}
    assert settled is not None, "a place was found, so the vault has accepted it"
    return known[settled.transaction_id]


def _settled(
    work: PackWork,
    distribution: Distribution,
    settlements: Sequence[StoredSettlement],
    receipts: Sequence[Receipt],
    transaction: StoredTransaction | None,
) -> Document:
    """What the vault recorded: the event's facts as they are here, and where it stands."""
    community = work.communities.get(distribution.community_id)
    contracts = contracts_of(work, distribution.community_id)
    assert community is not None
    assert community.ledger_id is not None, "a community with a settled distribution is on the ledger"
    tree = tree_of(work.payouts.of_distribution(distribution.id))
    names = [configuration_id(community.ledger_id, row.area_code) for row in community.configurations]
    pairs = {(name, month) for name in names for row in settlements for month in months(row.start, row.end)}
    return {
        "kind": SETTLED_KIND,
        "chain_id": contracts.chain_id,
        "ledger": _hex(contracts.ledger),
        "vault": _hex(contracts.vault),
        "community": _hex(community.ledger_id),
        **_head(transaction),
        "distribution": distribution.number,
        "evidence": _hex(distribution.evidence),
        "root": _hex(tree.root),
        "depth": tree.depth,
        "amount_eur": micro_eur_text(distribution.amount_micro_eur),
        "producers_eur": micro_eur_text(distribution.producers_micro_eur),
        "social_eur": micro_eur_text(distribution.social_micro_eur),
        "grid_eur": micro_eur_text(distribution.grid_micro_eur),
        "pool_eur": micro_eur_text(distribution.pool_micro_eur),
        "carry_eur": micro_eur_text(distribution.carry_micro_eur),
        "receipts": [_hex(row.receipt_hash) for row in receipts],
        "months": [
            {"configuration": _hex(name), "month": f"{month_first_day(month):%Y-%m}"}
            for name, month in sorted(pairs)
        ],
    }


def _head(transaction: StoredTransaction | None) -> Document:
    if transaction is None:
        nothing = _hex(bytes(HASH_BYTES))
        return {"transaction": nothing, "block": 0, "block_hash": nothing}
    return {
        "transaction": _hex(transaction.hash),
        "block": transaction.block_number,
        "block_hash": _hex(transaction.block_hash or b""),
    }


def _days(
    work: PackWork,
    distribution: Distribution,
    settlements: Sequence[StoredSettlement],
    transaction: StoredTransaction | None,
) -> Iterator[tuple[str, bytes]]:
    """The lists of all days as the ledger had them when the vault settled; later corrections are not it."""
    community = work.communities.get(distribution.community_id)
    contracts = contracts_of(work, distribution.community_id)
    assert community is not None
    for configuration in community.configurations:
        assert configuration.ledger_id is not None, "a posted configuration has its name on the ledger"
        for settlement in settlements:
            days = civil_days(settlement.start, settlement.end)
            for report in _accepted(work, configuration.id, days, transaction):
                listed = list_document(work, contracts, configuration.ledger_id, report)
                name = f"days/{configuration.area_code}/{report.day.isoformat()}.json"
                yield name, canonical_json(dict(listed))


def _accepted(
    work: PackWork, configuration_id: UUID, days: Sequence[date], transaction: StoredTransaction | None
) -> list[SignedReport]:
    """By day, the last report that was accepted before the distribution was settled."""
    found: dict[date, SignedReport] = {}
    for report in work.reports.of_days(configuration_id, days[0], days[-1]):
        mined_at = None if transaction is None else transaction.mined_at
        if report.accepted_at and (mined_at is None or report.accepted_at <= mined_at):
            found[report.day] = report
    return list(found.values())


def _manifest(
    work: PackWork,
    distribution: Distribution,
    settlements: Sequence[StoredSettlement],
    settled: Document,
    files: Mapping[str, bytes],
) -> Document:
    community = work.communities.get(distribution.community_id)
    assert community is not None
    return {
        "kind": PACK_KIND,
        "notice": NOTICE,
        "community": community.name,
        "distribution": distribution.number,
        "chain_id": settled["chain_id"],
        "ledger": settled["ledger"],
        "vault": settled["vault"],
        "head": {name: settled[name] for name in ("transaction", "block", "block_hash")},
        "evidence": settled["evidence"],
        "settlements": [_period(row) for row in settlements],
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
    }


def _hex(octets: bytes) -> str:
    return "0x" + octets.hex()
