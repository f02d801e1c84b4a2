"""One request, one transaction, committed at the edge.

    with UnitOfWork(engine) as work:
        ...use cases...
        work.commit()

What is not committed never happened. Readers get the read-only variant: its repositories cannot write (the
type checker says so) and the database refuses (so does PostgreSQL), and all that it reads is of one instant.
"""

from types import TracebackType
from typing import Self

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from settlement.store.bank_orders import BankOrders, BankOrdersReader
from settlement.store.distributions import Distributions, DistributionsReader
from settlement.store.estimates import Estimates, EstimatesReader
from settlement.store.journal import Journal, JournalReader
from settlement.store.lifecycles import Lifecycles, LifecyclesReader
from settlement.store.outbox import Outbox, OutboxReader
from settlement.store.payouts import Payouts, PayoutsReader
from settlement.store.prices import Prices, PricesReader
from settlement.store.quarantine import Quarantine, QuarantineReader
from settlement.store.readings import Readings, ReadingsReader
from settlement.store.receipts import Receipts, ReceiptsReader
from settlement.store.settlements import Settlements, SettlementsReader
from settlement.store.single_payouts import SinglePayouts, SinglePayoutsReader
from settlement.store.statements import Statements, StatementsReader


class _Transaction:
    """A session for the length of a `with` block; subclasses attach repositories to it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._session: Session | None = None

    @property
    def session(self) -> Session:
        """The open session; for repositories of other packages."""
        assert self._session is not None, "a unit of work is used inside its with block"
        return self._session

    def _attach(self, session: Session) -> None:
        """Create the repositories on the session."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        assert self._session is None, "a unit of work is entered once at a time"
        self._session = self._open(self._engine)
        self._attach(self._session)
        return self

    def _open(self, engine: Engine) -> Session:
        return Session(engine)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self.session.rollback()
        except DBAPIError:
            # The server has gone and with it the transaction; the error that matters is already on its way.
            self.session.invalidate()
        finally:
            self.session.close()
            self._session = None


class SettlementUnitOfWork(_Transaction):
    """Repositories of the settlement service that read and write. Other packages add theirs by inheriting."""

    readings: Readings
    quarantine: Quarantine
    estimates: Estimates
    prices: Prices
    settlements: Settlements
    receipts: Receipts
    distributions: Distributions
    payouts: Payouts
    journal: Journal
    lifecycles: Lifecycles
    statements: Statements
    bank_orders: BankOrders
    single_payouts: SinglePayouts
    outbox: Outbox

    def _attach(self, session: Session) -> None:
        self.readings = Readings(session)
        self.quarantine = Quarantine(session)
        self.estimates = Estimates(session)
        self.prices = Prices(session)
        self.settlements = Settlements(session)
        self.receipts = Receipts(session)
        self.distributions = Distributions(session)
        self.payouts = Payouts(session)
        self.journal = Journal(session)
        self.lifecycles = Lifecycles(session)
        self.statements = Statements(session)
        self.bank_orders = BankOrders(session)
        self.single_payouts = SinglePayouts(session)
        self.outbox = Outbox(session)

    def lock(self, name: str, *, shared: bool = False) -> None:
        """Wait until no other transaction holds the lock of that name; hold it until this one ends.

        Those who share it wait for those who do not, and not for each other.
        """
        function = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
        statement = text(f"SELECT {function}(hashtextextended(:name, 0))")
        self.session.execute(statement, {"name": name})

    def commit(self) -> None:
        """Make everything done so far permanent; the unit of work can go on with a new transaction."""
        self.session.commit()

    def rollback(self) -> None:
        """Undo everything since the last commit."""
        self.session.rollback()


class SettlementReadOnlyUnitOfWork(_Transaction):
    """Repositories that only read, all from one snapshot."""

    readings: ReadingsReader
    quarantine: QuarantineReader
    estimates: EstimatesReader
    prices: PricesReader
    settlements: SettlementsReader
    receipts: ReceiptsReader
    distributions: DistributionsReader
    payouts: PayoutsReader
    journal: JournalReader
    lifecycles: LifecyclesReader
    statements: StatementsReader
    bank_orders: BankOrdersReader
    single_payouts: SinglePayoutsReader
    outbox: OutboxReader

    def _open(self, engine: Engine) -> Session:
        session = super()._open(engine)
        # Told to the connection: told to the engine it would make a new engine for each transaction.
        session.connection(
            execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        )
        return session

    def _attach(self, session: Session) -> None:
        self.readings = ReadingsReader(session)
        self.quarantine = QuarantineReader(session)
        self.estimates = EstimatesReader(session)
        self.prices = PricesReader(session)
        self.settlements = SettlementsReader(session)
        self.receipts = ReceiptsReader(session)
        self.distributions = DistributionsReader(session)
        self.payouts = PayoutsReader(session)
        self.journal = JournalReader(session)
        self.lifecycles = LifecyclesReader(session)
        self.statements = StatementsReader(session)
        self.bank_orders = BankOrdersReader(session)
        self.single_payouts = SinglePayoutsReader(session)
        self.outbox = OutboxReader(session)
