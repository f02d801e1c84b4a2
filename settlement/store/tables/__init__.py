"""The settlement service's tables; they join the one metadata of the project (SQLModel.metadata)."""

from settlement.store.tables.accounting import (
    AccountingEntryRow,
    AccountingPostingRow,
    DistributionDraftRow,
    DistributionStepRow,
)
from settlement.store.tables.money import (
    BankOrderRow,
    BankPaymentRow,
    BankReceiptRow,
    DistributionCancellationRow,
    DistributionReceiptRow,
    DistributionRow,
    DistributionSettlementRow,
    MemberBalanceRow,
    PayoutRow,
    SinglePayoutRow,
    StatementRow,
)
from settlement.store.tables.outbox import OutboxMessageRow
from settlement.store.tables.quality import QuarantinedReadingRow, ReadingEstimateRow
from settlement.store.tables.readings import MarketPriceRow, MeterReadingRow
from settlement.store.tables.settlements import EnergyTransactionRow, SettlementMemberRow, SettlementRow

__all__ = [
    "AccountingEntryRow",
    "AccountingPostingRow",
    "BankOrderRow",
    "BankPaymentRow",
    "BankReceiptRow",
    "DistributionCancellationRow",
    "DistributionDraftRow",
    "DistributionReceiptRow",
    "DistributionRow",
    "DistributionSettlementRow",
    "DistributionStepRow",
    "EnergyTransactionRow",
    "MarketPriceRow",
    "MemberBalanceRow",
    "MeterReadingRow",
    "OutboxMessageRow",
    "PayoutRow",
    "QuarantinedReadingRow",
    "ReadingEstimateRow",
    "SettlementMemberRow",
    "SettlementRow",
    "SinglePayoutRow",
    "StatementRow",
]
