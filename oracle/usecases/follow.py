"""The follower: keeps an index of blocks and events equal to the chain, whatever the chain takes back.

A batch of blocks, their events and the cursor are one transaction: after a crash anywhere the index is that
of an earlier block, and the next run goes on. Nothing here knows more than the chain and the addresses of our
contracts, so the index can be emptied and read again. Of two followers at once one reads in vain.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace

from oracle.errors import AnswerTooLarge, NodeRefused, NodeUnreachable
from oracle.ports import BlockHeader, ChainEvent, EventSource, Progress
from oracle.records import ContractKind, Cursor
from oracle.usecases.context import no_checkpoint, quiet
from oracle.work import FollowWork

BATCH_BLOCKS, BATCH_BLOCKS_MAX = 500, 2_000
VAIN_READS_MAX = 100
ANCESTOR_STEP_BLOCKS = 64
FOLLOWED = frozenset({ContractKind.LEDGER, ContractKind.TIMELOCK, ContractKind.VAULT})


@dataclass(frozen=True, slots=True)
class Follower:
    """What follows a chain. `given` are contracts beside those on record, by address (20 bytes).

    `first_number` is the block to begin with; None: that of our first transaction, or the chain's first.
    """

    unit: Callable[[], AbstractContextManager[FollowWork]]
    source: EventSource
    given: Mapping[bytes, ContractKind] = field(default_factory=dict)
    first_number: int | None = None
    batch_blocks: int = BATCH_BLOCKS
    progress: Progress = quiet
    checkpoint: Callable[[str], None] = no_checkpoint


@dataclass(slots=True)
class Followed:
    """What a run read: blocks, events, blocks that were taken back, and the newest block of the index."""

    blocks: int = 0
    events: int = 0
    taken_back: int = 0
    number: int | None = None


def follow(follower: Follower) -> Followed:
    """Bring the index to the chain's newest block. Raises NodeUnreachable, NodeRefused."""
    result = Followed()
    size, vain = follower.batch_blocks, 0
    _begin(follower)
    while vain < VAIN_READS_MAX:
        cursor = _backfilled(follower, result, _rewound(follower, result))
        result.number = cursor.number
        head = follower.source.head()
        if cursor.next_number > head.number:
            return result
        last = min(head.number, cursor.next_number + size - 1)
        try:
            taken = _read(follower, cursor, last)
        except (NodeRefused, AnswerTooLarge):
            if size == 1:
                raise
            size //= 2
            continue
        if taken is None:
            vain += 1
            continue
        vain = 0
        headers, events = taken
        result.blocks += len(headers)
        result.events += len(events)
        size = min(size * 2, max(BATCH_BLOCKS_MAX, follower.batch_blocks))
        done = headers[-1].number - cursor.first_number + 1
        sentence = f"block {headers[-1].number}, {len(events)} events"
        follower.progress("follow", done, head.number - cursor.first_number + 1, sentence)
    raise NodeUnreachable(f"chain {follower.source.chain_id} does not stand still long enough to be read")


def rebuild(follower: Follower) -> Followed:
    """Empty the index of the chain and read it again, from the chain alone."""
    _begin(follower)
    with follower.unit() as work:
        work.lock(_lock(follower))
        cursor = _cursor(work, follower)
        work.chain_index.rewind(follower.source.chain_id, -1)
        first = cursor.first_number if follower.first_number is None else follower.first_number
        work.chain_index.put_cursor(Cursor(cursor.chain_id, first, contracts=cursor.contracts))
        work.commit()
    follower.checkpoint("emptied")
    return follow(follower)


def _lock(follower: Follower) -> str:
    return f"follow:{follower.source.chain_id}"


def _cursor(work: FollowWork, follower: Follower) -> Cursor:
    cursor = work.chain_index.cursor(follower.source.chain_id)
    assert cursor is not None, "the run begins with a cursor"
    return cursor


def _begin(follower: Follower) -> None:
    """The first run decides where the index begins."""
    chain_id = follower.source.chain_id
    with follower.unit() as work:
        work.lock(_lock(follower))
        if work.chain_index.cursor(chain_id) is None:
            first = follower.first_number
            if first is None:
                first = work.transactions.first_block(chain_id) or 0
            work.chain_index.put_cursor(Cursor(chain_id, first))
            work.commit()


