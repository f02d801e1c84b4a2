"""Several configurations post their days together: one transaction, and nothing that was skipped is done.

post_all
├── given two configurations
│   └── it should post a month of both in one transaction
├── given more than a transaction carries
│   └── it should send as many as are needed
└── given a batch that the ledger skips
    ├── it should post it by itself, and be done
    ├── when that is refused as well it should stop with the ledger's reason, and accept nothing
    └── when somebody had relayed the very same reports it should be done
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from oracle.attest.messages import DayReport
from oracle.chain.client import EvmChain
from oracle.chain.contracts import LedgerContract
from oracle.chain.keys import Keys, load_or_create_keys
from oracle.errors import CallReverted
from oracle.ports import AreaReports, Call, Quorum
from oracle.usecases import post_days
from oracle.usecases.publish import publish
from oracle.wiring import OpenChain, publishing
from tests.oracle.mining import mine
from tests.oracle.usecases.anew import accepted
from tests.oracle.world import ALL_CONSENT, World, settled_world

pytestmark = pytest.mark.node

SECOND_AREA = "AC001E00002"


@pytest.fixture
def two(engine: Engine) -> World:
    """A community with two configurations, nothing published yet."""
    return settled_world(engine, payees=ALL_CONSENT, two_areas=True)


def steps(world: World) -> list[str]:
    """What was signed of posting, in order."""
    return [row.step for row in world.transactions() if row.step.startswith("post")]


class Spoiled(LedgerContract):
    """Signs the second configuration's batch for an epoch that is not there."""

    def _batch(
        self, ledger: bytes, community: bytes, batch: AreaReports, quorum: Quorum
    ) -> tuple[object, ...]:
        epoch = quorum.epoch + (batch.area_code == SECOND_AREA)
        return super()._batch(ledger, community, batch, quorum._replace(epoch=epoch))


class SpoiledTogether(Spoiled):
    """The same, but alone the batch is as it must be."""

    def post(self, ledger: bytes, community: bytes, area_code: str, reports: Sequence[DayReport]) -> Call:
        return LedgerContract(self._chain).post(ledger, community, area_code, reports)


def test_post_all__two_configurations__a_month_is_one_transaction(two: World, opened: OpenChain) -> None:
    assert publish(publishing(two.engine, opened)).stopped == {}
    assert steps(two) == ["post all"]
    (sentence,) = [row.sentence for row in two.transactions() if row.step == "post all"]
    assert sentence == "post 62 days of 2 configurations to the ledger"
    assert len(accepted(two, "a")) == len(accepted(two, "b")) == 31


def test_post_all__more_than_a_transaction_carries__are_several(
    two: World, opened: OpenChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(post_days, "in_transactions", lambda reports: (range(i, i + 1) for i in range(2)))
    assert publish(publishing(two.engine, opened)).stopped == {}
    assert steps(two) == ["post all 1 of 2", "post all 2 of 2"]
    assert two.open_messages() == []


def test_post_all__skipped_batch__is_posted_by_itself(two: World, opened: OpenChain) -> None:
    context = replace(publishing(two.engine, opened), ledger=SpoiledTogether(opened.chain))
    assert publish(context).stopped == {}
    assert steps(two) == ["post all", f"post {SECOND_AREA}"]
    assert len(accepted(two, "b")) == 31


def test_post_all__skipped_batch_is_refused_alone__stops_with_the_reason_and_accepts_nothing(
    two: World, opened: OpenChain
) -> None:
    context = replace(publishing(two.engine, opened), ledger=Spoiled(opened.chain))
    error = publish(context).stopped[two.community_id]
    assert isinstance(error, CallReverted)
    assert "CommunityRegistry_OtherEpoch" in str(error)
    assert two.open_messages()[0] == "post-all"
    assert accepted(two, "a") == accepted(two, "b") == {}
    # What was in the way is gone: the run goes on where it stopped.
    assert publish(publishing(two.engine, opened)).stopped == {}
    assert steps(two) == ["post all", f"post {SECOND_AREA}"]


def test_post_all__somebody_relayed_the_same_reports_before__is_done(
    two: World, opened: OpenChain, tmp_path: Path
) -> None:
    # Anyone may relay what reporters signed.
    keys = Keys(load_or_create_keys(tmp_path / "relayer.json").operator, opened.chain.keys.reporters)
    relayer = EvmChain(opened.chain.rpc, keys, opened.chain.chain_id)

    class Overtaken(LedgerContract):
        def post_all(self, ledger: bytes, community: bytes, batches: Sequence[AreaReports]) -> Call:
            call = super().post_all(ledger, community, batches)
            assert mine(relayer, LedgerContract(relayer).post(ledger, community, *batches[1])).succeeded
            return call

    context = replace(publishing(two.engine, opened), ledger=Overtaken(opened.chain))
    assert publish(context).stopped == {}
    assert steps(two) == ["post all"]
    assert len(accepted(two, "b")) == 31
