"""Routers whose JSON bodies are parsed within bounds."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute
from pydantic_core import from_json

from api.errors import ApiError


class BoundedRequest(Request):
    """Parses JSON with a depth of its own.

    The standard parser goes as deep as the interpreter's recursion limit, and libraries for the chain raise
    that limit for the whole process, until a body of brackets overflows the stack and ends the server. This
    one stops at two hundred levels, whatever the limit is; it refuses NaN and Infinity too.
    """

    async def json(self) -> Any:
        """The body. Raises REQUEST_MALFORMED with the place of the first defect."""
        try:
            return from_json(await self.body(), allow_inf_nan=False)
        except ValueError as error:
            raise ApiError("REQUEST_MALFORMED", f"the body is not JSON: {error}") from error


class BoundedRoute(APIRoute):
    """A route that reads its body as a BoundedRequest."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's handler, given the other request."""
        handle = super().get_route_handler()

        async def bounded(request: Request) -> Response:
            return await handle(BoundedRequest(request.scope, request.receive))

        return bounded


class Router(APIRouter):
    """An APIRouter of bounded routes."""

    def __init__(self, *, prefix: str = "", tags: list[str]) -> None:
        super().__init__(prefix=prefix, tags=[*tags], route_class=BoundedRoute)
