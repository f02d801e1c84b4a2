"""Field types of the wire: amounts and decimals are text, energy is whole Wh, instants carry an offset.

pydantic on its own reads a number as a date and a float as an integer; the types here refuse what is not
meant, so that a request means one thing only.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from settlement.domain.calendar import ROME
from settlement.domain.decimals import parse_scaled

TEXT_MAX_CHARACTERS = 200
EURO_DECIMALS = 6
LIMIT_DEFAULT = 100
LIMIT_MAX = 1_000
OFFSET_MAX = 10_000_000
YEAR_MIN, YEAR_MAX = 1900, 2199
"""Far around any plant or period, and away from the ends of the calendar, where dates overflow."""

Row = TypeVar("Row")

_UNSTORABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Request(BaseModel):
    """A body that is sent to us: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Response(BaseModel):
    """A body that we send: every field stands in every answer, there are no defaults."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _storable(text: str) -> str:
    """The text, refused if it holds control characters or lone surrogates: no column can keep them."""
    if _UNSTORABLE.search(text):
        raise ValueError("must not hold control characters")
    if text.strip() != text:
        raise ValueError("must not begin or end with a blank")
    return text


def _day_text(given: Any) -> Any:
    if isinstance(given, date):
        return given
    if not isinstance(given, str) or not _DAY.fullmatch(given):
        raise ValueError("must be a text like 2024-07-01")
    return given


def _near(day: date) -> date:
    if not YEAR_MIN <= day.year <= YEAR_MAX:
        raise ValueError(f"must lie between {YEAR_MIN} and {YEAR_MAX}")
    return day


Text = Annotated[str, Field(min_length=1, max_length=TEXT_MAX_CHARACTERS), AfterValidator(_storable)]
Day = Annotated[
    date,
    BeforeValidator(_day_text),
    AfterValidator(_near),
    Field(description="Europe/Rome day", examples=["2024-07-01"]),
]
Instant = Annotated[
    AwareDatetime, Field(description="ISO 8601 with offset", examples=["2024-07-01T00:00:00+02:00"])
]
Hash = Annotated[str, Field(pattern="^0x[0-9a-f]{64}$", description="32 bytes, lower-case hexadecimal")]
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$", description="SHA-256, lower-case hexadecimal")]
PodCode = Annotated[
    str,
    Field(
        pattern="^IT[0-9]{3}E[0-9]{8}[0-9A-Z]?$", description="Point of delivery", examples=["IT001E00000001"]
    ),
]
Euro = Annotated[
    str,
    Field(
        pattern=r"^-?[0-9]{1,13}\.[0-9]{6}$",
        description="Euro with six decimals, as text",
        examples=["12.340000"],
    ),
]
EuroCents = Annotated[
    str,
    Field(
        pattern=r"^[0-9]{1,10}(\.[0-9]{1,2})?$",
        description="Euro with at most two decimals, as text",
        examples=["221.15"],
    ),
]
EuroSigned = Annotated[
    str,
    Field(pattern=r"^-?[0-9]+\.[0-9]{2}$", description="Euro with two decimals, as text", examples=["12.34"]),
]
Decimal6 = Annotated[
    str,
    Field(
        pattern=r"^[0-9]{1,9}(\.[0-9]{1,6})?$", description="At most six decimals, as text", examples=["99.5"]
    ),
]
WattHours = Annotated[int, Field(strict=True, ge=0, description="Whole watt-hours", examples=[1250])]
Count = Annotated[int, Field(strict=True, ge=0)]
Id = Annotated[UUID, Field(description="UUID (version 7)")]


class Page(Response):
    """Which part of a list an answer holds."""

    limit: Count = Field(description="Most rows that this answer may hold")
    offset: Count = Field(description="Rows left out at the beginning")
    total: Count = Field(description="Rows of the whole list")


def rome(instant: datetime) -> datetime:
    """The same instant with the offset that clocks in Italy have then."""
    return instant.astimezone(ROME)


def hexadecimal(octets: bytes) -> str:
    """0x and lower-case digits."""
    return "0x" + octets.hex()


def part(rows: Sequence[Row], limit: int, offset: int) -> list[Row]:
    """The rows of one page."""
    return list(rows[offset : offset + limit])


def micro_eur_of(text: str) -> int:
    """Micro-euro of an amount that a schema's pattern has admitted."""
    amount = parse_scaled(text, EURO_DECIMALS)
    assert amount is not None, "the schema's pattern admits decimals only"
    return amount
