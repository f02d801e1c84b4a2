"""What corrections of settled months must have left on the ledger, computed from this database alone.

An adjustment is new less old shared Wh; energy that is hidden counts as none until it is opened. What one
settlement of the vault takes up begins after the one before. Instants are the database's own: a community's
messages are worked one after another.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from community.domain.records import CommunityRecord, ConfigurationRecord
from oracle.ports import Adjustment
from oracle.records import KnownReport
from oracle.usecases.context import Context
from oracle.usecases.places import Place
from oracle.usecases.totals import latest, reported_hours
from oracle.work import AdjustmentWork, Work
from settlement.domain.calendar import day_number, month_number, months
from settlement.domain.records import Distribution


class _Span(NamedTuple):
    """Months that the vault had settled, when it last did, and until when corrections count (None: now)."""

    months: frozenset[int]
    since: datetime
    until: datetime | None

    def contains(self, instant: datetime | None) -> bool:
        """Whether something that happened then is part of the adjustment."""
        return instant is not None and instant > self.since and not self.is_later(instant)

    def is_later(self, instant: datetime) -> bool:
        """Whether something that happened then is part of a later adjustment."""
        return self.until is not None and instant > self.until


def expected_adjustment(
    work: AdjustmentWork, community: CommunityRecord, number: int | None = None
) -> Adjustment:
    """New less old shared Wh of settled months since the vault last settled, and of how many corrections.

    With a distribution's number: what its settlement takes up, also once it did.
    """
    span = _span(work, community.id, number)
    if span is None:
        return Adjustment(0, 0)
    parts = [_of_configuration(work, row, span) for row in community.configurations]
    return Adjustment(sum(part.shared_wh for part in parts), sum(part.corrections for part in parts))


def note_openings(context: Context, work: Work, community: CommunityRecord, place: Place) -> None:
    """Note which hidden days somebody else has opened: whoever knows what opens a day may do so."""
    for configuration in community.configurations:
        name = place.ledger_name(configuration)
        known = latest(work.reports.known(configuration.id)).values()
        by_month: dict[int, list[KnownReport]] = defaultdict(list)
        for report in known:
            if report.hidden and report.opened_at is None:
                by_month[month_number(report.day)].append(report)
        for month, closed in by_month.items():
            if context.ledger.totals_of(place.ledger, name, month).hidden_days == len(closed):
                continue
            for report in closed:
                if context.ledger.is_opened(place.ledger, name, day_number(report.day)):
                    work.hidden_days.opened(report.report)


def _span(work: AdjustmentWork, community_id: UUID, number: int | None) -> _Span | None:
    """None while the vault has settled nothing."""
    settled: dict[int, datetime] = {}
    named: set[int] = set()
    for row in work.distributions.of_community(community_id):
        found = work.settled_distributions.of(row.id)
        if found is None or found.settled_at is None:
            continue
        settled[row.number] = found.settled_at
        if number is None or row.number < number:
            named |= _months(work, row)
    earlier = [instant for other, instant in settled.items() if number is None or other < number]
    if not earlier:
        return None
    return _Span(frozenset(named), max(earlier), None if number is None else settled.get(number))


def _months(work: AdjustmentWork, distribution: Distribution) -> set[int]:
    rows = [work.settlements.get(settlement_id) for settlement_id in distribution.settlements]
    return {month for row in rows if row is not None for month in months(row.start, row.end)}


def _of_configuration(work: AdjustmentWork, configuration: ConfigurationRecord, span: _Span) -> Adjustment:
    """A day counts by what of it was known when the vault last settled, and what is known after."""
    corrections, before, after = 0, [], []
    for line in _lines(work.reports.known(configuration.id), span):
        former = [report for report in line if not span.contains(report.accepted_at)]
        openings = sum(span.contains(report.opened_at) for report in line)
        # A month is settled with all of its days: without a report then, it was not this configuration's.
        if not former or (len(former) == len(line) and not openings):
            continue
        corrections += len(line) - len(former) + openings
        if _is_known(former[-1], span.since):
            before.append(former[-1])
        if _is_known(line[-1], span.until):
            after.append(line[-1])
    old_wh, new_wh = (_shared_wh(work, configuration.id, reports) for reports in (before, after))
    return Adjustment(new_wh - old_wh, corrections)


def _lines(reports: Iterable[KnownReport], span: _Span) -> Iterable[list[KnownReport]]:
    """The reports of each day of the settled months that the ledger had accepted, in their order."""
    by_day: Mapping[object, list[KnownReport]] = defaultdict(list)
    for report in reports:
        accepted = report.accepted_at is not None and not span.is_later(report.accepted_at)
        if accepted and month_number(report.day) in span.months:
            by_day[report.day].append(report)
    return by_day.values()


def _is_known(report: KnownReport, at: datetime | None) -> bool:
    """Whether the ledger knew the report's hour totals at that instant (None: now)."""
    if not report.hidden:
        return True
    return report.opened_at is not None and (at is None or report.opened_at <= at)


def _shared_wh(work: AdjustmentWork, configuration_id: UUID, reports: list[KnownReport]) -> int:
    return sum(row.shared_wh for row in reported_hours(work.settlements, configuration_id, reports))
