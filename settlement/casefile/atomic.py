"""Files that are there whole or not at all."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def atomic_stream(path: Path, mode: int = 0o666) -> Iterator[BinaryIO]:
    """A stream whose content takes the path's place at the end; on an exception nothing is left behind.

    Makes the folder if there is none. The umask takes its bits from the mode. Raises OSError where it cannot
    write.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Opened anew instead of by tempfile, which ignores the umask that guards members' figures.
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except Exception:
        temporary.unlink(missing_ok=True)
        raise


def write_atomically(path: Path, content: bytes, mode: int = 0o666) -> None:
    """Write the content so that a reader sees the old file or the new one, never a part."""
    with atomic_stream(path, mode) as stream:
        stream.write(content)
