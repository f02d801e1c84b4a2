"""A TOML file of foreign hands: its top table, or one finding that says why there is none."""

import re
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from settlement.casefile.toml_lines import TomlLines, scan_lines
from settlement.casefile.toml_table import Notes, Table, TomlFloat
from settlement.domain.findings import Finding

RECURSION_LIMIT = 1_000
_PLACE = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)")


def read_table(file: Path, shown_as: str) -> tuple[Table | None, Notes]:
    """The top table of the file and the notes that its readers add to; None, and a finding, if it is no TOML.

    Findings name the file `shown_as`; floats stay as they are written.
    """
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        return None, _only(shown_as, line, "the file is not valid UTF-8")
    except FileNotFoundError:
        return None, _only(shown_as, 1, "the file is missing")
    except OSError as error:
        return None, _only(shown_as, 1, f"the file cannot be read: {error.strerror}")
    try:
        with bounded_nesting():
            values = tomllib.loads(text, parse_float=TomlFloat)
            notes = Notes(scan_lines(text), shown_as)
    except (ValueError, RecursionError) as error:
        return None, _only(shown_as, *_syntax_place(text, error))
    return Table(values, (), notes), notes


@contextmanager
def bounded_nesting() -> Iterator[None]:
    """Python's own recursion limit while foreign text is parsed.

    Libraries of the chain raise it for the whole process; brackets without end would then exhaust the stack.
    """
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(min(before, RECURSION_LIMIT))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def _only(shown_as: str, line: int, sentence: str) -> Notes:
    notes = Notes(TomlLines({}), shown_as)
    notes.findings.append(Finding(shown_as, line, sentence))
    return notes


def _syntax_place(text: str, error: Exception) -> tuple[int, str]:
    """Line and sentence of what tomllib says; an unexpected end is on the last line."""
    if isinstance(error, RecursionError):
        return 1, "the file nests too deeply"
    if not isinstance(error, tomllib.TOMLDecodeError):
        # The one other ValueError of tomllib: an integer that Python refuses to convert.
        return 1, f"the file is not valid TOML: a number has more than {sys.get_int_max_str_digits()} digits"
    match = _PLACE.search(str(error))
    line = int(match[1]) if match and match[1] else max(1, len(text.splitlines())) if match else 1
    problem = _PLACE.sub("", str(error))
    return line, f"the file is not valid TOML: {problem[:1].lower()}{problem[1:]}"
