"""Shops and public buildings follow their timetables."""

from datetime import date

from planning.businesses import Business, business_w, hours, lighting_w, week
from planning.roster import BAKERY, SCHOOL
from tests.planning.conftest import World


def test_business__weekdays_from_nine_to_five__is_open_then_only(world: World) -> None:
    watts = business_w("office", Business(week(hours((9, 17))), 100, 1_000), world.grid, world.weather)
    is_open = (world.grid.weekday < 5) & (world.grid.quarter >= 36) & (world.grid.quarter < 68)
    assert watts[is_open].min() >= 900
    assert watts[~is_open].max() <= 110


def test_business__school__is_closed_from_its_holidays_on(world: World) -> None:
    watts = business_w("school", SCHOOL, world.grid, world.weather)
    first_closed = world.grid.days.index(date(2024, 6, 10))
    assert watts[world.grid.day == first_closed - 3].max() > 6_000
    assert watts[world.grid.day >= first_closed].max() < 700


def test_business__exception__replaces_the_timetable_of_its_day(world: World) -> None:
    watts = business_w("school", SCHOOL, world.grid, world.weather)
    saturday = world.grid.day == world.grid.days.index(date(2024, 6, 8))
    assert watts[saturday & (world.grid.quarter == 40)][0] > 6_000


def test_business__bakery__bakes_before_dawn_but_not_on_monday(world: World) -> None:
    watts = business_w("bakery", BAKERY, world.grid, world.weather)
    night = (world.grid.quarter >= 8) & (world.grid.quarter < 26)
    assert watts[night & (world.grid.weekday == 1)].min() > 9_000
    assert watts[night & (world.grid.weekday == 0)].max() < 600


def test_business__chilled__works_harder_in_the_heat(world: World) -> None:
    store = Business(week(), 1_000, 1_000, heat_w_per_c=500, chilled=True)
    watts = business_w("store", store, world.grid, world.weather)
    warm = world.weather.temperature_deci_c > 280
    cool = world.weather.temperature_deci_c < 180
    assert watts[warm].min() > watts[cool].max()


def test_lighting__dark__is_dimmed_after_midnight(world: World) -> None:
    watts = lighting_w("lamps", world.sun.is_dark(), 1_000, world.grid)
    assert watts[world.grid.quarter == 92].min() >= 990
    assert watts[world.grid.quarter == 8].max() <= 606
    assert watts[world.grid.quarter == 48].max() == 5
