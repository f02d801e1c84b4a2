"""A reporter and a distribution: computed again from its pack by the program that shares no code with ours.

What is signed is built from what that program finds, never from the operator's word for it: evidence, root,
sums, receipts and months. The pack's readings must be those of the reporter's own copy, its days' reports
those of the ledger, and the count of corrections the ledger's. Whom each leaf pays the pack says alone.
"""

import tempfile
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from oracle.attest.messages import Settlement
from oracle.audit.differences import PackUnreadable
from oracle.audit.pack import SETTLEMENTS, PackFacts, audit
from oracle.chain.inspection import Inspection
from oracle.chain.keystore import Account
from oracle.chain.signing import settlement_to_sign, sign
from oracle.chain.trust import Trust
from oracle.errors import AttestationRefused
from oracle.usecases.attest import HourTable
from oracle.usecases.attestation_request import Attestation, Attested, SettlementRequest
from settlement.casefile import read_case
from settlement.domain.calendar import civil_days, day_of_number, day_start, month_first_day
from settlement.domain.case import Case
from settlement.domain.rule_files import rule_texts


def require_believed(request: SettlementRequest, trust: Trust, account: Account) -> PackFacts:
    """The pack holds together and is of the reporter's chain and contracts. Raises AttestationRefused."""
    _require("chain", trust.chain_id, request.chain_id)
    _require("ledger", trust.ledger, _hex(request.ledger))
    _require("vault", trust.vault, _hex(request.vault))
    if bytes.fromhex(account.address[2:]) not in request.quorum.reporters:
        raise AttestationRefused(f"{account.address} is none of the reporters that the request names")
    try:
        found = audit(request.pack, rule_texts())
    except PackUnreadable as error:
        raise AttestationRefused(f"the pack of {request.message} {error}; nothing was signed") from error
    if found.facts is None:
        raise AttestationRefused(f"{found.title}: {found.difference}; nothing was signed")
    _require("chain of the pack", trust.chain_id, found.facts.chain_id)
    _require("ledger of the pack", trust.ledger, found.facts.ledger)
    _require("vault of the pack", trust.vault, found.facts.vault)
    _require("community of the pack", _hex(found.facts.community), _hex(request.community))
    return found.facts


def require_on_chain(
    request: SettlementRequest, facts: PackFacts, trust: Trust, inspector: Inspection
) -> None:
    """Reporters, days, corrections and carry are the chain's.

    Raises AttestationRefused, NodeUnreachable, CallReverted.
    """
    vault = inspector.vault_facts(request.vault)
    _require("ledger of the trusted vault", trust.ledger, _hex(vault.ledger))
    _require("community of the trusted vault", _hex(vault.community), _hex(request.community))
    quorum = inspector.quorum(request.ledger, request.community)
    _require("reporters, threshold and epoch", quorum, request.quorum)
    for day in facts.days:
        held = inspector.report_of(request.ledger, day.configuration, day.day)
        _require(f"report of {day_of_number(day.day)} on the ledger", _hex(held), _hex(day.report))
    seen = [inspector.totals_of(request.ledger, row.configuration, row.month) for row in facts.months]
    for row, totals in zip(facts.months, seen, strict=True):
        if row.sums_wh is not None and not totals.hidden_days:
            held_wh = (totals.injected_wh, totals.withdrawn_wh, totals.shared_wh)
            month = f"{month_first_day(row.month):%Y-%m}"
            _require(f"Wh injected, withdrawn and shared of {month} on the ledger", held_wh, row.sums_wh)
    pending = inspector.adjustment_of(request.ledger, request.community)
    counted = sum(totals.corrections for totals in seen) + pending.corrections
    _require("corrections that the ledger has counted", counted, request.corrections)
    previous = facts.division.pool - facts.division.parts["producers"]
    _require("carry of the vault in micro-euro", inspector.funds(request.vault).carry_micro_eur, previous)


def require_own_readings(request: SettlementRequest, own: Case) -> int:
    """The pack's readings are those of the own copy; how many days were compared.

    Raises AttestationRefused naming the first POD-day that differs.
    """
    compared = 0
    cases = [name for name in request.pack if name.startswith(SETTLEMENTS)]
    for folder in sorted({name.rsplit("/", 1)[0] for name in cases}):
        packed = _case(request.pack, folder)
        for configuration, day, pod in _pod_days(packed, own):
            raise AttestationRefused(
                f"{day}, configuration {configuration}: the readings of POD {pod} are not those of the own "
                "copy; nothing was signed"
            )
        compared += len(civil_days(packed.community.start, packed.community.end))
    return compared


def attest_settlement(request: SettlementRequest, facts: PackFacts, account: Account) -> Attestation:
    """Sign what the independent program found. Raises SignerUnreachable."""
    division = facts.division
    settlement = Settlement(
        distribution=facts.distribution,
        epoch=request.quorum.epoch,
        receipts=tuple(receipt.hash for receipt in facts.receipts),
        months=tuple((row.configuration, row.month) for row in facts.months),
        corrections=request.corrections,
        evidence=facts.evidence,
        root=facts.top.root,
        depth=facts.top.depth,
        pool_micro_eur=division.pool,
        carry_micro_eur=division.carry,
    )
    wanted = settlement_to_sign(request.chain_id, request.vault, settlement)
    one = Attested(f"distribution {facts.distribution}", wanted.digest, sign(account, wanted.message))
    signer = bytes.fromhex(account.address[2:])
    return Attestation(request.chain_id, request.vault, request.quorum.epoch, signer, (one,))


def _case(pack: Mapping[str, bytes], folder: str) -> Case:
    with tempfile.TemporaryDirectory(prefix="condivisa-request-") as name:
        for member, content in pack.items():
            if member.startswith(folder + "/"):
                # Only base names of one folder of the pack, which the audit has admitted by name.
                (Path(name) / member.rsplit("/", 1)[1]).write_bytes(content)
        found, findings = read_case(Path(name))
    if found is None:
        raise AttestationRefused(f"{folder}: {findings[0]}; nothing was signed")
    return found


def _pod_days(packed: Case, own: Case) -> Iterator[tuple[str, date, str]]:
    """Configuration, day and POD of which the two cases say different things, the first day first."""
    codes = {row.area_code: row.id for row in own.community.configurations}
    for row in packed.community.configurations:
        there = HourTable(packed, row.id)
        here = HourTable(own, codes[row.area_code]) if row.area_code in codes else None
        for day in civil_days(packed.community.start, packed.community.end):
            reached = own.community.start <= day_start(day) < own.community.end
            known = here.pods(day) if here is not None and reached else []
            for pod in sorted({*there.pods(day), *known}):
                same = here is not None and pod in known and pod in there.pods(day)
                if not same or here is None or here.pod_day(pod, day) != there.pod_day(pod, day):
                    yield row.area_code, day, pod


def _require(what: str, believed: object, asked: object) -> None:
    if believed != asked:
        raise AttestationRefused(f"{what}: {believed}, and the request says {asked}; nothing was signed")


def _hex(octets: bytes) -> str:
    return "0x" + octets.hex()
