"""
signatures, on EnergyLedger.post and CommunityVault.settle alike
├── given fewer than the threshold
│   └── it should revert naming the number
├── given a signer twice, in another than ascending order, or who is no reporter
│   └── it should revert naming it
├── given a malleable or impossible signature, or bytes that are not whole signatures
│   └── it should revert
├── given signatures of another chain, contract, name, configuration, epoch or message
│   └── it should revert
├── given the community is paused
│   └── it should revert
└── given at least the threshold of reporters, ascending
    └── it should accept
"""

from collections.abc import Callable
from dataclasses import replace

import pytest
from eth_account import Account

from oracle.attest.messages import Domain, batch_digest, settlement_digest
from oracle.attest.payout_tree import PayoutTree
from tests.contracts.expect import reverts
from tools.testchain.client import Receipt
from tools.testchain.community import Community, Founder, day_report, settlement_row, signature

CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
STRANGER = Account.from_key(b"\x11" * 32)
BYTES = 65

# Sends a message that both contracts accept, with the signatures that it is given.
Signed = tuple[Callable[[bytes], Receipt], bytes]


def post_message(community: Community) -> Signed:
    """A report, and the digest that reporters sign."""
    report = day_report()
    digest = batch_digest(community.ledger_domain, community.configuration, community.epoch, [report])
    *batch, _ = community.batch_row([report])
    return lambda signed: community.ledger.send("post", (*batch, signed)), digest


def settle_message(community: Community) -> Signed:
    """A settlement, and the digest that reporters sign."""
    settlement = community.propose(PayoutTree([]), [community.credit(1_000_000)])
    row = settlement_row(settlement)
    digest = settlement_digest(community.vault_domain, settlement)
    return lambda signed: community.vault.send("settle", row, signed), digest


@pytest.fixture(params=[post_message, settle_message], ids=["post", "settle"])
def message(request: pytest.FixtureRequest, community: Community) -> Signed:
    """Each of the two messages that reporters sign."""
    made: Signed = request.param(community)
    return made


def took_effect(receipt: Receipt) -> bool:
    """Whether a day was accepted or a distribution settled."""
    return any(event.name in ("DayAccepted", "Settled") for event in receipt.events)


def apart(signed: bytes) -> list[bytes]:
    """Signatures one by one."""
    return [signed[start : start + BYTES] for start in range(0, len(signed), BYTES)]


def malleable(signed: bytes) -> bytes:
    """The other signature of the same signer: s mirrored, v flipped."""
    r, s, v = signed[:32], int.from_bytes(signed[32:64], "big"), signed[64]
    return r + (CURVE_ORDER - s).to_bytes(32, "big") + bytes([55 - v])


def test_signatures__below_threshold__revert(community: Community, message: Signed) -> None:
    send, digest = message
    with reverts("CommunityRegistry_TooFewSignatures", 2, 3):
        send(community.signatures(digest, 2))


def test_signatures__none__revert(message: Signed) -> None:
    with reverts("CommunityRegistry_TooFewSignatures", 0, 3):
        message[0](b"")


def test_signatures__signer_repeated__revert(community: Community, message: Signed) -> None:
    send, digest = message
    first, second = apart(community.signatures(digest, 2))
    with reverts("CommunityRegistry_NotAReporter", community.reporters[1].address):
        send(first + second + second)


def test_signatures__repeated_beyond_the_threshold__revert(community: Community, message: Signed) -> None:
    send, digest = message
    with reverts("CommunityRegistry_NotAReporter", community.reporters[0].address):
        send(community.signatures(digest, 5) + community.signatures(digest, 1))


def test_signatures__descending__revert(community: Community, message: Signed) -> None:
    send, digest = message
    with reverts("CommunityRegistry_NotAReporter", community.reporters[1].address):
        send(b"".join(reversed(apart(community.signatures(digest, 3)))))


@pytest.mark.parametrize("reporters", [2, 3, 5])
def test_signatures__stranger_beside_reporters__revert(
    community: Community, message: Signed, reporters: int
) -> None:
    send, digest = message
    signers = sorted(
        [*community.reporters[:reporters], STRANGER], key=lambda account: int(account.address, 16)
    )
    with reverts("CommunityRegistry_NotAReporter", STRANGER.address):
        send(b"".join(signature(signer, digest) for signer in signers))


def test_signatures__high_s__revert(community: Community, message: Signed) -> None:
    send, digest = message
    first, *others = apart(community.signatures(digest, 3))
    with reverts("ECDSAInvalidSignatureS", malleable(first)[32:64]):
        send(malleable(first) + b"".join(others))


@pytest.mark.parametrize("length", [1, 64, 3 * BYTES - 1, 3 * BYTES + 1])
def test_signatures__not_whole__revert(community: Community, message: Signed, length: int) -> None:
    send, digest = message
    with reverts("CommunityRegistry_MalformedSignatures", length):
        send(community.signatures(digest, 4)[:length])


