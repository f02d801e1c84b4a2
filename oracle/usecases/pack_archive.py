"""Files as one archive, the same bytes whenever and wherever it is made."""

import io
import zipfile
from collections.abc import Mapping

# The earliest moment that the format knows: when a pack was made is no part of it.
_TIME = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_PRIVATE_FILE = 0o100600 << 16


def archive_of(files: Mapping[str, bytes]) -> bytes:
    """A ZIP archive with the members sorted by name, stored.

    Not compressed, because another version of a compressor gives other bytes; and so nothing in it can be
    larger than the archive.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            member = zipfile.ZipInfo(name, _TIME)
            member.create_system = _UNIX
            member.external_attr = _PRIVATE_FILE
            archive.writestr(member, files[name])
    return buffer.getvalue()
