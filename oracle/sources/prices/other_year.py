"""Prices that stand under the wrong time: the same run of prices, at other hours, in another file."""

from datetime import UTC, datetime, timedelta

import numpy as np

from oracle.sources.local_time import Ints
from oracle.sources.prices.price_file import PriceColumn, PriceFile
from settlement.domain.calendar import rome_text
from settlement.domain.findings import Finding

WINDOW = 96
"""Quarter-hours of a day: so many prices in a row are not the same by chance, unless they are all alike."""
HOUR_QUARTERS = 4


def other_year(file: PriceFile, other: PriceFile) -> list[Finding]:
    """A finding for each run of days whose prices stand at other hours in the other file, which is right.

    One zone that both have is compared, the one whose prices differ most: others are shifted alike.
    """
    theirs = {column.zone: column for column in other.columns}
    both = [column for column in file.columns if column.zone in theirs]
    if not both:
        return [Finding(file.name, 1, f"{other.name} has no zone of this file: they cannot be compared")]
    shared = max(both, key=lambda column: len(np.unique(column.micro)))
    return [_finding(file, other, shared, *run) for run in _runs(shared, theirs[shared.zone])]


def _runs(ours: PriceColumn, theirs: PriceColumn) -> list[tuple[int, int, int]]:
    """First and last position of ours, and the minutes by which theirs stand later; same shift, one run."""
    known = {key: int(theirs.start[at]) for at, key in reversed(_windows(theirs.micro, HOUR_QUARTERS))}
    runs: list[tuple[int, int, int]] = []
    for at, key in _windows(ours.micro, WINDOW):
        start = known.get(key)
        if start is None or start == ours.start[at]:
            continue
        shift = start - int(ours.start[at])
        if runs and runs[-1][2] == shift:
            runs[-1] = (runs[-1][0], at + WINDOW - 1, shift)
        else:
            runs.append((at, at + WINDOW - 1, shift))
    return runs


def _windows(micro: Ints, step: int) -> list[tuple[int, bytes]]:
    """Position and prices of each window in which prices differ."""
    found = []
    for at in range(0, len(micro) - WINDOW + 1, step):
        part = micro[at : at + WINDOW]
        if (part != part[0]).any():
            found.append((at, np.ascontiguousarray(part).tobytes()))
    return found


def _finding(
    file: PriceFile, other: PriceFile, ours: PriceColumn, first: int, last: int, shift: int
) -> Finding:
    labels = tuple(datetime.fromtimestamp(int(ours.start[at]) * 60, UTC) for at in (first, last))
    meant = tuple(label + timedelta(minutes=shift) for label in labels)
    from_, to, real_from, real_to = (rome_text(moment) for moment in (*labels, *meant))
    sentence = f"prices labelled {from_} to {to} are those of {real_from} to {real_to} in {other.name}"
    return Finding(file.name, int(ours.line[first]), f"{sentence}: wrong labels; get the prices anew")
