"""A year's incentive beside what GSE paid for it: the balance (conguaglio) that is still to come."""

import json
from datetime import date
from typing import Protocol
from uuid import UUID

from settlement.domain.calendar import day_start
from settlement.domain.decimals import parse_scaled
from settlement.domain.gse_advance import BalanceOfYear
from settlement.domain.lineage import current, lineage
from settlement.domain.records import Receipt, ReceiptKind, StoredSettlement
from settlement.domain.rounding import MICRO_EUR_PER_CENT
from settlement.ports import DistributionsReader, ReceiptsReader

_CENT_DECIMALS = 2


class Settlements(Protocol):
    """Settled periods of a community."""

    def of_community(self, community_id: UUID) -> list[StoredSettlement]: ...


class YearWork(Protocol):
    """What is read."""

    @property
    def settlements(self) -> Settlements: ...
    @property
    def distributions(self) -> DistributionsReader: ...
    @property
    def receipts(self) -> ReceiptsReader: ...


def year_balance(work: YearWork, community_id: UUID, year: int) -> BalanceOfYear:
    """Premium and valorisation of the year's settled periods, and the gross receipts divided by them.

    A receipt counts for the year if its distribution names periods of that year alone. `is_complete` says
    whether the settled periods cover the whole Europe/Rome year; before that the balance is provisional.
    """
    start, end = day_start(date(year, 1, 1)), day_start(date(year + 1, 1, 1))
    known = work.settlements.of_community(community_id)
    periods = [row for row in current(known) if start <= row.start and row.end <= end]
    documents = [json.loads(row.document) for row in periods]
    of_year = {identity for row in periods for identity in lineage(row, known)}
    receipts = work.receipts.of_ids(
        [
            receipt
            for row in work.distributions.of_community(community_id)
            if set(row.settlements) <= of_year
            for receipt in row.receipts
        ]
    )
    advances = [row for row in receipts if row.kind is ReceiptKind.ADVANCE]
    others = [row for row in receipts if row.kind is not ReceiptKind.ADVANCE]
    return BalanceOfYear(
        year=year,
        premium_cents=sum(_cents(document["premium_eur"]) for document in documents),
        valorisation_cents=sum(_cents(document["valorisation_eur"]) for document in documents),
        advances_cents=_gross_cents(advances),
        balances_cents=_gross_cents(others),
        is_complete=sum((row.end - row.start).total_seconds() for row in periods)
        == (end - start).total_seconds(),
    )


def _cents(text: str) -> int:
    cents = parse_scaled(text, _CENT_DECIMALS)
    assert cents is not None, "a settlement states whole cents"
    return cents


def _gross_cents(receipts: list[Receipt]) -> int:
    return sum(row.gross_micro_eur for row in receipts) // MICRO_EUR_PER_CENT
