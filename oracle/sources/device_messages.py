"""What devices send, as JSON, over HTTP and MQTT alike; nothing is guessed and unknown fields are refused.

Energy is whole Wh. Other values are decimal text of at most three decimals, in the unit that the metric's
name ends with. Instants carry an offset.
"""

import hashlib
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Final, Self, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from pydantic_core import from_json

from oracle.errors import MessageMalformed
from settlement.domain.canonical import canonical_json
from settlement.domain.case import WH_MAX, Direction
from settlement.domain.decimals import parse_scaled

VALUES_MAX: Final = 6_000
"""A month of quarter-hours in both directions; more is sent as several messages."""
BLOCKS_MAX: Final = 100
SPAN_MAX: Final = timedelta(days=62)
SAMPLES_MAX: Final = 500
BYTES_MAX: Final = 256 * 1024
CLOCKS_APART: Final = timedelta(minutes=5)
"""How far a device's clock may be ahead of ours before we do not believe it."""
_YEARS: Final = (2000, 2199)
_DECIMALS: Final = 3
_PLACE_MAX_CHARACTERS: Final = 100


class Metric(StrEnum):
    """What a device measures; each name ends with its unit.

    Power counts what leaves the device towards the grid: an inverter that produces, a battery that
    discharges and a meter that feeds in are positive, the opposite is negative.
    """

    POWER_W = "power_w"
    PRODUCED_WH = "produced_wh"
    INJECTED_WH = "injected_wh"
    WITHDRAWN_WH = "withdrawn_wh"
    STATE_OF_CHARGE_PCT = "state_of_charge_pct"
    VOLTAGE_L1_V = "voltage_l1_v"
    VOLTAGE_L2_V = "voltage_l2_v"
    VOLTAGE_L3_V = "voltage_l3_v"
    FREQUENCY_HZ = "frequency_hz"

    @property
    def unit(self) -> str:
        """The unit of its values."""
        return _UNITS[self.rsplit("_", 1)[1]]


_UNITS: Final = {"w": "W", "wh": "Wh", "pct": "%", "v": "V", "hz": "Hz"}
_COUNTER: Final = (0, 10**15)
# What no device in a community can measure is a fault of its program, not a measurement.
_RANGES: Final[dict[Metric, tuple[int, int]]] = {
    Metric.POWER_W: (-(10**9), 10**9),
    Metric.PRODUCED_WH: _COUNTER,
    Metric.INJECTED_WH: _COUNTER,
    Metric.WITHDRAWN_WH: _COUNTER,
    Metric.STATE_OF_CHARGE_PCT: (0, 100),
    Metric.VOLTAGE_L1_V: (0, 10**6),
    Metric.VOLTAGE_L2_V: (0, 10**6),
    Metric.VOLTAGE_L3_V: (0, 10**6),
    Metric.FREQUENCY_HZ: (0, 1_000),
}


def _instant_text(given: Any) -> Any:
    # pydantic alone would read a number as seconds since 1970.
    if not isinstance(given, str | datetime):
        raise ValueError("must be a text like 2026-06-01T00:00:00+02:00")  # noqa: TRY004 - for pydantic
    return given


def _near(instant: datetime) -> datetime:
    if not _YEARS[0] <= instant.year <= _YEARS[1]:
        raise ValueError(f"must lie between {_YEARS[0]} and {_YEARS[1]}")
    return instant.astimezone(UTC)


Instant = Annotated[
    AwareDatetime,
    BeforeValidator(_instant_text),
    AfterValidator(_near),
    Field(description="ISO 8601 with offset", examples=["2026-06-01T00:00:00+02:00"]),
]
Energy = Annotated[int, Field(strict=True, ge=0, le=WH_MAX)]


