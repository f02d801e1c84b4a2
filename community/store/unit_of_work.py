"""The unit of work of the whole service: the settlement's repositories, communities and tokens."""

from sqlmodel import Session

from community.store.communities import Communities, CommunitiesReader
from community.store.devices import Devices, DevicesReader
from community.store.tokens import Tokens, TokensReader
from settlement.store.unit_of_work import SettlementReadOnlyUnitOfWork, SettlementUnitOfWork


class UnitOfWork(SettlementUnitOfWork):
    """One transaction that may write: `with UnitOfWork(engine) as work: …; work.commit()`."""

    communities: Communities
    tokens: Tokens
    devices: Devices

    def _attach(self, session: Session) -> None:
        super()._attach(session)
        self.communities = Communities(session)
        self.tokens = Tokens(session)
        self.devices = Devices(session)


class ReadOnlyUnitOfWork(SettlementReadOnlyUnitOfWork):
    """One snapshot that only reads: `with ReadOnlyUnitOfWork(engine) as work: …`."""

    communities: CommunitiesReader
    tokens: TokensReader
    devices: DevicesReader

    def _attach(self, session: Session) -> None:
        super()._attach(session)
        self.communities = CommunitiesReader(session)
        self.tokens = TokensReader(session)
        self.devices = DevicesReader(session)
