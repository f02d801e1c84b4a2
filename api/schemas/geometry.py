"""GeoJSON (RFC 7946) in WGS 84, bounded: longitude, latitude; rings closed."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from api.schemas.wire import Request

POSITIONS_MAX = 10_000

Longitude = Annotated[float, Field(strict=False, ge=-180, le=180, allow_inf_nan=False)]
Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Position = tuple[Longitude, Latitude]


def _closed(ring: list[Position]) -> list[Position]:
    if ring[0] != ring[-1]:
        raise ValueError("a ring ends where it begins")
    return ring


Ring = Annotated[list[Position], Field(min_length=4, max_length=POSITIONS_MAX), AfterValidator(_closed)]
Rings = Annotated[list[Ring], Field(min_length=1, max_length=100)]


class Point(Request):
    """A place."""

    type: Literal["Point"]
    coordinates: Position


class Polygon(Request):
    """An area: the outer ring, then its holes."""

    type: Literal["Polygon"]
    coordinates: Rings


class MultiPolygon(Request):
    """Several areas."""

    type: Literal["MultiPolygon"]
    coordinates: Annotated[list[Rings], Field(min_length=1, max_length=100)]


Boundary = Annotated[Polygon | MultiPolygon, Field(discriminator="type")]
