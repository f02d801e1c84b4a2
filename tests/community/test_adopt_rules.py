"""A community adopts rules: what is settled stays as it was, what begins afterwards follows them."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from community.store.unit_of_work import ReadOnlyUnitOfWork, UnitOfWork
from community.usecases.adopt_rules import adopt_rules
from community.usecases.communities import update_community
from community.usecases.register_community import register_community
from settlement.bootstrap import case_manifest
from settlement.casefile import read_case, write_case
from settlement.domain.canonical import canonical_json
from settlement.domain.community_rules import CommunityRule
from settlement.domain.engine import settle
from settlement.domain.errors import NotFound
from settlement.domain.identifiers import uuid7
from settlement.domain.parameters import ParameterMissing
from settlement.domain.records import StoredSettlement
from settlement.usecases.close_period import close_period
from settlement.usecases.import_readings import import_readings
from settlement.usecases.load_case import load_case
from settlement.usecases.rule_effect import rule_effect
from tests.settlement.store import world
from tests.settlement.usecases import shop

KEY = "class1_base_eur_per_mwh"
CAP = "class1_cap_eur_per_mwh"
SOURCE = "Members' assembly of 2024-07-04, resolution 2"
RULES = (
    CommunityRule(KEY, 100_000_000, None, None, SOURCE),
    CommunityRule(CAP, 300_000_000, None, None, SOURCE),
)
ADOPTED = datetime(2024, 7, 4, 10, tzinfo=UTC)
BEFORE = world.case()
AFTER = world.case(date(2024, 7, 4), date(2024, 7, 7))


@pytest.fixture
def community_id(engine: Engine) -> UUID:
    """A community with readings of six days, of which three come before its adoption."""
    found = shop.stocked(engine, BEFORE)
    with UnitOfWork(engine) as work:
        import_readings(work, found, AFTER, world.RECEIVED)
        work.commit()
    return found


def adopt(engine: Engine, community_id: UUID, rules=RULES, at: datetime = ADOPTED) -> bool:
    with UnitOfWork(engine) as work:
        stored = adopt_rules(work, community_id, rules, at)
        work.commit()
    return stored


def used(settled: StoredSettlement) -> dict:
    return json.loads(settled.document)["rules"]["parameters_used"]


def test_adopt__period_settled_before__keeps_its_bytes(engine: Engine, community_id: UUID) -> None:
    settled = shop.close(engine, community_id, BEFORE)
    adopt(engine, community_id)
    assert shop.close(engine, community_id, BEFORE) == settled
    with ReadOnlyUnitOfWork(engine) as work:
        again = load_case(work, community_id, settled.start, settled.end, settled.as_of)
    assert canonical_json(settle(again).document()) == settled.document


def test_adopt__period_before_it_that_is_settled_afterwards__follows_the_law(
    engine: Engine, community_id: UUID
) -> None:
    adopt(engine, community_id)
    settled = shop.close(engine, community_id, BEFORE)
    assert used(settled)[KEY]["value"] == "80"
    assert used(settled)[KEY]["verified"] is True


def test_adopt__period_that_begins_on_that_day__follows_the_resolution(
    engine: Engine, community_id: UUID
) -> None:
    adopt(engine, community_id)
    settled = shop.close(engine, community_id, AFTER)
    assert used(settled)[KEY] == {"value": "100", "source": SOURCE, "verified": False}


def test_adopt__settled_as_of_before_it__follows_the_law(engine: Engine, community_id: UUID) -> None:
    adopt(engine, community_id, at=shop.AS_OF + timedelta(seconds=1))
    with UnitOfWork(engine) as work:
        start, end = AFTER.community.start, AFTER.community.end
        settled = close_period(work, case_manifest, community_id, start, end, shop.AS_OF)
    assert used(settled)[KEY]["value"] == "80"


def test_adopt__value_that_the_law_does_not_publish__fills_the_gap_after_adoption_only(
    engine: Engine,
) -> None:
    case = world.case(date(2025, 1, 1), date(2025, 1, 3))
    registered = shop.stocked(engine, case)
    with pytest.raises(ParameterMissing, match="tras_e_eur_per_mwh of 2025"):
        shop.close(engine, registered, case)
    tariff = CommunityRule("tras_e_eur_per_mwh", 9_100_000, date(2025, 1, 1), date(2026, 1, 1), SOURCE)
    adopt(engine, registered, (tariff,), datetime(2024, 12, 30, tzinfo=UTC))
    settled = shop.close(engine, registered, case)
    assert used(settled)["tras_e_eur_per_mwh"] == {"value": "9.1", "source": SOURCE, "verified": False}


def test_adopt__same_rules_again__stores_nothing(engine: Engine, community_id: UUID) -> None:
    assert adopt(engine, community_id)
    assert not adopt(engine, community_id, at=ADOPTED + timedelta(days=1))
    with ReadOnlyUnitOfWork(engine) as work:
        assert [row.adopted_at for row in work.communities.adopted_rules(community_id)] == [ADOPTED] * 2


def test_adopt__unknown_community__is_not_found(engine: Engine) -> None:
    with pytest.raises(NotFound):
        adopt(engine, uuid7())


def test_adopt__stored_rule__cannot_be_changed(engine: Engine, community_id: UUID) -> None:
    adopt(engine, community_id)
    with pytest.raises(DBAPIError), engine.begin() as connection:
        connection.execute(text("UPDATE community_rules SET value_micro = 0"))


def test_rule_effect__settled_period__is_what_the_engine_gives_with_and_without(
    engine: Engine, community_id: UUID
) -> None:
    settled = shop.close(engine, community_id, BEFORE)
    with ReadOnlyUnitOfWork(engine) as work:
        (effect,) = rule_effect(work, community_id, RULES)
        assert work.settlements.get(settled.id) == settled
    document = json.loads(settled.document)
    assert effect.recomputed == effect.settled
    assert f"{effect.settled.premium_cents / 100:.2f}" == document["premium_eur"]
    assert effect.proposed is not None
    assert effect.proposed.premium_cents > effect.settled.premium_cents
    assert effect.proposed.valorisation_cents == effect.settled.valorisation_cents


def test_rule_effect__rule_that_refuses_the_plants__says_why(engine: Engine, community_id: UUID) -> None:
    shop.close(engine, community_id, BEFORE)
    smaller = CommunityRule("plant_max_kw", 60_000_000, None, None, SOURCE)
    with ReadOnlyUnitOfWork(engine) as work:
        (effect,) = rule_effect(work, community_id, [smaller])
    assert effect.proposed is None
    assert effect.problems == (
        "plants of source photovoltaic at POD IT001E00000099 have 99.5 kW together, the limit is 60 kW",
    )


def test_adopt__case_files_of_the_period__settle_to_the_stored_bytes(
    engine: Engine, community_id: UUID, tmp_path: Path
) -> None:
    adopt(engine, community_id)
    settled = shop.close(engine, community_id, AFTER)
    with ReadOnlyUnitOfWork(engine) as work:
        write_case(load_case(work, community_id, settled.start, settled.end, settled.as_of), tmp_path)
    given, findings = read_case(tmp_path)
    assert (given is not None, findings) == (True, [])
    assert canonical_json(settle(given).document()) == settled.document


def test_update__parameter_set_anew__loses_its_resolution_and_no_other(engine: Engine) -> None:
    wanted = replace(
        BEFORE.community,
        parameters_micro={KEY: 100_000_000, CAP: 300_000_000},
        parameter_sources={KEY: SOURCE, CAP: SOURCE},
    )
    with UnitOfWork(engine) as work:
        registered = register_community(work, wanted).community_id
        changed = {"parameters_micro": {KEY: 100_000_000, CAP: 310_000_000}}
        record = update_community(work, registered, changed)
    assert record.parameter_sources == {KEY: SOURCE}


def test_rule_effect__rules_of_this_program__change_nothing_that_it_settled(
    engine: Engine, community_id: UUID
) -> None:
    shop.close(engine, community_id, BEFORE)
    with ReadOnlyUnitOfWork(engine) as work:
        (effect,) = rule_effect(work, community_id)
    assert effect.proposed == effect.recomputed == effect.settled


def test_rule_effect__another_rule_set__refuses_what_its_limits_refuse(engine: Engine) -> None:
    sun, town = BEFORE.community.plants
    larger = replace(BEFORE.community, plants=(sun, replace(town, power_milliwatt=150_000_000)))
    case = replace(BEFORE, community=larger)
    registered = shop.stocked(engine, case)
    shop.close(engine, registered, case)
    with ReadOnlyUnitOfWork(engine) as work:
        (effect,) = rule_effect(work, registered, rule_set="seed")
    assert effect.proposed is None
    assert effect.problems == (
        "plants of source photovoltaic at POD IT001E00000099 have 150 kW together, the limit is 100 kW",
    )
