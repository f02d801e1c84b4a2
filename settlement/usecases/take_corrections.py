"""Periods that were settled again correct what earlier distributions allotted by them."""

from uuid import UUID

from settlement.domain.accounting.correction import correction, divided_again
from settlement.domain.accounting.entry import Cause, Entry
from settlement.domain.records import Distribution
from settlement.usecases.allotments import Allotments, weights_of


def corrections(allotments: Allotments) -> list[Entry]:
    """The entries that are still to be taken, oldest distribution first; none where all is as divided.

    What was taken before is part of what a distribution has allotted, so nothing is taken twice.
    """
    newest = allotments.newest()
    for distribution in allotments.distributions:
        if not newest.keys().isdisjoint(distribution.settlements):
            entry = _correction(allotments, distribution, newest)
            allotments.taken += [] if entry is None else [entry]
    return allotments.taken


def _correction(allotments: Allotments, distribution: Distribution, newest: dict[UUID, UUID]) -> Entry | None:
    entitlement = allotments.entitlement(distribution.id)
    if entitlement is None:
        return None
    current = [newest.get(settlement, settlement) for settlement in distribution.settlements]
    found = (allotments.work.settlements.get(settlement) for settlement in current)
    settlements = [row for row in found if row is not None]
    weights = weights_of(allotments.work, current)
    cap = allotments.enterprise_cap(settlements, weights.enterprises, distribution.number)
    before = allotments.allotted(entitlement)
    after = divided_again(before, weights.members, weights.enterprises, cap)
    cause = max(newest[settlement] for settlement in distribution.settlements if settlement in newest)
    return correction(before, after, entitlement.id, cause, Cause.METER_CORRECTION)
