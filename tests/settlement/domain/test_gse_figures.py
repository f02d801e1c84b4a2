"""Our settlement beside GSE's figures.

compare
├── it should count what agrees, to the Wh and the cent
├── it should name the earliest hour and the earliest plant that differ
├── it should sum configurations where a row names none
└── it should not judge what is finer than the settlement
"""

from datetime import timedelta

from settlement.domain.calendar import HOUR
from settlement.domain.engine import settle
from settlement.domain.gse_figures import Figure, Statement, compare
from settlement.domain.settlement import Settlement
from tests.settlement.domain.worlds import START, A, B, case

END = START + timedelta(hours=3)


def settled() -> Settlement:
    """Three hours: shared 10, 20 and 0 Wh of plant P1."""
    return settle(case(injected={A: [10, 50, 0]}, withdrawn={B: [40, 20, 30]}))


def hour(number: int, figure: Figure, value: int, **places: str) -> Statement:
    """A figure of the hour of that number."""
    start = START + number * HOUR
    names = {"configuration": "", "plant": ""} | places
    return Statement(number + 2, start, start + HOUR, names["configuration"], names["plant"], figure, value)


def whole(figure: Figure, value: int, plant: str = "") -> Statement:
    """A figure of the whole period."""
    return Statement(9, START, END, "", plant, figure, value)


def test_compare__equal_figures__agree() -> None:
    settlement = settled()
    rows = [hour(number, Figure.SHARED, wh) for number, wh in enumerate([10, 20, 0])]
    rows += [whole(Figure.INJECTED, 60), whole(Figure.WITHDRAWN, 90), whole(Figure.SHARED, 30, "P1")]
    rows += [
        whole(Figure.PREMIUM, settlement.premium_cents, "P1"),
        whole(Figure.PREMIUM, settlement.premium_cents),
        whole(Figure.VALORISATION, settlement.valorisation_cents),
    ]
    found = compare(settlement, rows)
    assert (found.agreeing, list(found.divergent), list(found.unanswered)) == (9, [], [])
    assert found.first_hour is found.first_plant is None


def test_compare__two_hours_differ__the_earlier_is_the_first_whatever_the_order() -> None:
    found = compare(settled(), [hour(2, Figure.SHARED, 5), hour(1, Figure.SHARED, 19)])
    assert found.first_hour is not None
    assert (found.first_hour.statement.start, found.first_hour.ours) == (START + HOUR, 20)
    assert found.first_hour.difference == -1


def test_compare__plant_differs__is_named() -> None:
    found = compare(settled(), [whole(Figure.SHARED, 29, "P1"), whole(Figure.INJECTED, 60)])
    assert found.agreeing == 1
    assert found.first_plant is not None
    assert (found.first_plant.statement.plant, found.first_plant.ours) == ("P1", 30)


def test_compare__span_of_hours__is_their_sum() -> None:
    span = Statement(2, START, START + 2 * HOUR, "", "", Figure.SHARED, 30)
    assert compare(settled(), [span]).agreeing == 1


def test_compare__finer_or_outside__is_not_judged() -> None:
    rows = [
        hour(0, Figure.PREMIUM, 1),
        hour(0, Figure.SHARED, 10, plant="P1"),
        hour(3, Figure.SHARED, 0),
        hour(0, Figure.SHARED, 10, configuration="other"),
    ]
    found = compare(settled(), rows)
    assert (found.agreeing, len(found.divergent), len(found.unanswered)) == (0, 0, 4)
