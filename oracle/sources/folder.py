"""Writing a case folder whole or not at all."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

FOLDER_MODE = 0o755


class FolderNotEmpty(Exception):  # noqa: N818 - the names of errors say what happened
    """The place is a file, or a folder with files that nobody asked to replace."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        super().__init__(f"{folder}: not an empty folder")


def write_folder(folder: Path, fill: Callable[[Path], None], replace: bool = False) -> None:
    """Let `fill` write into a new folder beside the wanted one, then rename it into place.

    A failure or a crash while filling leaves the wanted folder as it was. A folder that exists receives
    the files one by one, each of them whole; with `replace` it may hold files already, of which those of
    other names stay. Raises FolderNotEmpty without it.
    """
    target = folder.resolve()
    if target.exists() and not target.is_dir():
        raise FolderNotEmpty(folder)
    if not replace and target.is_dir() and any(target.iterdir()):
        raise FolderNotEmpty(folder)
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        fill(fresh)
        _move(fresh, target)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _move(fresh: Path, target: Path) -> None:
    """Rename the new folder to an absent target, or its files into an existing one."""
    if target.exists():
        for file in sorted(fresh.iterdir()):
            file.replace(target / file.name)
    else:
        fresh.chmod(FOLDER_MODE)
        fresh.rename(target)
