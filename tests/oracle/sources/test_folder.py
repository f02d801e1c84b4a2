"""A case folder is written whole or not at all."""

from pathlib import Path

import pytest

from oracle.sources.folder import FolderNotEmpty, write_folder


def fill(fresh: Path) -> None:
    (fresh / "a.txt").write_text("new")


def break_off(fresh: Path) -> None:
    (fresh / "a.txt").write_text("half")
    raise OSError("the disk is full")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_folder__absent__is_made_with_its_parents(tmp_path: Path) -> None:
    write_folder(tmp_path / "x" / "y", fill)
    assert names(tmp_path / "x") == ["y"]
    assert (tmp_path / "x" / "y").stat().st_mode & 0o777 == 0o755


def test_folder__empty__is_filled(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    write_folder(tmp_path / "x", fill)
    assert names(tmp_path / "x") == ["a.txt"]


def test_folder__here__is_filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x").mkdir()
    monkeypatch.chdir(tmp_path / "x")
    write_folder(Path(), fill)
    assert names(tmp_path / "x") == ["a.txt"]


def test_folder__not_empty__is_refused_and_untouched(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "b.txt").write_text("old")
    with pytest.raises(FolderNotEmpty):
        write_folder(tmp_path / "x", fill)
    assert names(tmp_path) == ["x"]
    assert names(tmp_path / "x") == ["b.txt"]


def test_folder__replace__keeps_files_of_other_names(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "a.txt").write_text("old")
    (tmp_path / "x" / "b.txt").write_text("old")
    write_folder(tmp_path / "x", fill, replace=True)
    assert (tmp_path / "x" / "a.txt").read_text() == "new"
    assert (tmp_path / "x" / "b.txt").read_text() == "old"


def test_folder__place_is_a_file__is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("a file")
    with pytest.raises(FolderNotEmpty):
        write_folder(tmp_path / "x", fill, replace=True)


def test_folder__failure_while_filling__leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="the disk is full"):
        write_folder(tmp_path / "x", break_off)
    assert names(tmp_path) == []
