"""The bytes of a file of foreign hands: read once, decompressed, never more than the memory can hold."""

import gzip
import io
import zipfile
import zlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from settlement.domain.findings import Finding

BYTES_MAX = 256 * 2**20
"""Largest file, also after decompression: a small archive must not fill the memory."""
PARSED_BYTES_MAX = 64 * 2**20
"""Largest JSON, XML or unpacked workbook: what is parsed into objects takes many times its bytes."""
MEMBERS_MAX = 2_000
"""More than the workbook or the month's archive of any sender holds."""
HEAD_BYTES = 1 << 16
_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class TooLarge(Exception):  # noqa: N818 - the names of errors say what happened
    """More decompressed bytes than any source here needs."""


@dataclass(frozen=True)
class Content:
    """A file's name and its bytes, gunzipped."""

    name: str
    raw: bytes

    @cached_property
    def head(self) -> str:
        """The beginning as text for a look at the layout; what is no UTF-8 shows as replaced characters."""
        return self.raw[:HEAD_BYTES].decode("utf-8-sig", errors="replace")

    @cached_property
    def first_line(self) -> str:
        """The first line that is not empty."""
        return next((line for line in self.head.splitlines() if line.strip()), "")

    @property
    def is_zip(self) -> bool:
        """Whether the bytes begin as a ZIP archive does; workbooks do too."""
        return self.raw.startswith(_ZIP)

    @cached_property
    def is_workbook(self) -> bool:
        """Whether it is a ZIP archive with the parts of an XLSX workbook."""
        return self.is_zip and "xl/workbook.xml" in self.members

    @cached_property
    def members(self) -> tuple[str, ...]:
        """Names in a ZIP archive; none where it cannot be read."""
        try:
            with zipfile.ZipFile(io.BytesIO(self.raw)) as archive:
                return tuple(archive.namelist())
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
            return ()

    def text(self) -> str | Finding:
        """The whole as UTF-8 without BOM, or the finding that says why it is none."""
        if self.raw.startswith(_UTF16):
            return Finding(self.name, 1, "the file is UTF-16: save it as UTF-8")
        try:
            return self.raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = self.raw[: error.start].count(b"\n") + 1
            return Finding(self.name, line, "the file is not UTF-8 from here on: save it as UTF-8")


def read_content(path: Path) -> Content | Finding:
    """The file's bytes, gunzipped where they are gzipped, or the finding that says why there are none."""
    try:
        if path.stat().st_size > BYTES_MAX:
            return Finding(path.name, 1, f"the file has more than {BYTES_MAX} bytes: split it by month")
        return content_of(path.name, path.read_bytes())
    except OSError as error:
        return Finding(path.name, 1, f"cannot be read: {error.strerror or error}")


def content_of(name: str, raw: bytes) -> Content | Finding:
    """The same for bytes that came otherwise."""
    if len(raw) > BYTES_MAX:
        return Finding(name, 1, f"the file has more than {BYTES_MAX} bytes: split it by month")
    try:
        return Content(name, gunzip(raw) if raw.startswith(_GZIP) else raw)
    except (EOFError, OSError, zlib.error, TooLarge) as error:
        return Finding(name, 1, f"cannot be decompressed: {error}")


def gunzip(raw: bytes) -> bytes:
    """The decompressed bytes. Raises TooLarge beyond BYTES_MAX, and what gzip raises."""
    with gzip.GzipFile(fileobj=io.BytesIO(raw)) as stream:
        content = stream.read(BYTES_MAX + 1)
    if len(content) > BYTES_MAX:
        raise TooLarge(f"more than {BYTES_MAX} bytes")
    return content


def unzip(content: Content) -> list[Content] | Finding:
    """The files of an archive in the order of their names, or why they cannot be had.

    Names only label findings; nothing is written anywhere, so no name can lead out of a folder.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content.raw)) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
            sentence = oversize(infos)
            if sentence:
                return Finding(content.name, 1, sentence)
            infos.sort(key=lambda info: info.filename)
            return [Content(info.filename.rpartition("/")[2], archive.read(info)) for info in infos]
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError) as error:
        return Finding(content.name, 1, f"the ZIP archive cannot be read ({error}): get it again")


def oversize(infos: list[zipfile.ZipInfo], bytes_max: int = BYTES_MAX) -> str | None:
    """The sentence that refuses an archive with too much in it; readers stop at the stated sizes."""
    if len(infos) > MEMBERS_MAX:
        return f"the archive holds {len(infos)} files, more than {MEMBERS_MAX}: split it"
    if sum(info.file_size for info in infos) > bytes_max:
        return f"the archive unpacks to more than {bytes_max} bytes: split it"
    return None


def too_large(content: Content) -> Finding | None:
    """The finding that refuses what is to be parsed into objects and is too large for it."""
    if len(content.raw) <= PARSED_BYTES_MAX:
        return None
    return Finding(content.name, 1, f"the file has more than {PARSED_BYTES_MAX} bytes: split it by month")
