"""A distribution needs the reporters' signatures too: they compute it again before they sign.

independent reporters and a distribution
├── given days that are on the ledger it should wait at the settlement, and ask with its evidence
├── given a pack that was changed, other readings, or another count it should sign nothing
└── given all three sign it should settle, and order the payouts
"""

import copy
import hashlib
import json
import re
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine

from oracle.errors import AttestationRefused, AwaitingSignatures
from oracle.usecases.attestation_request import settlement_request_document
from oracle.usecases.publish import publish
from oracle.wiring import OpenChain, publishing
from settlement.domain.canonical import canonical_json
from tests.oracle.usecases.reporters import (
    THREE,
    Operator,
    answer_settlement,
    changed,
    deployed,
    sign_all,
)
from tests.oracle.world import AFTER, FIRST, settled_world
from tests.settlement.store.world import case

pytestmark = pytest.mark.node


@pytest.fixture
def operator(engine: Engine, opened: OpenChain) -> Operator:
    """The days are on the ledger, and the queue stands at the distribution."""
    found = deployed(settled_world(engine), opened)
    sign_all(found)
    error = publish(publishing(engine, found.opened)).stopped[found.world.community_id]
    assert isinstance(error, AwaitingSignatures)
    assert "distribution 1" in str(error)
    return found


def request(operator: Operator) -> dict[str, Any]:
    """The distribution's request."""
    (found,) = operator.ask().settlements
    return settlement_request_document(found)


def repacked(document: dict[str, Any], name: str, content: str) -> dict[str, Any]:
    """A request whose pack names another content of a file, as its author would."""
    other = copy.deepcopy(document)
    other["pack"][name] = content
    manifest = json.loads(other["pack"]["manifest.json"])
    manifest["files"][name] = hashlib.sha256(content.encode()).hexdigest()
    other["pack"]["manifest.json"] = canonical_json(manifest).decode()
    return other


def test_sign__changed_pack_other_readings_or_counts__signs_nothing(operator: Operator) -> None:
    document = request(operator)

    def refused(sentence: str, other: dict[str, Any]) -> None:
        with pytest.raises(AttestationRefused, match=sentence):
            answer_settlement(operator, other, THREE[0])

    name = "division.json"
    refused("manifest.json: files", document | {"pack": document["pack"] | {name: "{}"}})
    richer = re.sub(r'"carry_eur": "[^"]+"', '"carry_eur": "9.990000"', document["pack"][name])
    refused("division.json", repacked(document, name, richer))
    readings = "settlements/1/readings.csv"
    line = document["pack"][readings].splitlines()[1]
    start, pod, direction, wh, *rest = line.split(",")
    more = ",".join([start, pod, direction, str(int(wh) + 1), *rest])
    refused("settlements/1/", repacked(document, readings, document["pack"][readings].replace(line, more, 1)))
    refused("vault: ", document | {"vault": "0x" + "11" * 20})
    refused("corrections that the ledger has counted: 0", document | {"corrections": 1})
    refused("reporters, threshold and epoch", document | {"quorum": document["quorum"] | {"epoch": 2}})
    own = changed(case(FIRST, AFTER), date(2024, 7, 9))
    with pytest.raises(
        AttestationRefused, match="2024-07-09, configuration AC001E00001: the readings of POD"
    ):
        answer_settlement(operator, document, THREE[0], own)


def test_settle__all_three_sign__settles_and_orders_the_payouts(operator: Operator) -> None:
    document = request(operator)
    for account in THREE:
        found = operator.collect(answer_settlement(operator, document, account))
        assert (found.new, found.refused) == (["distribution 1"], [])
    assert operator.ask().settlements == []
    assert publish(publishing(operator.world.engine, operator.opened)).stopped == {}
    assert "settle" not in operator.world.open_messages()
    assert {"settle", "push"} <= {row.step.split()[0] for row in operator.world.transactions()}
