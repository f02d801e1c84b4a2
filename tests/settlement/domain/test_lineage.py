"""Settlements of one period follow each other; a distribution names one of them."""

from dataclasses import replace
from datetime import UTC, datetime

from settlement.domain.identifiers import uuid7
from settlement.domain.lineage import current, lineage, successors, undistributed
from settlement.domain.records import StoredSettlement

MONTHS = [datetime(2024, month, 1, tzinfo=UTC) for month in (6, 7, 8)]


def settlement(period: int) -> StoredSettlement:
    """A settlement of a month, as far as its place among others goes."""
    fields = dict.fromkeys(StoredSettlement.__dataclass_fields__, 0)
    row = StoredSettlement(**fields)  # type: ignore[arg-type]
    return replace(
        row, id=uuid7(), start=MONTHS[period], end=MONTHS[period + 1], supersedes=None, reason=None
    )


JUNE, JULY = settlement(0), settlement(1)
BETTER = replace(JUNE, id=uuid7(), supersedes=JUNE.id)
BEST = replace(JUNE, id=uuid7(), supersedes=BETTER.id)
ALL = [JUNE, BETTER, BEST, JULY]


def test_current__line_of_three__is_the_last_of_each_period() -> None:
    assert current(ALL) == [BEST, JULY]


def test_lineage__line_of_three__is_the_newest_first() -> None:
    assert lineage(BEST, ALL) == [BEST.id, BETTER.id, JUNE.id]
    assert lineage(JUNE, ALL) == [JUNE.id]


def test_undistributed__a_former_settlement_was_distributed__period_is_not_among_them() -> None:
    assert undistributed(ALL, {JUNE.id}) == [JULY]
    assert undistributed(ALL, set()) == [BEST, JULY]


def test_successors__of_a_former_settlement__is_the_newest() -> None:
    assert successors(ALL, {JUNE.id}) == [BEST]
