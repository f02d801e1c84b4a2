"""A schedule: what happens to a community in a few months, and which fault strikes at each step.

Drawn from a seed, so that a schedule that fails can be run again. A step is possible whatever faults struck
before it: all that it needs is in the database, or it publishes first.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

CHUNK_DAYS = 11
NONE = "none"
STORING = ("ten times", "ten threads", "impossible first", "clock back", "killed", "cut", "job", "killed job")
CLOSING = ("two threads", "killed", "job", "killed job")
PUBLISHING = ("killed", "killed", "misbehaving node", "blocks taken back", "two at once", "cut")
PAYING = ("twice", "killed", "two threads")


class Month(NamedTuple):
    """Days [first, after) of a calendar month."""

    first: date
    after: date


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what it does with which terms, the fault that strikes, and the seed of that fault."""

    what: str
    terms: tuple[Any, ...] = ()
    fault: str = NONE
    luck: int = 0

    def __str__(self) -> str:
        terms = ", ".join(map(str, self.terms))
        return f"{self.what}({terms})" + (f" [{self.fault} {self.luck}]" if self.fault != NONE else "")


@dataclass(slots=True)
class _Course:
    """What has happened so far, as far as it decides what can happen next."""

    chunks: dict[int, list[tuple[date, date]]]
    closed: set[int] = field(default_factory=set)
    distributions: int = 0
    ordered: list[int] = field(default_factory=list)
    returned: list[int] = field(default_factory=list)


def draw(seed: int, months: Sequence[Month], count: int) -> list[Step]:
    """So many steps, the same for the same seed. Two in three meet a fault."""
    dice = random.Random(seed)
    course = _Course({index: _chunks(month) for index, month in enumerate(months)})
    for chunks in course.chunks.values():
        dice.shuffle(chunks)
    steps: list[Step] = []
    while len(steps) < count:
        steps += _next(dice, course, months)
    return steps[:count]


def _chunks(month: Month) -> list[tuple[date, date]]:
    days = (month.after - month.first).days
    edges = [month.first + timedelta(days=day) for day in range(0, days, CHUNK_DAYS)] + [month.after]
    return list(pairwise(edges))


def _next(dice: random.Random, course: _Course, months: Sequence[Month]) -> Iterator[Step]:
    """The next steps: one, or a row of the bank's."""
    wanted = dice.choice(
        ["import", "import", "correct", "correct", "correct", "close", "close", "money", "bank", "publish",
         "publish", "follow", "reorganise", "restart", "reconcile"]
    )  # fmt: skip
    index = dice.randrange(len(months))
    chunks = course.chunks[index]
    if wanted == "import" and chunks:
        yield _step(dice, "store", (*chunks.pop(), 1), STORING)
    elif wanted == "correct" and not chunks:
        yield _step(dice, "store", _correction(dice, months[index]), STORING)
    elif wanted == "close" and not chunks:
        course.closed.add(index)
        yield _step(dice, "close", (index,), CLOSING)
    elif wanted == "money" and index in course.closed and course.distributions < len(course.ordered) + 2:
        course.distributions += 1
        amount = dice.randrange(20, 2000) * 1_000_000 + dice.randrange(1_000_000) // 10_000 * 10_000
        yield _step(dice, "receive and distribute", (index, course.distributions, amount), PAYING)
    elif wanted == "bank" and course.distributions > len(course.ordered):
        number = len(course.ordered) + 1
        course.ordered.append(number)
        yield from _at_the_bank(dice, number)
    elif wanted in ("publish", "follow", "reorganise", "restart", "reconcile"):
        yield _own(dice, wanted)


def _at_the_bank(dice: random.Random, number: int) -> Iterator[Step]:
    """Order a distribution's leaves, hear what became of them, and pay those that came back once more."""
    returned = dice.randrange(2, 6)
    yield _step(dice, "order", (number,), PAYING)
    yield _step(dice, "statement", (number, returned), PAYING)
    yield _step(dice, "reserve again", (number,), PAYING)
    yield _step(dice, "order", (number,), PAYING)
    yield _step(dice, "statement", (number, 0), PAYING)


def _own(dice: random.Random, wanted: str) -> Step:
    """A step whose fault is of its own kind."""
    faults = {
        "publish": PUBLISHING,
        "follow": ("killed",),
        "reorganise": ("1", "5", "20"),
        "restart": ("stopped", "killed"),
        "reconcile": (NONE,),
    }[wanted]
    if wanted in ("reorganise", "restart"):
        return Step(wanted, (), dice.choice(faults), dice.randrange(1000))
    return _step(dice, wanted, (), faults)


def _correction(dice: random.Random, month: Month) -> tuple[date, date, int]:
    first = month.first + timedelta(days=dice.randrange((month.after - month.first).days - 2))
    return first, first + timedelta(days=dice.randrange(1, 3)), dice.randrange(2, 5)


def _step(dice: random.Random, what: str, terms: tuple[Any, ...], faults: Sequence[str]) -> Step:
    fault = dice.choice(faults) if dice.random() < 2 / 3 else NONE
    return Step(what, terms, fault, dice.randrange(1000))
