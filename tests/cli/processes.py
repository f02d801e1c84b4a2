"""Runs the command line of this checkout as whole processes over a state directory of its own."""

import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil

from cli.main import VERBS, main

ROOT = Path(__file__).resolve().parents[2]


def command(*arguments: str | Path) -> list[str]:
    """The command line of this checkout."""
    return [sys.executable, "-m", "cli.main", *map(str, arguments)]


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run to the end; never longer than two minutes.

    Each run is a process of its own, forked from one that has loaded the command line already, which is most
    of a command's time. `command` and `make demo` begin from nothing.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        process = _LOADED.Process(target=_main, args=(list(map(str, arguments)), folder, dict(os.environ)))
        process.start()
        process.join(timeout=120)
        if process.exitcode is None:
            process.kill()
            raise subprocess.TimeoutExpired(command(*arguments), 120)
        texts = [(folder / stream).read_text(encoding="utf-8") for stream in ("out", "err")]
        return subprocess.CompletedProcess(command(*arguments), process.exitcode, *texts)


_LOADED = multiprocessing.get_context("forkserver")
_LOADED.set_forkserver_preload([verb.module for verb in VERBS])


def _main(arguments: list[str], folder: Path, environment: Mapping[str, str]) -> None:
    """The command line as `python -m cli.main` runs it, its output into two files."""
    for descriptor, stream in ((1, "out"), (2, "err")):
        os.dup2(os.open(folder / stream, os.O_WRONLY | os.O_CREAT), descriptor)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(ROOT)
    sys.argv = ["condivisa", *arguments]
    main()


@contextmanager
def state_folder() -> Iterator[Path]:
    """A state directory that the embedded server's own account can reach; nothing is left running in it."""
    folder = Path(tempfile.mkdtemp(prefix="condivisa-cli-test-"))
    folder.chmod(0o755)
    try:
        yield folder / "state"
    finally:
        for process in psutil.process_iter(["cmdline"]):
            if any(str(folder) in argument for argument in process.info["cmdline"] or []):
                process.kill()
        shutil.rmtree(folder, ignore_errors=True)
