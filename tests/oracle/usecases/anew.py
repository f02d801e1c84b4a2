"""A world whose July is settled anew by better readings; tests say of which days."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import Engine

from community.usecases.register_community import register_community
from oracle.records import SignedReport
from oracle.store.unit_of_work import OracleReadOnlyUnitOfWork, OracleUnitOfWork
from settlement.bootstrap import case_manifest
from settlement.domain.calendar import day_start
from settlement.domain.case import Case
from settlement.domain.records import Distribution, ReceiptKind, StoredSettlement
from settlement.usecases.close_period import close_period
from settlement.usecases.distribute import distribute
from settlement.usecases.import_readings import import_readings
from settlement.usecases.record_receipt import ReceiptTerms, record_receipt
from tests.oracle.world import AFTER, CLOSED, FIRST, WALLETS, World
from tests.settlement.store.world import RECEIVED, case

REASON = "rectified by the distributor"
BETTER_FROM, BETTER_AFTER = date(2024, 7, 14), date(2024, 7, 17)


def undistributed_world(engine: Engine) -> World:
    """A community whose July is settled, and whose money has not come yet: it has no distribution."""
    given = case(FIRST, AFTER)
    with OracleUnitOfWork(engine) as work:
        registered = register_community(work, given.community, WALLETS)
        import_readings(work, registered.community_id, given, RECEIVED)
        period = (given.community.start, given.community.end)
        settlement = close_period(work, case_manifest, registered.community_id, *period, CLOSED)
        work.commit()
    ids = (registered.community_id, registered.configurations)
    return World(engine, *ids, settlement, None)  # type: ignore[arg-type]


def import_better(world: World, received_at: datetime, given: Case) -> None:
    """Readings that were received at that instant; the prices stay as they are."""
    with OracleUnitOfWork(world.engine) as work:
        import_readings(work, world.community_id, replace(given, prices=()), received_at)
        work.commit()


def settle_anew(
    world: World,
    *,
    first: date = BETTER_FROM,
    after: date = BETTER_AFTER,
    factor: int = 2,
    days_later: int = 1,
    two_areas: bool = False,
) -> StoredSettlement:
    """Import other readings of the days [first, after) and close July again."""
    closed = CLOSED + timedelta(days=days_later)
    given = case(first, after, factor=factor, two_areas=two_areas)
    import_better(world, closed - timedelta(hours=1), given)
    return close_again(world, closed)


def close_again(world: World, closed: datetime) -> StoredSettlement:
    """Close July as it was known at that instant."""
    period = case(FIRST, AFTER).community
    with OracleUnitOfWork(world.engine) as work:
        settlement = close_period(
            work, case_manifest, world.community_id, period.start, period.end, closed, reason=REASON
        )
        work.commit()
    return settlement


def distribute_again(world: World, settlement: StoredSettlement, number: int = 2) -> Distribution:
    """Another receipt, divided by a settlement."""
    terms = ReceiptTerms(ReceiptKind.BALANCE, date(2025, 3, 1), 200_000_000, f"TRN-balance-{number}")
    with OracleUnitOfWork(world.engine) as work:
        receipt = record_receipt(work, world.community_id, terms)
        distribution = distribute(
            work,
            world.community_id,
            [receipt.id],
            [settlement.id],
            acknowledged=["RECEIVED_ABOVE_COMPUTED", "RECEIVED_BELOW_COMPUTED", "SHORTFALL"],
        )
        work.commit()
    return distribution


def accepted(world: World, configuration: str = "") -> dict[date, SignedReport]:
    """The reports that the ledger holds of July, as far as this database knows."""
    with OracleReadOnlyUnitOfWork(world.engine) as work:
        return work.reports.accepted(world.configurations[configuration], FIRST, AFTER)


def shared_wh(world: World, settlement: StoredSettlement, first: date, after: date) -> int:
    """Shared energy of the days [first, after) by a settlement."""
    with OracleReadOnlyUnitOfWork(world.engine) as work:
        rows = work.settlements.hours(settlement.id)
    return sum(row.shared_wh for row in rows if day_start(first) <= row.hour < day_start(after))
