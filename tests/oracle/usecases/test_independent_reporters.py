"""Reporters that keep their own keys sign what they compute from their own copies, or stop the day.

independent reporters
├── given nobody has signed
│   ├── it should leave the queue at its first days, saying who is missing and what to run
│   └── it should let other communities go on
├── given all three sign
│   ├── it should post what they signed, and go on
│   └── taken twice it should store each signature once
├── given the operator holds some keys it should make up only what is missing
├── given one reading of a copy differs
│   ├── it should sign nothing and name the first day, the POD and the hours
│   ├── when a POD is missing it should name the POD
│   └── when the operator was wrong it should settle anew, ask again and post the new days
├── given hidden totals it should sign what hides them
├── given better readings it should sign the corrections
├── given a request that was tampered with it should sign nothing
├── given another chain, ledger, community, epoch or predecessor it should sign nothing
├── given signatures that are forged, strange or of another batch it should refuse them with the reason
├── given new reporters it should ask again
└── no key is in database or request
"""

import copy
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from eth_account import Account
from sqlalchemy import Engine, text

from oracle.attest.identifiers import configuration_id
from oracle.attest.messages import LEDGER_NAME, Domain, batch_digest
from oracle.chain.contracts import LedgerContract
from oracle.chain.json_fields import ReceiptUnreadable
from oracle.errors import AttestationRefused, AwaitingSignatures
from oracle.store.unit_of_work import OracleReadOnlyUnitOfWork
from oracle.usecases.attestation_request import Attested
from oracle.usecases.places import place_of
from oracle.usecases.publish import publish
from oracle.wiring import OpenChain, publishing
from settlement.domain.case import Case, MeterSeries
from tests.oracle.usecases.anew import BETTER_AFTER, BETTER_FROM, accepted, settle_anew, undistributed_world
from tests.oracle.usecases.reporters import (
    THREE,
    Operator,
    addresses,
    answer,
    changed,
    deployed,
    read,
    sign_all,
    signed,
)
from tests.oracle.world import AFTER, FIRST, WALLETS, settled_world
from tests.settlement.store.world import case, pod_of

pytestmark = pytest.mark.node

STRANGER = Account.from_key(b"\x55" * 32)
NOBODY_AGREES = {code: replace(payee, consent=False) for code, payee in WALLETS.items()}


@pytest.fixture
def operator(engine: Engine, opened: OpenChain) -> Operator:
    """July is settled; three reporters of three must sign, and none of their keys is here."""
    return deployed(undistributed_world(engine), opened)


def publish_all(operator: Operator) -> None:
    """Publish; nothing may stand still."""
    assert publish(publishing(operator.world.engine, operator.opened)).stopped == {}


def stopped(operator: Operator) -> AwaitingSignatures:
    """The error at which the queue stands."""
    error = publish(publishing(operator.world.engine, operator.opened)).stopped[operator.world.community_id]
    assert isinstance(error, AwaitingSignatures)
    return error


def test_publish__nobody_signed__waits_and_says_what_to_run(operator: Operator) -> None:
    error = stopped(operator)
    assert (error.have, error.need, error.absent) == (0, 3, addresses(*THREE))
    assert "condivisa attest ask" in str(error)
    assert accepted(operator.world) == {}


def test_publish__another_community_has_its_signatures__goes_on(
    operator: Operator, opened: OpenChain, engine: Engine
) -> None:
    sign_all(operator)
    other = settled_world(engine, name="Altra", offset=1_000)
    found = publish(publishing(engine, operator.opened))
    assert set(found.stopped) == {other.community_id}
    assert len(accepted(operator.world)) == 31


def test_sign__three_copies_say_the_same__posts_what_they_signed(operator: Operator) -> None:
    documents = operator.documents()
    assert len(documents) == 5
    for account in reversed(THREE):
        for document in documents:
            attestation = signed(operator, document, account)
            assert len(operator.collect(attestation).new) == 1
            again = operator.collect(attestation)
            assert (again.new, len(again.known), again.refused) == ([], 1, [])
    publish_all(operator)
    assert len(accepted(operator.world)) == 31
    assert operator.world.open_messages() == []
    assert operator.documents() == []


def test_publish__two_of_three_independent_and_one_key_held__uses_the_independent_ones(
    engine: Engine, opened: OpenChain
) -> None:
    operator = deployed(undistributed_world(engine), opened, threshold=2, held=1)
    assert stopped(operator).have == 1
    for document in operator.documents():
        for account in THREE[:2]:
            operator.collect(signed(operator, document, account))
    publish_all(operator)
    assert len(accepted(operator.world)) == 31
    (first, *_) = [row for row in operator.world.transactions() if row.step == "post"]
    with OracleReadOnlyUnitOfWork(engine) as work:
        reports = [report.message for report in work.reports.of_message(first.outbox_id)]
        noted = work.noted_quorums.of(operator.world.community_id)
    assert noted is not None
    assert (noted.held, noted.threshold, noted.reporters) == (1, 2, addresses(*THREE))
    place = place_of(publishing(engine, operator.opened), operator.world.community_id)
    name = configuration_id(place.community, "AC001E00001")
    digest = batch_digest(Domain(LEDGER_NAME, 31337, place.ledger), name, 1, reports)
    signatures = [bytes(one.unsafe_sign_hash(digest).signature) for one in THREE]
    assert [signature in first.raw for signature in signatures] == [True, True, False]