def _rewound(follower: Follower, result: Followed) -> Cursor:
    """The cursor, after what the chain took back is deleted."""
    chain_id = follower.source.chain_id
    with follower.unit() as work:
        cursor = _cursor(work, follower)
    if cursor.number is None or _hash(follower, cursor.number) == cursor.hash:
        return cursor
    ancestor = _ancestor(follower, cursor)
    with follower.unit() as work:
        work.lock(_lock(follower))
        if _cursor(work, follower) == cursor:
            gone = work.chain_index.rewind(chain_id, ancestor)
            if ancestor < cursor.first_number:
                # Nothing in common: another chain is in its place, whose blocks begin where they like.
                work.chain_index.put_cursor(
                    Cursor(chain_id, follower.first_number or 0, contracts=cursor.contracts)
                )
            work.commit()
            result.taken_back += gone
            follower.progress("follow", 0, 0, f"the chain took back {gone} blocks above block {ancestor}")
        follower.checkpoint("rewound")
        return _cursor(work, follower)


def _hash(follower: Follower, number: int) -> bytes | None:
    found = follower.source.headers(number, number)
    return found[0].hash if found else None


def _ancestor(follower: Follower, cursor: Cursor) -> int:
    """The highest block that index and chain have in common; one below the first where there is none."""
    assert cursor.number is not None
    last = cursor.number
    while last >= cursor.first_number:
        first = max(cursor.first_number, last - ANCESTOR_STEP_BLOCKS + 1)
        there = {header.number: header.hash for header in follower.source.headers(first, last)}
        with follower.unit() as work:
            here = work.chain_index.blocks(cursor.chain_id, first, last)
        common = [number for number in here if here[number] == there.get(number)]
        if common:
            return max(common)
        last = first - 1
    return cursor.first_number - 1


def _wanted(follower: Follower, work: FollowWork) -> dict[bytes, ContractKind]:
    """Contracts whose events belong into the index now."""
    deployed = work.deployments.of_chain(follower.source.chain_id)
    return {row.address: row.kind for row in deployed if row.kind in FOLLOWED} | dict(follower.given)


def _backfilled(follower: Follower, result: Followed, cursor: Cursor) -> Cursor:
    """The cursor, after the events of contracts that came into the record late were read up to it."""
    with follower.unit() as work:
        wanted = _wanted(follower, work)
    new = {address: kind for address, kind in wanted.items() if address not in cursor.contracts}
    if not new:
        return cursor
    events = [] if cursor.number is None else _events(follower, new, cursor.first_number, cursor.number)
    with follower.unit() as work:
        work.lock(_lock(follower))
        if _cursor(work, follower) != cursor:
            return _cursor(work, follower)
        here = work.chain_index.blocks(cursor.chain_id, cursor.first_number, cursor.number or 0)
        if any(here.get(event.block_number) != event.block_hash for event in events):
            # The chain moved meanwhile: the next look at the cursor's block finds it.
            return cursor
        work.chain_index.add_events(cursor.chain_id, events)
        cursor = replace(cursor, contracts={**cursor.contracts, **new})
        work.chain_index.put_cursor(cursor)
        work.commit()
    result.events += len(events)
    follower.checkpoint("backfilled")
    return cursor


def _events(
    follower: Follower, contracts: Mapping[bytes, ContractKind], first: int, last: int
) -> list[ChainEvent]:
    """Events of a range of any size, in as many questions as the node needs."""
    found: list[ChainEvent] = []
    size = last - first + 1
    while first <= last:
        try:
            found += follower.source.events(contracts, first, min(last, first + size - 1))
        except (NodeRefused, AnswerTooLarge):
            if size == 1:
                raise
            size //= 2
        else:
            first += size
    return found


def _read(follower: Follower, cursor: Cursor, last: int) -> tuple[list[BlockHeader], list[ChainEvent]] | None:
    """Read and store the blocks up to `last`; None, and nothing stored, when the chain moved under it."""
    headers = follower.source.headers(cursor.next_number, last)
    events = follower.source.events(cursor.contracts, cursor.next_number, last)
    if not _hangs_together(cursor, headers, events, last) or _hash(follower, last) != headers[-1].hash:
        return None
    follower.checkpoint("read")
    with follower.unit() as work:
        work.lock(_lock(follower))
        if _cursor(work, follower) != cursor:
            return None  # another follower was faster
        work.chain_index.add_blocks(cursor.chain_id, headers)
        follower.checkpoint("blocks stored")
        work.chain_index.add_events(cursor.chain_id, events)
        work.chain_index.put_cursor(replace(cursor, number=headers[-1].number, hash=headers[-1].hash))
        work.commit()
    follower.checkpoint("batch stored")
    return headers, events


def _hangs_together(cursor: Cursor, headers: list[BlockHeader], events: list[ChainEvent], last: int) -> bool:
    """Whether each block is the child of the one before, and each event in one of them."""
    if not headers or headers[-1].number != last:
        return False
    parents = [cursor.hash, *(header.hash for header in headers[:-1])]
    linked = all(
        parent is None or header.parent == parent for parent, header in zip(parents, headers, strict=True)
    )
    hashes = {header.number: header.hash for header in headers}
    return linked and all(hashes.get(event.block_number) == event.block_hash for event in events)
