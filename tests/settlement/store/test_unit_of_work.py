"""One transaction, committed at the edge; readers cannot write."""

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import InternalError

from community.store.unit_of_work import ReadOnlyUnitOfWork, UnitOfWork
from community.usecases.register_community import register_community
from settlement.store.engine import driver_url
from tests.settlement.store import world


def _register(work, name: str):
    return register_community(work, world.community(date(2024, 7, 1), date(2024, 7, 2), name=name))


def test_unit_of_work__error_inside__undoes_everything(engine) -> None:
    with pytest.raises(RuntimeError), UnitOfWork(engine) as work:
        _register(work, "Una")
        raise RuntimeError
    with ReadOnlyUnitOfWork(engine) as work:
        assert work.communities.all() == []


def test_unit_of_work__after_a_commit__goes_on_with_a_new_transaction(engine) -> None:
    with UnitOfWork(engine) as work:
        first = _register(work, "Una").community_id
        work.commit()
        work.communities.update(first, {"status": "pending"})
    with ReadOnlyUnitOfWork(engine) as work:
        assert work.communities.get(first).status == "active"


def test_read_only__write__is_refused_by_the_database(engine) -> None:
    with ReadOnlyUnitOfWork(engine) as work, pytest.raises(InternalError, match="read-only transaction"):
        work.session.execute(text("INSERT INTO outbox DEFAULT VALUES"))


def test_read_only__somebody_commits_meanwhile__still_sees_the_first_instant(engine) -> None:
    with ReadOnlyUnitOfWork(engine) as reader:
        assert reader.communities.all() == []
        with UnitOfWork(engine) as work:
            _register(work, "Una")
            work.commit()
        assert reader.communities.all() == []
    with ReadOnlyUnitOfWork(engine) as reader:
        assert len(reader.communities.all()) == 1


def test_read_only__before_writing__leaves_the_pool_fit_to_write(engine) -> None:
    with ReadOnlyUnitOfWork(engine) as work:
        work.communities.all()
    with UnitOfWork(engine) as work:
        _register(work, "Una")
        work.commit()


@pytest.mark.parametrize("address", ["postgres://h/d", "postgresql://h/d", "postgresql+psycopg://h/d"])
def test_driver_url__postgresql_in_any_spelling__names_our_driver(address) -> None:
    assert driver_url(address) == "postgresql+psycopg://h/d"


def test_driver_url__another_database__is_refused() -> None:
    with pytest.raises(ValueError, match="PostgreSQL only"):
        driver_url("sqlite:///x")