@pytest.mark.parametrize("v", [0, 1, 26, 29])
def test_signatures__impossible_v__revert(community: Community, message: Signed, v: int) -> None:
    send, digest = message
    first, *others = apart(community.signatures(digest, 3))
    with reverts("ECDSAInvalidSignature"):
        send(first[:64] + bytes([v]) + b"".join(others))


def test_signatures__paused__revert(community: Community, message: Signed) -> None:
    send, digest = message
    community.ledger.send("setPaused", community.id, True, sender=community.guardian)
    with reverts("CommunityRegistry_Paused", community.id):
        send(community.signatures(digest))


def test_signatures__of_an_epoch_that_ended__revert(community: Community, message: Signed) -> None:
    """The same reporters named again are another epoch."""
    send, digest = message
    addresses = [reporter.address for reporter in community.reporters]
    community.govern(community.ledger, "setReporters", community.id, addresses, community.threshold)
    with reverts("CommunityRegistry_OtherEpoch", community.id, 1, 2):
        send(community.signatures(digest))


@pytest.mark.parametrize("count", [3, 4, 5])
def test_signatures__threshold_and_more__are_accepted(
    community: Community, message: Signed, count: int
) -> None:
    send, digest = message
    assert took_effect(send(community.signatures(digest, count)))


@pytest.mark.parametrize("chosen", [(0, 1, 4), (0, 2, 3), (2, 3, 4)])
def test_signatures__any_three_reporters__are_accepted(
    community: Community, message: Signed, chosen: tuple[int, ...]
) -> None:
    send, digest = message
    signed = b"".join(signature(community.reporters[number], digest) for number in chosen)
    assert took_effect(send(signed))


@pytest.mark.parametrize(
    "change",
    [
        lambda domain: replace(domain, chain_id=domain.chain_id + 1),
        lambda domain: replace(domain, contract=b"\x01" * 20),
        lambda domain: replace(domain, name="Condivisa CommunityVault"),
    ],
    ids=["chain", "contract", "name"],
)
def test_post__signed_for_another_domain__reverts(
    community: Community, change: Callable[[Domain], Domain]
) -> None:
    domain = change(community.ledger_domain)
    refuse_post(community, batch_digest(domain, community.configuration, 1, [day_report()]))


def test_post__signed_for_another_configuration__reverts(community: Community) -> None:
    refuse_post(community, batch_digest(community.ledger_domain, b"\x07" * 32, 1, [day_report()]))


def test_post__signed_for_another_epoch__reverts(community: Community) -> None:
    digest = batch_digest(community.ledger_domain, community.configuration, 2, [day_report()])
    refuse_post(community, digest)


@pytest.mark.parametrize(
    "change",
    [
        {"day": 19_906},
        {"predecessor": b"\x01" * 32},
        {"root": b"\x01" * 32},
        {"roster": b"\x01" * 32},
        {"pods": 99},
        {"blinding": b"\x01" * 32},
        {"hours": bytes(240)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_post__one_field_changed_after_signing__reverts(
    community: Community, change: dict[str, object]
) -> None:
    signed = replace(day_report(), **change)  # type: ignore[arg-type]
    refuse_post(community, batch_digest(community.ledger_domain, community.configuration, 1, [signed]))


def test_post__signatures_of_a_larger_batch__revert_for_a_part_of_it(community: Community) -> None:
    both = [day_report(), day_report(day_report().day + 1)]
    refuse_post(community, batch_digest(community.ledger_domain, community.configuration, 1, both))


@pytest.mark.parametrize(
    "change",
    [
        {"distribution": 2},
        {"epoch": 2},
        {"receipts": (b"\x01" * 32,)},
        {"months": ()},
        {"corrections": 1},
        {"evidence": b"\x01" * 32},
        {"root": b"\x01" * 32},
        {"depth": 1},
        {"pool_micro_eur": 1},
        {"carry_micro_eur": 1},
    ],
    ids=lambda change: next(iter(change)),
)
def test_settle__one_field_changed_after_signing__reverts(
    community: Community, change: dict[str, object]
) -> None:
    settlement = community.propose(PayoutTree([]), [community.credit(1_000_000)])
    signed = replace(settlement, **change)  # type: ignore[arg-type]
    signatures = community.signatures(settlement_digest(community.vault_domain, signed))
    with reverts("CommunityRegistry_NotAReporter"):
        community.vault.send("settle", settlement_row(settlement), signatures)


@pytest.mark.parametrize("count", [1, 16])
def test_quorum__all_of_the_fewest_and_the_most__are_accepted(found: Founder, count: int) -> None:
    found(reporter_count=count, threshold=count).post(day_report())


def refuse_post(community: Community, digest: bytes) -> None:
    """The reporters' signatures of this digest do not carry the day's report: they give other signers."""
    batch = community.batch_row([day_report()], signatures=community.signatures(digest))
    with reverts("CommunityRegistry_NotAReporter"):
        community.ledger.send("post", batch)
