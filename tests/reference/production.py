"""The engine under test, reached as a user reaches it: the command line, run in this process."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import typer
from typer.testing import CliRunner

from cli.settle import settle

FINDING = re.compile(r"^(?:.*/)?(community\.toml|readings\.csv|prices\.csv):(\d+): (.+)$")


@dataclass(frozen=True)
class Outcome:
    """What the command left behind; findings are (file, line, sentence)."""

    exit_code: int
    stderr: str
    settlement: bytes | None

    @property
    def findings(self) -> list[tuple[str, int, str]]:
        matches = (FINDING.match(line) for line in self.stderr.splitlines())
        return [(match[1], int(match[2]), match[3]) for match in matches if match]


APP = typer.Typer()
APP.command()(settle)


def run_settle(folder: Path, out: Path | None = None) -> Outcome:
    """`condivisa settle FOLDER [--out OUT]`."""
    arguments = [str(folder), *(["--out", str(out)] if out else [])]
    result = CliRunner().invoke(APP, arguments)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    written = (out or folder) / "settlement.json"
    return Outcome(result.exit_code, result.stderr, written.read_bytes() if written.is_file() else None)
