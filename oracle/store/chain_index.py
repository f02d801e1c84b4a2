"""The event index: what was read from chains. All of it can be deleted and read again."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, delete, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or_update
from sqlmodel import Session, col

from oracle.ports import BlockHeader, ChainEvent
from oracle.records import ContractKind, Cursor, EventScope
from oracle.store.tables import ChainBlockRow as Block
from oracle.store.tables import ChainCursorRow, ChainEventRow
from oracle.store.tables import ChainEventRow as Event

_COLUMNS = tuple(getattr(ChainEventRow, name) for name in ChainEvent._fields)


class ChainIndexReader:
    """Reads blocks and events; writes none."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def cursor(self, chain_id: int) -> Cursor | None:
        """How far a chain was followed; None before the first time."""
        row = self._session.get(ChainCursorRow, chain_id, populate_existing=True)
        if row is None:
            return None
        contracts = {bytes.fromhex(name): ContractKind(kind) for name, kind in row.contracts.items()}
        return Cursor(row.chain_id, row.first_number, row.number, row.hash, contracts)

    def chains(self) -> list[int]:
        """The chains that were followed."""
        return sorted(self._session.scalars(select(col(ChainCursorRow.chain_id))))

    def blocks(self, chain_id: int, first: int, last: int) -> dict[int, bytes]:
        """Hashes of the blocks first to last that were read, by number."""
        query = select(col(Block.number), col(Block.hash)).where(
            col(Block.chain_id) == chain_id, col(Block.number) >= first, col(Block.number) <= last
        )
        return {row.number: row.hash for row in self._session.execute(query)}

    def headers(self, chain_id: int) -> list[BlockHeader]:
        """All blocks that were read, by number."""
        query = select(Block).where(col(Block.chain_id) == chain_id).order_by(col(Block.number))
        return [
            BlockHeader(row.number, row.hash, row.parent, int(row.mined_at.timestamp()))
            for row in self._session.scalars(query)
        ]

    def events(
        self, chain_id: int, scope: EventScope | None = None, names: Collection[str] = ()
    ) -> list[ChainEvent]:
        """Events in the order of the chain: all, or those of a scope, or of some names."""
        query = select(*_COLUMNS).where(*_wanted(chain_id, scope, names)).order_by(*_ORDER)
        return [ChainEvent(*row) for row in self._session.execute(query)]

    def newest(
        self, chain_id: int, scope: EventScope, names: Collection[str], limit: int, offset: int
    ) -> tuple[int, list[ChainEvent]]:
        """How many events there are of the scope, and a part of them, the newest first."""
        wanted = _wanted(chain_id, scope, names)
        total = self._session.execute(select(func.count()).select_from(Event).where(*wanted)).scalar_one()
        order = [column.desc() for column in _ORDER]
        query = select(*_COLUMNS).where(*wanted).order_by(*order).limit(limit).offset(offset)
        return int(total), [ChainEvent(*row) for row in self._session.execute(query)]

    def mined_at(self, chain_id: int, numbers: Collection[int]) -> dict[int, datetime]:
        """When these blocks were mined, by number."""
        query = select(col(Block.number), col(Block.mined_at)).where(
            col(Block.chain_id) == chain_id, col(Block.number).in_(list(numbers))
        )
        return {row.number: row.mined_at for row in self._session.execute(query)}


class ChainIndex(ChainIndexReader):
    """Adds what was read, and takes back what the chain took back."""

    def put_cursor(self, cursor: Cursor) -> None:
        """Note how far the chain was followed."""
        values = {
            "chain_id": cursor.chain_id,
            "first_number": cursor.first_number,
            "number": cursor.number,
            "hash": cursor.hash,
            "contracts": {address.hex(): str(kind) for address, kind in sorted(cursor.contracts.items())},
        }
        statement = insert_or_update(ChainCursorRow).values(values)
        self._session.execute(statement.on_conflict_do_update(index_elements=["chain_id"], set_=values))

    def add_blocks(self, chain_id: int, headers: Sequence[BlockHeader]) -> None:
        """Store blocks that follow what is there."""
        rows = [
            {
                "chain_id": chain_id,
                "number": header.number,
                "hash": header.hash,
                "parent": header.parent,
                "mined_at": datetime.fromtimestamp(header.timestamp, UTC),
            }
            for header in headers
        ]
        if rows:
            self._session.execute(insert(Block), rows)

    def add_events(self, chain_id: int, events: Sequence[ChainEvent]) -> None:
        """Store events; one that is there stays."""
        rows = [{"chain_id": chain_id, **event._asdict()} for event in events]
        if rows:
            self._session.execute(insert_or_update(Event).on_conflict_do_nothing(), rows)

    def rewind(self, chain_id: int, number: int) -> int:
        """Delete what is above a block, and set the cursor to it; how many blocks went."""
        of_events = (col(Event.chain_id) == chain_id, col(Event.block_number) > number)
        self._session.execute(delete(Event).where(*of_events))
        of_blocks = (col(Block.chain_id) == chain_id, col(Block.number) > number)
        gone = self._session.execute(delete(Block).where(*of_blocks).returning(col(Block.number))).all()
        kept = self.blocks(chain_id, number, number)
        values = {"number": number if kept else None, "hash": kept.get(number)}
        self._session.execute(
            update(ChainCursorRow).where(col(ChainCursorRow.chain_id) == chain_id).values(values)
        )
        return len(gone)


_ORDER = (col(Event.block_number), col(Event.log_index))


def _wanted(chain_id: int, scope: EventScope | None, names: Collection[str]) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [col(Event.chain_id) == chain_id]
    if names:
        wanted.append(col(Event.name).in_(list(names)))
    if scope is not None:
        wanted.append(
            or_(
                col(Event.address).in_(scope.addresses),
                col(Event.community).in_(scope.communities),
                col(Event.configuration).in_(scope.configurations),
            )
        )
    return wanted
