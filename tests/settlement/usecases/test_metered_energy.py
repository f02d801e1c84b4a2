"""Metered energy by the hour, settled or not."""

from dataclasses import replace
from datetime import date

import numpy as np

from community.store.unit_of_work import ReadOnlyUnitOfWork
from settlement.domain.case import Case
from settlement.domain.engine import settle
from settlement.usecases.metered_energy import MeteredEnergy, metered_energy
from tests.settlement.store import world
from tests.settlement.usecases import shop


def _metered(engine, case: Case, stored: Case) -> list[MeteredEnergy]:
    community_id = shop.stocked(engine, stored)
    with ReadOnlyUnitOfWork(engine) as work:
        return metered_energy(work, community_id, case.community.start, case.community.end)


def test_metered_energy__two_areas_over_a_23_hour_day__are_the_engines_hours(engine) -> None:
    case = world.case(date(2024, 3, 30), date(2024, 4, 2), two_areas=True)
    found = _metered(engine, case, case)
    for metered, settled in zip(found, settle(case).configurations, strict=True):
        assert metered.configuration == settled.id
        assert np.array_equal(metered.injected_wh, settled.injected_wh)
        assert np.array_equal(metered.withdrawn_wh, settled.withdrawn_wh)
        assert metered.present.all()
        assert len(metered.present) == 71


def test_metered_energy__no_prices_known__does_not_matter(engine) -> None:
    case = world.case()
    assert _metered(engine, case, replace(case, prices=()))[0].present.all()


def test_metered_energy__day_without_readings__is_not_present(engine) -> None:
    case = world.case(date(2024, 7, 1), date(2024, 7, 3))
    first_day = world.case(date(2024, 7, 1), date(2024, 7, 2))
    (metered,) = _metered(engine, case, first_day)
    assert metered.present.tolist() == [True] * 24 + [False] * 24
    assert metered.withdrawn_wh[24:].sum() == 0


def test_metered_energy__pod_of_a_plant_without_injections__is_not_present(engine) -> None:
    case = world.case()
    kept = tuple(row for row in case.series if row.key != case.series[0].key)
    assert case.series[0].direction == "injected"
    (metered,) = _metered(engine, case, replace(case, series=kept))
    assert not metered.present.any()
