"""Exempt energy: what grant plants deliver to holders whose energy is not reduced for the grant.

Of an hour's shared energy the exempt part is what the exempt members withdrew of it. The entities' part goes
to grant plants first (GSE Regole Operative 2.2.2.1.2), the persons' part over all plants pro rata.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from settlement.domain.attribution import fill_in_order
from settlement.domain.calendar import day_number
from settlement.domain.case import Member
from settlement.domain.division import divide_rows
from settlement.domain.rulesets import law

ENTITIES = "ENTITIES"
PERSONS = "PERSONS"


def exempt_parts_wh(
    shared_withdrawal_wh: NDArray[np.int64], members: Sequence[Member], days_of_hours: NDArray[np.int64]
) -> Mapping[str, NDArray[np.int64]]:
    """Exempt energy of each hour by group, each of shape (hours,).

    `shared_withdrawal_wh` has shape (hours, members); hours before a group's first day count nothing.
    """
    parts = {}
    for group, exemption in law().exemptions.items():
        columns = [column for column, member in enumerate(members) if member.category in exemption.categories]
        energy = shared_withdrawal_wh[:, columns].sum(axis=1)
        if exemption.valid_from is not None:
            energy = np.where(days_of_hours >= day_number(exemption.valid_from), energy, 0)
        parts[group] = energy
    return parts


def exempt_wh(
    parts_wh: Mapping[str, NDArray[np.int64]],
    attributed_wh: NDArray[np.int64],
    earning_wh: NDArray[np.int64],
    grants_in_entry_order: Sequence[int],
) -> NDArray[np.int64]:
    """Exempt energy of each plant, shape (plants, hours), never above its attributed energy.

    `earning_wh` is the attributed energy of the hours in which a plant earns the premium, else 0; plants
    stand in the byte order of their ids.
    """
    first = fill_in_order(parts_wh[ENTITIES], earning_wh, grants_in_entry_order)
    left = attributed_wh - first
    return first + divide_rows(parts_wh[PERSONS], np.ascontiguousarray(left.T)).T
