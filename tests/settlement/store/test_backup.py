"""
back_up and restore
├── given a database with rows it should come back with every row, trigger and partition
├── given a file that exists it should refuse and leave it
├── given a server that does not answer it should leave no file
├── given a target that is not empty it should refuse before anything is written
└── given a file that no backup wrote, or half of one, it should refuse and leave the database empty
"""

from datetime import date
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from community.store.unit_of_work import UnitOfWork
from community.usecases.register_community import register_community
from settlement.store.backup import BackupFailed, back_up, restore
from settlement.store.engine import open_engine
from settlement.usecases.import_readings import import_readings
from tests.settlement.store import world


def _rows(address: str) -> dict[str, int]:
    plain = make_url(address).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        return {
            name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
            for (name,) in tables  # type: ignore[index]
        }


@pytest.fixture
def filled(engine: Engine, database_url: str) -> str:
    """A database with a community and its readings."""
    given = world.case(date(2024, 7, 1), date(2024, 7, 3))
    with UnitOfWork(engine) as work:
        found = register_community(work, given.community).community_id
        import_readings(work, found, given, world.RECEIVED)
        work.commit()
    return database_url


def test_restore__backup__has_every_row_and_trigger(
    filled: str, empty_database_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "condivisa.backup"
    assert back_up(filled, file) == file.stat().st_size
    assert file.stat().st_mode & 0o777 == 0o600
    restore(file, empty_database_url)
    assert _rows(empty_database_url) == _rows(filled)
    assert _rows(filled)["meter_readings"] > 0
    engine = open_engine(empty_database_url)
    with engine.connect() as connection, pytest.raises(Exception, match="meter_readings"):
        connection.exec_driver_sql("DELETE FROM meter_readings")
    engine.dispose()


def test_back_up__file_exists__is_left(filled: str, tmp_path: Path) -> None:
    file = tmp_path / "condivisa.backup"
    file.write_bytes(b"yesterday's")
    with pytest.raises(BackupFailed, match="never replaces"):
        back_up(filled, file)
    assert file.read_bytes() == b"yesterday's"


def test_back_up__no_server__leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(BackupFailed, match="pg_dump"):
        back_up(f"postgresql+psycopg://nobody@/nothing?host={tmp_path}", tmp_path / "condivisa.backup")
    assert list(tmp_path.iterdir()) == []


def test_restore__target_has_tables__is_refused(filled: str, tmp_path: Path) -> None:
    file = tmp_path / "condivisa.backup"
    back_up(filled, file)
    with pytest.raises(BackupFailed, match="empty database alone"):
        restore(file, filled)


@pytest.mark.parametrize("share", [0, 0.5, 0.99])
def test_restore__not_a_whole_backup__writes_nothing(
    filled: str, empty_database_url: str, tmp_path: Path, share: float
) -> None:
    file = tmp_path / "condivisa.backup"
    back_up(filled, file)
    file.write_bytes(file.read_bytes()[: int(share * file.stat().st_size)])
    with pytest.raises(BackupFailed):
        restore(file, empty_database_url)
    assert _rows(empty_database_url) == {}
