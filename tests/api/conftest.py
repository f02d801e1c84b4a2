"""The API over a real database: one shared world for questions, a fresh one for whatever writes."""

import os
from collections.abc import Callable, Iterator

import psycopg
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from api.main import create_app
from api.service import service_of
from settlement.bootstrap import Database
from settlement.store.engine import open_engine
from tests.api.world import NOW, World, api_world

Ask = Callable[..., TestClient]


def client_of(engine: Engine) -> TestClient:
    """HTTP without a socket; what would be an error 500 is answered, not raised."""
    service = service_of(Database(engine, "", embedded=False), clock=lambda: NOW)
    return TestClient(create_app(service), raise_server_exceptions=False)


def bearer(token: str) -> dict[str, str]:
    """The header that shows a token."""
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture(scope="session")
def shared_world(database_server: str, database_template: str) -> Iterator[World]:
    """Both communities in a database that no test changes."""
    name = f"condivisa_api_{os.getpid()}"
    address = make_url(database_server)
    server = address.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{database_template}"')
        engine = open_engine(address.set(database=name).render_as_string(hide_password=False))
        try:
            yield api_world(engine)
        finally:
            engine.dispose()
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def shared_client(shared_world: World) -> TestClient:
    """Asks the shared world; write with it only what is refused."""
    return client_of(shared_world.engine)


@pytest.fixture
def world(engine: Engine) -> World:
    """Both communities in a database of this test alone."""
    return api_world(engine)


@pytest.fixture
def client(world: World) -> TestClient:
    """Asks this test's world."""
    return client_of(world.engine)
