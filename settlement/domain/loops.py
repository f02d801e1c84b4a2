"""The two loops over hours in which nearly all time goes, so that a compiled program can take them over.

Whoever implements `Loops` gives the same integers; `settlement.domain.numpy_loops` is the plain one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from settlement.domain.case import Attribution
from settlement.domain.holdings import HeldSeries
from settlement.domain.tariff import RateArray


@dataclass(frozen=True, slots=True, eq=False)
class WithdrawalBlock:
    """Withdrawals in hours [start, stop) of the period, to be shared with the injections.

    `columns` gives each series' member, as a position in the byte order of the members' ids, `spans` its
    hours [first, end) of validity in the period, shape (series, 2). `injected_wh` has shape (hours,),
    `groups` (bool) shape (groups, members).
    """

    series: Sequence[HeldSeries]
    columns: NDArray[np.int64]
    spans: NDArray[np.int64]
    start: int
    stop: int
    injected_wh: NDArray[np.int64]
    groups: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class WithdrawalSums:
    """Energy of a block by hour, shape (hours,); by member, (members,); shared by group, (groups, hours)."""

    withdrawn_wh: NDArray[np.int64]
    shared_wh: NDArray[np.int64]
    member_withdrawn_wh: NDArray[np.int64]
    member_shared_wh: NDArray[np.int64]
    group_shared_wh: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class PlantBlock:
    """Injections of some hours, to be attributed and valued; plants in the byte order of their ids.

    `injected_wh` has shape (plants, hours); `shared_wh`, never more than an hour's injections, and the
    exempt energy of entities and persons have shape (hours,). A plant earns the premium in the hours of its
    `earning` span [first, end), shape (plants, 2), at the rates to which `rate_of` points. `grants` lists
    plants with a capital grant by entry into operation, `entry_order` all plants.
    """

    injected_wh: NDArray[np.int64]
    shared_wh: NDArray[np.int64]
    attribution: Attribution
    entry_order: Sequence[int]
    grants: Sequence[int]
    earning: NDArray[np.int64]
    entities_wh: NDArray[np.int64]
    persons_wh: NDArray[np.int64]
    rate_of: NDArray[np.int64]
    rates: Sequence[RateArray]


@dataclass(frozen=True, slots=True, eq=False)
class PlantSums:
    """Attributed energy, shape (plants, hours), and each plant's exact Σ energy · rate.

    `full` runs over the energy that earns the premium, `reduced` over the part reduced for a grant.
    """

    attributed_wh: NDArray[np.int64]
    full: Sequence[int]
    reduced: Sequence[int]


class Loops(Protocol):
    """Shares and values the energy of a block of hours."""

    def share(self, block: WithdrawalBlock) -> WithdrawalSums:
        """The smaller side of each hour, among members pro rata to withdrawals, by largest remainder."""
        ...

    def value(self, block: PlantBlock) -> PlantSums:
        """Attribute each hour's shared energy to plants and multiply it by its rates."""
        ...