def test_sign__one_reading_differs__names_day_pod_and_hours_and_signs_nothing(operator: Operator) -> None:
    day = date(2024, 7, 4)
    document = operator.documents()[0]
    found = answer(operator, document, THREE[0], changed(case(FIRST, AFTER), day))
    assert found.attestation is None
    (difference,) = found.refused.values()
    assert difference.day == day
    sentences = difference.sentences
    assert sentences[0].startswith(f"the readings of POD {pod_of('P1')} differ; the own copy injects ")
    assert any(sentence.startswith("hour 10: ") for sentence in sentences)
    assert not any(pod_of("P2") in sentence for sentence in sentences)
    assert accepted(operator.world) == {}


def test_sign__pod_missing_in_the_copy__names_it(operator: Operator) -> None:
    own = case(FIRST, AFTER)
    pods = tuple(row for row in own.community.pods if row.code != pod_of("P2"))
    own = replace(own, community=replace(own.community, pods=pods))
    (difference,) = answer(operator, operator.documents()[0], THREE[0], own).refused.values()
    assert difference.sentences == (f"POD {pod_of('P2')} is in the request and not in the own copy",)


def test_ask__operator_was_wrong_and_settled_anew__asks_for_the_new_days_and_posts_them(
    operator: Operator,
) -> None:
    better = date(2024, 7, 2)
    before = operator.documents()[0]
    settle_anew(operator.world, first=better, after=better + timedelta(days=1))
    own = _doubled(better, better + timedelta(days=1))
    documents = operator.documents()
    assert documents[0]["message"] == before["message"]
    assert documents[0]["batches"] != before["batches"]
    assert answer(operator, before, THREE[0], own).attestation is None
    for document in documents:
        for account in THREE:
            found = answer(operator, document, account, own)
            assert found.refused == {}
            assert found.attestation is not None
            operator.collect(found.attestation)
    publish_all(operator)
    assert len(accepted(operator.world)) == 31
    assert operator.world.open_messages() == []


def _doubled(first: date, after: date) -> Case:
    """A copy with the better readings of these days."""
    given, better = case(FIRST, AFTER), case(first, after, factor=2)
    by_key = {row.key: row.wh for row in better.series}

    def improved(row: MeterSeries) -> MeterSeries:
        values, begin = row.wh.copy(), len(row.wh) // 31 * (first - FIRST).days
        values[begin : begin + len(by_key[row.key])] = by_key[row.key]
        return replace(row, wh=values)

    return replace(given, series=tuple(improved(row) for row in given.series))


def test_sign__hidden_totals__signs_what_hides_them(engine: Engine, opened: OpenChain) -> None:
    operator = deployed(settled_world(engine, payees=NOBODY_AGREES), opened)
    document = operator.documents()[0]
    day = document["batches"][0]["days"][0]
    assert len(day["report"]["hours"]) == 2 + 2 * 32
    signed(operator, document, THREE[0])
    day["opening"]["salt"] = "0x" + "00" * 32
    assert answer(operator, document, THREE[0]).attestation is None


def test_sign__corrections__replace_what_the_ledger_holds(operator: Operator) -> None:
    sign_all(operator)
    publish_all(operator)
    settle_anew(operator.world)
    assert stopped(operator).have == 0
    (document,) = operator.documents()
    own = _doubled(BETTER_FROM, BETTER_AFTER)
    for account in THREE:
        found = answer(operator, document, account, own)
        assert found.attestation is not None
        operator.collect(found.attestation)
    publish_all(operator)
    corrected = [day for day, report in accepted(operator.world).items() if any(report.predecessor)]
    assert corrected == [date(2024, 7, number) for number in (14, 15, 16)]


def _reports(document: dict[str, Any]) -> dict[str, Any]:
    first: dict[str, Any] = document["batches"][0]["days"][0]
    return first


def _other_total(document: dict[str, Any]) -> None:
    report = _reports(document)["report"]
    report["hours"] = report["hours"][:-2] + ("00" if report["hours"][-2:] != "00" else "01")


def _other_blinding(document: dict[str, Any]) -> None:
    _reports(document)["entries"][0]["blinding"] = "0x" + "11" * 32


def _other_root(document: dict[str, Any]) -> None:
    _reports(document)["report"]["root"] = "0x" + "11" * 32


def _doubled_pod(document: dict[str, Any]) -> None:
    entries = _reports(document)["entries"]
    entries.append(entries[0])


def _no_salts(document: dict[str, Any]) -> None:
    document["batches"][0]["salts"] = {}


def _days_backwards(document: dict[str, Any]) -> None:
    document["batches"][0]["days"].reverse()


