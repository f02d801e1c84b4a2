"""Which batches are ordered, and what the bank's list may say."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine

from oracle.store.unit_of_work import OracleUnitOfWork
from oracle.usecases.pay import confirm_payouts, order_payouts, parse_bank_references
from settlement.domain.errors import NotFound, TransitionRefused
from settlement.domain.payout_states import Channel, PayoutState
from tests.oracle.world import World, settled_world


@pytest.fixture
def unpublished(engine: Engine) -> World:
    """A distribution that no chain has seen."""
    return settled_world(engine)


@pytest.fixture
def work(unpublished: World) -> Iterator[OracleUnitOfWork]:
    """A transaction that is rolled back."""
    with OracleUnitOfWork(unpublished.engine) as opened:
        yield opened


def reserve_all(work: OracleUnitOfWork, distribution_id: UUID) -> list[int]:
    """Bring all bank leaves to the state in which the bank may pay them."""
    bank = [row for row in work.payouts.of_distribution(distribution_id) if row.channel is Channel.BANK]
    work.payouts.set_state({row.id: (PayoutState.RESERVED, None) for row in bank})
    return [row.leaf_index for row in bank]


def test_order_payouts__mixed_channels__one_push_and_one_reservation(
    work: OracleUnitOfWork, unpublished: World
) -> None:
    order_payouts(work, unpublished.community_id, unpublished.distribution.id)
    order_payouts(work, unpublished.community_id, unpublished.distribution.id)

    ordered = [row for row in work.outbox.rows(unpublished.community_id) if row.topic in ("push", "reserve")]
    assert [row.topic for row in ordered] == ["push", "reserve"]
    assert ordered[0].payload == {
        "distribution_id": str(unpublished.distribution.id),
        "start": 0,
        "height": 3,
    }


def test_confirm_payouts__reserved_leaves__carries_the_references(
    work: OracleUnitOfWork, unpublished: World
) -> None:
    indexes = reserve_all(work, unpublished.distribution.id)
    references = {index: f"TRN {index}" for index in indexes}

    assert confirm_payouts(work, unpublished.distribution.id, references) == 1
    (message,) = work.outbox.rows(unpublished.community_id, "confirm")
    assert message.payload["references"] == {str(index): f"TRN {index}" for index in indexes}


def test_confirm_payouts__the_same_list_again__is_one_message(
    work: OracleUnitOfWork, unpublished: World
) -> None:
    index = reserve_all(work, unpublished.distribution.id)[0]
    for _ in range(2):
        confirm_payouts(work, unpublished.distribution.id, {index: "TRN"})
    assert len(work.outbox.rows(unpublished.community_id, "confirm")) == 1


def test_confirm_payouts__wallet_leaf__refuses(work: OracleUnitOfWork, unpublished: World) -> None:
    with pytest.raises(TransitionRefused, match=r"leaf 0 \(wallet\)"):
        confirm_payouts(work, unpublished.distribution.id, {0: "TRN"})


def test_confirm_payouts__unknown_leaf_or_distribution__refuses(
    work: OracleUnitOfWork, unpublished: World
) -> None:
    with pytest.raises(NotFound):
        confirm_payouts(work, unpublished.distribution.id, {99: "TRN"})
    with pytest.raises(NotFound):
        confirm_payouts(work, uuid4(), {})


def test_parse_bank_references__good_file__maps_leaf_to_reference() -> None:
    text = "\ufeffreference,index\r\nSEPA/1,0\r\n SEPA/2 , 7 \r\n"
    assert parse_bank_references("bank.csv", text) == ({0: "SEPA/1", 7: "SEPA/2"}, [])


def test_parse_bank_references__bad_rows__one_finding_each() -> None:
    text = "index,reference\n1,A\n-1,B\n2,\n1,C\n٣,D\n"
    _, findings = parse_bank_references("bank.csv", text)
    assert [str(finding) for finding in findings] == [
        'bank.csv:3: "-1" is not a leaf\'s index',
        "bank.csv:4: the bank reference is empty",
        "bank.csv:5: leaf 1 stands twice",
        'bank.csv:6: "٣" is not a leaf\'s index',
    ]


@pytest.mark.parametrize("text", ["", "index\n1\n", "index;reference\n1;A\n", "a,b\n"])
def test_parse_bank_references__other_columns__one_finding(text: str) -> None:
    references, findings = parse_bank_references("bank.csv", text)
    assert references == {}
    assert [finding.line for finding in findings] == [1]
