"""Settled periods on the wire."""

import hashlib
import json
from typing import Self

from pydantic import Field

from api.schemas.wire import Count, Euro, Id, Instant, Page, Response, Sha256, WattHours, rome
from settlement.domain.disclosure import Refusal
from settlement.domain.records import SettlementMember, StoredSettlement
from settlement.domain.rounding import micro_eur_text
from settlement.domain.unverified import unverified_names


class SplitOut(Response):
    """A revenue divided into its three pools; they add up to it."""

    producers: Euro
    social: Euro
    grid: Euro

    @classmethod
    def of(cls, producers_micro_eur: int, social_micro_eur: int, grid_micro_eur: int) -> Self:
        """The pools as they are sent."""
        return cls(
            producers=micro_eur_text(producers_micro_eur),
            social=micro_eur_text(social_micro_eur),
            grid=micro_eur_text(grid_micro_eur),
        )


class RefusalOut(Response):
    """Why the hours of a configuration are not published: too few persons stand behind them."""

    configuration: str
    direction: str
    persons: Count
    sentence: str

    @classmethod
    def of(cls, refusal: Refusal) -> Self:
        """The refusal as it is sent."""
        return cls(
            configuration=refusal.configuration,
            direction=refusal.direction,
            persons=refusal.persons,
            sentence=str(refusal),
        )


class SettlementOut(Response):
    """A settled period. The figures of single members have an address of their own."""

    id: Id
    start: Instant
    end: Instant
    as_of: Instant = Field(description="The readings are those received up to this instant")
    injected_wh: WattHours
    withdrawn_wh: WattHours
    shared_wh: WattHours
    revenue_eur: Euro
    split_eur: SplitOut
    carried_eur: Euro
    moved_to_social_eur: Euro
    evidence: Sha256 = Field(description="SHA-256 of the manifest: what the chain is told about this period")
    document_sha256: Sha256 = Field(description="SHA-256 of settlement.json")
    refusals: list[RefusalOut] = Field(
        description="Directions of whose hour totals the ledger gets a hash only"
    )
    supersedes: Id | None = Field(
        description="The former settlement of the same period, which stays as it was; null for the first"
    )
    reason: str | None = Field(description="Why the period was settled anew; null for the first")
    unverified: list[str] = Field(
        description="Names of all rules and parameters of its money that no text that was read confirms"
    )

    @classmethod
    def of(cls, record: StoredSettlement) -> Self:
        """The settlement as it is sent."""
        return cls(
            id=record.id,
            start=rome(record.start),
            end=rome(record.end),
            as_of=rome(record.as_of),
            injected_wh=record.injected_wh,
            withdrawn_wh=record.withdrawn_wh,
            shared_wh=record.shared_wh,
            revenue_eur=micro_eur_text(record.revenue_micro_eur),
            split_eur=SplitOut.of(record.producers_micro_eur, record.social_micro_eur, record.grid_micro_eur),
            carried_eur=micro_eur_text(record.carried_micro_eur),
            moved_to_social_eur=micro_eur_text(record.moved_to_social_micro_eur),
            evidence=record.evidence.hex(),
            document_sha256=hashlib.sha256(record.document).hexdigest(),
            refusals=[RefusalOut.of(refusal) for refusal in record.refusals],
            supersedes=record.supersedes,
            reason=record.reason,
            unverified=unverified_names(record),
        )


class UnverifiedOut(Response):
    """A rule parameter that no text that was read confirms: an override, a resolution, a value of the law."""

    name: str
    value: str
    source: str


class UnverifiedRuleOut(Response):
    """A rule beside the parameters that no text that was read confirms: the regions of an area, a policy."""

    name: str
    source: str


class SettlementDetailOut(SettlementOut):
    """A settled period with the parameters and rules that it used and nothing confirms."""

    unverified_parameters: list[UnverifiedOut] = Field(
        description="Empty: every parameter stands in a source that was read"
    )
    unverified_rules: list[UnverifiedRuleOut] | None = Field(
        description="Null: the period was closed before such rules were noted"
    )

    @classmethod
    def of(cls, record: StoredSettlement) -> Self:
        """The settlement as it is sent."""
        used = json.loads(record.document)["rules"]["parameters_used"]
        unverified = [
            UnverifiedOut(name=name, value=row["value"], source=row["source"])
            for name, row in sorted(used.items())
            if not row["verified"]
        ]
        noted = record.unverified_rules
        rules = noted and [UnverifiedRuleOut(name=name, source=said) for name, said in sorted(noted.items())]
        return cls(
            unverified_parameters=unverified,
            unverified_rules=None if noted is None else rules or [],
            **dict(SettlementOut.of(record)),
        )


class SettlementPage(Page):
    """Settled periods, the latest first."""

    settlements: list[SettlementOut]


class SettlementMemberOut(Response):
    """A member's figures in a settled period."""

    member: str
    injected_wh: WattHours
    withdrawn_wh: WattHours
    shared_injection_wh: WattHours
    shared_withdrawal_wh: WattHours
    payout_eur: Euro = Field(
        description="Its part of the producers' pool if the revenue were paid as computed"
    )

    @classmethod
    def of(cls, record: SettlementMember) -> Self:
        """The member's figures as they are sent."""
        return cls(
            member=record.member,
            injected_wh=record.injected_wh,
            withdrawn_wh=record.withdrawn_wh,
            shared_injection_wh=record.shared_injection_wh,
            shared_withdrawal_wh=record.shared_withdrawal_wh,
            payout_eur=micro_eur_text(record.payout_micro_eur),
        )


class SettlementMemberPage(Page):
    """Members' figures, by code; a member finds its own alone."""

    settlement_id: Id
    members: list[SettlementMemberOut]
