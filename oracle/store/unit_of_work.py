"""The unit of work of the ledger's side: the service's repositories and its own, in one transaction."""

from sqlmodel import Session

from community.store.unit_of_work import ReadOnlyUnitOfWork, UnitOfWork
from oracle.store.alerts import Alerts, AlertsReader
from oracle.store.attestations import Attestations, AttestationsReader
from oracle.store.bank_accounts import BankAccounts, BankAccountsReader
from oracle.store.chain_index import ChainIndex, ChainIndexReader
from oracle.store.deployments import Deployments, DeploymentsReader
from oracle.store.hidden_days import HiddenDays, HiddenDaysReader
from oracle.store.jobs import Jobs, JobsReader
from oracle.store.meter_days import MeterDays
from oracle.store.meter_messages import MeterMessages, MeterMessagesReader
from oracle.store.noted_quorums import NotedQuorums, NotedQuorumsReader
from oracle.store.pod_keys import PodKeys, PodKeysReader
from oracle.store.reports import Reports, ReportsReader
from oracle.store.roster_salts import RosterSalts, RosterSaltsReader
from oracle.store.settled_distributions import SettledDistributions, SettledDistributionsReader
from oracle.store.telemetry import Telemetry, TelemetryReader
from oracle.store.transactions import Transactions, TransactionsReader
from oracle.store.vital_signs import VitalSignsReader


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
    alerts: Alerts
    vital_signs: VitalSignsReader
    chain_index: ChainIndex
    meter_messages: MeterMessages
    meter_days: MeterDays
    telemetry: Telemetry
    jobs: Jobs
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
        self.alerts = Alerts(session)
        self.vital_signs = VitalSignsReader(session)
        self.chain_index = ChainIndex(session)
        self.meter_messages = MeterMessages(session)
        self.meter_days = MeterDays(session)
        self.telemetry = Telemetry(session)
        self.jobs = Jobs(session)
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
    vital_signs: VitalSignsReader
    alerts: AlertsReader
    chain_index: ChainIndexReader
    meter_messages: MeterMessagesReader
    telemetry: TelemetryReader
    jobs: JobsReader
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
        self.vital_signs = VitalSignsReader(session)
        self.alerts = AlertsReader(session)
        self.chain_index = ChainIndexReader(session)
        self.meter_messages = MeterMessagesReader(session)
        self.telemetry = TelemetryReader(session)
        self.jobs = JobsReader(session)
        self.attestations = AttestationsReader(session)
        self.noted_quorums = NotedQuorumsReader(session)
