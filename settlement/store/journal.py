"""The journal: entries with their postings. Append-only; balances derive from it."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, insert, select
from sqlmodel import Session, col

from settlement.domain.accounting.account import Account, AccountKind
from settlement.domain.accounting.entry import Cause, Entry, EntryKind, RecordedEntry
from settlement.domain.accounting.posting import Posting
from settlement.domain.accounting.trial_balance import TrialBalance
from settlement.domain.calendar import ROME
from settlement.store.tables import AccountingEntryRow as Row
from settlement.store.tables import AccountingPostingRow as Line

_TODAY = func.date(func.timezone(str(ROME), func.now()))


class JournalReader:
    """Reads entries and sums; writes nothing."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def balances(self, community_id: UUID, on: date | None = None) -> TrialBalance:
        """What the accounts hold after everything that took effect up to a day, by default all of it."""
        query = select(col(Line.account), col(Line.member), func.sum(col(Line.amount_micro_eur))).where(
            col(Line.community_id) == community_id
        )
        if on is not None:
            query = query.join(Row, col(Row.id) == col(Line.entry_id)).where(col(Row.effective_on) <= on)
        rows = self._session.execute(query.group_by(col(Line.account), col(Line.member)))
        return TrialBalance(
            {Account(AccountKind(account), member): int(amount) for account, member, amount in rows if amount}
        )

    def of_community(
        self, community_id: UUID, limit: int | None = None, offset: int = 0
    ) -> list[RecordedEntry]:
        """The journal in the order in which it was written."""
        return self._all(col(Row.community_id) == community_id, limit=limit, offset=offset)

    def unbalanced(self, community_id: UUID) -> list[tuple[UUID, str, int]]:
        """Id, kind and sum in micro-euro of entries that do not balance: a hand was at them."""
        total = func.coalesce(func.sum(col(Line.amount_micro_eur)), 0)
        query = (
            select(col(Row.id), col(Row.kind), total)
            .outerjoin(Line, col(Line.entry_id) == col(Row.id))
            .where(col(Row.community_id) == community_id)
            .group_by(col(Row.id), col(Row.kind))
            .having((total != 0) | (func.count(col(Line.amount_micro_eur)) < 2))
            .order_by(col(Row.id))
        )
        return [(entry, kind, int(amount)) for entry, kind, amount in self._session.execute(query)]

    def count(self, community_id: UUID) -> int:
        """How many entries the community's journal has."""
        query = select(func.count()).where(col(Row.community_id) == community_id)
        return int(self._session.execute(query).scalar_one())

    def of_source(self, source_id: UUID) -> list[Entry]:
        """The entries about a row: a settlement, a receipt, a distribution, a payout."""
        return [row.entry for row in self._all(col(Row.source_id) == source_id)]

    def correcting(self, entry_id: UUID) -> list[Entry]:
        """The corrections and the reversal that are linked to an entry."""
        return [row.entry for row in self._all(col(Row.corrects) == entry_id)]

    def of_kind(self, community_id: UUID, kind: EntryKind) -> list[Entry]:
        """All entries of a kind."""
        of_kind = (col(Row.community_id) == community_id, col(Row.kind) == kind)
        return [row.entry for row in self._all(*of_kind)]

    def recorded(self, community_id: UUID, entry_id: UUID) -> RecordedEntry | None:
        """The community's entry of that id, as it was recorded."""
        return next(iter(self._all(col(Row.community_id) == community_id, col(Row.id) == entry_id)), None)

    def standing(self, community_id: UUID, kind: EntryKind) -> list[Entry]:
        """The entries of a kind that no other one took back."""
        reversals = select(col(Row.corrects)).where(
            col(Row.community_id) == community_id, col(Row.kind) == EntryKind.REVERSAL
        )
        of_kind = (col(Row.community_id) == community_id, col(Row.kind) == kind)
        return [row.entry for row in self._all(*of_kind, col(Row.id).not_in(reversals))]

    def _all(
        self, *conditions: ColumnElement[bool], limit: int | None = None, offset: int = 0
    ) -> list[RecordedEntry]:
        order = (col(Row.recorded_at), col(Row.id))
        query = select(Row).where(*conditions).order_by(*order).limit(limit).offset(offset)
        rows = self._session.scalars(query).all()
        lines = self._lines([row.id for row in rows])
        return [_entry(row, lines[row.id]) for row in rows]

    def _lines(self, entries: Sequence[UUID]) -> dict[UUID, list[Posting]]:
        found: dict[UUID, list[Posting]] = {entry: [] for entry in entries}
        columns = (col(Line.entry_id), col(Line.account), col(Line.member), col(Line.amount_micro_eur))
        query = select(*columns).where(col(Line.entry_id).in_(entries))
        for entry, account, member, amount in self._session.execute(query):
            found[entry].append(Posting(Account(AccountKind(account), member), amount))
        return found


class Journal(JournalReader):
    """Adds entries; none is ever changed."""

    def add(self, community_id: UUID, entries: Iterable[Entry]) -> None:
        """Record entries; the database checks again that each balances."""
        recorded = list(entries)
        if not recorded:
            return
        today = self._session.execute(select(_TODAY)).scalar_one()
        rows = [_columns(community_id, entry, today) for entry in recorded]
        lines = [line for entry in recorded for line in _lines(community_id, entry)]
        self._session.execute(insert(Row), rows)
        self._session.execute(insert(Line), lines)


def _columns(community_id: UUID, entry: Entry, today: date) -> dict[str, Any]:
    return {
        "id": entry.id,
        "community_id": community_id,
        "kind": entry.kind,
        "source_id": entry.source_id,
        "effective_on": entry.effective_on or today,
        "corrects": entry.corrects,
        "cause": entry.cause,
        "note": entry.note,
    }


def _lines(community_id: UUID, entry: Entry) -> Iterator[dict[str, Any]]:
    for row in entry.postings:
        yield {
            "entry_id": entry.id,
            "account": row.account.kind,
            "member": row.account.member,
            "community_id": community_id,
            "amount_micro_eur": row.amount_micro_eur,
        }


def _entry(row: Row, lines: Iterable[Posting]) -> RecordedEntry:
    cause = None if row.cause is None else Cause(row.cause)
    entry = Entry(
        EntryKind(row.kind),
        tuple(sorted(lines)),
        row.source_id,
        row.effective_on,
        row.corrects,
        cause,
        row.note,
        row.id,
    )
    return RecordedEntry(entry, row.recorded_at)
