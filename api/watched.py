"""Every request leaves a line in the log and a mark in the metrics, under one correlation id.

The line names the route, never the query, the headers or the body: they may hold tokens and personal data.
"""

import logging
import re
import time
from collections.abc import Callable
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars, get_contextvars

from settlement.domain.identifiers import uuid7

HEADER: Final = "X-Request-ID"
_PLAIN = re.compile(r"[A-Za-z0-9._-]{1,64}")
_log = logging.getLogger("condivisa.http")

Observe = Callable[[str, str, int, float], None]
"""Told method, route, status and seconds of every request that was answered."""


def request_id() -> str | None:
    """The correlation id of the request that is being answered; jobs that it orders carry it on."""
    found = get_contextvars().get("request_id")
    return None if found is None else str(found)


class Watched:
    """ASGI middleware around everything else, the door included."""

    def __init__(self, app: ASGIApp, observe: Observe) -> None:
        self._app = app
        self._observe = observe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on under the caller's correlation id, or one of ours where it sends none or a strange one."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        sent = Headers(scope=scope).get(HEADER, "")
        request_id = sent if _PLAIN.fullmatch(sent) else str(uuid7())
        status, began = 500, time.perf_counter()

        async def answered(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        with bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, answered)
            finally:
                seconds = time.perf_counter() - began
                route = getattr(scope.get("route"), "path", "none")
                self._observe(scope["method"], route, status, seconds)
                facts = {"method": scope["method"], "route": route, "status": status}
                _log.info("request", extra={**facts, "ms": round(1000 * seconds, 1)})
