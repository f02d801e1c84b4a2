"""Steps that the tests of use cases share: a community, its readings, its closed July, its money."""

from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy import Engine

from community.store.unit_of_work import UnitOfWork
from community.usecases.register_community import register_community
from settlement.bootstrap import case_manifest
from settlement.domain.case import Case
from settlement.domain.payees import Payee
from settlement.domain.records import Distribution, Receipt, ReceiptKind, StoredSettlement
from settlement.usecases.close_period import close_period
from settlement.usecases.distribute import distribute
from settlement.usecases.import_readings import import_readings
from settlement.usecases.record_receipt import ReceiptTerms, record_receipt
from tests.settlement.store import world

AS_OF = datetime(2024, 12, 31, tzinfo=UTC)
EURO = 1_000_000


def stocked(engine: Engine, case: Case, payees: dict[str, Payee] | None = None) -> UUID:
    """Register the case's community and import its readings; returns the community's id."""
    with UnitOfWork(engine) as work:
        community_id = register_community(work, case.community, payees).community_id
        import_readings(work, community_id, case, world.RECEIVED)
        work.commit()
    return community_id


def close(
    engine: Engine, community_id: UUID, case: Case, as_of: datetime = AS_OF, **options
) -> StoredSettlement:
    """Close the case's period as it was known at that instant."""
    with UnitOfWork(engine) as work:
        start, end = case.community.start, case.community.end
        stored = close_period(work, case_manifest, community_id, start, end, as_of, **options)
        work.commit()
    return stored


def terms(reference: str = "CRO 1", gross_eur: int = 200, **options) -> ReceiptTerms:
    """A receipt with nothing withheld."""
    return ReceiptTerms(ReceiptKind.ADVANCE, date(2024, 9, 30), gross_eur * EURO, reference, **options)


def receive(engine: Engine, community_id: UUID, wanted: ReceiptTerms) -> Receipt:
    """Record a receipt."""
    with UnitOfWork(engine) as work:
        receipt = record_receipt(work, community_id, wanted)
        work.commit()
    return receipt


def share_out(engine: Engine, community_id: UUID, receipts, settlements, **options) -> Distribution:
    """Distribute receipts by settlements, both given as ids; the world's receipts are what they are."""
    options = {"acknowledged": ["RECEIVED_ABOVE_COMPUTED", "RECEIVED_BELOW_COMPUTED"]} | options
    with UnitOfWork(engine) as work:
        distribution = distribute(work, community_id, receipts, settlements, **options)
        work.commit()
    return distribution
