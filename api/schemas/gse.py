"""Our figures beside those of GSE on the wire."""

from collections.abc import Mapping
from datetime import date
from typing import Self

from pydantic import Field

from api.schemas.wire import Count, Instant, Response, rome
from settlement.domain.case import Community, Plant
from settlement.domain.deadlines import request_deadline
from settlement.domain.gse_advance import BalanceOfYear
from settlement.domain.gse_figures import Comparison, Divergence, Figure
from settlement.domain.production import is_admitted, is_late
from settlement.domain.rounding import cents_text, decimal_text
from settlement.domain.rulesets import rule_set

KWH_DECIMALS = 3


class DivergenceOut(Response):
    """One figure that differs, or that the settlement cannot answer (then `ours` is null)."""

    line: Count = Field(description="Line of the uploaded table")
    start: Instant
    end: Instant
    configuration: str
    plant: str
    figure: str
    gse: str
    ours: str | None

    @classmethod
    def of(cls, row: Divergence) -> Self:
        """The difference as it is sent: kWh with three decimals, euro with two."""
        said = row.statement
        return cls(
            line=said.line,
            start=rome(said.start),
            end=rome(said.end),
            configuration=said.configuration,
            plant=said.plant,
            figure=said.figure,
            gse=_text(said.figure, said.value),
            ours=None if row.ours is None else _text(said.figure, row.ours),
        )


class ComparisonOut(Response):
    """What GSE states beside the settlement."""

    agreeing: Count
    first_hour: DivergenceOut | None = Field(description="The earliest hour that differs")
    first_plant: DivergenceOut | None = Field(description="The earliest plant that differs")
    divergent: list[DivergenceOut]
    unanswered: list[DivergenceOut] = Field(description="Finer than the settlement, or outside its period")

    @classmethod
    def of(cls, found: Comparison) -> Self:
        """The comparison as it is sent."""
        first_hour, first_plant = found.first_hour, found.first_plant
        return cls(
            agreeing=found.agreeing,
            first_hour=None if first_hour is None else DivergenceOut.of(first_hour),
            first_plant=None if first_plant is None else DivergenceOut.of(first_plant),
            divergent=[DivergenceOut.of(row) for row in found.divergent],
            unanswered=[DivergenceOut.of(row) for row in found.unanswered],
        )


def _text(figure: Figure, value: int) -> str:
    return decimal_text(value, KWH_DECIMALS) if figure.is_energy else cents_text(value)


class YearBalanceOut(Response):
    """A year's incentive beside what GSE paid for it, in euro."""

    year: int
    premium_eur: str
    valorisation_eur: str
    advances_eur: str
    balances_eur: str
    due_eur: str = Field(description="Still to be paid by GSE; negative when it paid too much")
    provisional: bool = Field(description="The settled periods do not cover the whole year")

    @classmethod
    def of(cls, found: BalanceOfYear) -> Self:
        """The balance as it is sent."""
        return cls(
            year=found.year,
            premium_eur=cents_text(found.premium_cents),
            valorisation_eur=cents_text(found.valorisation_cents),
            advances_eur=cents_text(found.advances_cents),
            balances_eur=cents_text(found.balances_cents),
            due_eur=cents_text(found.due_cents),
            provisional=not found.is_complete,
        )


class PlantAdvanceOut(Response):
    """What GSE might pay for a plant each month in advance."""

    plant: str
    eur: str = Field(examples=["12.50"])


class AdvancesOut(Response):
    """Advances by a draft of 2023: an indication, never part of a settlement."""

    verified: bool = Field(description="False: the final rule was not read")
    plants: list[PlantAdvanceOut]

    @classmethod
    def of(cls, cents: Mapping[str, int]) -> Self:
        """Advances by plant id as they are sent."""
        rows = [PlantAdvanceOut(plant=plant, eur=cents_text(value)) for plant, value in cents.items()]
        return cls(verified=False, plants=rows)


class RequestTermOut(Response):
    """By when the premium of a plant must be asked for; null for a plant that the law does not admit."""

    plant: str
    last_day: date | None
    verified: bool | None = Field(description="Whether every rule behind the term was read in a public text")
    requested_on: date | None
    late: bool
    admitted: bool = Field(description="Whether the plant has a premium, late or not")

    @classmethod
    def of(cls, plant: Plant, community: Community) -> Self:
        """The term as it is sent."""
        found = request_deadline(plant, rule_set(community.rule_set))
        return cls(
            plant=plant.id,
            last_day=None if found is None else found.day,
            verified=None if found is None else found.verified,
            requested_on=plant.requested_on,
            late=is_late(plant, community),
            admitted=is_admitted(plant, community),
        )


class RequestTermsOut(Response):
    """The terms of a community's plants."""

    plants: list[RequestTermOut]
