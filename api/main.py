"""create_app(): the door, the routers and the error table, joined to a service."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from anyio import to_thread
from fastapi import FastAPI

from api import errors
from api.description import DESCRIPTION, TAGS, describe
from api.guard import Guard
from api.metrics import Metrics
from api.problems import Problem
from api.routers import ROUTERS
from api.service import Service
from api.watched import Watched
from community.domain.device_key import PREFIX as DEVICE_KEY_PREFIX
from community.domain.devices import DeviceRecord
from community.domain.records import Principal
from community.usecases.devices import device_of_key
from community.usecases.tokens import authenticate

THREADS = 10
"""At most so many requests work at a time, as many as the pool keeps connections; the others wait in line."""


@asynccontextmanager
async def _few_threads(_app: FastAPI) -> AsyncIterator[None]:
    # More threads would only make each other wait, for the interpreter and for a connection.
    to_thread.current_default_thread_limiter().total_tokens = THREADS
    yield


def create_app(service: Service) -> FastAPI:
    """The HTTP application over a service.

    There is no interactive documentation page: it would load scripts from elsewhere. /openapi.json is open.
    """
    app = FastAPI(
        title="Condivisa",
        version=service.version,
        summary="Settlement of renewable energy communities, each step checkable",
        description=DESCRIPTION,
        openapi_tags=TAGS,
        docs_url=None,
        redoc_url=None,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        lifespan=_few_threads,
        responses={"default": {"model": Problem, "description": "What went wrong"}},
    )
    app.state.service = service
    app.state.metrics = Metrics(service.reading, service.clock, service.version)
    for router in ROUTERS:
        app.include_router(router)
    errors.install(app)
    app.openapi = partial(describe, app)  # type: ignore[method-assign]

    def who(token: str) -> Principal | DeviceRecord | None:
        with service.reading() as work:
            device = None
            if token.startswith(DEVICE_KEY_PREFIX):  # so may a token, once in sixteen million
                device = device_of_key(work, token, service.clock())
            return device or authenticate(work, token, service.clock())

    app.add_middleware(Guard, authenticate=who)
    app.add_middleware(Watched, observe=app.state.metrics.observe)
    return app
