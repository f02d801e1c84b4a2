"""
signatures, on EnergyLedger.post and CommunityVault.settle alike
├── given fewer than the threshold, or more than sixteen
│   └── it should revert naming the number
├── given a signer twice or in another than ascending order
│   └── it should revert naming both
├── given a signer who is no reporter
│   └── it should revert naming it
├── given a malleable, short, long or impossible signature
│   └── it should revert
├── given signatures of another chain, contract, name, configuration or message
│   └── it should revert
└── given at least the threshold of reporters, ascending
    └── it should accept
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from eth_account import Account

from oracle.attest.messages import Domain, batch_digest, settlement_digest
from oracle.attest.payout_tree import PayoutTree
from tests.contracts.expect import reverts
from tools.testchain.community import (
    CONFIGURATION,
    Community,
    Founder,
    day_report,
    report_row,
    settlement_row,
    signature,
)
from tools.testchain.errors import Reverted

CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
STRANGER = Account.from_key(b"\x11" * 32)

# Sends a message that both contracts accept, with the signatures that it is given.
Signed = tuple[Callable[[Sequence[bytes]], object], bytes]


def post_message(community: Community) -> Signed:
    """A report, and the digest that reporters sign."""
    report = day_report()
    digest = batch_digest(community.ledger_domain, CONFIGURATION, [report])
    rows = [report_row(report)]
    return lambda signed: community.ledger.send("post", CONFIGURATION, rows, list(signed)), digest


def settle_message(community: Community) -> Signed:
    """A settlement, and the digest that reporters sign."""
    settlement = community.propose(PayoutTree([]), [community.credit(1_000_000)])
    row = settlement_row(settlement)
    digest = settlement_digest(community.vault_domain, settlement)
    return lambda signed: community.vault.send("settle", row, list(signed)), digest


@pytest.fixture(params=[post_message, settle_message], ids=["post", "settle"])
def message(request: pytest.FixtureRequest, community: Community) -> Signed:
    """Each of the two messages that reporters sign."""
    made: Signed = request.param(community)
    return made


def malleable(signed: bytes) -> bytes:
    """The other signature of the same signer: s mirrored, v flipped."""
    r, s, v = signed[:32], int.from_bytes(signed[32:64], "big"), signed[64]
    return r + (CURVE_ORDER - s).to_bytes(32, "big") + bytes([55 - v])


def test_signatures__below_threshold__revert(community: Community, message: Signed) -> None:
    send, digest = message
    with reverts("ReporterQuorum_TooFewSignatures", 2, 3):
        send(community.signatures(digest, 2))


def test_signatures__none__revert(community: Community, message: Signed) -> None:
    with reverts("ReporterQuorum_TooFewSignatures", 0, 3):
        message[0]([])


def test_signatures__seventeen__revert(community: Community, message: Signed) -> None:
    send, digest = message
    with reverts("ReporterQuorum_TooManySignatures", 17, 16):
        send(community.signatures(digest, 1) * 17)


def test_signatures__signer_repeated__revert(community: Community, message: Signed) -> None:
    send, digest = message
    first, second = community.signatures(digest, 2)
    twice = community.reporters[1].address
    with reverts("ReporterQuorum_SignersNotAscending", twice, twice):
        send([first, second, second])


def test_signatures__descending__revert(community: Community, message: Signed) -> None:
    send, digest = message
    higher, lower = community.reporters[2].address, community.reporters[1].address
    with reverts("ReporterQuorum_SignersNotAscending", higher, lower):
        send(community.signatures(digest, 3)[::-1])


@pytest.mark.parametrize("reporters", [2, 3, 5])
def test_signatures__stranger_beside_reporters__revert(
    community: Community, message: Signed, reporters: int
) -> None:
    send, digest = message
    signers = sorted(
        [*community.reporters[:reporters], STRANGER], key=lambda account: int(account.address, 16)
    )
    with reverts("ReporterQuorum_NotAReporter", STRANGER.address):
        send([signature(signer, digest) for signer in signers])


def test_signatures__high_s__revert(community: Community, message: Signed) -> None:
    send, digest = message
    first, *others = community.signatures(digest, 3)
    with reverts("ECDSAInvalidSignatureS", malleable(first)[32:64]):
        send([malleable(first), *others])


@pytest.mark.parametrize("length", [0, 64, 66])
def test_signatures__other_length__revert(community: Community, message: Signed, length: int) -> None:
    send, digest = message
    first, *others = community.signatures(digest, 3)
    with reverts("ECDSAInvalidSignatureLength", length):
        send([(first + b"\0")[:length], *others])


@pytest.mark.parametrize("v", [0, 1, 26, 29])
def test_signatures__impossible_v__revert(community: Community, message: Signed, v: int) -> None:
    send, digest = message
    first, *others = community.signatures(digest, 3)
    with reverts("ECDSAInvalidSignature"):
        send([first[:64] + bytes([v]), *others])


@pytest.mark.parametrize("count", [3, 4, 5])
def test_signatures__threshold_and_more__are_accepted(
    community: Community, message: Signed, count: int
) -> None:
    send, digest = message
    send(community.signatures(digest, count))


@pytest.mark.parametrize("chosen", [(0, 1, 4), (0, 2, 3), (2, 3, 4)])
def test_signatures__any_three_reporters__are_accepted(
    community: Community, message: Signed, chosen: tuple[int, ...]
) -> None:
    send, digest = message
    send([signature(community.reporters[number], digest) for number in chosen])


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
    report = day_report()
    digest = batch_digest(change(community.ledger_domain), CONFIGURATION, [report])
    refuse_post(community, digest)


def test_post__signed_for_another_configuration__reverts(community: Community) -> None:
    refuse_post(community, batch_digest(community.ledger_domain, b"\x07" * 32, [day_report()]))


@pytest.mark.parametrize(
    "change",
    [{"day": 19_906}, {"predecessor": b"\x01" * 32}, {"root": b"\x01" * 32}, {"hours": bytes(240)}],
    ids=["day", "predecessor", "root", "hours"],
)
def test_post__one_field_changed_after_signing__reverts(
    community: Community, change: dict[str, object]
) -> None:
    signed = replace(day_report(), **change)  # type: ignore[arg-type]
    refuse_post(community, batch_digest(community.ledger_domain, CONFIGURATION, [signed]))


def test_post__signatures_of_a_larger_batch__revert_for_a_part_of_it(community: Community) -> None:
    both = [day_report(), day_report(day_report().day + 1)]
    refuse_post(community, batch_digest(community.ledger_domain, CONFIGURATION, both))


@pytest.mark.parametrize(
    "change",
    [
        {"distribution": 2},
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
    signatures = community.signatures(settlement_digest(community.vault_domain, signed), 3)
    with pytest.raises(Reverted) as caught:
        community.vault.send("settle", settlement_row(settlement), signatures)
    assert caught.value.name in FOREIGN


def test_quorum__sixteen_of_sixteen__are_accepted(found: Founder) -> None:
    community = found(reporter_count=16, threshold=16)
    community.post(day_report())


def test_quorum__one_of_one__is_accepted(found: Founder) -> None:
    community = found(reporter_count=1, threshold=1)
    community.post(day_report())


# A digest that nobody meant gives signers whom nobody knows, in whatever order.
FOREIGN = ("ReporterQuorum_NotAReporter", "ReporterQuorum_SignersNotAscending")


def refuse_post(community: Community, digest: bytes) -> None:
    """The reporters' signatures of this digest do not carry the day's report."""
    with pytest.raises(Reverted) as caught:
        community.ledger.send(
            "post", CONFIGURATION, [report_row(day_report())], community.signatures(digest, 3)
        )
    assert caught.value.name in FOREIGN
