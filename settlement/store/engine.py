"""Connections to PostgreSQL: one dialect, one driver, instants in UTC."""

import re

import psycopg
from sqlalchemy import Engine, create_engine


def driver_url(address: str) -> str:
    """The address with our driver named: `postgres://` and `postgresql://` become `postgresql+psycopg://`.

    Raises ValueError for any other database.
    """
    if not re.match(r"postgres(ql)?(\+psycopg)?://", address):
        raise ValueError("DATABASE_URL must begin with postgresql://; Condivisa speaks PostgreSQL only")
    return re.sub(r"^postgres(ql)?(\+psycopg)?://", "postgresql+psycopg://", address)


def open_engine(address: str, pool_size: int = 10) -> Engine:
    """A pool of connections to the database at `address`; opens none yet.

    A connection that the server has dropped meanwhile is replaced instead of failing the caller. Errors say
    nothing of the values of a statement: they are personal data, and errors are logged.
    """
    return create_engine(
        driver_url(address),
        pool_size=pool_size,
        max_overflow=3 * pool_size,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={"options": "-c timezone=UTC", "application_name": "condivisa"},
    )


def database_failure(error: BaseException) -> str | None:
    """Why the database could not do its work, where the reason lies outside of us; None for any other error.

    Errors come wrapped by SQLAlchemy, or as the driver raised them where rows are copied.
    """
    cause = getattr(error, "orig", None) or error
    if isinstance(cause, psycopg.errors.DiskFull):
        return "the database's disk is full"
    if isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError):
        return "the database does not answer"
    return None
