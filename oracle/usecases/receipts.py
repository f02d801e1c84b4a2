"""Receipts that members keep: made from the database alone, checked by anyone against the chain alone.

`statement` in a payout receipt is information and not proved; its `sha256` is that of the member's statement.
Amounts are euro with six decimals.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from community.domain.records import ConfigurationRecord
from oracle.attest.payout_tree import Leaf, PayoutTree
from oracle.errors import DistributionNotSettled, LedgerDiverges, NotDeployed, NotPosted, SaltsForgotten
from oracle.records import ContractKind, SignedReport
from oracle.usecases.attest import HourTable, PodDay, open_entry
from oracle.usecases.payout_leaves import leaf_of, tree_of
from oracle.work import ReadingWork
from settlement.domain.calendar import day_start, month_number, rome_text
from settlement.domain.errors import NotFound
from settlement.domain.records import Distribution, Payout
from settlement.domain.rounding import micro_eur_text
from settlement.domain.unverified import unverified_names
from settlement.usecases.load_case import load_case

PAYOUT_KIND = "condivisa/payout/2"
READING_KIND = "condivisa/reading/2"

Receipt = Mapping[str, Any]


class Contracts(NamedTuple):
    """Where a community's vault and the ledger are."""

    chain_id: int
    ledger: bytes
    vault: bytes


def payout_receipt(work: ReadingWork, payout_id: UUID) -> Receipt:
    """Receipt of one payout. Raises as `payout_receipts`."""
    payout = work.payouts.get(payout_id)
    if payout is None:
        raise NotFound("payout", payout_id)
    return payout_receipts(work, payout.distribution_id)[payout.leaf_index]


def payout_receipts(work: ReadingWork, distribution_id: UUID) -> list[Receipt]:
    """Receipts of all leaves of a distribution, by index.

    Raises NotFound, NotDeployed, DistributionNotSettled when no vault has accepted it yet.
    """
    distribution, place = distribution_place(work, distribution_id)
    payouts = work.payouts.of_distribution(distribution_id)
    tree = tree_of(payouts)
    statements = _statements(work, distribution)
    return [
        {"kind": PAYOUT_KIND, **place, **_leaf_and_path(payout, tree), "statement": statements(payout)}
        for payout in payouts
    ]


def distribution_place(work: ReadingWork, distribution_id: UUID) -> tuple[Distribution, dict[str, Any]]:
    """A distribution, and where a verifier finds it: chain, vault and number.

    Raises as `payout_receipts`.
    """
    distribution = work.distributions.get(distribution_id)
    if distribution is None:
        raise NotFound("distribution", distribution_id)
    place = planned_place(work, distribution)
    _require_settled(work, distribution)
    return distribution, place


def planned_place(work: ReadingWork, distribution: Distribution) -> dict[str, Any]:
    """Where a verifier will find a distribution once it is settled. Raises NotDeployed."""
    contracts = contracts_of(work, distribution.community_id)
    return {
        "chain_id": contracts.chain_id,
        "vault": _hex(contracts.vault),
        "distribution": distribution.number,
    }


def reading_receipt(work: ReadingWork, community_id: UUID, pod: str, day: date) -> Receipt:
    """Receipt of a POD's readings of one day, as they were committed to.

    Raises NotPosted when the ledger has no report of the day or the POD is not in it, SaltsForgotten when the
    key was deleted, LedgerDiverges when the stored readings are not those of the report, NotDeployed.
    """
    configuration = _configuration(work, community_id, pod, day)
    report = work.reports.accepted(configuration.id, day, day).get(day)
    if report is None:
        raise NotPosted(f"the ledger has no report of {day} yet")
    key = _key(work, report, pod)
    position = report.pods.index(pod)
    readings = _readings(work, community_id, configuration, report, pod)
    opening, listed = open_entry(readings, day, key, report.predecessor), report.entries[position]
    if opening.entry != listed:
        raise LedgerDiverges(
            f"commitment of {pod} on {day}", opening.entry.commitment.hex(), listed.commitment.hex()
        )
    contracts = contracts_of(work, community_id)
    assert configuration.ledger_id is not None, "a posted configuration has its name on the ledger"
    return {
        "kind": READING_KIND,
        "chain_id": contracts.chain_id,
        "ledger": _hex(contracts.ledger),
        "configuration": _hex(configuration.ledger_id),
        "pod": pod,
        "day": day.isoformat(),
        "salt": _hex(opening.salt),
        "blinding": _hex(opening.blinding),
        "injected_wh": list(readings.injected_wh),
        "withdrawn_wh": list(readings.withdrawn_wh),
        "position": position,
        "proof": [_hex(sibling) for sibling in report.list.tree.proof(position)],
        "report": report_document(report),
    }


