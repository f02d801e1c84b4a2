"""A request body that is a CSV file."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request

from api.errors import ApiError


async def _table(request: Request) -> bytes:
    """The body, read only now that the role is admitted. A form or a JSON body is not read as a table."""
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != "text/csv":
        raise ApiError("MEDIA_TYPE_UNSUPPORTED", "this address takes text/csv")
    return await request.body()


CsvTable = Annotated[bytes, Depends(_table)]


def takes_csv(columns: str) -> dict[str, Any]:
    """The request body in OpenAPI, which FastAPI cannot derive from a dependency."""
    schema = {"type": "string", "description": f"A table with the columns {columns}"}
    return {"requestBody": {"required": True, "content": {"text/csv": {"schema": schema}}}}


@contextmanager
def as_file(table: bytes, name: str) -> Iterator[Path]:
    """The table as a file of that name for the readers of case folders; it is gone after the block."""
    with tempfile.TemporaryDirectory(prefix="condivisa-import-") as folder:
        file = Path(folder) / name
        file.write_bytes(table)
        yield file
