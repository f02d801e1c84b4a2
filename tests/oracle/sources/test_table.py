"""The form of comma-separated files, plain and gzipped."""

import gzip
from pathlib import Path

import pytest

from oracle.sources.table import Row, locate, read_table

COLUMNS = ("a", "b")


def sentences(path: Path, others: bool = False) -> list[str]:
    return [str(finding) for finding in read_table(path, COLUMNS, others)[1]]


def written(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    "content",
    [
        b"a,b\n1,2\n",
        b"\xef\xbb\xbfa,b\r\n1,2\r\n",
        b"b,a\n2,1",
        b"\n\na,b\n\n1, 2\n\n",
        gzip.compress(b"a,b\n1,2\n", mtime=0),
    ],
)
def test_table__any_accepted_form__gives_the_row(tmp_path: Path, content: bytes) -> None:
    rows, findings = read_table(written(tmp_path, content), COLUMNS, others=False)
    assert findings == []
    assert [row.cells for row in rows] == [("1", "2")]


def test_table__line_numbers__count_empty_lines(tmp_path: Path) -> None:
    rows, _ = read_table(written(tmp_path, b"a,b\n\n1,2\n\n\n3,4\n"), COLUMNS, others=False)
    assert rows == [Row(3, ("1", "2")), Row(6, ("3", "4"))]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "t.csv:1: the file is empty"),
        (b"a;b\n1;2\n", "t.csv:1: the separator must be a comma, the header a,b"),
        (b"a\tb\n1\t2\n", "t.csv:1: the separator must be a comma, the header a,b"),
        (b"a,c\n1,2\n", 't.csv:1: the column "b" is missing; the header is a,b'),
        (b"a,b,b\n1,2,3\n", 't.csv:1: the column "b" stands twice'),
        (b"a,b\n1,2\n1\n", "t.csv:3: 1 cells where the header has 2"),
        (b"a,b\n1,2,3\n", "t.csv:2: 3 cells where the header has 2"),
        (b"a,b\n1,\xff\n", "t.csv:2: is not UTF-8"),
        (gzip.compress(b"a,b\n1,2\n", mtime=0)[:-6], "t.csv:1: cannot be decompressed"),
    ],
)
def test_table__bad_form__is_a_finding(tmp_path: Path, content: bytes, sentence: str) -> None:
    assert sentences(written(tmp_path, content))[0].startswith(sentence)


def test_table__unknown_column__is_a_finding_only_where_others_are_not_allowed(tmp_path: Path) -> None:
    path = written(tmp_path, b"a,b,c\n1,2,3\n")
    assert sentences(path) == ['t.csv:1: the column "c" is unknown; the header is a,b']
    assert sentences(path, others=True) == []


def test_table__missing_file__is_a_finding(tmp_path: Path) -> None:
    assert sentences(tmp_path / "absent.csv") == ["absent.csv:1: cannot be read: No such file or directory"]


def test_locate__folder__finds_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, b"")
    assert locate(tmp_path, ("u.csv", "t.csv")) == (path, [])
    assert locate(path, ("u.csv",)) == (path, [])


def test_locate__wrong_folder__is_a_finding(tmp_path: Path) -> None:
    assert str(locate(tmp_path, ("u.csv",))[1][0]) == f"{tmp_path.name}:1: the folder holds no u.csv"
    assert str(locate(tmp_path / "x", ("u.csv",))[1][0]) == "x:1: the file or folder does not exist"
