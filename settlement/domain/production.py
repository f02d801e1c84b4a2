"""Plants of a configuration: which energy each injects, and in which hours it earns the premium."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from settlement.domain.calendar import anniversary, hour_range
from settlement.domain.case import Community, LateRequestPolicy, Plant
from settlement.domain.deadlines import request_deadline
from settlement.domain.division import INT64_MAX, divide_rows
from settlement.domain.holdings import HeldSeries
from settlement.domain.rulesets import law, rule_set


@dataclass(frozen=True, slots=True)
class Unit:
    """A plant with its positions on the time line of the period.

    In operation from hour `in_operation`; premium in hours [premium_start, premium_end), which are none for
    a plant that is not admitted.
    """

    plant: Plant
    in_operation: int
    premium_start: int
    premium_end: int


def unit_of(plant: Plant, community: Community, days_of_hours: NDArray[np.int64]) -> Unit:
    """The plant on the time line of the community's period."""
    in_operation, hours = hour_range(days_of_hours, plant.entry_into_operation, None)
    start, end = 0, 0
    if is_admitted(plant, community):
        start, end = hour_range(days_of_hours, premium_first_day(plant, community), premium_end_day(plant))
    return Unit(plant, min(in_operation, hours), start, end)


def is_admitted(plant: Plant, community: Community) -> bool:
    """Whether the plant is admitted to the premium: new in the sense of D.Lgs. 199/2021, and not asked for
    after the term where that costs the premium."""
    is_new = plant.entry_into_operation >= law().first_new_day
    rejects = community.late_request_policy is LateRequestPolicy.REJECT
    return is_new and not (rejects and is_late(plant, community))


def premium_first_day(plant: Plant, community: Community) -> date:
    """First day of premium: entry into operation, or the day of a late request.

    The time before a late request is lost: the twenty years still count from entry (rule
    `late_request_policy`, not read in a public text).
    """
    if plant.requested_on is not None and is_late(plant, community):
        return plant.requested_on
    return plant.entry_into_operation


def is_late(plant: Plant, community: Community) -> bool:
    """Whether the premium was asked for after the last day of the term."""
    term = request_deadline(plant, rule_set(community.rule_set))
    return plant.requested_on is not None and term is not None and plant.requested_on > term.day


def premium_end_day(plant: Plant) -> date:
    """First day without premium: twenty years after entry into operation, net of recognised stops.

    GSE Regole Operative 2.2.1. The last day that a date can hold stands for any later one.
    """
    end = anniversary(plant.entry_into_operation, law().premium_years)
    return end + timedelta(days=min(plant.stop_days, (date.max - end).days))


def injected_wh(
    units: Sequence[Unit], injections: Sequence[HeldSeries], start: int, stop: int
) -> NDArray[np.int64]:
    """Injection of each plant in hours [start, stop), shape (units, hours).

    An hour's injection at a POD is divided over its plants in operation pro rata to power, whole Wh.
    `units` stand in the byte order of their ids.
    """
    produced = np.zeros((len(units), stop - start), dtype=np.int64)
    rows = rows_by_pod(units)
    for held in injections:
        low, high = held.overlap(start, stop)
        at_pod = rows.get(held.holding.pod, [])
        if low < high and at_pod:
            energy = held.hourly_wh[low:high]
            if len(at_pod) == 1:
                produced[at_pod[0], low - start : high - start] = energy
            else:
                parts = _by_power([units[row] for row in at_pod], energy, low)
                produced[at_pod, low - start : high - start] = parts
    return produced


def rows_by_pod(units: Sequence[Unit]) -> Mapping[str, Sequence[int]]:
    """Positions of the units behind each POD."""
    rows: dict[str, list[int]] = {}
    for position, unit in enumerate(units):
        rows.setdefault(unit.plant.pod, []).append(position)
    return rows


def _by_power(units: Sequence[Unit], energy_wh: NDArray[np.int32], first: int) -> NDArray[np.int64]:
    """The energy of hours from `first` on, divided over the units in operation; shape (units, hours)."""
    hours = np.arange(first, first + len(energy_wh))
    powers = _exact_array([unit.plant.power_milliwatt for unit in units])
    running = hours[:, None] >= np.array([unit.in_operation for unit in units])
    return divide_rows(energy_wh.astype(np.int64), np.where(running, powers, 0)).T


def _exact_array(values: list[int]) -> NDArray[np.int64] | NDArray[np.object_]:
    """64-bit integers where their sum fits, Python integers otherwise."""
    if sum(values) <= INT64_MAX:
        return np.array(values, dtype=np.int64)
    return np.array(values, dtype=np.object_)
