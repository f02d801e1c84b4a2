"""Communities and their configurations (primary-substation areas) on the wire."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from api.schemas.geometry import Boundary
from api.schemas.wire import Decimal6, Hash, Id, Instant, Page, Request, Response, Text, hexadecimal, rome
from community.domain.records import CommunityRecord, CommunityStatus, ConfigurationRecord
from settlement.domain.calendar import HOUR
from settlement.domain.case import (
    Allocation,
    Attribution,
    Community,
    Configuration,
    LateRequestPolicy,
    Shares,
    StoragePolicy,
)
from settlement.domain.decimals import parse_scaled
from settlement.domain.rounding import plain_text
from settlement.domain.rulesets import parameter_names

RuleSet = Literal["cacer-2024", "seed"]
Zone = Literal["NORD", "CNOR", "CSUD", "SUD", "CALA", "SICI", "SARD"]
AreaCode = Annotated[
    str,
    Field(
        pattern="^AC[0-9]{3}E[0-9]{5}$",
        description="Area of the primary (HV/MV) substation, as published by GSE",
        examples=["AC001E00123"],
    ),
]
BasisPoints = Annotated[int, Field(strict=True, ge=0, le=10_000)]
PARAMETER_DECIMALS = 6


def _known(name: str) -> str:
    if name not in parameter_names():
        raise ValueError("is not the name of a rule parameter")
    return name


ParameterName = Annotated[str, Field(max_length=60), AfterValidator(_known)]
Parameters = Annotated[
    dict[ParameterName, Decimal6],
    Field(
        max_length=40,
        description="Overrides of rule parameters by name",
        examples=[{"tras_e_eur_per_mwh": "8.22"}],
    ),
]


class SharesIn(Request):
    """How a revenue is split, in basis points."""

    producers: BasisPoints
    social: BasisPoints
    grid: BasisPoints

    @model_validator(mode="after")
    def _are_whole(self) -> Self:
        if self.producers + self.social + self.grid != 10_000:
            raise ValueError("the shares add up to 10,000 basis points")
        return self


class SharesOut(Response):
    """How a revenue is split, in basis points; the three add up to 10,000."""

    producers: int
    social: int
    grid: int


class ConfigurationIn(Request):
    """The members and plants under one primary substation."""

    code: Annotated[
        str,
        Field(
            pattern="^([0-9A-Za-z][0-9A-Za-z._-]{0,99})?$",
            description="Its id in case files; may be empty where it is the only one",
            examples=["CP1"],
        ),
    ]
    area_code: AreaCode
    zone: Zone


class ConfigurationOut(Response):
    """The members and plants under one primary substation; energy is shared inside it."""

    id: Id
    code: str = Field(description="Its id in case files; empty in a community that lists none")
    area_code: str
    zone: str
    ledger_id: Hash | None = Field(description="Its key on the ledger; null until it is published")

    @classmethod
    def of(cls, record: ConfigurationRecord) -> Self:
        """The configuration as it is sent."""
        return cls(
            id=record.id,
            code=record.code,
            area_code=record.area_code,
            zone=record.zone,
            ledger_id=None if record.ledger_id is None else hexadecimal(record.ledger_id),
        )


class CommunityUpdate(Request):
    """The whole settings of a community; what is left out returns to its default.

    Terms of settlement count for periods that are settled afterwards. The shares stay as they are once the
    vault stands on the ledger, which holds them.
    """

    legal_type: Annotated[Text, Field(max_length=50, examples=["association"])]
    status: CommunityStatus
    gse_compliance_status: Annotated[Text, Field(max_length=50)] | None = None
    boundary: Boundary | None = None
    max_radius_m: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] | None = None
    rule_set: RuleSet = "cacer-2024"
    attribution: Attribution = Attribution.ENTRY_ORDER
    allocation: Allocation = Allocation.SHARED_INJECTION
    storage_policy: StoragePolicy = StoragePolicy.EXCLUDE_FROM_WITHDRAWAL
    late_request_policy: LateRequestPolicy = LateRequestPolicy.TRUNCATE
    shares_bps: SharesIn = SharesIn(producers=7_000, social=2_000, grid=1_000)
    parameters: Parameters = Field(default_factory=dict)

    @property
    def shares(self) -> Shares:
        """The shares as the engine names them."""
        return Shares(self.shares_bps.producers, self.shares_bps.social, self.shares_bps.grid)

    @property
    def parameters_micro(self) -> dict[str, int]:
        """The overrides, each times a million."""
        scaled = {name: parse_scaled(text, PARAMETER_DECIMALS) for name, text in self.parameters.items()}
        return {name: micro for name, micro in scaled.items() if micro is not None}

    @property
    def changes(self) -> dict[str, Any]:
        """Every setting under its name in CommunityRecord."""
        return {
            "legal_type": self.legal_type,
            "status": self.status,
            "gse_compliance_status": self.gse_compliance_status,
            "boundary": None if self.boundary is None else self.boundary.model_dump(mode="json"),
            "max_radius_m": self.max_radius_m,
            "rule_set": self.rule_set,
            "attribution": self.attribution,
            "allocation": self.allocation,
            "storage_policy": self.storage_policy,
            "late_request_policy": self.late_request_policy,
            "shares_bps": self.shares,
            "parameters_micro": self.parameters_micro,
        }


class CommunityCreate(CommunityUpdate):
    """A new community. Its name is part of its key on the ledger and never changes."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "CER Valle Esempio",
                    "legal_type": "association",
                    "status": "active",
                    "allocation": "SHARED_BOTH",
                    "configurations": [{"code": "CP1", "area_code": "AC001E00123", "zone": "NORD"}],
                }
            ]
        }
    )

    name: Annotated[Text, Field(examples=["CER Valle Esempio"])]
    configurations: Annotated[list[ConfigurationIn], Field(min_length=1, max_length=1_000)]

    @model_validator(mode="after")
    def _configurations_differ(self) -> Self:
        for name in ("code", "area_code"):
            given = [getattr(row, name) for row in self.configurations]
            if len(set(given)) < len(given):
                raise ValueError(f"every configuration has its own {name}")
        if len(self.configurations) > 1 and any(not row.code for row in self.configurations):
            raise ValueError("only a single configuration may have an empty code")
        return self

    def community(self, now: datetime) -> Community:
        """The community as the engine names it; a registration has no period, so it spans one hour."""
        start = now.replace(minute=0, second=0, microsecond=0)
        return Community(
            name=self.name,
            rule_set=self.rule_set,
            start=start,
            end=start + HOUR,
            shares_bps=self.shares,
            configurations=tuple(
                Configuration(row.code, row.area_code, row.zone)
                for row in sorted(self.configurations, key=lambda row: row.code.encode())
            ),
            attribution=self.attribution,
            allocation=self.allocation,
            storage_policy=self.storage_policy,
            late_request_policy=self.late_request_policy,
            parameters_micro=self.parameters_micro,
        )


