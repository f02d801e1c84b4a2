"""The archive's members, read strictly: nothing goes to disk, nothing unfolds beyond the file's size."""

import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path
from re import ASCII, compile

from oracle.audit.differences import PackUnreadable

MEMBERS_MAX = 50_000
PACK_MAX_BYTES = 4 << 30
_SEGMENT = r"[A-Za-z0-9][A-Za-z0-9._-]*"
_NAME = compile(rf"{_SEGMENT}(?:/{_SEGMENT}){{0,4}}", ASCII)
_ENCRYPTED = 0x1
_BROKEN = (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError, struct.error)


def read_archive(path: Path) -> dict[str, bytes]:
    """Contents of all members by name. Raises PackUnreadable, before anything is read that was not checked.

    Members are stored, not compressed: the archive cannot be larger than it looks.
    """
    try:
        size = path.stat().st_size
        if size > PACK_MAX_BYTES:
            raise PackUnreadable(f"has {size} bytes, an evidence pack has at most {PACK_MAX_BYTES}")
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            _check(members, size)
            return {member.filename: archive.read(member) for member in members}
    except _BROKEN as error:
        raise PackUnreadable(f"is no readable ZIP archive: {error}") from error


def _check(members: Sequence[zipfile.ZipInfo], size: int) -> None:
    if len(members) > MEMBERS_MAX:
        raise PackUnreadable(f"has {len(members)} members, an evidence pack has at most {MEMBERS_MAX}")
    seen: set[str] = set()
    for member in members:
        _check_member(member)
        if member.filename in seen:
            raise PackUnreadable(f'has two members of the name "{member.filename}"')
        seen.add(member.filename)
    if sum(member.file_size for member in members) > size:
        raise PackUnreadable("promises more bytes than it has: its members overlap")


def _check_member(member: zipfile.ZipInfo) -> None:
    name = member.orig_filename
    if not _NAME.fullmatch(name) or name != member.filename:
        raise PackUnreadable(f"has a member of the name {name!r:.80}, which no evidence pack has")
    if member.flag_bits & _ENCRYPTED:
        raise PackUnreadable(f'"{name}" is encrypted')
    if member.compress_type != zipfile.ZIP_STORED or member.compress_size != member.file_size:
        raise PackUnreadable(f'"{name}" is compressed: members of an evidence pack are stored')
