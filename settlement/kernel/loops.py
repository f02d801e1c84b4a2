"""The loops over hours, compiled where a bound proves them exact, with numpy elsewhere (port `Loops`)."""

import numpy as np
from numpy.typing import NDArray

from settlement.domain.case import Attribution
from settlement.domain.loops import PlantBlock, PlantSums, WithdrawalBlock, WithdrawalSums
from settlement.domain.numpy_loops import NumpyLoops
from settlement.domain.tariff import RateArray
from settlement.kernel.division import LIMIT
from settlement.kernel.plants import FULL_HIGH, FULL_LOW, LIMB_BITS, REDUCED_HIGH, REDUCED_LOW, value_hours
from settlement.kernel.withdrawals import share_hours

_RATE_LIMIT = 2**32
"""Energy below LIMIT times rates below this stays below 2^63; the law's rates stay below 2^30."""


class CompiledLoops:
    """The same integers as NumpyLoops, sooner."""

    def __init__(self) -> None:
        self._plain = NumpyLoops()

    def share(self, block: WithdrawalBlock) -> WithdrawalSums:
        """As the port says; numpy where an hour's withdrawals do not fit 31 bits."""
        if not block.series or _largest(block.withdrawn_wh) >= LIMIT:
            return self._plain.share(block)
        hours, (groups, members) = len(block.shared_wh), block.groups.shape
        sums = WithdrawalSums(
            withdrawn_wh=np.zeros(members, dtype=np.int64),
            shared_wh=np.zeros(members, dtype=np.int64),
            group_wh=np.zeros((groups, hours), dtype=np.int64),
        )
        share_hours(
            np.stack([held.hourly_wh[block.start : block.stop] for held in block.series]),
            block.columns,
            _spans(block),
            block.withdrawn_wh,
            block.shared_wh,
            block.groups.astype(np.int64),
            sums.withdrawn_wh,
            sums.shared_wh,
            sums.group_wh,
        )
        return sums

    def value(self, block: PlantBlock) -> PlantSums:
        """As the port says; numpy where an hour's injections or a rate are too large."""
        if not len(block.injected_wh) or not _are_bounded(block):
            return self._plain.value(block)
        attributed = np.zeros_like(block.injected_wh)
        sums = np.zeros((len(attributed), 4), dtype=np.int64)
        value_hours(
            block.injected_wh,
            block.shared_wh,
            block.attribution is Attribution.PRO_RATA_INJECTION,
            np.array(block.entry_order, dtype=np.int64),
            np.array(block.grants, dtype=np.int64),
            block.earning_until,
            block.entities_wh,
            block.persons_wh,
            block.rate_of,
            np.stack(block.rates).astype(np.int64),
            attributed,
            sums,
        )
        rows = sums.tolist()
        return PlantSums(
            attributed,
            [(row[FULL_HIGH] << LIMB_BITS) + row[FULL_LOW] for row in rows],
            [(row[REDUCED_HIGH] << LIMB_BITS) + row[REDUCED_LOW] for row in rows],
        )


def _spans(block: WithdrawalBlock) -> NDArray[np.int64]:
    """First and end hour of each series inside the block."""
    spans = [held.overlap(block.start, block.stop) for held in block.series]
    return np.array(spans, dtype=np.int64) - block.start


def _are_bounded(block: PlantBlock) -> bool:
    hourly = block.injected_wh.sum(axis=0)
    return _largest(hourly) < LIMIT and all(_largest(rates) < _RATE_LIMIT for rates in block.rates)


def _largest(values: RateArray) -> int:
    return int(values.max(initial=0))
