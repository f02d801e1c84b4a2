"""
open_workspace
├── given the address of another database it should stop with exit status 3, and say which it needs
└── given an error of what is done in it, it should not take it for one of the database
"""

from pathlib import Path

import pytest
import typer

from cli.failures import EXIT_MISSING
from cli.workspace import open_workspace


def test_open_workspace__database_of_another_kind__is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://localhost/condivisa")
    with pytest.raises(typer.Exit) as end, open_workspace(tmp_path):
        pass
    assert end.value.exit_code == EXIT_MISSING
    assert "DATABASE_URL must begin with postgresql://" in capsys.readouterr().err


def test_open_workspace__error_inside__stays_what_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    with pytest.raises(ValueError, match="a bug"), open_workspace(tmp_path):
        raise ValueError("a bug")