Kind = TypeVar("Kind", bound="_Message")


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Block(_Message):
    """Consecutive readings of one direction, from `start` on: one value, a few hours, a day, a month."""

    direction: Direction
    start: Instant
    wh: tuple[Energy, ...] = Field(min_length=1, max_length=VALUES_MAX, description="Whole Wh per interval")
    estimated: bool = Field(default=False, strict=True, description="Whether these values are estimates")


class ReadingsMessage(_Message):
    """Readings of one POD. The same message may be sent again; of two that differ the one sent later wins."""

    message: str = Field(
        pattern="^[!-~]{1,100}$", description="The device's own id of this message", examples=["2026-06-01-1"]
    )
    pod: str = Field(pattern="^IT[0-9]{3}E[0-9]{8}[0-9A-Z]?$", examples=["IT001E00000001"])
    sent_at: Instant = Field(description="When the device made this message; a correction is made later")
    blocks: tuple[Block, ...] = Field(min_length=1, max_length=BLOCKS_MAX)

    @property
    def digest(self) -> bytes:
        """SHA-256 of what the message says, however it was written."""
        return hashlib.sha256(canonical_json(self.model_dump(mode="json"))).digest()

    @property
    def count(self) -> int:
        """How many values it holds."""
        return sum(len(block.wh) for block in self.blocks)

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.count > VALUES_MAX:
            raise ValueError(f"a message holds at most {VALUES_MAX} values")
        starts = [block.start for block in self.blocks]
        if max(starts) - min(starts) > SPAN_MAX:
            raise ValueError(f"a message spans at most {SPAN_MAX.days} days")
        return self


class Sample(_Message):
    """One measured value."""

    metric: Metric
    at: Instant = Field(description="When it was measured")
    value: str = Field(max_length=24, description="At most three decimals, as text", examples=["230.4"])

    @property
    def milli(self) -> int:
        """The value in thousandths of its unit."""
        found = parse_scaled(self.value, _DECIMALS, signed=True)
        assert found is not None, "a sample exists with a value only"
        return found

    @model_validator(mode="after")
    def _measurable(self) -> Self:
        milli = parse_scaled(self.value, _DECIMALS, signed=True)
        if milli is None:
            raise ValueError("value must be a decimal text like 230.4, with at most three decimals")
        low, high = _RANGES[self.metric]
        if not low * 1_000 <= milli <= high * 1_000:
            raise ValueError(f"value of {self.metric} must lie between {low} and {high}")
        return self


class TelemetryMessage(_Message):
    """Measurements for monitoring; they are never settled."""

    samples: tuple[Sample, ...] = Field(min_length=1, max_length=SAMPLES_MAX)


def parse_readings(body: bytes) -> ReadingsMessage:
    """A message of readings. Raises MessageMalformed with the place of each defect."""
    return _parsed(_READINGS, body)


def parse_telemetry(body: bytes) -> TelemetryMessage:
    """A message of telemetry. Raises MessageMalformed with the place of each defect."""
    return _parsed(_TELEMETRY, body)


def _parsed(adapter: TypeAdapter[Kind], body: bytes) -> Kind:
    if len(body) > BYTES_MAX:
        raise MessageMalformed([f"it has more than {BYTES_MAX} bytes"])
    try:
        return adapter.validate_python(from_json(body, allow_inf_nan=False))
    except ValidationError as error:
        # Without the value that was sent: it may be personal.
        found = [f"{_place(one['loc'])}: {one['msg']}" for one in error.errors()]
        raise MessageMalformed(found) from None
    except ValueError as error:
        raise MessageMalformed([f"it is no JSON: {error}"]) from error


def _place(parts: tuple[int | str, ...]) -> str:
    """Where a defect is; names of fields come from outside and may hold what no column can keep."""
    text = ".".join(map(str, parts))[:_PLACE_MAX_CHARACTERS] or "body"
    return "".join(one if one.isprintable() else "?" for one in text)


_READINGS = TypeAdapter(ReadingsMessage)
_TELEMETRY = TypeAdapter(TelemetryMessage)
