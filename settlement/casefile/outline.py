"""What the CSV files are measured against, as far as community.toml says it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from settlement.casefile.drafts import CommunityDraft, PodDraft
from settlement.domain.calendar import hour_count, hour_days, hour_range
from settlement.domain.readiness import Expected, Span


@dataclass(frozen=True, slots=True)
class Outline:
    """The period's expectations and zones; `expected` is None where the period is unknown.

    `pods_known` is False where a POD code could not be read: then no POD can be called unlisted.
    """

    expected: Expected | None
    zones: frozenset[str]
    pods_known: bool


FORM_ONLY = Outline(None, frozenset(), pods_known=False)
"""For files beside a community.toml that cannot be read: their rows are checked for form."""


def outline_of(draft: CommunityDraft) -> Outline:
    """What the CSV files are measured against."""
    zones = frozenset(row.zone for row in draft.configurations if row.zone is not None)
    pods_known = all(row.code is not None for row in draft.pods)
    return Outline(_expected(draft), zones, pods_known)


def _expected(draft: CommunityDraft) -> Expected | None:
    if draft.period is None:
        return None
    start, end = draft.period
    days = hour_days(start, end)
    spans: dict[str, list[Span]] = {row.code: [] for row in draft.pods if row.code is not None}
    for row in draft.pods:
        if row.code is not None:
            spans[row.code] += _spans(row, days)
    return Expected(
        start=start,
        hours=hour_count(start, end),
        spans=spans,
        in_operation=_in_operation(draft, days),
        unknown=frozenset(row.code for row in draft.pods if row.code is not None and not row.is_dated),
        plants_known=all(row.pod is not None for row in draft.plants),
    )


def _spans(row: PodDraft, days_of_hours: NDArray[np.int64]) -> list[Span]:
    """Hours of the period in which the row is valid; none where its dates are unknown."""
    if not row.is_dated or row.valid_from is None:
        return []
    first, end = hour_range(days_of_hours, row.valid_from, row.valid_to)
    return [(first, end)] if first < end else []


def _in_operation(draft: CommunityDraft, days_of_hours: NDArray[np.int64]) -> dict[str, int]:
    """First hour with a plant in operation by POD; an unreadable entry counts as in operation all along."""
    found: dict[str, int] = {}
    for row in draft.plants:
        if row.pod is not None:
            entry = row.entry_into_operation
            first = 0 if entry is None else hour_range(days_of_hours, entry, None)[0]
            found[row.pod] = min(first, found.get(row.pod, first))
    return found
