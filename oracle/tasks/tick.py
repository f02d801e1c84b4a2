"""What happens at every tick: order what is due, take back what the dead left, announce what waits.

Any number of clocks may tick at once: each step finds what another did.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from oracle.store.unit_of_work import OracleUnitOfWork
from oracle.tasks.desk import Desk
from oracle.tasks.drain import take_back
from oracle.tasks.order import order
from oracle.tasks.schedule import SCHEDULE, Entry

SCHEDULED_KEPT = timedelta(days=7)
OFTEN_KEPT = timedelta(minutes=10)
"""What is done every minute for all communities must not hide the other jobs in a list."""
FINISHED_KEPT = timedelta(days=365)


def tick(desk: Desk, schedule: Collection[Entry] = SCHEDULE) -> None:
    """One tick. What it cannot do, because the database is away, the next one does."""
    now = desk.clock()
    try:
        with desk.writing() as work:
            for entry in schedule:
                _order_due(desk, work, entry, now)
            work.jobs.prune(now - SCHEDULED_KEPT, now - OFTEN_KEPT, now - FINISHED_KEPT)
            work.commit()
    finally:
        sweep(desk)  # an order that cannot be made holds up no other job


def sweep(desk: Desk) -> None:
    """Take back jobs whose worker died, and announce every partition with work: a message may be lost."""
    with desk.reading() as work:
        running = work.jobs.running_partitions()
    for partition in running:
        with desk.hold(partition) as held:
            if held is not None:
                take_back(desk, partition)
    with desk.reading() as work:
        due = work.jobs.due_partitions(desk.clock())
    for partition in due:
        desk.announce(partition)


def _order_due(desk: Desk, work: OracleUnitOfWork, entry: Entry, now: datetime) -> None:
    slot = entry.when.last(now)
    wanted = {entry.key(slot, community): community for community in entry.wanted(work, now)}
    known = work.jobs.known_keys(wanted)
    for key, community in wanted.items():
        if key not in known:
            order(work, community, entry.kind, {}, now, key=key, kinds=desk.kinds)
