"""A chain for the tests of the ledger's side: one node per session, keys and database per test."""

import socket
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from oracle.chain.client import EvmChain
from oracle.chain.keys import load_or_create_keys
from oracle.chain.node import ANVIL, LocalNode, _answers, _port, start_node
from oracle.chain.rpc import Rpc
from oracle.wiring import OpenChain
from settlement.store.engine import open_engine
from tests.oracle.world import Published, World, publish_world, settled_world


@pytest.fixture(scope="session")
def anvil() -> Path:
    """The local node's program."""
    if not ANVIL.is_file():
        pytest.skip("the local node is not installed (npm packages of contracts/)")
    return ANVIL


@pytest.fixture(scope="session")
def shared_node(anvil: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalNode]:
    """A running node that several tests use, each with its own account and contracts."""
    with start_node(tmp_path_factory.mktemp("node"), anvil) as node:
        yield node


@pytest.fixture
def opened(shared_node: LocalNode, tmp_path: Path) -> OpenChain:
    """The shared node with keys of this test alone."""
    keys = load_or_create_keys(tmp_path / "keys.json")
    chain = EvmChain(Rpc(shared_node.url), keys, shared_node.chain_id)
    return OpenChain(shared_node.url, chain, local=True)


@pytest.fixture
def away(opened: OpenChain) -> OpenChain:
    """The same account on a node that nobody runs."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    return replace(opened, url=url, chain=EvmChain(Rpc(url), opened.chain.keys, opened.chain.chain_id))


@pytest.fixture
def world(engine: Engine) -> World:
    """A community with a settled month, a receipt and a distribution, nothing published yet."""
    return settled_world(engine)


@pytest.fixture(scope="session")
def published(
    database_server: str,
    database_template: str,
    shared_node: LocalNode,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Published]:
    """A world that was published and confirmed, for tests that only look at it."""
    name = f"condivisa_published_{uuid4().hex}"
    url = make_url(database_server)
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{database_template}"')
    engine = open_engine(url.set(database=name).render_as_string(hide_password=False))
    try:
        keys = load_or_create_keys(tmp_path_factory.mktemp("published") / "keys.json")
        chain = EvmChain(Rpc(shared_node.url), keys, shared_node.chain_id)
        yield publish_world(settled_world(engine), OpenChain(shared_node.url, chain, local=True))
    finally:
        engine.dispose()
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def paid_rpc(anvil: Path, tmp_path: Path) -> Iterator[Rpc]:
    """A node on which gas costs something and blocks come when asked for."""
    port = _port(tmp_path)
    command = [str(anvil), "--quiet", "--port", str(port), "--accounts", "0", "--no-mining"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    rpc = Rpc(f"http://127.0.0.1:{port}")
    assert _answers(process, rpc, 31337)
    yield rpc
    process.kill()
    process.wait()
