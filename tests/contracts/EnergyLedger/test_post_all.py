"""
postAll
├── given no batch or more than 64
│   └── it should revert
├── given a batch that post would refuse
│   └── it should skip it and report community, area and what post says
├── given too little gas
│   └── it should revert as a whole: no batch may look refused
└── otherwise
    └── it should accept each batch as post does, of any communities, areas and signers
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from oracle.attest.messages import report_id
from tests.contracts.expect import reverts
from tools.testchain.client import Receipt
from tools.testchain.community import AREA, DAY, Community, Founder, day_report, month_number
from tools.testchain.errors import Reverted, RevertedData

JULY = month_number(2024, 7)
WORD = b"\x07" * 32


def post_all(community: Community, *batches: tuple[Any, ...], **options: Any) -> Receipt:
    """Send batches together."""
    return community.ledger.send("postAll", list(batches), **options)


def skipped(community: Community, receipt: Receipt) -> list[tuple[bytes, bytes, str]]:
    """Community, area and reason of each batch that was skipped."""
    events = [event.arguments for event in receipt.events if event.name == "BatchSkipped"]
    return [
        (event["community"], event["area"], community.chain.named(RevertedData(event["reason"])).name)
        for event in events
    ]


@pytest.mark.parametrize("count", [0, 65])
def test_post_all__no_or_too_many_batches__reverts(community: Community, count: int) -> None:
    batch = community.batch_row([day_report()])
    with reverts("EnergyLedger_BatchCountOutOfRange", count, 64):
        post_all(community, *[batch] * count)


def test_post_all__areas_of_a_community__are_accepted_each(community: Community) -> None:
    parts = [community, *(community.under(f"AC001E0020{number}") for number in range(3))]
    receipt = post_all(community, *(part.batch_row([day_report()]) for part in parts))
    assert skipped(community, receipt) == []
    for part in parts:
        assert community.ledger.call("reportOf", part.configuration, DAY) == report_id(day_report())


def test_post_all__communities_with_other_reporters__are_accepted_each(community: Community) -> None:
    only = community.reporters[4]
    terms = (community.timelock.address, community.guardian, [only.address], 1, 5, (10_000, 0, 0))
    named = community.ledger.send("registerCommunity", WORD, terms).only("CommunityRegistered")["community"]
    other = replace(community, id=named, reporters=[only], threshold=1)
    parts = (community, other)
    receipt = post_all(community, *(part.batch_row([day_report()]) for part in parts))
    accepted = [event.arguments["configuration"] for event in receipt.events]
    assert accepted == [part.configuration for part in parts]


REFUSED: dict[str, tuple[Callable[[Community], dict[str, Any]], str]] = {
    "too few signatures": (lambda c: {"signatures": c.sign_batch([day_report()], 2)}, "TooFewSignatures"),
    "stranger": (lambda _: {"signatures": bytes(64) + b"\x1b"}, "TooFewSignatures"),
    "other epoch": (lambda _: {"epoch": 9}, "OtherEpoch"),
    "unknown community": (lambda _: {"community": WORD}, "UnknownCommunity"),
    "unknown community, its epoch": (lambda _: {"community": WORD, "epoch": 0}, "UnknownCommunity"),
    "unknown community, unsigned": (lambda _: {"community": WORD, "signatures": b""}, "UnknownCommunity"),
}


@pytest.mark.parametrize(("change", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_post_all__batch_that_post_refuses__is_skipped_between_others(
    community: Community, change: Callable[[Community], dict[str, Any]], reason: str
) -> None:
    good = [community.batch_row([day_report(day)]) for day in (DAY, DAY + 1)]
    bad = community.batch_row([day_report(DAY + 2)], **change(community))
    receipt = post_all(community, good[0], bad, good[1])
    ((named, area, said),) = skipped(community, receipt)
    assert (named, area) == (bad[0], AREA)
    assert said.endswith(reason)
    assert community.ledger.call("totalsOf", community.configuration, JULY)[3] == 0b11
    with pytest.raises(Reverted) as caught:
        community.ledger.send("post", bad)
    assert caught.value.name == said


@pytest.mark.parametrize("count", [0, 32])
def test_post_all__batch_of_no_or_too_many_days__is_skipped(community: Community, count: int) -> None:
    bad = community.batch_row([day_report(DAY + offset) for offset in range(count)])
    receipt = post_all(community, bad)
    assert [said for _, _, said in skipped(community, receipt)] == ["EnergyLedger_ReportCountOutOfRange"]


def test_post_all__day_again_and_again__is_accepted_once(community: Community) -> None:
    batch = community.batch_row([day_report()])
    receipt = post_all(community, batch, batch, batch)
    refused = (community.id, AREA, "EnergyLedger_WrongPredecessor")
    assert skipped(community, receipt) == [refused] * 2
    assert receipt.only("DayAccepted")["report"] == report_id(day_report())


def test_post_all__one_bad_report_of_a_batch__skips_all_of_it(community: Community) -> None:
    bad = community.batch_row([day_report(), replace(day_report(DAY + 1), hours=b"")])
    receipt = post_all(community, bad)
    assert [said for _, _, said in skipped(community, receipt)] == ["EnergyLedger_WrongHourTotalsLength"]
    assert community.ledger.call("reportOf", community.configuration, DAY) == bytes(32)


def test_post_all__paused_community__is_skipped(community: Community) -> None:
    batch = community.batch_row([day_report()])
    community.ledger.send("setPaused", community.id, True, sender=community.guardian)
    receipt = post_all(community, batch)
    assert [said for _, _, said in skipped(community, receipt)] == ["CommunityRegistry_Paused"]


def test_post_all__any_gas__accepts_all_or_reverts(found: Founder) -> None:
    """A relayer who sends too little gas must not make a good batch look refused."""
    community = found()
    batches = [community.batch_row([day_report(day)]) for day in (DAY, DAY + 1)]
    transport = community.chain.transport
    outcomes: set[tuple[str | int, ...]] = set()
    for gas in range(80_000, 330_000, 4_999):
        snapshot = transport.snapshot()
        try:
            receipt = post_all(community, *batches, gas=gas)
            outcomes.add(("sent", len(receipt.events), len(skipped(community, receipt))))
        except Reverted as reverted:
            outcomes.add((reverted.name,))
        transport.restore(snapshot)
    assert outcomes <= {("sent", 2, 0), ("EnergyLedger_TooLittleGas",), ("Unnamed",)}
    assert ("sent", 2, 0) in outcomes
    assert ("EnergyLedger_TooLittleGas",) in outcomes
