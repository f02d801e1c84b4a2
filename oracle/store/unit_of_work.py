"""The unit of work of the ledger's side: the service's repositories and its own, in one transaction."""

from sqlmodel import Session

from community.store.unit_of_work import ReadOnlyUnitOfWork, UnitOfWork
from oracle.store.attestations import Attestations, AttestationsReader
from oracle.store.bank_accounts import BankAccounts, BankAccountsReader
from oracle.store.deployments import Deployments, DeploymentsReader
from oracle.store.hidden_days import HiddenDays, HiddenDaysReader
from oracle.store.noted_quorums import NotedQuorums, NotedQuorumsReader
from oracle.store.pod_keys import PodKeys, PodKeysReader
from oracle.store.reports import Reports, ReportsReader
from oracle.store.roster_salts import RosterSalts, RosterSaltsReader
from oracle.store.settled_distributions import SettledDistributions, SettledDistributionsReader
from oracle.store.transactions import Transactions, TransactionsReader


class OracleUnitOfWork(UnitOfWork):
    """One transaction that may write: `with OracleUnitOfWork(engine) as work: …; work.commit()`."""

    pod_keys: PodKeys
    reports: Reports
    transactions: Transactions
    deployments: Deployments
    settled_distributions: SettledDistributions
    hidden_days: HiddenDays
    roster_salts: RosterSalts
    bank_accounts: BankAccounts
    attestations: Attestations
    noted_quorums: NotedQuorums

    def _attach(self, session: Session) -> None:
        super()._attach(session)
        self.pod_keys = PodKeys(session)
        self.reports = Reports(session)
        self.transactions = Transactions(session)
        self.deployments = Deployments(session)
        self.settled_distributions = SettledDistributions(session)
        self.hidden_days = HiddenDays(session)
        self.roster_salts = RosterSalts(session)
        self.bank_accounts = BankAccounts(session)
        self.attestations = Attestations(session)
        self.noted_quorums = NotedQuorums(session)


class OracleReadOnlyUnitOfWork(ReadOnlyUnitOfWork):
    """One snapshot that only reads: `with OracleReadOnlyUnitOfWork(engine) as work: …`."""

    pod_keys: PodKeysReader
    reports: ReportsReader
    transactions: TransactionsReader
    deployments: DeploymentsReader
    settled_distributions: SettledDistributionsReader
    hidden_days: HiddenDaysReader
    roster_salts: RosterSaltsReader
    bank_accounts: BankAccountsReader
    attestations: AttestationsReader
    noted_quorums: NotedQuorumsReader

    def _attach(self, session: Session) -> None:
        super()._attach(session)
        self.pod_keys = PodKeysReader(session)
        self.reports = ReportsReader(session)
        self.transactions = TransactionsReader(session)
        self.deployments = DeploymentsReader(session)
        self.settled_distributions = SettledDistributionsReader(session)
        self.hidden_days = HiddenDaysReader(session)
        self.roster_salts = RosterSaltsReader(session)
        self.bank_accounts = BankAccountsReader(session)
        self.attestations = AttestationsReader(session)
        self.noted_quorums = NotedQuorumsReader(session)
