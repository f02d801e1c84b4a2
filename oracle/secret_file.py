"""Files with secrets: readable by their owner alone, written whole or not at all, never overwritten."""

import os
from pathlib import Path

from oracle.errors import KeysUnusable


def write_secret_once(path: Path, text: str) -> None:
    """Create the file, mode 0600; of two processes that try, one wins and both read what it wrote."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.link(temporary, path)
    except FileExistsError:
        pass
    finally:
        temporary.unlink(missing_ok=True)


def read_secret(path: Path, remedy: str) -> str:
    """The file's text. Raises KeysUnusable with the remedy when it is absent or others can read it."""
    try:
        if path.stat().st_mode & 0o077:
            raise KeysUnusable(f"{path} can be read by others: chmod 600 {path}")
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise KeysUnusable(f"{path} does not exist: {remedy}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise KeysUnusable(f"{path} cannot be read ({error}): {remedy}") from error
