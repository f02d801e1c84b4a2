"""Independent reporters for tests: each has its own copy of the readings and its own key."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from eth_account import Account
from eth_account.signers.local import LocalAccount

from oracle.chain import attesting_settlement
from oracle.chain.attestation_files import parse_attestation, parse_request, parse_settlement_request
from oracle.chain.attesting import Answer, attest, require_believed, require_on_chain
from oracle.chain.client import EvmChain
from oracle.chain.inspection import Inspection
from oracle.chain.keys import Keys
from oracle.chain.trust import Trust
from oracle.errors import AwaitingSignatures
from oracle.store.unit_of_work import OracleReadOnlyUnitOfWork
from oracle.usecases.ask_reporters import Asked, Collected, ask_reporters, collect
from oracle.usecases.attestation_request import (
    Attestation,
    Request,
    attestation_document,
    request_document,
)
from oracle.usecases.publish import publish
from oracle.wiring import OpenChain, publishing, trust_of
from settlement.domain.canonical import canonical_json
from settlement.domain.case import Case, MeterSeries
from tests.oracle.world import AFTER, FIRST, World
from tests.settlement.store.world import case, pod_of

_MADE_UP = [Account.from_key(bytes([number]) * 32) for number in (71, 72, 73)]
THREE = tuple(sorted(_MADE_UP, key=lambda account: int(account.address, 16)))
"""The auditor, the municipality and an elected member."""


def addresses(*accounts: LocalAccount) -> tuple[bytes, ...]:
    """Their addresses, 20 bytes each, ascending."""
    return tuple(sorted(bytes.fromhex(account.address[2:]) for account in accounts))


def independent(opened: OpenChain, *, threshold: int = 3, held: int = 0) -> OpenChain:
    """The same account on the chain; of the reporters the operator holds so many keys, the last ones."""
    keys = Keys(
        opened.chain.keys.operator,
        THREE[len(THREE) - held :],
        addresses(*THREE[: len(THREE) - held]),
        threshold,
    )
    return replace(opened, chain=EvmChain(opened.chain.rpc, keys, opened.chain.chain_id))


@dataclass(frozen=True, slots=True)
class Operator:
    """The operator's side of a world whose reporters are independent."""

    world: World
    opened: OpenChain

    def ask(self) -> Asked:
        """What the reporters are asked for now."""
        return ask_reporters(
            publishing(self.world.engine, self.opened),
            lambda: OracleReadOnlyUnitOfWork(self.world.engine),
            self.world.community_id,
        )

    def documents(self) -> list[dict[str, Any]]:
        """The requests as the files hold them."""
        return [request_document(request) for request in self.ask().requests]

    def collect(self, attestation: Attestation) -> Collected:
        """Take what a reporter handed back, through the file's text."""
        text = canonical_json(attestation_document(attestation)).decode()
        context = publishing(self.world.engine, self.opened)
        return collect(context, self.world.community_id, parse_attestation(text))

    @property
    def trust(self) -> Trust:
        """What the community published, and each reporter believes."""
        return trust_of(self.world.engine, self.opened, self.world.community_id)


def read(document: Mapping[str, Any]) -> Request:
    """A request as a reporter reads it."""
    return parse_request(json.dumps(document))


def answer(
    operator: Operator,
    document: Mapping[str, Any],
    account: LocalAccount,
    own: Case | None = None,
    trust: Trust | None = None,
) -> Answer:
    """What a reporter does with a request, on its own copy."""
    request, believed = read(document), trust or operator.trust
    require_believed(request, believed, account)
    chain = EvmChain(operator.opened.chain.rpc, Keys(account, ()), believed.chain_id)
    require_on_chain(request, believed, Inspection(chain))
    return attest(request, own or case(FIRST, AFTER), account)


def signed(operator: Operator, document: Mapping[str, Any], account: LocalAccount) -> Attestation:
    """The attestation of a reporter whose copy says the same."""
    found = answer(operator, document, account)
    assert found.refused == {}
    assert found.attestation is not None
    return found.attestation


def answer_settlement(
    operator: Operator, document: Mapping[str, Any], account: LocalAccount, own: Case | None = None
) -> Attestation:
    """What a reporter does with a distribution's request."""
    request, believed = parse_settlement_request(json.dumps(document)), operator.trust
    facts = attesting_settlement.require_believed(request, believed, account)
    chain = EvmChain(operator.opened.chain.rpc, Keys(account, ()), believed.chain_id)
    attesting_settlement.require_on_chain(request, facts, believed, Inspection(chain))
    attesting_settlement.require_own_readings(request, own or case(FIRST, AFTER))
    return attesting_settlement.attest_settlement(request, facts, account)


def deployed(world: World, opened: OpenChain, **terms: int) -> Operator:
    """Contracts with independent reporters; the queue stands at the first days."""
    operator = Operator(world, independent(opened, **terms))
    error = publish(publishing(world.engine, operator.opened)).stopped[world.community_id]
    assert isinstance(error, AwaitingSignatures)
    return operator


def sign_all(operator: Operator) -> None:
    """Ask once, and let all three sign."""
    for document in operator.documents():
        for account in THREE:
            operator.collect(signed(operator, document, account))


def changed(given: Case, day: date, hour: int = 10, pod: str = "P1", wh: int = 7) -> Case:
    """A copy in which one reading is larger."""

    def more(series: MeterSeries) -> MeterSeries:
        if series.pod != pod_of(pod):
            return series
        values = series.wh.copy()
        position = (24 * (day - FIRST).days + hour) * len(values) // (24 * (AFTER - FIRST).days)
        values[position] += wh
        return replace(series, wh=values)

    return replace(given, series=tuple(more(row) for row in given.series))
