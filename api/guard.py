"""The door: nothing but the open paths passes without a valid token, and no body larger than it may be.

It stands before routing, so a route that somebody adds is closed until it is opened here by name, and an
unknown caller can neither explore the routes nor make us parse a body. A token is looked up by its SHA-256,
so the time of a comparison says nothing about it.
"""

from collections.abc import Callable
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import problem, respond
from community.domain.devices import DeviceRecord
from community.domain.records import Principal

OPEN_PATHS: Final = frozenset({"/", "/health", "/ready", "/verify", "/verify/sha256", "/openapi.json"})
BODY_MAX_BYTES: Final = 64 * 1024 * 1024
DEVICE_BODY_MAX_BYTES: Final = 256 * 1024
"""A device sends small messages; a broken one must not fill our memory."""
TOKEN_MAX_CHARACTERS: Final = 256

Authenticate = Callable[[str], Principal | DeviceRecord | None]


class Guard:
    """ASGI middleware: puts the principal into the request's state or answers 401."""

    def __init__(self, app: ASGIApp, authenticate: Authenticate) -> None:
        self._app = app
        self._authenticate = authenticate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass open paths, authenticate the rest."""
        if scope["type"] == "lifespan" or scope["path"] in OPEN_PATHS:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        token = bearer_token(headers.get("authorization", ""))
        asker = await run_in_threadpool(self._authenticate, token) if token else None
        if asker is None:
            await _unauthenticated(scope, receive, send)
            return
        most = DEVICE_BODY_MAX_BYTES if isinstance(asker, DeviceRecord) else BODY_MAX_BYTES
        if _declared_bytes(headers) > most:
            told = problem("BODY_TOO_LARGE", 413, f"a body has at most {most} bytes")
            await respond(told)(scope, receive, send)
            return
        scope.setdefault("state", {})["asker"] = asker
        await self._app(scope, _bounded(receive, most), _private(send))


def bearer_token(authorization: str) -> str | None:
    """The token of an Authorization header, or None if it is not a plain bearer token."""
    scheme, _, token = authorization.partition(" ")
    plain = token.isascii() and token.isprintable() and " " not in token
    return token if scheme.lower() == "bearer" and plain and 0 < len(token) <= TOKEN_MAX_CHARACTERS else None


def _declared_bytes(headers: Headers) -> int:
    declared = headers.get("content-length", "0")
    return int(declared) if declared.isascii() and declared.isdigit() and len(declared) < 20 else 0


async def _unauthenticated(scope: Scope, receive: Receive, send: Send) -> None:
    # One sentence for no token, an unknown one, an expired one and a revoked one: a guess learns nothing.
    told = problem("UNAUTHENTICATED", 401, "a valid bearer token is needed")
    await respond(told, {"WWW-Authenticate": 'Bearer realm="condivisa"'})(scope, receive, send)


def _bounded(receive: Receive, most: int) -> Receive:
    """Counts what really arrives: a chunked body declares no length."""
    seen = 0

    async def bounded() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > most:
            raise HTTPException(413)
        return message

    return bounded


def _private(send: Send) -> Send:
    """What was answered to one asker stays in no cache and is read as what it is."""

    async def private(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["Cache-Control"] = "no-store"
            headers["X-Content-Type-Options"] = "nosniff"
        await send(message)

    return private
