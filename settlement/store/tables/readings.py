"""What was measured: day vectors of readings and prices, each as it was known from `received_at` on."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, Column, Date, Integer, SmallInteger, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from settlement.store import columns


class MeterReadingRow(SQLModel, table=True):
    """One civil day of one POD and direction: 23, 24 or 25 hourly values, or four times as many.

    `estimated` is a bitmap, first interval in the highest bit, NULL when all values are measured.
    """

    __tablename__ = "meter_readings"
    __table_args__ = {"postgresql_partition_by": "RANGE (day)"}

    community_id: UUID = Field(sa_column=Column(Uuid, primary_key=True))
    pod: str = Field(sa_column=columns.text(15, primary_key=True))
    direction: str = Field(sa_column=columns.text(9, primary_key=True))
    day: date = Field(sa_column=Column(Date, primary_key=True))
    received_at: datetime = Field(sa_column=columns.instant(primary_key=True))
    resolution_minutes: int = Field(sa_column=Column(SmallInteger, nullable=False))
    wh: list[int] = Field(sa_column=Column(ARRAY(Integer), nullable=False))
    estimated: bytes | None = Field(sa_column=columns.octets(nullable=True))


class MarketPriceRow(SQLModel, table=True):
    """The day-ahead prices of a zone and civil day, one per quarter-hour, in micro-euro per MWh."""

    __tablename__ = "market_prices"

    zone: str = Field(sa_column=columns.text(4, primary_key=True))
    day: date = Field(sa_column=Column(Date, primary_key=True))
    received_at: datetime = Field(sa_column=columns.instant(primary_key=True))
    quarter_micro_eur_per_mwh: list[int] = Field(sa_column=Column(ARRAY(BigInteger), nullable=False))