def report_document(report: SignedReport) -> dict[str, Any]:
    """The report's fields as receipts and lists carry them: with the day, what the ledger's id is made of."""
    return {
        "predecessor": _hex(report.predecessor),
        "root": _hex(report.root),
        "roster": _hex(report.roster),
        "pods": len(report.entries),
        "blinding": _hex(report.blinding),
        "hours": _hex(report.hour_totals),
    }


def leaf_document(leaf: Leaf) -> dict[str, str]:
    """A leaf's fields as receipts and published trees carry them."""
    return {
        "channel": leaf.channel.name,
        "payee": _hex(leaf.payee),
        "owner": _hex(leaf.owner),
        "amount_eur": micro_eur_text(leaf.amount_micro_eur),
    }


def _require_settled(work: ReadingWork, distribution: Distribution) -> None:
    if work.settled_distributions.of(distribution.id) is None:
        raise DistributionNotSettled(f"no vault has accepted distribution {distribution.number} yet")


def _leaf_and_path(payout: Payout, tree: PayoutTree) -> dict[str, Any]:
    return {
        "index": payout.leaf_index,
        "leaf": leaf_document(leaf_of(payout)),
        "proof": [
            {"hash": _hex(node.hash), "sum_eur": micro_eur_text(node.sum)}
            for node in tree.proof(payout.leaf_index)
        ],
    }


def _statements(work: ReadingWork, distribution: Distribution) -> Callable[[Payout], dict[str, Any]]:
    """A function that gives each payout's statement: where its amount comes from."""
    community = work.communities.get(distribution.community_id)
    assert community is not None
    settlements = [work.settlements.get(settlement) for settlement in distribution.settlements]
    known = [settlement for settlement in settlements if settlement is not None]
    unverified = sorted({name for settlement in known for name in unverified_names(settlement)})
    balances = {row.member: row for row in work.distributions.balances(distribution.id)}
    hashes = work.statements.hashes(distribution.id)

    def statement(payout: Payout) -> dict[str, Any]:
        balance = balances[payout.member or ""]
        return {
            "community": community.name,
            "member": payout.member or "",
            "from": rome_text(min(settlement.start for settlement in known)),
            "to": rome_text(max(settlement.end for settlement in known)),
            "entitlement_eur": micro_eur_text(balance.entitlement_micro_eur),
            "previous_balance_eur": micro_eur_text(balance.previous_micro_eur),
            "balance_eur": micro_eur_text(balance.balance_micro_eur),
            "unverified": unverified,
            # Nothing for the social fund, which has no statement.
            "sha256": hashes[balance.member].hex() if balance.member in hashes else None,
        }

    return statement


def _configuration(work: ReadingWork, community_id: UUID, pod: str, day: date) -> ConfigurationRecord:
    """The configuration that the POD belongs to on that day."""
    start, end = day_start(day), day_start(day + timedelta(days=1))
    terms, community = work.communities.terms(community_id, start, end), work.communities.get(community_id)
    if terms is None or community is None:
        raise NotFound("community", community_id)
    for row in terms.pods:
        if row.code == pod and row.valid_from <= day < (row.valid_to or date.max):
            return next(known for known in community.configurations if known.code == row.configuration)
    raise NotPosted(f"{pod} does not belong to the community on {day}")


def _key(work: ReadingWork, report: SignedReport, pod: str) -> bytes:
    """The key that the POD's secrets of the month derive from."""
    key = work.pod_keys.of_month([pod], month_number(report.day)).get(pod)
    if key is not None and pod in report.pods:
        return key
    if None in report.pods:
        month = f"{report.day:%Y-%m}"
        raise SaltsForgotten(f"the key of {pod} in {month} was deleted: its readings can no more be proved")
    raise NotPosted(f"{pod} is not in the report of {report.day}")


def _readings(
    work: ReadingWork, community_id: UUID, configuration: ConfigurationRecord, report: SignedReport, pod: str
) -> PodDay:
    """The POD's day as the settlement behind the report knew it."""
    settlement = work.settlements.get(report.settlement_id)
    assert settlement is not None
    start, end = day_start(report.day), day_start(report.day + timedelta(days=1))
    case = load_case(work, community_id, start, end, settlement.as_of)
    return HourTable(case, configuration.code).pod_day(pod, report.day)


def contracts_of(work: ReadingWork, community_id: UUID) -> Contracts:
    vaults = work.deployments.of_community(community_id)
    if not vaults:
        raise NotDeployed(f"community {community_id} has no vault yet: publish first")
    ledger = work.deployments.find(vaults[0].chain_id, ContractKind.LEDGER)
    assert ledger is not None, "a vault is deployed after its ledger"
    return Contracts(vaults[0].chain_id, ledger.address, vaults[0].address)


def _hex(octets: bytes) -> str:
    return "0x" + octets.hex()
