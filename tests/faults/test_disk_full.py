"""No space left: a clear sentence, nothing half written, and all is well once there is space again.

import
└── when the database's disk is full it should say so, store nothing, and store all once there is space
files
├── when a backup does not fit it should say so and leave no file
└── when a file that is there already does not fit in its new form it should stay as it was
"""

import os
import resource
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from settlement.bootstrap import upgrade_database
from settlement.casefile import write_case
from settlement.store.backup import BackupFailed, back_up
from settlement.store.embedded import EmbeddedServerError, start_embedded
from settlement.store.engine import open_engine
from tests.cli.processes import run
from tests.cli.small_case import write_small_case
from tests.faults.dying import FORK
from tests.settlement.store import world
from tests.settlement.usecases import shop

DISK_MB = 160
LEFT_BYTES = 256 * 1024
LIMIT_BYTES = 4096


@pytest.fixture
def disk() -> Iterator[Path]:
    """A small disk of its own."""
    folder = Path(tempfile.mkdtemp(prefix="condivisa-disk-"))
    folder.chmod(0o755)
    try:
        _mount(folder)
        try:
            yield folder
        finally:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _mount(folder: Path) -> None:
    options = ["-t", "tmpfs", "-o", f"size={DISK_MB}m,mode=0755", "tmpfs", str(folder)]
    try:
        done = subprocess.run(["mount", *options], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no program that mounts a small disk")
    if done.returncode != 0:
        # Root in CI is there to run this.
        give_up = pytest.fail if os.geteuid() == 0 and os.environ.get("CI") else pytest.skip
        give_up(f"only root may mount a small disk: {done.stderr.strip()}")


def fill(folder: Path, left: int) -> Path:
    """A file that leaves so many bytes of the disk."""
    filler = folder / "filler"
    free = os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, free - left)
    return filler


def rows(engine: Engine) -> int:
    """How many days of readings are stored."""
    with engine.connect() as connection:
        return connection.execute(text("SELECT count(*) FROM meter_readings")).scalar_one()


def test_import__disk_of_the_database_full__says_so_stores_nothing_and_all_once_there_is_space(
    disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = start_embedded(disk / "postgres", {"fsync": "off", "wal_keep_size": "0"})
    try:
        engine = open_engine(server.url())
        upgrade_database(engine)
        case = write_small_case(tmp_path / "case")
        monkeypatch.setenv("DATABASE_URL", server.url())
        arguments = ("import", case, "--state", tmp_path / "state")
        filler = fill(disk, LEFT_BYTES)
        refused = run(*arguments)
        assert refused.returncode == 3, refused.stderr
        assert "the database's disk is full: what was not committed never happened" in refused.stderr
        assert "Traceback" not in refused.stderr
        assert rows(engine) == 0
        filler.unlink()
        for _ in range(2):
            done = run(*arguments)
            assert done.returncode == 0, done.stderr
            assert rows(engine) == 14 * 28
        engine.dispose()
    finally:
        try:
            server.stop()
        except EmbeddedServerError:
            os.sync()


def limited(action: Callable[[], None]) -> int:
    """Do it in a process none of whose files may become larger; its exit status."""

    def live() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT_BYTES, LIMIT_BYTES))
        action()
        os._exit(0)

    process = FORK.Process(target=live)
    process.start()
    process.join(60)
    assert process.exitcode is not None
    return process.exitcode


def test_backup__does_not_fit__says_so_and_leaves_no_file(
    engine: Engine, database_url: str, disk: Path
) -> None:
    shop.stocked(engine, world.case(date(2024, 7, 1), date(2024, 8, 1)))
    filler, file = fill(disk, LIMIT_BYTES), disk / "condivisa.backup"
    with pytest.raises(BackupFailed, match="No space left on device"):
        back_up(database_url, file)
    assert list(disk.iterdir()) == [filler]
    filler.unlink()
    assert back_up(database_url, file) > LIMIT_BYTES


def test_file__new_form_does_not_fit__stays_as_it_was(tmp_path: Path) -> None:
    small, large = world.case(), world.case(date(2024, 7, 1), date(2024, 8, 1))
    write_case(replace(small, series=small.series[:1], prices=()), tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def write() -> None:
        try:
            write_case(replace(large, prices=()), tmp_path)
        except OSError:
            os._exit(7)

    assert limited(write) == 7
    after = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert after["readings.csv"] == before["readings.csv"]
    assert after.keys() == before.keys()
