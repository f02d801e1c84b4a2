"""The loops with numpy alone: for every machine and every number that a case can hold."""

import numpy as np
from numpy.typing import NDArray

from settlement.domain.attribution import attributed_wh
from settlement.domain.exemption import exempt_wh
from settlement.domain.loops import PlantBlock, PlantSums, WithdrawalBlock, WithdrawalSums
from settlement.domain.premium import weighted_sums
from settlement.domain.sharing import shared_wh, shared_withdrawal_wh, withdrawn_by_member_wh


class NumpyLoops:
    """Arrays over all members and hours of a block (port `Loops`)."""

    def share(self, block: WithdrawalBlock) -> WithdrawalSums:
        """As the port says."""
        members = block.groups.shape[1]
        by_member = withdrawn_by_member_wh(block.series, block.columns, members, block.start, block.stop)
        withdrawn = by_member.sum(axis=1)
        shared = shared_wh(block.injected_wh, withdrawn)
        parts = shared_withdrawal_wh(shared, by_member)
        by_group = [parts[:, group].sum(axis=1) for group in block.groups]
        group_shared = np.array(by_group, dtype=np.int64).reshape(len(block.groups), len(parts))
        return WithdrawalSums(withdrawn, shared, by_member.sum(axis=0), parts.sum(axis=0), group_shared)

    def value(self, block: PlantBlock) -> PlantSums:
        """As the port says."""
        attributed = attributed_wh(block.attribution, block.shared_wh, block.injected_wh, block.entry_order)
        hours = np.arange(attributed.shape[1])
        earns = (block.earning[:, :1] <= hours) & (hours < block.earning[:, 1:])
        earning = np.where(earns, attributed, 0)
        reduced = _reduced_wh(block, attributed, earning)
        full_sums, reduced_sums = [0] * len(earning), [0] * len(earning)
        for key, rates in enumerate(block.rates):
            rows = np.flatnonzero(block.rate_of == key)
            sums = zip(weighted_sums(earning[rows], rates), weighted_sums(reduced[rows], rates), strict=True)
            for row, (full, less) in zip(rows.tolist(), sums, strict=True):
                full_sums[row], reduced_sums[row] = full, less
        return PlantSums(attributed, full_sums, reduced_sums)


def _reduced_wh(
    block: PlantBlock, attributed: NDArray[np.int64], earning: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Energy of grant plants that nobody exempt withdrew."""
    reduced = np.zeros_like(earning)
    grants = list(block.grants)
    if grants:
        exempt = exempt_wh(block.entities_wh, block.persons_wh, attributed, earning, grants)
        reduced[grants] = np.where(earning > 0, earning - exempt, 0)[grants]
    return reduced
