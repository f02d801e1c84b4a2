"""
dispute
├── given the caller is neither a reporter nor a member whom the proof finds
│   └── it should revert naming the caller
├── given a day without report, a month that is disputed, or a window that is over
│   └── it should revert naming it
└── otherwise
    ├── it should make the window of the month 7 days longer, once, and report objector and reason
    ├── a correction should begin the window anew, which is still the longer one
    └── other months and configurations should go on
"""

import pytest

from oracle.attest.hash_tree import HashTree
from oracle.attest.identifiers import member_leaf
from oracle.attest.keccak import keccak256
from oracle.attest.messages import report_id
from tests.contracts.expect import reverts
from tools.testchain.client import Receipt
from tools.testchain.community import AREA, MONTH, Community, Founder, day_report, days_of

DELAY = 3 * 86_400
EXTENSION = 7 * 86_400
MARGIN = 600
SALT = keccak256(b"salt")
REASON = keccak256(b"reason")
DAY = days_of(MONTH)[3]
DISPUTED = 8  # position in a month's totals


@pytest.fixture
def community(found: Founder) -> Community:
    """A community with a member, account 6, whose complete month is within its window."""
    made: Community = found(finality_delay=DELAY)
    made.ledger.send("setRoster", made.id, tree(made).root, 2)
    made.post_month(MONTH)
    return made


def member(community: Community) -> str:
    """The member's account."""
    return community.chain.accounts[6]


def tree(community: Community) -> HashTree:
    """The roster of the member and another one."""
    address = bytes.fromhex(member(community)[2:])
    return HashTree([keccak256(b"another"), member_leaf(SALT, address)])


def object_to(community: Community, sender: str, day: int = DAY, salt: bytes = SALT) -> Receipt:
    """Dispute a day's report with the member's proof."""
    proof = (salt, 1, tree(community).proof(1))
    return community.ledger.send("dispute", community.id, AREA, day, REASON, *proof, sender=sender)


def is_final(community: Community) -> bool:
    """Whether the month is."""
    return bool(community.ledger.call("isFinal", community.configuration, MONTH))


def test_dispute__member__makes_the_window_longer_and_is_reported(community: Community) -> None:
    event = object_to(community, member(community)).only("MonthDisputed")
    assert event == {
        "configuration": community.configuration,
        "month": MONTH,
        "day": DAY,
        "report": report_id(day_report(DAY)),
        "objector": member(community).lower(),
        "reason": REASON,
    }
    assert community.ledger.call("totalsOf", community.configuration, MONTH)[DISPUTED] is True
    community.chain.transport.travel(DELAY + EXTENSION - MARGIN)
    assert not is_final(community)
    community.chain.transport.travel(MARGIN)
    assert is_final(community)


def test_dispute__nobody__window_ends_as_announced(community: Community) -> None:
    community.chain.transport.travel(DELAY)
    assert is_final(community)


def test_dispute__reporter__needs_no_proof(found: Founder) -> None:
    community = found(finality_delay=DELAY)
    reporter = community.chain.accounts[7]
    community.post_month(MONTH)
    community.govern(community.ledger, "setReporters", community.id, [reporter], 1)
    receipt = community.ledger.send(
        "dispute", community.id, AREA, DAY, REASON, bytes(32), 0, [], sender=reporter
    )
    assert receipt.only("MonthDisputed")["objector"].lower() == reporter.lower()


def test_dispute__stranger_with_a_members_proof__reverts(community: Community) -> None:
    for stranger in (community.administrator, community.guardian):
        with reverts("EnergyLedger_MayNotObject", community.id, stranger):
            object_to(community, stranger)


def test_dispute__member_with_another_salt__reverts(community: Community) -> None:
    with reverts("EnergyLedger_MayNotObject", community.id, member(community)):
        object_to(community, member(community), salt=REASON)


def test_dispute__day_without_report__reverts(community: Community) -> None:
    day = days_of(MONTH + 1)[0]
    with reverts("EnergyLedger_NoReport", community.configuration, day):
        object_to(community, member(community), day)


def test_dispute__window_over__reverts(community: Community) -> None:
    community.chain.transport.travel(DELAY)
    with reverts("EnergyLedger_WindowClosed", community.configuration, MONTH):
        object_to(community, member(community))


def test_dispute__again__reverts(community: Community) -> None:
    """Nobody holds revenue up for good by objecting week after week."""
    object_to(community, member(community))
    community.chain.transport.travel(DELAY - MARGIN)
    with reverts("EnergyLedger_AlreadyDisputed", community.configuration, MONTH):
        object_to(community, member(community), DAY + 1)


def test_dispute__answered_by_a_correction__window_begins_anew(community: Community) -> None:
    object_to(community, member(community))
    community.chain.transport.travel(DELAY)
    wrong = day_report(DAY)
    community.correct(wrong, day_report(DAY, [1] * 24, [1] * 24, predecessor=report_id(wrong)))
    community.chain.transport.travel(DELAY + EXTENSION - MARGIN)
    assert not is_final(community)
    community.chain.transport.travel(MARGIN)
    assert is_final(community)


def test_dispute__one_configuration__does_not_touch_another(community: Community) -> None:
    other = community.under("AC001E00124")
    other.post_month(MONTH)
    object_to(community, member(community))
    community.chain.transport.travel(DELAY)
    assert is_final(other)
    assert not is_final(community)
