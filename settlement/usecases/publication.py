"""What the ledger's side is told: messages by id, never readings. Topics and payloads in one place.

deploy     {community_id}                                   before anything else of a community
post-days  {settlement_id, configuration_id, first_day, last_day}   both days included, at most seven
credit     {receipt_id}
settle     {distribution_id}
"""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby
from uuid import UUID

from settlement.domain.calendar import month_number
from settlement.ports import UnitOfWork

POST_DAYS_MAX = 7


def announce_deployment(work: UnitOfWork, community_id: UUID) -> None:
    """The community needs its place on the ledger; said once, before its first message."""
    work.outbox.add(community_id, "deploy", f"deploy:{community_id}", {"community_id": str(community_id)})


def announce_days(
    work: UnitOfWork, community_id: UUID, settlement_id: UUID, configuration_id: UUID, days: Iterable[date]
) -> None:
    """The days of a settled configuration go to the ledger; days that another settlement announced do not."""
    known = work.outbox.posted_days(configuration_id)
    for first, last in day_chunks(day for day in days if day not in known):
        payload = {
            "settlement_id": str(settlement_id),
            "configuration_id": str(configuration_id),
            "first_day": first.isoformat(),
            "last_day": last.isoformat(),
        }
        key = f"post-days:{configuration_id}:{first.isoformat()}:{settlement_id}"
        work.outbox.add(community_id, "post-days", key, payload)


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
