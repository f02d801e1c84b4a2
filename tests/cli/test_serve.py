"""`condivisa serve` as a process that somebody else ends."""

import os
import re
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from tests.cli.processes import ROOT, command, state_folder


@pytest.fixture
def state() -> Iterator[Path]:
    """An empty state directory."""
    with state_folder() as folder:
        yield folder


def families(state: Path) -> list[str]:
    """Processes that work in the state directory: database and node."""
    return [
        row.info["name"]
        for row in psutil.process_iter(["name", "cmdline"])
        if any(str(state) in argument for argument in row.info["cmdline"] or [])
    ]


@pytest.mark.node
def test_serve__asked_to_end__takes_database_node_and_workers_along(state: Path) -> None:
    process = subprocess.Popen(
        command("serve", "--state", state), cwd=ROOT, env=os.environ | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    patience = threading.Timer(60, process.kill)
    patience.start()
    try:
        assert process.stdout is not None
        address = next(found[0] for line in process.stdout if (found := re.search(r"http://[0-9.:]+", line)))
        assert httpx.get(f"{address}/ready").status_code == 200
        assert "postgres" in families(state)
        process.send_signal(signal.SIGTERM)
        assert process.wait() == 128 + signal.SIGTERM
        assert families(state) == []
    finally:
        patience.cancel()
        process.kill()
        process.wait()