class CommunityOut(Response):
    """A community as it is registered."""

    id: Id
    name: str
    legal_type: str
    status: str
    gse_compliance_status: str | None
    boundary: Boundary | None
    max_radius_m: int | None
    rule_set: str
    attribution: str
    allocation: str
    storage_policy: str
    late_request_policy: str
    shares_bps: SharesOut
    parameters: dict[str, str]
    ledger_id: Hash | None = Field(description="Its key on the vault; null until it is published")
    configurations: list[ConfigurationOut]
    created_at: Instant
    updated_at: Instant

    @classmethod
    def of(cls, record: CommunityRecord) -> Self:
        """The community as it is sent."""
        return cls.model_validate(
            {
                "id": record.id,
                "name": record.name,
                "legal_type": record.legal_type,
                "status": record.status,
                "gse_compliance_status": record.gse_compliance_status,
                "boundary": record.boundary,
                "max_radius_m": record.max_radius_m,
                "rule_set": record.rule_set,
                "attribution": record.attribution,
                "allocation": record.allocation,
                "storage_policy": record.storage_policy,
                "late_request_policy": record.late_request_policy,
                "shares_bps": {
                    "producers": record.shares_bps.producers,
                    "social": record.shares_bps.social,
                    "grid": record.shares_bps.grid,
                },
                "parameters": {
                    name: plain_text(micro, PARAMETER_DECIMALS)
                    for name, micro in sorted(record.parameters_micro.items())
                },
                "ledger_id": None if record.ledger_id is None else hexadecimal(record.ledger_id),
                "configurations": [ConfigurationOut.of(row) for row in record.configurations],
                "created_at": rome(record.created_at),
                "updated_at": rome(record.updated_at),
            }
        )


class CommunityPage(Page):
    """Communities, by name."""

    communities: list[CommunityOut]
