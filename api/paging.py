"""Which part of a list is asked for."""

from typing import Annotated

from fastapi import Query

from api.schemas.wire import LIMIT_DEFAULT, LIMIT_MAX, OFFSET_MAX

Limit = Annotated[int, Query(ge=1, le=LIMIT_MAX, description="Most rows in one answer")]
Offset = Annotated[int, Query(ge=0, le=OFFSET_MAX, description="Rows to leave out at the beginning")]

DEFAULT = LIMIT_DEFAULT
