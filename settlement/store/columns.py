"""Column makers shared by all tables, so that one kind of thing has one type everywhere.

Tables say what alembic compares: columns, keys and indexes. Check constraints, exclusion constraints and
triggers stand in the migrations only.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, ForeignKey, LargeBinary, String, Uuid, func
from sqlalchemy.dialects.postgresql import JSONB

from settlement.domain.identifiers import uuid7


def key() -> "Column[UUID]":
    """Primary key: a UUIDv7 made in Python."""
    return Column(Uuid, primary_key=True, default=uuid7)


def reference(target: str, *, primary_key: bool = False, nullable: bool = False) -> "Column[UUID]":
    """A foreign key to `table.column` of type uuid."""
    return Column(Uuid, ForeignKey(target), primary_key=primary_key, nullable=nullable)


def text(length: int, *, nullable: bool = False, **options: Any) -> "Column[str]":
    """Text of at most `length` characters."""
    return Column(String(length), nullable=nullable, **options)


def whole(*, nullable: bool = False) -> "Column[int]":
    """A whole number of Wh or micro-euro (64 bits)."""
    return Column(BigInteger, nullable=nullable)


def octets(*, nullable: bool = False, unique: bool | None = None) -> "Column[bytes]":
    """Bytes; a check constraint fixes the length where there is one."""
    return Column(LargeBinary, nullable=nullable, unique=unique)


def instant(*, nullable: bool = False, primary_key: bool = False) -> "Column[Any]":
    """An instant, with time zone."""
    return Column(DateTime(timezone=True), nullable=nullable, primary_key=primary_key)


def recorded() -> "Column[Any]":
    """The instant at which the database recorded the row."""
    return Column(DateTime(timezone=True), nullable=False, server_default=func.now())


def document(*, nullable: bool = True, default: str | None = None) -> "Column[Any]":
    """A JSON document; no document is SQL's NULL, which costs a reader nothing, not JSON's null."""
    return Column(JSONB(none_as_null=True), nullable=nullable, server_default=default)
