"""The reporter's side: what it believes, what the chain says, what its own copy says, and then its signature.

Nothing is signed on the request's word. Chain and contracts come from the reporter's own trust file;
community, reporters, epoch and what reports replace from the chain; readings from its own copy.
"""

from dataclasses import dataclass

from oracle.attest.identifiers import configuration_id
from oracle.attest.messages import NO_PREDECESSOR, report_id
from oracle.chain.inspection import Inspection
from oracle.chain.keystore import Account
from oracle.chain.signing import batch_to_sign, sign
from oracle.chain.trust import Trust
from oracle.errors import AttestationRefused
from oracle.usecases.attestation_request import AskedBatch, Attestation, Attested, Request
from oracle.usecases.own_copy import Difference, first_difference
from settlement.domain.case import Case


@dataclass(frozen=True, slots=True)
class Answer:
    """What was signed, and by area code why a batch was not. Without signatures there is no attestation."""

    attestation: Attestation | None
    refused: dict[str, Difference]


def require_believed(request: Request, trust: Trust, account: Account) -> None:
    """The request is for the reporter's chain and ledger, and its own ids follow from each other.

    Raises AttestationRefused.
    """
    _require("chain", trust.chain_id, request.chain_id)
    _require("ledger", trust.ledger, _hex(request.ledger))
    if bytes.fromhex(account.address[2:]) not in request.quorum.reporters:
        raise AttestationRefused(f"{account.address} is none of the reporters that the request names")
    for batch in request.batches:
        name = configuration_id(request.community, batch.area_code)
        _require(f"id of configuration {batch.area_code}", _hex(name), _hex(batch.configuration))


def require_on_chain(request: Request, trust: Trust, inspector: Inspection) -> None:
    """Community, reporters, epoch and predecessors are the chain's.

    Raises AttestationRefused, NodeUnreachable, CallReverted.
    """
    facts = inspector.vault_facts(bytes.fromhex(trust.vault[2:]))
    _require("ledger of the trusted vault", trust.ledger, _hex(facts.ledger))
    _require("community of the trusted vault", _hex(facts.community), _hex(request.community))
    quorum = inspector.quorum(request.ledger, request.community)
    _require("epoch of the reporters", quorum.epoch, request.quorum.epoch)
    _require("reporters", _listed(quorum.reporters), _listed(request.quorum.reporters))
    _require("number of reporters that must sign", quorum.threshold, request.quorum.threshold)
    for batch in request.batches:
        owner = inspector.community_of(request.ledger, batch.configuration)
        _require(f"community of {batch.area_code}", _hex(owner), _hex(request.community))
        _require_predecessors(request, batch, inspector)


def attest(request: Request, case: Case, account: Account) -> Answer:
    """Sign the batches that the own copy computes as they are asked. Raises SignerUnreachable."""
    signed, refused = [], {}
    for batch in request.batches:
        difference = first_difference(case, batch)
        if difference is not None:
            refused[batch.area_code] = difference
            continue
        wanted = batch_to_sign(
            request.chain_id, request.ledger, batch.configuration, request.quorum.epoch, batch.reports
        )
        what = f"{batch.area_code} {batch.days[0].day} to {batch.days[-1].day}"
        signed.append(Attested(what, wanted.digest, sign(account, wanted.message)))
    signer = bytes.fromhex(account.address[2:])
    attestation = Attestation(request.chain_id, request.ledger, request.quorum.epoch, signer, tuple(signed))
    return Answer(attestation if signed else None, refused)


def _require_predecessors(request: Request, batch: AskedBatch, inspector: Inspection) -> None:
    """The ledger holds what each report replaces, or already the report itself."""
    for day in batch.days:
        held = inspector.report_of(request.ledger, batch.configuration, day.report.day)
        if held == report_id(day.report):
            continue
        if held != day.report.predecessor:
            says = "none" if held == NO_PREDECESSOR else _hex(held)
            raise AttestationRefused(
                f"{batch.area_code} {day.day}: the ledger's report of this day is {says}, and the request "
                f"replaces {_hex(day.report.predecessor)}: ask the operator for a new request"
            )


def _require(what: str, believed: object, asked: object) -> None:
    if believed != asked:
        raise AttestationRefused(f"{what}: {believed}, and the request says {asked}; nothing was signed")


def _listed(addresses: tuple[bytes, ...]) -> str:
    return ", ".join(map(_hex, addresses))


def _hex(octets: bytes) -> str:
    return "0x" + octets.hex()
