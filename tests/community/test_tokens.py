"""Keys to the API."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from community.domain.records import Principal, Role
from community.store.unit_of_work import UnitOfWork
from community.usecases.register_community import register_community
from community.usecases.tokens import TokenMisfit, authenticate, create_token, revoke_token
from settlement.domain.errors import NotFound
from settlement.domain.identifiers import uuid7
from tests.settlement.store import world

NOW = datetime(2024, 12, 1, tzinfo=UTC)
YEAR = timedelta(days=365)


@pytest.fixture
def work(engine):
    with UnitOfWork(engine) as opened:
        yield opened


@pytest.fixture
def registered(work):
    return register_community(work, world.community(date(2024, 7, 1), date(2024, 8, 1)))


def test_authenticate__administrator_of_everything__is_known(work) -> None:
    made = create_token(work, Role.ADMINISTRATOR, "Anna", NOW, NOW + YEAR)
    principal = authenticate(work, made.secret, NOW)
    assert principal == Principal(made.record.id, "Anna", Role.ADMINISTRATOR, None, None, None)
    assert principal.may_write(uuid7())


def test_authenticate__member__is_known_with_its_code(work, registered) -> None:
    community_id, member_id = registered.community_id, registered.members["P2"]
    made = create_token(work, Role.MEMBER, "Bea", NOW, NOW + YEAR, community_id, member_id)
    principal = authenticate(work, made.secret, NOW)
    assert (principal.community_id, principal.member_id, principal.member) == (community_id, member_id, "P2")
    assert principal.may_read(community_id)
    assert not principal.may_read(uuid7())
    assert not principal.may_write(community_id)


def test_create_token__secret__is_kept_nowhere(work) -> None:
    made = create_token(work, Role.AUDITOR, "Carla", NOW, NOW + YEAR)
    row = work.session.execute(text("SELECT api_tokens::text FROM api_tokens")).scalar()
    assert made.secret not in row
    assert made.secret not in repr(made)
    assert len(made.secret) == 43


def test_authenticate__other_or_empty_secret__is_nobody(work) -> None:
    made = create_token(work, Role.AUDITOR, "Carla", NOW, NOW + YEAR)
    assert authenticate(work, made.secret[:-1], NOW) is None
    assert authenticate(work, "", NOW) is None


def test_authenticate__expired__is_nobody(work) -> None:
    made = create_token(work, Role.AUDITOR, "Carla", NOW, NOW + YEAR)
    assert authenticate(work, made.secret, NOW + YEAR - timedelta(seconds=1)) is not None
    assert authenticate(work, made.secret, NOW + YEAR) is None


def test_revoke__key__is_nobody_at_once(work) -> None:
    made = create_token(work, Role.AUDITOR, "Carla", NOW, NOW + YEAR)
    assert revoke_token(work, made.record.id, NOW)
    assert authenticate(work, made.secret, NOW) is None
    assert not revoke_token(work, made.record.id, NOW)
    assert not revoke_token(work, uuid7(), NOW)
    assert [row.revoked_at for row in work.tokens.all()] == [NOW]


def test_create_token__member_and_role_do_not_fit__is_refused(work, registered) -> None:
    with pytest.raises(TokenMisfit):
        create_token(work, Role.MEMBER, "x", NOW, NOW + YEAR, registered.community_id)
    with pytest.raises(TokenMisfit):
        create_token(work, Role.MEMBER, "x", NOW, NOW + YEAR, None, registered.members["P1"])
    with pytest.raises(TokenMisfit):
        create_token(
            work, Role.AUDITOR, "x", NOW, NOW + YEAR, registered.community_id, registered.members["P1"]
        )
    with pytest.raises(TokenMisfit):
        create_token(work, Role.AUDITOR, "x", NOW, NOW)


def test_create_token__community_or_member_unknown__is_not_found(work, registered) -> None:
    with pytest.raises(NotFound, match="community"):
        create_token(work, Role.AUDITOR, "x", NOW, NOW + YEAR, uuid7())
    with pytest.raises(NotFound, match="member"):
        create_token(work, Role.MEMBER, "x", NOW, NOW + YEAR, registered.community_id, uuid7())
