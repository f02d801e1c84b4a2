"""The only place that reads the environment and, but for `engines`, joins ports to implementations.

STATE (--state, CONDIVISA_STATE, default .condivisa)  everything that the service keeps on this machine
DATABASE_URL                                          a PostgreSQL of your own; wins over the embedded one
CONDIVISA_RPC_URL                                     a node of your own; wins over the local one
CONDIVISA_LOG_LEVEL                                   how much it says: DEBUG, INFO (default), WARNING
CONDIVISA_MQTT_URL                                    the broker that meters publish to; there is no default
CONDIVISA_BROKER_URL                                  RabbitMQ (amqp://) or Redis (redis://): jobs are run by
                                                      `condivisa worker`; without it by `condivisa serve`
CONDIVISA_BROKER_PREFIX                               begins the names of the broker's queues
CONDIVISA_KEYSTORE_PASSPHRASE_FILE                    its first line opens encrypted keystores
CONDIVISA_LIVE_DAYS                                   how long values of devices are kept (default 30)
"""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text

from settlement.casefile import manifest, write_case
from settlement.domain.case import Case
from settlement.store.embedded import cluster_folder, start_embedded
from settlement.store.engine import open_engine

_STATE = Path(".condivisa")
_MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


@dataclass(frozen=True, slots=True)
class Settings:
    """All that the environment decides."""

    state: Path = _STATE
    database_url: str | None = None
    rpc_url: str | None = None
    log_level: str = "INFO"
    mqtt_url: str | None = None
    broker_url: str | None = None
    broker_prefix: str = "condivisa"
    passphrase_file: Path | None = None
    live_days: str = "30"

    @classmethod
    def from_environment(
        cls, environment: Mapping[str, str] | None = None, state: Path | None = None
    ) -> "Settings":
        """Settings of this process; `state`, where given, wins over the environment."""
        found = os.environ if environment is None else environment  # allowed: this is the Settings object
        return cls(
            state=state or Path(found.get("CONDIVISA_STATE") or _STATE),
            database_url=found.get("DATABASE_URL") or None,
            rpc_url=found.get("CONDIVISA_RPC_URL") or None,
            log_level=found.get("CONDIVISA_LOG_LEVEL") or "INFO",
            mqtt_url=found.get("CONDIVISA_MQTT_URL") or None,
            broker_url=found.get("CONDIVISA_BROKER_URL") or None,
            broker_prefix=found.get("CONDIVISA_BROKER_PREFIX") or "condivisa",
            passphrase_file=Path(file) if (file := found.get("CONDIVISA_KEYSTORE_PASSPHRASE_FILE")) else None,
            live_days=found.get("CONDIVISA_LIVE_DAYS") or "30",
        )


@dataclass(frozen=True, slots=True)
class Database:
    """An open database; `folder` is where the embedded one keeps its data."""

    engine: Engine
    address: str
    embedded: bool
    folder: Path | None = None


@contextmanager
def open_database(settings: Settings, *, migrate: bool = True) -> Iterator[Database]:
    """The database of the settings, started if need be, brought to the newest revision unless told not to.

    On leaving, connections are closed and the embedded server is stopped if this process started it.
    Raises EmbeddedServerError where it cannot run, ValueError for a DATABASE_URL of another kind.
    """
    server = None if settings.database_url else start_embedded(cluster_folder(settings.state / "postgres"))
    address = settings.database_url or (server.url() if server else "")
    try:
        engine = open_engine(address)
        try:
            if migrate:
                upgrade_database(engine)
            yield Database(engine, address, server is not None, server.folder if server else None)
        finally:
            engine.dispose()
    finally:
        if server is not None:
            server.stop()


def upgrade_database(engine: Engine, revision: str = "head") -> None:
    """Run the migrations that are missing; two processes that try at once wait for each other."""
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(hashtextextended('migrations', 0))"))
        connection.commit()
        try:
            command.upgrade(_alembic(connection), revision)
        finally:
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(hashtextextended('migrations', 0))"))
            connection.commit()


def downgrade_database(engine: Engine, revision: str) -> None:
    """Undo migrations down to a revision; for rehearsals."""
    with engine.connect() as connection:
        command.downgrade(_alembic(connection), revision)


def database_revision(engine: Engine) -> tuple[str | None, str | None]:
    """The revision that the database has, and the newest one of the program."""
    with engine.connect() as connection:
        known = connection.execute(text("SELECT to_regclass('alembic_version')")).scalar()
        current = (
            connection.execute(text("SELECT version_num FROM alembic_version")).scalar() if known else None
        )
    return current, ScriptDirectory.from_config(_alembic(None)).get_current_head()


def case_manifest(case: Case, settlement_json: bytes) -> bytes:
    """Manifest of a settled case: its canonical files and its settlement.json (port `Evidence`)."""
    with tempfile.TemporaryDirectory(prefix="condivisa-evidence-") as name:
        folder = Path(name)
        write_case(case, folder)
        (folder / "settlement.json").write_bytes(settlement_json)
        return manifest(folder)


def _alembic(connection: object) -> Config:
    configuration = Config()
    configuration.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    configuration.attributes["connection"] = connection
    return configuration
