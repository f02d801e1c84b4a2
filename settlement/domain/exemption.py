"""Exempt energy: what grant plants deliver to holders whose energy is not reduced for the grant.

Of an hour's shared energy the exempt part is what the exempt members withdrew of it. The entities' part goes
to grant plants first (GSE Regole Operative 2.2.2.1.2), the persons' part over all plants pro rata.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from settlement.domain.attribution import fill_in_order
from settlement.domain.calendar import day_number
from settlement.domain.case import Member
from settlement.domain.division import divide_rows
from settlement.domain.rulesets import law

ENTITIES = "ENTITIES"
PERSONS = "PERSONS"


def exempt_groups(members: Sequence[Member]) -> NDArray[np.bool_]:
    """Which members are exempt as entities (row 0) and as persons (row 1), shape (2, members)."""
    categories = [law().exemptions[group].categories for group in (ENTITIES, PERSONS)]
    mask = [[member.category in group for member in members] for group in categories]
    return np.array(mask, dtype=np.bool_).reshape(2, len(members))


def in_force_wh(group_wh: NDArray[np.int64], days_of_hours: NDArray[np.int64]) -> NDArray[np.int64]:
    """Exempt energy by group and hour, shape (2, hours); hours before a group's first day count nothing."""
    rows = []
    for group, energy in zip((ENTITIES, PERSONS), group_wh, strict=True):
        first = law().exemptions[group].valid_from
        rows.append(energy if first is None else np.where(days_of_hours >= day_number(first), energy, 0))
    return np.array(rows, dtype=np.int64)


def exempt_wh(
    entities_wh: NDArray[np.int64],
    persons_wh: NDArray[np.int64],
    attributed_wh: NDArray[np.int64],
    earning_wh: NDArray[np.int64],
    grants_in_entry_order: Sequence[int],
) -> NDArray[np.int64]:
    """Exempt energy of each plant, shape (plants, hours), never above its attributed energy.

    `earning_wh` is the attributed energy of the hours in which a plant earns the premium, else 0; plants
    stand in the byte order of their ids.
    """
    first = fill_in_order(entities_wh, earning_wh, grants_in_entry_order)
    left = attributed_wh - first
    return first + divide_rows(persons_wh, np.ascontiguousarray(left.T)).T
