"""Every member of a distribution gets a statement; it is drawn once and kept, byte for byte."""

import json
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from settlement.domain.accounting.account import AccountKind
from settlement.domain.accounting.entry import Entry
from settlement.domain.calendar import ROME, hours
from settlement.domain.canonical import canonical_json
from settlement.domain.case import Case, Direction
from settlement.domain.day_vectors import DayGrid
from settlement.domain.holdings import Holding, holdings
from settlement.domain.hourly import hourly_wh
from settlement.domain.payouts import SOCIAL_FUND
from settlement.domain.records import Balance, Distribution, Payout, SettlementMember, StoredSettlement
from settlement.domain.statement import (
    AccountMove,
    MemberPeriod,
    PodFigures,
    StatementFacts,
    statement_document,
)
from settlement.ports import UnitOfWork
from settlement.usecases.load_case import load_case

_HOURS_OF_DAY = 24
_NOTHING = SettlementMember("", False, 0, 0, 0, 0, 0, 0)


def keep_statements(
    work: UnitOfWork,
    distribution: Distribution,
    balances: Sequence[Balance],
    entries: Sequence[Entry],
    payouts: Sequence[Payout],
) -> None:
    """Draw and store the statements of a distribution's members."""
    drawn = _statements(work, distribution, balances, _moves(entries), payouts)
    work.statements.add(distribution, dict(drawn))


def _statements(
    work: UnitOfWork,
    distribution: Distribution,
    balances: Sequence[Balance],
    moves: Mapping[str, Sequence[AccountMove]],
    payouts: Sequence[Payout],
) -> Iterator[tuple[str, bytes]]:
    name = work.communities.name_of(distribution.community_id)
    assert name is not None
    receipts = work.receipts.of_ids(distribution.receipts)
    settled = [work.settlements.get(settlement) for settlement in distribution.settlements]
    periods = [_Period(work, row) for row in settled if row is not None]
    periods.sort(key=lambda period: period.settlement.start)
    leaves = {row.member: (row.leaf_index, row.channel) for row in payouts}
    for balance in balances:
        if balance.member == SOCIAL_FUND:
            continue
        facts = StatementFacts(
            community=name,
            distribution=distribution,
            receipts=receipts,
            periods=[period.of_member(balance.member) for period in periods],
            balance=balance,
            moves=moves.get(balance.member, ()),
            leaf=leaves.get(balance.member),
        )
        yield balance.member, canonical_json(statement_document(facts))


def _moves(entries: Sequence[Entry]) -> dict[str, list[AccountMove]]:
    """What the entries change on each member's balance; a credit is the member's gain."""
    found: dict[str, list[AccountMove]] = {}
    for entry in entries:
        for posting in entry.postings:
            if posting.account.kind is AccountKind.MEMBER:
                move = AccountMove(entry, -posting.amount_micro_eur)
                found.setdefault(posting.account.member, []).append(move)
    return found


class _Period:
    """A settled period as its readings were known, opened once for all members."""

    def __init__(self, work: UnitOfWork, settlement: StoredSettlement) -> None:
        self.settlement = settlement
        self._settled = json.loads(settlement.document)
        self._case = load_case(
            work, settlement.community_id, settlement.start, settlement.end, settlement.as_of
        )
        self._members = {row.member: row for row in work.settlements.members(settlement.id)}
        self._weight_of_all = sum(row.weight for row in self._members.values())
        self._series = {row.key: row for row in self._case.series}
        self._held = _by_member(self._case)
        self._grid = DayGrid.of(settlement.start, settlement.end)
        self._estimates = _estimates(work, settlement, self._grid)
        instants = hours(settlement.start, settlement.end)
        self._civil_hours = np.array([hour.astimezone(ROME).hour for hour in instants], dtype=np.int64)

    def of_member(self, member: str) -> MemberPeriod:
        """The member's figures; all zero for one that was not in the period."""
        held = self._held.get(member, [])
        pods = {holding.pod for holding in held}
        return MemberPeriod(
            settlement=self.settlement,
            settled=self._settled,
            figures=self._members.get(member, _NOTHING),
            weight_of_all=self._weight_of_all,
            pods=[row for holding in held for row in self._pod_figures(holding)],
            plants=[plant.id for plant in self._case.community.plants if plant.pod in pods],
            by_hour_wh={direction: self._by_hour(held, direction) for direction in Direction},
        )

    def _pod_figures(self, holding: Holding) -> Iterator[PodFigures]:
        for direction in Direction:
            series = self._series.get((holding.pod, direction))
            if series is None:
                continue
            per_hour = 60 // series.resolution_minutes
            part = slice(holding.first * per_hour, holding.end * per_hour)
            yield PodFigures(
                holding.pod,
                direction,
                int(series.wh[part].sum(dtype=np.int64)),
                int(series.present[part].sum()),
                int(series.estimated[part].sum()),
                self._methods(holding, direction, per_hour),
            )

    def _methods(self, holding: Holding, direction: Direction, per_hour: int) -> dict[str, int]:
        """How many readings of the holding were estimated here, by method."""
        found: dict[str, int] = {}
        for position, method in self._estimates.get((holding.pod, direction), {}).items():
            first, end = (int(edge) for edge in self._grid.edges[position : position + 2])
            hours_held = min(end, holding.end) - max(first, holding.first)
            if hours_held > 0:
                found[method] = found.get(method, 0) + hours_held * per_hour
        return found

    def _by_hour(self, held: Sequence[Holding], direction: Direction) -> list[int]:
        sums: NDArray[np.int64] = np.zeros(_HOURS_OF_DAY, dtype=np.int64)
        for holding in held:
            series = self._series.get((holding.pod, direction))
            if series is not None:
                part = slice(holding.first, holding.end)
                np.add.at(sums, self._civil_hours[part], hourly_wh(series)[part])
        return [int(wh) for wh in sums]


def _estimates(
    work: UnitOfWork, settlement: StoredSettlement, grid: DayGrid
) -> dict[tuple[str, Direction], dict[int, str]]:
    """The methods behind days that the settlement knew as estimates of ours, by their position."""
    positions = {day: position for position, day in enumerate(grid.days)}
    found: dict[tuple[str, Direction], dict[int, str]] = {}
    days = (grid.days[0], grid.days[-1])
    for row in work.estimates.in_force(settlement.community_id, *days, settlement.as_of):
        found.setdefault((row.pod, row.direction), {})[positions[row.day]] = row.method.value
    return found


def _by_member(case: Case) -> Mapping[str, list[Holding]]:
    found: dict[str, list[Holding]] = {}
    for holding in sorted(holdings(case.community), key=lambda row: (row.pod, row.first)):
        found.setdefault(holding.member, []).append(holding)
    return found
