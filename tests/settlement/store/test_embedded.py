"""The embedded server: attach, adopt, survive a kill, refuse with a reason."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import psycopg
import pytest

from settlement.store import embedded
from settlement.store.embedded import EmbeddedServerError, start_embedded

_START = """
import os, sys
from pathlib import Path
from settlement.store.embedded import start_embedded
server = start_embedded(Path(sys.argv[1]))
print(server.owned, flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def cluster():
    """A folder whose first start found the leavings of an interrupted initdb."""
    made = Path(tempfile.mkdtemp(prefix="condivisa-test-"))
    made.chmod(0o755)
    folder = made / "state" / "postgres"
    (folder / "data.unfinished").mkdir(parents=True)
    (folder / "data.unfinished" / "PG_VERSION").write_text("18\n")
    yield folder
    subprocess.run(["rm", "-rf", str(made)], check=True)


@pytest.fixture
def folder(cluster):
    """The cluster's folder; whatever a test leaves running is ended."""
    yield cluster
    process = embedded._postmaster(cluster / "data")
    if process is not None:
        process.send_signal(signal.SIGQUIT)
        psutil.wait_procs([process], timeout=10)


def _answer(server) -> int:
    with psycopg.connect(server.url().replace("+psycopg", "")) as connection:
        return connection.execute("SELECT pg_postmaster_start_time()").fetchone()[0]


def _postmaster_pid(folder: Path) -> int:
    return int((folder / "data" / "postmaster.pid").read_text().split()[0])


def test_start__initdb_was_interrupted__creates_and_answers_and_stops(folder) -> None:
    with start_embedded(folder) as server:
        assert server.owned
        assert _answer(server)
        pid = _postmaster_pid(folder)
    assert not (folder / "data" / "postmaster.pid").exists()
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_start__running__attaches_and_leaves_it_running(folder) -> None:
    with start_embedded(folder) as first:
        started = _answer(first)
        with start_embedded(folder) as second:
            assert not second.owned
            assert _answer(second) == started
        assert _answer(first) == started


def test_start__data_of_an_earlier_run__are_there(folder) -> None:
    with (
        start_embedded(folder) as server,
        psycopg.connect(server.url().replace("+psycopg", "")) as connection,
    ):
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    with (
        start_embedded(folder) as server,
        psycopg.connect(server.url().replace("+psycopg", "")) as connection,
    ):
        assert connection.execute("SELECT number FROM kept").fetchone() == (7,)


def test_start__server_was_killed__starts_anew_over_the_stale_files(folder) -> None:
    server = start_embedded(folder)
    os.kill(_postmaster_pid(folder), signal.SIGKILL)
    with start_embedded(folder) as again:
        assert _answer(again)
        assert again.owned
    server.stop()


def test_start__pid_file_names_another_program__starts_anew(folder) -> None:
    start_embedded(folder).stop()
    (folder / "data" / "postmaster.pid").write_text(f"{os.getpid()}\n")
    with start_embedded(folder) as server:
        assert _answer(server)


def test_start__owner_was_killed__adopts_its_server(folder) -> None:
    command = [sys.executable, "-c", _START, str(folder)]
    owner = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert owner.stdout.readline() == "True\n"
    with start_embedded(folder) as attached:
        assert not attached.owned
    owner.kill()
    owner.wait()
    with start_embedded(folder) as adopted:
        assert adopted.owned
    assert not (folder / "data" / "postmaster.pid").exists()


def test_start__two_processes_at_once__share_one_server(folder) -> None:
    command = [sys.executable, "-c", _START, str(folder)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    both = [subprocess.Popen(command, **pipes) for _ in range(2)]
    assert sorted(one.stdout.readline() for one in both) == ["False\n", "True\n"]
    for one in both:
        one.kill()
        one.wait()


def test_start__path_too_long_for_a_socket__uses_a_private_directory(folder, monkeypatch) -> None:
    monkeypatch.setattr(embedded, "_SOCKET_PATH_MAX_BYTES", 10)
    with start_embedded(folder) as server:
        assert server.socket_folder != folder
        assert stat.S_IMODE(server.socket_folder.stat().st_mode) == 0o700
        assert _answer(server)
    server.socket_folder.rmdir()


def test_start__folder__is_closed_to_others_and_has_no_port(folder) -> None:
    with start_embedded(folder) as server:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        with psycopg.connect(server.url().replace("+psycopg", "")) as connection:
            assert connection.execute("SHOW listen_addresses").fetchone() == ("",)


def test_start__server_cannot_run__says_its_last_words(folder) -> None:
    with pytest.raises(EmbeddedServerError, match=r"(?s)pg_ctl failed.*shared_buffers"):
        start_embedded(folder, {"shared_buffers": "nonsense"})


def test_stop__twice__is_once(folder) -> None:
    server = start_embedded(folder)
    server.stop()
    server.stop()
    assert not server.owned
    assert embedded._postmaster(folder / "data") is None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another account")
def test_start__directory_closed_to_the_account__is_refused_with_advice(tmp_path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(EmbeddedServerError, match=r"cannot enter .*--state"):
        start_embedded(closed / "postgres")
    assert not (closed / "postgres").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another account")
def test_start__programs_closed_to_the_account__are_copied(folder, tmp_path, monkeypatch) -> None:
    package = embedded._binaries().parents[1]
    tmp_path.chmod(0o700)
    for name in (package.name, f"{package.name}.libs"):
        if (package.parent / name).exists():
            shutil.copytree(package.parent / name, tmp_path / name, symlinks=True)
    monkeypatch.setattr(embedded, "_binaries", lambda: tmp_path / package.name / "pginstall" / "bin")
    with start_embedded(folder) as server:
        assert _answer(server)
    assert list(folder.glob("program-*"))
