"""The loops over hours, compiled where a bound proves them exact, with numpy elsewhere (port `Loops`)."""

import numpy as np
from numpy.typing import NDArray

from settlement.domain.case import Attribution
from settlement.domain.loops import PlantBlock, PlantSums, WithdrawalBlock, WithdrawalSums
from settlement.domain.numpy_loops import NumpyLoops
from settlement.domain.sharing import shared_wh
from settlement.domain.tariff import RateArray
from settlement.kernel.compiled import LIMB_BITS, LIMIT, add_meters, attribute_hours, share_hours, weigh

_RATE_LIMIT = 2**32
"""Energy below LIMIT times rates below this stays below 2^63; the law's rates stay below 2^30."""


class CompiledLoops:
    """The same integers as NumpyLoops, sooner."""

    def __init__(self) -> None:
        self._plain = NumpyLoops()

    def share(self, block: WithdrawalBlock) -> WithdrawalSums:
        """As the port says; numpy where an hour's withdrawals do not fit 31 bits."""
        if not block.series:
            return self._plain.share(block)
        hours, (groups, members) = block.stop - block.start, block.groups.shape
        rows = [held.hourly_wh[block.start : block.stop] for held in block.series]
        meters = np.concatenate(rows).reshape(len(rows), hours)
        spans = np.clip(block.spans - block.start, 0, hours)
        withdrawn = np.zeros(hours, dtype=np.int64)
        member_withdrawn = np.zeros(members, dtype=np.int64)
        add_meters(meters, block.columns, spans, withdrawn, member_withdrawn)
        if int(withdrawn.max()) >= LIMIT:
            return self._plain.share(block)
        shared = shared_wh(block.injected_wh, withdrawn)
        member_shared = np.zeros(members, dtype=np.int64)
        group_shared = np.zeros((groups, hours), dtype=np.int64)
        masks = -block.groups.astype(np.int32)
        share_hours(meters, block.columns, spans, withdrawn, shared, masks, member_shared, group_shared)
        return WithdrawalSums(withdrawn, shared, member_withdrawn, member_shared, group_shared)

    def value(self, block: PlantBlock) -> PlantSums:
        """As the port says; numpy where an hour's injections or a rate are too large."""
        if not len(block.injected_wh) or not _are_bounded(block):
            return self._plain.value(block)
        attributed, reduced = np.zeros_like(block.injected_wh), np.zeros_like(block.injected_wh)
        attribute_hours(
            block.injected_wh,
            block.shared_wh,
            block.attribution is Attribution.PRO_RATA_INJECTION,
            np.array(block.entry_order, dtype=np.int64),
            np.array(block.grants, dtype=np.int64),
            block.earning,
            block.entities_wh,
            block.persons_wh,
            attributed,
            reduced,
        )
        return PlantSums(attributed, _weighed(attributed, block), _weighed(reduced, block))


def _weighed(energy_wh: NDArray[np.int64], block: PlantBlock) -> list[int]:
    limbs = np.empty((len(energy_wh), 2), dtype=np.int64)
    rates = np.stack(block.rates).astype(np.int64)
    weigh(energy_wh, block.earning, block.rate_of, rates, limbs)
    return [(high << LIMB_BITS) + low for high, low in limbs.tolist()]


def _are_bounded(block: PlantBlock) -> bool:
    hourly = block.injected_wh.sum(axis=0)
    return _largest(hourly) < LIMIT and all(_largest(rates) < _RATE_LIMIT for rates in block.rates)


def _largest(values: RateArray) -> int:
    return int(values.max(initial=0))
