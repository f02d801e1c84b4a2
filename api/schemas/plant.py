"""Production plants on the wire."""

from decimal import Decimal
from typing import Annotated, Self

from pydantic import AfterValidator, ConfigDict, Field

from api.schemas.wire import Day, Decimal6, Id, Page, PodCode, Request, Response, Text
from community.domain.records import PlantRecord
from settlement.domain.case import Source
from settlement.domain.rulesets import law

STOP_DAYS_MAX = 36_525


def _region(name: str) -> str:
    if name not in law().regions:
        raise ValueError("is not one of the twenty Italian regions")
    return name


def _positive(text: str) -> str:
    if Decimal(text) <= 0:
        raise ValueError("must be more than zero")
    return text


def _grant(text: str) -> str:
    if Decimal(text) > law().grant_max_pct:
        raise ValueError(f"must not be more than {law().grant_max_pct}")
    return text


StopDays = Annotated[
    int,
    Field(
        strict=True,
        ge=0,
        le=STOP_DAYS_MAX,
        description="Days without production that GSE has recognised; the premium lasts that much longer",
    ),
]


class PlantStops(Request):
    """All recognised stops of a plant so far."""

    stop_days: StopDays


RequestDay = Annotated[
    Day | None,
    Field(description="When GSE was asked for the premium; null: in time. Late: see late_request_policy"),
]


class PlantRequest(Request):
    """The day of a plant's request for the premium."""

    requested_on: RequestDay


class PlantCreate(Request):
    """A production plant behind a POD of the community."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "code": "P1",
                    "pod": "IT001E00000007",
                    "source": "photovoltaic",
                    "power_kw": "4.5",
                    "entry_into_operation": "2024-06-01",
                    "region": "Piemonte",
                }
            ]
        }
    )

    code: Annotated[Text, Field(max_length=100, examples=["P1"])]
    pod: PodCode
    source: Source
    power_kw: Annotated[Decimal6, AfterValidator(_positive), Field(examples=["49.5"])]
    entry_into_operation: Day
    region: Annotated[str, AfterValidator(_region), Field(examples=["Piemonte"])]
    grant_pct: Annotated[
        Decimal6,
        AfterValidator(_grant),
        Field(description="Capital grant in percent of the plant's cost, 0 to 40", examples=["0"]),
    ] = "0"
    stop_days: StopDays = 0
    requested_on: RequestDay = None
    gse_registration_id: Annotated[Text, Field(max_length=100)] | None = None

    @property
    def record(self) -> PlantRecord:
        """The plant as the use case takes it; its owner is found by the POD."""
        return PlantRecord(
            code=self.code,
            pod=self.pod,
            source=self.source,
            power_kw=Decimal(self.power_kw),
            entry_into_operation=self.entry_into_operation,
            region=self.region,
            grant_pct=Decimal(self.grant_pct),
            stop_days=self.stop_days,
            requested_on=self.requested_on,
            gse_registration_id=self.gse_registration_id,
        )


class PlantOut(Response):
    """A production plant."""

    id: Id
    code: str
    pod: str
    member: str | None = Field(description="Code of its owner")
    source: str
    power_kw: str
    entry_into_operation: Day
    region: str
    grant_pct: str
    stop_days: int
    requested_on: Day | None
    gse_registration_id: str | None
    status: str

    @classmethod
    def of(cls, record: PlantRecord) -> Self:
        """The stored plant as it is sent."""
        assert record.id is not None, "a stored plant has its id"
        return cls(
            id=record.id,
            code=record.code,
            pod=record.pod,
            member=record.member,
            source=record.source,
            power_kw=_plain(record.power_kw),
            entry_into_operation=record.entry_into_operation,
            region=record.region,
            grant_pct=_plain(record.grant_pct),
            stop_days=record.stop_days,
            requested_on=record.requested_on,
            gse_registration_id=record.gse_registration_id,
            status=record.status,
        )


class PlantPage(Page):
    """Plants, by code; a member finds its own alone."""

    plants: list[PlantOut]


def _plain(value: Decimal) -> str:
    """All significant decimals, no exponent."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
