"""What all tests share: a database server per session, a fresh database per test, the public data sets."""

import itertools
import os
import shutil
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings
from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from settlement.bootstrap import upgrade_database
from settlement.store.embedded import start_embedded
from settlement.store.engine import driver_url, open_engine

_ROOT = Path(__file__).resolve().parent.parent
_SHARED_DATA = _ROOT.parent / "shared" / "data"
_NUMBERS = itertools.count()
# A deadline would test the machine, not the code.
settings.register_profile("condivisa", deadline=None)
settings.load_profile("condivisa")
# A test's database lives for a moment: nothing of it has to survive a power cut.
_CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


@pytest.fixture(scope="session")
def database_server() -> Iterator[str]:
    """Address of a server's maintenance database.

    An embedded server of this test process, or the one named in CONDIVISA_TEST_DATABASE_URL.
    """
    external = os.environ.get("CONDIVISA_TEST_DATABASE_URL")
    if external:
        yield driver_url(external)
        return
    # Not pytest's own directory, which only its owner may enter: as root the server has another account.
    folder = Path(tempfile.mkdtemp(prefix="condivisa-test-"))
    folder.chmod(0o755)
    try:
        with start_embedded(folder / "postgres", _CARELESS) as server:
            yield server.url("postgres")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def database_template(database_server: str) -> Iterator[str]:
    """Name of a migrated, empty database that tests copy."""
    name = f"condivisa_template_{os.getpid()}"
    with _database(database_server, name):
        engine = open_engine(_address(database_server, name))
        upgrade_database(engine)
        engine.dispose()
        yield name


@pytest.fixture
def database_url(database_server: str, database_template: str) -> Iterator[str]:
    """Address of a migrated, empty database for this test alone."""
    name = f"condivisa_test_{os.getpid()}_{next(_NUMBERS)}"
    with _database(database_server, name, database_template):
        yield _address(database_server, name)


@pytest.fixture
def empty_database_url(database_server: str) -> Iterator[str]:
    """Address of a database without any table, for tests of migrations."""
    name = f"condivisa_empty_{os.getpid()}_{next(_NUMBERS)}"
    with _database(database_server, name):
        yield _address(database_server, name)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """Connections to this test's database."""
    opened = open_engine(database_url)
    yield opened
    opened.dispose()


@pytest.fixture
def state_folder() -> Iterator[Path]:
    """A state directory that the embedded server's account can reach, which pytest's own is not for root."""
    folder = Path(tempfile.mkdtemp(prefix="condivisa-state-"))
    folder.chmod(0o755)
    yield folder / "state"
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The public data sets that may stand beside the project."""
    if not _SHARED_DATA.is_dir():
        pytest.skip("the public data sets do not stand beside the project (../shared/data)")
    return _SHARED_DATA


class _database:  # noqa: N801 - used like a function
    """Creates a database on entry and drops it on exit."""

    def __init__(self, server: str, name: str, template: str = "template0") -> None:
        self._server, self._name, self._template = server, name, template

    def __enter__(self) -> None:
        self._execute(f'CREATE DATABASE "{self._name}" TEMPLATE "{self._template}"')

    def __exit__(self, *exception: object) -> None:
        self._execute(f'DROP DATABASE "{self._name}" WITH (FORCE)')

    def _execute(self, statement: str) -> None:
        url = make_url(self._server)
        address = url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(statement)


def _address(server: str, database: str) -> str:
    return make_url(server).set(database=database).render_as_string(hide_password=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a test of the node, the browser or a service must run: its skip is a failure."""
    report = yield
    needed = any(item.get_closest_marker(name) for name in ("node", "browser", "service"))
    if report.skipped and needed and os.environ.get("CI") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI, where it must run: {report.longrepr}"
    return report
