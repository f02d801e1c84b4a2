"""
read_archive
├── given an archive as it is made … it should give the files back
├── given what would unfold, escape or overlap … it should refuse it by name, before reading
└── given no archive, or a torn one … it should refuse it
"""

import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from oracle.audit.archive import read_archive
from oracle.audit.differences import PackUnreadable
from oracle.usecases.pack_archive import archive_of

FILES = {
    "manifest.json": b"{}",
    "days/AC001E00123/2024-07-01.json": b"[]",
    "settlements/1/readings.csv": b"x" * 99,
}


def refusal(folder: Path, content: bytes) -> str:
    """The sentence with which the bytes are refused."""
    path = folder / "pack.zip"
    path.write_bytes(content)
    with pytest.raises(PackUnreadable) as caught:
        read_archive(path)
    return str(caught.value)


def made(write: Callable[[zipfile.ZipFile], None]) -> bytes:
    """An archive that somebody else made."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        write(archive)
    return buffer.getvalue()


def test_read_archive__as_it_was_made__gives_the_files_back(tmp_path: Path) -> None:
    path = tmp_path / "pack.zip"
    path.write_bytes(archive_of(FILES))
    assert read_archive(path) == FILES


def test_archive_of__any_order_of_files__gives_the_same_bytes() -> None:
    assert archive_of(FILES) == archive_of(dict(reversed(FILES.items())))


def test_archive_of__member__shows_neither_time_nor_machine() -> None:
    with zipfile.ZipFile(io.BytesIO(archive_of(FILES))) as archive:
        assert [row.filename for row in archive.infolist()] == sorted(FILES)
        assert {row.date_time for row in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {row.create_system for row in archive.infolist()} == {3}


NAMES = ["../x", "a/../x", "/etc/passwd", "a//b", "C:\\x", "a\\b", ".hidden", "a/", "a b", "é", "a/b/c/d/e/f"]


@pytest.mark.parametrize("name", NAMES)
def test_read_archive__name_that_no_pack_has__is_refused(tmp_path: Path, name: str) -> None:
    assert "which no evidence pack has" in refusal(tmp_path, made(lambda zip_: zip_.writestr(name, b"x")))


def test_read_archive__name_with_a_nul_byte__is_refused(tmp_path: Path) -> None:
    content = made(lambda zip_: zip_.writestr("tree.jsonX", b"x")).replace(b"tree.jsonX", b"tree.json\0")
    assert "which no evidence pack has" in refusal(tmp_path, content)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_read_archive__two_members_of_one_name__are_refused(tmp_path: Path) -> None:
    def write(archive: zipfile.ZipFile) -> None:
        archive.writestr("tree.json", b"one")
        archive.writestr("tree.json", b"two")

    assert refusal(tmp_path, made(write)) == 'has two members of the name "tree.json"'


def test_read_archive__compressed_member__is_refused_before_it_unfolds(tmp_path: Path) -> None:
    bomb = made(lambda zip_: zip_.writestr("readings.csv", bytes(50_000_000), zipfile.ZIP_DEFLATED))
    assert len(bomb) < 100_000
    assert '"readings.csv" is compressed' in refusal(tmp_path, bomb)


def test_read_archive__member_that_claims_more_than_there_is__is_refused(tmp_path: Path) -> None:
    content = bytearray(archive_of({"tree.json": b"abc"}))
    central = content.index(b"PK\x01\x02")
    content[central + 20 : central + 28] = struct.pack("<II", 1 << 30, 1 << 30)
    assert "promises more bytes than it has" in refusal(tmp_path, bytes(content))


def test_read_archive__members_that_overlap__are_refused(tmp_path: Path) -> None:
    """Two entries of the directory that lead to the same bytes."""
    content = archive_of({"a.json": b"y" * 5000, "b.json": b"z"})
    directory = content.index(b"PK\x01\x02")
    second = content.index(b"PK\x01\x02", directory + 4)
    forged = bytearray(content)
    forged[second + 16 : second + 28] = forged[directory + 16 : directory + 28]  # checksum and sizes
    forged[second + 42 : second + 46] = forged[directory + 42 : directory + 46]  # where it begins
    assert refusal(tmp_path, bytes(forged))


def test_read_archive__encrypted_member__is_refused(tmp_path: Path) -> None:
    content = bytearray(archive_of({"tree.json": b"abc"}))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    assert refusal(tmp_path, bytes(content)) == '"tree.json" is encrypted'


def test_read_archive__byte_of_a_member_changed__is_refused(tmp_path: Path) -> None:
    content = archive_of(FILES).replace(b"xxxx", b"xxyx", 1)
    assert "is no readable ZIP archive" in refusal(tmp_path, content)


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x05\x06", archive_of(FILES)[:-30]])
def test_read_archive__no_archive_or_a_torn_one__is_refused(tmp_path: Path, content: bytes) -> None:
    assert "is no readable ZIP archive" in refusal(tmp_path, content)


def test_read_archive__no_file__is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackUnreadable, match="is no readable ZIP archive"):
        read_archive(tmp_path / "absent.zip")


def test_read_archive__too_many_members__are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("oracle.audit.archive.MEMBERS_MAX", 2)
    assert refusal(tmp_path, archive_of(FILES)) == "has 3 members, an evidence pack has at most 2"


def test_read_archive__huge_file__is_refused_by_its_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("oracle.audit.archive.PACK_MAX_BYTES", 100)
    assert "an evidence pack has at most 100" in refusal(tmp_path, archive_of(FILES))
