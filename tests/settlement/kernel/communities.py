"""Random communities of some dozen members, drawn from a seed."""

from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any

import numpy as np

from settlement.domain.case import Allocation, Attribution, Case, Member, MemberCategory, Plant, PodRow
from tests.settlement.domain.worlds import case, held, plant

START = datetime(2025, 6, 24, 10, tzinfo=UTC)
MOVE = date(2025, 6, 26)
HOURS = 60
CATEGORIES = list(MemberCategory)


def random_community(seed: int, largest_wh: int, **terms: Any) -> Case:
    """Members with one to three PODs, some of which change hands; plants two to a POD, some with a grant.

    The period spans the first day on which natural persons are exempt.
    """
    random = np.random.default_rng(seed)
    count = int(random.integers(1, 40))
    members = [
        Member(f"M{number:02d}", CATEGORIES[random.integers(len(CATEGORIES))], bool(random.integers(2)))
        for number in range(count)
    ]
    codes = [f"IT001E{number:08d}" for number in range(count + int(random.integers(3)))]
    pods = [row for code in codes for row in _rows(code, count, random)]
    producing = [code for code in codes if random.integers(3) == 0]
    return case(
        injected={code: _readings(random, largest_wh) for code in producing},
        withdrawn={code: _readings(random, largest_wh) for code in codes},
        members=members,
        pods=pods,
        plants=[row for code in producing for row in _plants(code, random)],
        price=random.integers(-(10**8), 3 * 10**8, 4 * HOURS).tolist(),
        start=START,
        parameters_micro={"tras_e_eur_per_mwh": 10_570_000},
        **terms,
    )


def random_terms(seed: int) -> dict[str, Any]:
    """Rules of attribution and allocation."""
    random = np.random.default_rng(seed)
    attribution, allocation = list(Attribution), list(Allocation)
    return {
        "attribution": attribution[random.integers(len(attribution))],
        "allocation": allocation[random.integers(len(allocation))],
    }


def _rows(code: str, members: int, random: np.random.Generator) -> list[PodRow]:
    holders = [f"M{random.integers(members):02d}" for _ in range(2 if random.integers(5) == 0 else 1)]
    dates = [date(2024, 1, 1), *[MOVE] * (len(holders) - 1), None]
    return [
        held(code, holder, valid_from=first, valid_to=end)
        for holder, (first, end) in zip(holders, pairwise(dates), strict=True)
    ]


def _plants(code: str, random: np.random.Generator) -> list[Plant]:
    """One or two plants, the first of them in operation before the period."""
    entries = [date(2024, 5, 10), MOVE][: int(random.integers(1, 3))]
    return [
        plant(
            f"P{code[-2:]}{number}",
            code,
            str(random.integers(3, 400)),
            str(random.choice(["0", "12.5", "40"])),
            entry_into_operation=entry,
        )
        for number, entry in enumerate(entries)
    ]


def _readings(random: np.random.Generator, largest_wh: int) -> list[int]:
    """Some hours without energy among others."""
    readings = random.integers(0, largest_wh, HOURS, endpoint=True) * random.integers(0, 2, HOURS)
    return [int(wh) for wh in readings]
