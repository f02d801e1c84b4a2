"""Members, plants and settings of a registered community."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text

from community.domain.errors import (
    FieldNotChangeable,
    MemberExists,
    PlantExists,
    PodTaken,
    UnknownConfiguration,
)
from community.domain.records import CommunityStatus, MemberStatus, NewMember, PlantRecord, PodRecord
from community.store.unit_of_work import UnitOfWork
from community.usecases.communities import update_community
from community.usecases.members import add_member, update_member
from community.usecases.plants import add_plant
from community.usecases.register_community import register_community
from settlement.domain.case import MemberCategory, Shares, Source
from settlement.domain.errors import NotFound
from settlement.domain.identifiers import uuid7
from settlement.domain.payees import Payee
from settlement.domain.payout_states import Channel
from tests.settlement.store import world

POD = PodRecord("IT001E55555555", "", date(2024, 9, 1))
NEW = NewMember("N1", MemberCategory.SME, enterprise=True, joined_on=date(2024, 9, 1), pods=(POD,))


@pytest.fixture
def work(engine):
    with UnitOfWork(engine) as opened:
        yield opened


@pytest.fixture
def community_id(work):
    return register_community(work, world.community(date(2024, 7, 1), date(2024, 8, 1))).community_id


def test_add_member__no_document__stores_none_rather_than_a_json_null(work, community_id) -> None:
    add_member(work, community_id, NEW)
    counted = work.session.execute(text("SELECT count(*), count(location) FROM community_members")).one()
    assert counted[0] > 0
    assert counted[1] == 0


def test_add_member__new__is_stored_with_its_pods(work, community_id) -> None:
    stored = add_member(work, community_id, NEW)
    assert stored.member == replace(NEW, payee=Payee("N1"))
    assert work.communities.member(community_id, stored.id) == stored


def test_add_member__again__returns_it(work, community_id) -> None:
    assert add_member(work, community_id, NEW) == add_member(work, community_id, NEW)


def test_add_member__code_of_another__is_refused(work, community_id) -> None:
    add_member(work, community_id, NEW)
    with pytest.raises(MemberExists):
        add_member(work, community_id, replace(NEW, enterprise=False))


def test_add_member__pod_in_use__is_refused(work, community_id) -> None:
    pods = (replace(POD, pod=world.pod_of("P1")),)
    with pytest.raises(PodTaken, match=world.pod_of("P1")):
        add_member(work, community_id, replace(NEW, pods=pods))


def test_add_member__pod_twice_at_a_time__is_refused(work, community_id) -> None:
    with pytest.raises(PodTaken):
        add_member(work, community_id, replace(NEW, pods=(POD, replace(POD, valid_from=date(2025, 1, 1)))))


def test_add_member__configuration_unknown__is_refused(work, community_id) -> None:
    with pytest.raises(UnknownConfiguration, match="'x'"):
        add_member(work, community_id, replace(NEW, pods=(replace(POD, configuration="x"),)))


def test_add_member__community_unknown__is_not_found(work) -> None:
    with pytest.raises(NotFound):
        add_member(work, uuid7(), NEW)


def test_update_member__new_state__replaces_the_old_and_ends_the_pod(work, community_id) -> None:
    stored = add_member(work, community_id, NEW)
    wanted = replace(
        NEW,
        status=MemberStatus.LEFT,
        left_on=date(2025, 1, 1),
        payee=Payee("N1", Channel.WALLET, bytes(20)),
        location={"type": "Point", "coordinates": [7.6, 45.0]},
        pods=(replace(POD, valid_to=date(2025, 1, 1)), replace(POD, pod="IT001E66666666")),
    )
    assert update_member(work, community_id, stored.id, wanted).member == wanted


def test_update_member__pod_not_named__stays(work, community_id) -> None:
    stored = add_member(work, community_id, NEW)
    updated = update_member(work, community_id, stored.id, replace(NEW, pods=()))
    assert updated.member.pods == (POD,)


def test_update_member__code_or_configuration_changes__is_refused(work, community_id) -> None:
    stored = add_member(work, community_id, NEW)
    with pytest.raises(FieldNotChangeable, match="code"):
        update_member(work, community_id, stored.id, replace(NEW, code="N2"))
    moved = replace(NEW, pods=(replace(POD, configuration="other"),))
    with pytest.raises(FieldNotChangeable, match=POD.pod):
        update_member(work, community_id, stored.id, moved)


def test_update_member__unknown__is_not_found(work, community_id) -> None:
    with pytest.raises(NotFound, match="member"):
        update_member(work, community_id, uuid7(), NEW)


PLANT = PlantRecord("WIND", POD.pod, Source.WIND, Decimal("12.345678"), date(2024, 9, 2), "Piemonte")


def test_add_plant__behind_a_members_pod__belongs_to_the_member(work, community_id) -> None:
    add_member(work, community_id, NEW)
    stored = add_plant(work, community_id, PLANT)
    assert (stored.member, stored.power_kw) == ("N1", Decimal("12.345678"))
    assert add_plant(work, community_id, PLANT) == stored


def test_add_plant__other_plant_under_the_code__is_refused(work, community_id) -> None:
    add_member(work, community_id, NEW)
    add_plant(work, community_id, PLANT)
    with pytest.raises(PlantExists):
        add_plant(work, community_id, replace(PLANT, power_kw=Decimal(13)))


def test_add_plant__pod_of_nobody__is_not_found(work, community_id) -> None:
    with pytest.raises(NotFound, match=POD.pod):
        add_plant(work, community_id, PLANT)


def test_update_community__settings__are_set(work, community_id) -> None:
    boundary = {"type": "Polygon", "coordinates": [[[7, 45], [8, 45], [8, 46], [7, 45]]]}
    changes = {"status": CommunityStatus.DISSOLVED, "boundary": boundary, "extra": {"note": "x"}}
    updated = update_community(work, community_id, changes | {"shares_bps": Shares(5000, 3000, 2000)})
    assert (updated.status, updated.boundary, updated.extra) == tuple(changes.values())
    assert updated.shares_bps == Shares(5000, 3000, 2000)


def test_update_community__name__is_refused(work, community_id) -> None:
    with pytest.raises(FieldNotChangeable, match="name"):
        update_community(work, community_id, {"name": "Nuova"})


def test_update_community__shares_after_deployment__are_refused(work, community_id) -> None:
    work.communities.set_ledger_id(community_id, bytes(32))
    update_community(work, community_id, {"shares_bps": Shares(7000, 2000, 1000), "max_radius_m": 500})
    with pytest.raises(FieldNotChangeable, match="shares_bps"):
        update_community(work, community_id, {"shares_bps": Shares(7000, 3000, 0)})
