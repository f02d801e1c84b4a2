"""What the ledger's side is told: messages by id, never readings. Topics and payloads in one place.

deploy        {community_id}                                before anything else of a community
post-days     {settlement_id, configuration_id, first_day, last_day}   both included, at most seven
post-all      {settlement_id, days: {configuration_id: [day]}}         one month, several configurations
correct-days  {settlement_id, days: {configuration_id: [day]}}         one month, one configuration
credit        {receipt_id}
settle        {distribution_id}
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from uuid import UUID

from settlement.domain.calendar import civil_days, month_number
from settlement.domain.messages import days_payload
from settlement.domain.records import StoredSettlement
from settlement.ports import UnitOfWork

POST_DAYS_MAX = 7

_DaysOf = dict[UUID, list[date]]


def announce_deployment(work: UnitOfWork, community_id: UUID) -> None:
    """The community needs its place on the ledger; said once, before its first message."""
    work.outbox.add(community_id, "deploy", f"deploy:{community_id}", {"community_id": str(community_id)})


def announce_days(work: UnitOfWork, settlement: StoredSettlement, configurations: Sequence[UUID]) -> None:
    """The days of a settlement go to the ledger.

    Days that an earlier settlement announced do so as corrections, if readings of them were received since;
    whether these change anything, the ledger's side sees.
    """
    days = civil_days(settlement.start, settlement.end)
    known = {configuration: work.outbox.announced_days(configuration) for configuration in configurations}
    fresh = {
        configuration: wanted
        for configuration in configurations
        if (wanted := [day for day in days if day not in known[configuration]])
    }
    if len(fresh) == 1:
        for configuration, wanted in fresh.items():
            _announce_first(work, settlement, configuration, wanted)
    else:
        for month, of_month in _by_month(fresh).items():
            key = f"post-all:{settlement.id}:{month}"
            payload = days_payload(settlement.id, of_month)
            work.outbox.add(settlement.community_id, "post-all", key, payload)
    for configuration in configurations:
        _announce_corrections(work, settlement, configuration, known[configuration])


def _announce_first(
    work: UnitOfWork, settlement: StoredSettlement, configuration_id: UUID, days: Sequence[date]
) -> None:
    for first, last in day_chunks(days):
        payload = {
            "settlement_id": str(settlement.id),
            "configuration_id": str(configuration_id),
            "first_day": first.isoformat(),
            "last_day": last.isoformat(),
        }
        key = f"post-days:{configuration_id}:{first.isoformat()}:{settlement.id}"
        work.outbox.add(settlement.community_id, "post-days", key, payload)


def _announce_corrections(
    work: UnitOfWork, settlement: StoredSettlement, configuration_id: UUID, known: Mapping[date, UUID]
) -> None:
    period = civil_days(settlement.start, settlement.end)
    earlier: dict[UUID, set[date]] = defaultdict(set)
    for day in known.keys() & set(period):
        earlier[known[day]].add(day)
    changed: set[date] = set()
    for settlement_id, days in earlier.items():
        former = work.settlements.get(settlement_id)
        assert former is not None, "a message names a settlement that is there"
        span = (settlement.community_id, period[0], period[-1])
        changed |= days & work.readings.received_days(*span, former.as_of, settlement.as_of)
    for month, of_month in _by_month({configuration_id: sorted(changed)}).items():
        key = f"correct-days:{configuration_id}:{month}:{settlement.id}"
        payload = days_payload(settlement.id, of_month)
        work.outbox.add(settlement.community_id, "correct-days", key, payload)


def _by_month(days: Mapping[UUID, Sequence[date]]) -> dict[int, _DaysOf]:
    """The days by the number of their month, ascending."""
    found: dict[int, _DaysOf] = defaultdict(lambda: defaultdict(list))
    for configuration, wanted in days.items():
        for day in wanted:
            found[month_number(day)][configuration].append(day)
    return {month: dict(found[month]) for month in sorted(found)}


def announce_receipt(work: UnitOfWork, community_id: UUID, receipt_id: UUID) -> None:
    """The treasurer credits a receipt."""
    announce_deployment(work, community_id)
    work.outbox.add(community_id, "credit", f"credit:{receipt_id}", {"receipt_id": str(receipt_id)})


def announce_distribution(work: UnitOfWork, community_id: UUID, distribution_id: UUID) -> None:
    """A distribution is settled on the ledger."""
    payload = {"distribution_id": str(distribution_id)}
    work.outbox.add(community_id, "settle", f"settle:{distribution_id}", payload)


def day_chunks(days: Iterable[date]) -> Iterator[tuple[date, date]]:
    """First and last day of each run of consecutive days of one month, at most seven days long."""
    runs = groupby(enumerate(days), key=lambda pair: (pair[1].toordinal() - pair[0], month_number(pair[1])))
    for _, run in runs:
        together = [day for _, day in run]
        for begin in range(0, len(together), POST_DAYS_MAX):
            chunk = together[begin : begin + POST_DAYS_MAX]
            yield chunk[0], chunk[-1]
