"""A community comes under its name, once."""

import threading
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from community.domain.errors import CommunityDiffers, PodTaken
from community.domain.records import MemberType
from community.store.unit_of_work import ReadOnlyUnitOfWork, UnitOfWork
from community.usecases.register_community import Registered, register_community
from settlement.domain.case import (
    Allocation,
    Community,
    LateRequestPolicy,
    MemberCategory,
    Shares,
    StoragePolicy,
)
from settlement.domain.payees import Payee
from settlement.domain.payout_states import Channel
from tests.settlement.store import world

START, END = date(2024, 7, 1), date(2024, 8, 1)
PAYEES = {"P1": Payee("P1", Channel.WALLET, bytes(20), None, True)}


def _register(engine, community: Community, payees=None) -> Registered:
    with UnitOfWork(engine) as work:
        registered = register_community(work, community, payees)
        work.commit()
    return registered


@pytest.mark.parametrize("two_areas", [False, True])
def test_register__new__is_the_community_of_the_case(engine, two_areas) -> None:
    wanted = world.community(START, END, two_areas=two_areas)
    registered = _register(engine, wanted, PAYEES)
    assert registered.created
    with ReadOnlyUnitOfWork(engine) as work:
        assert work.communities.terms(registered.community_id, wanted.start, wanted.end) == wanted
        assert work.communities.payees(registered.community_id)["P1"] == PAYEES["P1"]
        assert work.communities.payees(registered.community_id)["P2"] == Payee("P2")
        record = work.communities.by_name("Prova")
        members = work.communities.members(registered.community_id)
        plants = work.communities.plants(registered.community_id)
    assert {row.code: row.id for row in record.configurations} == registered.configurations
    assert {row.member.code: row.id for row in members} == registered.members
    types = {row.member.code: row.member.member_type for row in members}
    assert types["P1"] is types[world.TOWN] is MemberType.PROSUMER
    assert types["P2"] is MemberType.CONSUMER
    assert [(row.code, row.power_kw, row.member) for row in plants] == [
        ("SUN", Decimal(50), "P1"),
        ("TOWN", Decimal("99.5"), world.TOWN),
    ]


def test_register__storage_and_stops__are_those_of_the_case(engine) -> None:
    plain = world.community(START, END)
    wanted = replace(
        plain,
        storage_policy=StoragePolicy.COUNT_AS_WITHDRAWAL,
        pods=tuple(replace(row, storage=row.member == "P2") for row in plain.pods),
        late_request_policy=LateRequestPolicy.REJECT,
        plants=tuple(replace(row, stop_days=9, requested_on=date(2025, 1, 2)) for row in plain.plants),
    )
    registered = _register(engine, wanted, PAYEES)
    with ReadOnlyUnitOfWork(engine) as work:
        assert work.communities.terms(registered.community_id, wanted.start, wanted.end) == wanted


def test_register__same_again_for_another_month__gives_the_same_ids(engine) -> None:
    first = _register(engine, world.community(START, END), PAYEES)
    later = replace(world.community(END, date(2024, 9, 1)), revenue_micro_eur=5)
    assert _register(engine, later, PAYEES) == replace(first, created=False)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"shares_bps": Shares(6000, 3000, 1000)}, "shares_bps"),
        ({"allocation": Allocation.EQUAL}, "allocation is SHARED_BOTH, not EQUAL"),
        ({"parameters_micro": {}}, "parameters_micro"),
        ({"plants": ()}, "plants: stored only"),
    ],
)
def test_register__other_terms_under_the_name__names_what_differs(engine, change, named) -> None:
    wanted = world.community(START, END)
    _register(engine, wanted)
    with pytest.raises(CommunityDiffers, match=named):
        _register(engine, replace(wanted, **change))


def test_register__another_member_under_the_name__names_it(engine) -> None:
    wanted = world.community(START, END)
    _register(engine, wanted)
    other = replace(wanted.members[0], category=MemberCategory.SME)
    with pytest.raises(CommunityDiffers) as refusal:
        _register(engine, replace(wanted, members=(other, *wanted.members[1:])))
    assert len(refusal.value.differences) == 2
    assert "id='P1'" in refusal.value.differences[0]


def test_register__another_payee_under_the_name__names_it(engine) -> None:
    _register(engine, world.community(START, END), PAYEES)
    with pytest.raises(CommunityDiffers, match="payee of P1 is another"):
        _register(engine, world.community(START, END), {"P1": Payee("P1")})


def test_register__pod_of_another_community__is_refused(engine) -> None:
    _register(engine, world.community(START, END))
    with pytest.raises(PodTaken, match=world.pod_of("P1")):
        _register(engine, world.community(START, END, name="Altra"))


def test_register__pod_free_again__is_taken_over(engine) -> None:
    first = world.community(START, END)
    ended = replace(first, pods=tuple(replace(row, valid_to=START) for row in first.pods))
    second = world.community(START, END, name="Altra")
    moved = replace(second, pods=tuple(replace(row, valid_from=START) for row in second.pods))
    _register(engine, ended)
    assert _register(engine, moved).created


def test_register__two_at_once__are_one_community(engine) -> None:
    wanted = world.community(START, END)
    gate, found = threading.Barrier(2), []

    def run() -> None:
        gate.wait()
        found.append(_register(engine, wanted))

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(row.created for row in found) == [False, True]
    assert found[0].community_id == found[1].community_id


def test_database__pod_in_two_configurations_at_a_time__is_refused(engine) -> None:
    _register(engine, world.community(START, END))
    statement = text(
        "INSERT INTO member_pods (id, community_id, member_id, configuration_id, pod, valid_from, valid_to) "
        "SELECT gen_random_uuid(), community_id, member_id, configuration_id, pod, :begin, :end "
        "FROM member_pods LIMIT 1"
    )
    with engine.begin() as connection:
        connection.execute(statement, {"begin": date(2023, 1, 1), "end": date(2024, 1, 1)})
    with engine.connect() as connection, pytest.raises(IntegrityError, match="one_configuration_at_a_time"):
        connection.execute(statement, {"begin": date(2030, 1, 1), "end": date(2031, 1, 1)})


def test_terms__member_that_left_before_the_period__is_not_in_it(engine) -> None:
    wanted = world.community(START, END)
    registered = _register(engine, wanted)
    with UnitOfWork(engine) as work:
        member = work.communities.member_by_code(registered.community_id, "P2")
        work.communities.update_member(member.id, replace(member.member, left_on=START))
        terms = work.communities.terms(registered.community_id, wanted.start, wanted.end)
        before = work.communities.terms(
            registered.community_id, world.community(date(2024, 6, 1), START).start, wanted.start
        )
    assert [row.id for row in terms.members] == ["P1", "P3", "P4", "P5", "P6", world.TOWN]
    assert world.pod_of("P2") not in {row.code for row in terms.pods}
    assert len(before.members) == 7


def test_register__again_without_the_account_holder__is_the_same_community(engine) -> None:
    """A file from before the name was known says nothing about it; another name is a difference."""
    wanted = world.community(START, END)
    named = {"P1": replace(PAYEES["P1"], account_holder="Ada Rossi")}
    first = _register(engine, wanted, named)
    assert _register(engine, wanted, PAYEES) == replace(first, created=False)
    other = {"P1": replace(PAYEES["P1"], account_holder="Ada Verdi")}
    with pytest.raises(CommunityDiffers, match="payee of P1"):
        _register(engine, wanted, other)
