"""Communities whose jobs run."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import Engine

from community.store.unit_of_work import UnitOfWork
from community.usecases.register_community import register_community
from tests.settlement.store.world import community


def four_communities(engine: Engine) -> list[UUID]:
    """Four communities without members, each a name apart."""
    empty = replace(community(date(2024, 7, 1), date(2024, 8, 1)), members=(), pods=(), plants=())
    with UnitOfWork(engine) as work:
        made = [
            register_community(work, replace(empty, name=f"C{number}")).community_id for number in range(4)
        ]
        work.commit()
    return made


@pytest.fixture
def communities(engine: Engine) -> list[UUID]:
    """Four communities without members."""
    return four_communities(engine)
