"""Runs the command line of this checkout as whole processes over a state directory of its own."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]


def command(*arguments: str | Path) -> list[str]:
    """The command line of this checkout."""
    return [sys.executable, "-m", "cli.main", *map(str, arguments)]


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run to the end; never longer than two minutes."""
    return subprocess.run(
        command(*arguments), cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )


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
