"""The environment becomes one frozen object, and a database opens, migrated."""

import dataclasses
import os
from pathlib import Path

import pytest
from sqlalchemy import text

from settlement.bootstrap import Settings, database_revision, open_database
from settlement.store import embedded


def test_settings__empty_environment__are_the_defaults() -> None:
    assert Settings.from_environment({}) == Settings(Path(".condivisa"), None, None)


def test_settings__environment__is_read_and_an_argument_wins() -> None:
    found = {"CONDIVISA_STATE": "/a", "DATABASE_URL": "postgresql://h/d", "CONDIVISA_RPC_URL": "http://n"}
    assert Settings.from_environment(found) == Settings(Path("/a"), "postgresql://h/d", "http://n")
    assert Settings.from_environment(found, Path("/b")).state == Path("/b")
    assert Settings.from_environment({"DATABASE_URL": ""}).database_url is None


def test_settings__are_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Settings().state = Path("/")  # type: ignore[misc]


def test_open_database__address_given__migrates_it_and_starts_nothing(empty_database_url, tmp_path) -> None:
    with open_database(Settings(tmp_path / "state", empty_database_url)) as database:
        assert not database.embedded
        current, newest = database_revision(database.engine)
        assert current == newest is not None
    assert not (tmp_path / "state").exists()


def test_open_database__told_not_to_migrate__leaves_it_alone(empty_database_url, tmp_path) -> None:
    with open_database(Settings(tmp_path, empty_database_url), migrate=False) as database:
        assert database_revision(database.engine)[0] is None


def test_open_database__no_address__runs_the_embedded_one_and_stops_it(state_folder) -> None:
    with open_database(Settings(state_folder)) as database, database.engine.connect() as connection:
        assert database.embedded
        assert connection.execute(text("SHOW timezone")).scalar() == "UTC"
    assert not (state_folder / "postgres" / "data" / "postmaster.pid").exists()


def test_open_database__another_database__is_refused(tmp_path) -> None:
    with pytest.raises(ValueError, match="PostgreSQL only"), open_database(Settings(tmp_path, "mysql://x/y")):
        pass


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's server account can be locked out")
def test_open_database__closed_state_directory__shelters_the_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state_folder: Path
) -> None:
    monkeypatch.setattr(embedded, "SHELTER", state_folder)
    tmp_path.chmod(0o700)
    settings = Settings(state=tmp_path / "state")
    settings.state.mkdir()
    with open_database(settings) as first:
        with first.engine.begin() as connection:
            connection.execute(text("CREATE TABLE kept (number integer)"))
        assert first.folder is not None
        assert first.folder.is_relative_to(state_folder)
    with open_database(settings) as second, second.engine.begin() as connection:
        assert connection.execute(text("SELECT to_regclass('kept')")).scalar() == "kept"
