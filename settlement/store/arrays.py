"""Arrays of integers from PostgreSQL as numpy arrays, without making a Python number of each element."""

from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg.adapt import Buffer, Loader
from psycopg.pq import Format
from sqlmodel import Session

from settlement.store import copy_format


def driver_connection(session: Session) -> psycopg.Connection[Any]:
    """The driver's connection of the session's transaction."""
    connection = session.connection().connection.driver_connection
    assert isinstance(connection, psycopg.Connection)
    return connection


def array_cursor(session: Session) -> psycopg.Cursor[Any]:
    """A cursor that gives int4[] and int8[] as numpy arrays.

    timestamptz[] comes as it is stored: int64, microseconds since `copy_format.EPOCH`.
    """
    cursor = driver_connection(session).cursor(binary=True)
    for element, loader in _LOADERS.items():
        cursor.adapters.register_loader(psycopg.adapters.types[element].array_oid, loader)
    return cursor


class _Int4Loader(Loader):
    format = Format.BINARY

    def load(self, data: Buffer) -> NDArray[np.int32]:
        return copy_format.decode_array(data)


class _Int8Loader(Loader):
    format = Format.BINARY

    def load(self, data: Buffer) -> NDArray[np.int64]:
        return copy_format.decode_long_array(data)


_LOADERS: dict[str, type[_Int4Loader | _Int8Loader]] = {
    "int4": _Int4Loader,
    "int8": _Int8Loader,
    "timestamptz": _Int8Loader,
}