def _no_days(document: dict[str, Any]) -> None:
    document["batches"][0]["days"] = []


TAMPERED = (
    _other_total, _other_blinding, _other_root, _doubled_pod, _no_salts, _days_backwards, _no_days,
)  # fmt: skip


def test_sign__tampered_request__signs_nothing(operator: Operator) -> None:
    untouched = operator.documents()[0]
    for tamper in TAMPERED:
        document = copy.deepcopy(untouched)
        tamper(document)
        found = answer(operator, document, THREE[0])
        assert found.attestation is None, tamper
        assert found.refused, tamper


def test_sign__what_the_request_says_is_not_believed__signs_nothing(operator: Operator) -> None:
    document = operator.documents()[0]

    def refused(sentence: str, **other: Any) -> None:
        with pytest.raises(AttestationRefused, match=sentence):
            answer(operator, document | other, THREE[0])

    refused("chain: 31337, and the request says 1", chain_id=1)
    refused("ledger: ", ledger="0x" + "11" * 20)
    refused("epoch of the reporters", quorum=document["quorum"] | {"epoch": 2})
    refused("number of reporters", quorum=document["quorum"] | {"threshold": 1})
    strange = [*document["quorum"]["reporters"], STRANGER.address.lower()]
    refused("reporters: ", quorum=document["quorum"] | {"reporters": strange})
    refused("id of configuration", community=document["community"] | {"id": "0x" + "11" * 32})
    with pytest.raises(AttestationRefused, match="none of the reporters"):
        answer(operator, document, STRANGER)
    other = copy.deepcopy(document)
    _reports(other)["report"]["predecessor"] = "0x" + "11" * 32
    with pytest.raises(AttestationRefused, match="the ledger's report of this day is none"):
        answer(operator, other, THREE[0])
    with pytest.raises(ReceiptUnreadable):
        read(document | {"kind": "condivisa/payout/1"})


def test_collect__unusable_signatures__says_why(operator: Operator) -> None:
    first, second = operator.documents()[:2]
    good = signed(operator, first, THREE[0])
    (one,) = good.signatures

    def refused(sentence: str, **other: Any) -> None:
        found = operator.collect(replace(good, **other))
        assert found.new == []
        assert sentence in found.refused[0]

    refused("it is for chain 1", chain_id=1)
    refused(f"not of 0x{addresses(STRANGER)[0].hex()}", signer=addresses(STRANGER)[0])
    flipped = one.signature[:40] + bytes([one.signature[40] ^ 1]) + one.signature[41:]
    refused("", signatures=(replace(one, signature=flipped),))
    strange = bytes(STRANGER.unsafe_sign_hash(one.digest).signature)
    refused("is no reporter", signer=addresses(STRANGER)[0], signatures=(replace(one, signature=strange),))
    digest = b"\x11" * 32
    other = bytes(THREE[0].unsafe_sign_hash(digest).signature)
    refused("nothing that is open asks for it", signatures=(Attested("x", digest, other),))
    refused("ask again", epoch=7, signatures=(Attested("x", digest, other),))
    # A signature over another batch does not count for this one.
    (elsewhere,) = signed(operator, second, THREE[0]).signatures
    moved = replace(one, signature=elsewhere.signature)
    refused("the signature is of", signatures=(moved,))
    assert operator.collect(good).new == [one.what]


def test_ask__new_reporters__former_signatures_are_void(operator: Operator) -> None:
    document = operator.documents()[0]
    operator.collect(signed(operator, document, THREE[0]))
    context = publishing(operator.world.engine, operator.opened)
    quorum = context.ledger.quorum

    class Newer(LedgerContract):
        def quorum(self, ledger: bytes, community: bytes) -> Any:
            return quorum(ledger, community)._replace(epoch=2)

    newer = replace(context, ledger=Newer(operator.opened.chain))
    error = publish(newer).stopped[operator.world.community_id]
    assert isinstance(error, AwaitingSignatures)
    assert "epoch 2" in str(error)
    assert error.have == 0


def test_keys__signed_and_posted__are_nowhere_in_database_or_requests(
    operator: Operator, caplog: pytest.LogCaptureFixture
) -> None:
    documents = operator.documents()
    for account in THREE:
        operator.collect(signed(operator, documents[0], account))
    assert stopped(operator).have == 0
    secrets = [bytes(account.key) for account in (*THREE, operator.opened.chain.keys.operator)]  # type: ignore[union-attr]
    with operator.world.engine.connect() as connection:
        tables = connection.execute(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        ).scalars()
        queries = [text(f'SELECT t::text FROM "{table}" t') for table in tables]
        rows = [str(row) for query in queries for row in connection.execute(query)]
    everything = "\n".join([*rows, *map(str, documents), caplog.text]).lower()
    assert addresses(*THREE)[0].hex() in everything
    for secret in secrets:
        assert secret.hex() not in everything
    with OracleReadOnlyUnitOfWork(operator.world.engine) as work:
        months = work.pod_keys.of_month([pod_of("P1")], 654)
    assert months[pod_of("P1")].hex() not in str(documents)
