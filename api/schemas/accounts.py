"""The community's accounts on the wire."""

from typing import Literal, Self

from pydantic import Field

from api.schemas.wire import Day, Euro, Id, Instant, Page, Response, rome
from settlement.domain.accounting.account import Account
from settlement.domain.accounting.entry import RecordedEntry
from settlement.domain.accounting.posting import Posting
from settlement.domain.accounting.trial_balance import TrialBalance
from settlement.domain.rounding import micro_eur_text


class PostingOut(Response):
    """An amount on one side of an account."""

    account: str = Field(description="A line of the chart of accounts", examples=["bank", "member"])
    member: str | None = Field(description="Whose account it is; null where it belongs to nobody")
    side: Literal["debit", "credit"]
    amount_eur: Euro

    @classmethod
    def of(cls, account: Account, amount_micro_eur: int) -> Self:
        """The posting as it is sent."""
        return cls(
            account=account.kind,
            member=account.member or None,
            side="debit" if amount_micro_eur > 0 else "credit",
            amount_eur=micro_eur_text(abs(amount_micro_eur)),
        )


class TrialBalanceOut(Response):
    """What the accounts hold; debits and credits have the same sum."""

    on: Day | None = Field(description="Up to which day; null: all of it")
    accounts: list[PostingOut]
    debits_eur: Euro
    credits_eur: Euro
    carry_eur: Euro = Field(description="What no payout has promised, as the vault must hold it")

    @classmethod
    def of(cls, found: TrialBalance, on: Day | None) -> Self:
        """The accounts as they are sent, by account and member."""
        amounts = found.amounts_micro_eur
        return cls(
            on=on,
            accounts=[PostingOut.of(account, amounts[account]) for account in sorted(amounts)],
            debits_eur=micro_eur_text(sum(amount for amount in amounts.values() if amount > 0)),
            credits_eur=micro_eur_text(-sum(amount for amount in amounts.values() if amount < 0)),
            carry_eur=micro_eur_text(found.carry_micro_eur),
        )


class JournalEntryOut(Response):
    """A business fact in the accounts; its postings balance."""

    id: Id
    kind: str = Field(description="The fact", examples=["receipt", "entitlement", "correction", "reversal"])
    effective_on: Day
    recorded_at: Instant
    source_id: Id | None = Field(description="Settlement, receipt, distribution or payout that it is about")
    corrects: Id | None = Field(description="The entry that it corrects or takes back")
    cause: str | None = Field(description="Why, of a correction or reversal", examples=["METER_CORRECTION"])
    note: str | None = Field(description="The bank's or the resolution's reference; null for auditors")
    postings: list[PostingOut]

    @classmethod
    def of(cls, row: RecordedEntry, *, with_note: bool) -> Self:
        """The entry as it is sent."""
        entry = row.entry
        assert entry.effective_on is not None, "the journal knows the day of each entry"
        return cls(
            id=entry.id,
            kind=entry.kind,
            effective_on=entry.effective_on,
            recorded_at=rome(row.recorded_at),
            source_id=entry.source_id,
            corrects=entry.corrects,
            cause=entry.cause,
            note=entry.note if with_note else None,
            postings=postings_out(entry.postings),
        )


class JournalPage(Page):
    """Entries in the order in which they were recorded."""

    entries: list[JournalEntryOut]


def postings_out(rows: tuple[Posting, ...]) -> list[PostingOut]:
    """Postings as they are sent."""
    return [PostingOut.of(row.account, row.amount_micro_eur) for row in rows]
