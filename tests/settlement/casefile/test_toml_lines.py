"""Lines of tables and keys: what tomllib understands but does not place."""

import tomllib
from typing import Any

import pytest

from settlement.casefile.toml_lines import scan_lines

TEXT = '''\
# [not.a.header]
top = 1
"quoted.key".dotted = """
[[members]] inside a text, \\""" """""
literal = \'\'\'
x = [ \'\'\'
list = [ 1, # ] in a comment
  { id = "a]", deep = [1, 2] },

  { id = 'b}' } ]
[community]   # comment
name = 'x#y' # [z]
shares = { producers = 1, "soc ial".part = 2 }
[[members]]
id = "x"
[[ members ]]
id = "y"
[members . sub]
when = 2026-01-01T00:00:00Z
[[members.deep]]
k = 1
[[members.deep]]
k = 1
'''


def test_scan__the_text_is_toml() -> None:
    assert tomllib.loads(TEXT)["members"][1]["deep"] == [{"k": 1}, {"k": 1}]


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("top",), 2),
        (("quoted.key", "dotted"), 3),
        (("literal",), 5),
        (("list", 0), 7),
        (("list", 1), 8),
        (("list", 1, "deep", 1), 8),
        (("list", 2, "id"), 10),
        (("community",), 11),
        (("community", "name"), 12),
        (("community", "shares", "producers"), 13),
        (("community", "shares", "soc ial", "part"), 13),
        (("community", "missing"), 11),
        (("members", 0), 14),
        (("members", 0, "id"), 15),
        (("members", 1), 16),
        (("members", 1, "sub", "when"), 19),
        (("members", 1, "deep", 0), 20),
        (("members", 1, "deep", 1, "k"), 23),
        (("absent",), 1),
    ],
)
def test_scan__any_path__is_at_its_line(path: tuple[str | int, ...], line: int) -> None:
    assert scan_lines(TEXT).of(*path) == line
    assert scan_lines(TEXT.replace("\n", "\r\n")).of(*path) == line


def test_scan__every_key__has_a_line_where_its_name_stands() -> None:
    lines = TEXT.splitlines()
    scanned = scan_lines(TEXT)

    def walk(value: Any, path: tuple[str | int, ...]) -> None:
        rows = (
            value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        )
        for key, inner in rows:
            if isinstance(key, str):
                assert key in lines[scanned.of(*path, key) - 1]
            walk(inner, (*path, key))

    walk(tomllib.loads(TEXT), ())


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment", "a=1", "[t]", "a = ''", 'a = """"""'])
def test_scan__short_texts__end(text: str) -> None:
    tomllib.loads(text)
    assert scan_lines(text).of("z") == 1
