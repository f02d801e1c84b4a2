"""Files that are there whole or not at all."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

_PUBLIC_MODE = 0o644


@contextmanager
def atomic_stream(path: Path) -> Iterator[BinaryIO]:
    """A stream whose content takes the path's place at the end; on an exception nothing is left behind.

    Makes the folder if there is none. Raises OSError where it cannot write.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(_PUBLIC_MODE)
        temporary.replace(path)
    except Exception:
        temporary.unlink(missing_ok=True)
        raise


def write_atomically(path: Path, content: bytes) -> None:
    """Write the content so that a reader sees the old file or the new one, never a part."""
    with atomic_stream(path) as stream:
        stream.write(content)
