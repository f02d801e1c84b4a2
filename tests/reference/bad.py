"""One bad input: what is changed in which good case, and the finding that must come out."""

from __future__ import annotations

from dataclasses import dataclass

from tests.reference.good_case import GOOD

TOML, READINGS, PRICES = "community.toml", "readings.csv", "prices.csv"
Word = str | tuple[str, ...]  # a tuple: one of these


@dataclass(frozen=True)
class Bad:
    """The texts of the folder, where the finding stands (one of the lines), and words that must occur."""

    name: str
    texts: dict[str, str]
    file: str
    lines: frozenset[int]
    words: tuple[Word, ...]


def swapped(base: str, file: str, old: str, new: str) -> dict[str, str]:
    text = GOOD[base][file]
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file} of {base}"
    return GOOD[base] | {file: text.replace(old, new)}


# --- community.toml: a finding names the line of the table or of the key ----------------------------------


def key_lines(text: str, snippet: str) -> frozenset[int]:
    """The line where the snippet starts, or the header of its table; line 1 for a key that is in no table."""
    line = text[: text.index(snippet)].count("\n") + 1
    headers = [n for n, words in enumerate(text.split("\n")[:line], 1) if words.startswith("[")]
    return frozenset({line, headers[-1] if headers else line})


def toml(
    name: str,
    old: str,
    new: str,
    *words: Word,
    at: str | list[str] = "",
    base: str = "plain",
    also: tuple[tuple[str, str], ...] = (),
) -> Bad:
    """Replace old by new; the finding stands at the snippets `at`, by default where new begins."""
    texts = swapped(base, TOML, old, new)
    for before, after in also:
        texts[TOML] = texts[TOML].replace(before, after)
    snippets = [at or new] if isinstance(at, str) else at
    lines = frozenset[int]().union(*(key_lines(texts[TOML], snippet.strip("\n")) for snippet in snippets))
    return Bad(name, texts, TOML, lines, words)


# --- CSV files: a finding names the row's line ------------------------------------------------------------


def row(name: str, line: int, new: str, *words: Word, file: str = READINGS, base: str = "plain") -> Bad:
    """Put another row in the place of the line; the finding stands there."""
    rows = GOOD[base][file].split("\n")
    rows[line - 1] = new
    return Bad(name, GOOD[base] | {file: "\n".join(rows)}, file, frozenset({line}), words)


def added(name: str, new: str, *words: Word, file: str = READINGS, base: str = "plain") -> Bad:
    """Append a row; the finding stands there."""
    text = GOOD[base][file]
    return Bad(name, GOOD[base] | {file: text + new + "\n"}, file, frozenset({text.count("\n") + 1}), words)


def dropped(
    name: str, first: int, last: int, line: int, *words: Word, file: str = READINGS, base: str = "plain"
) -> Bad:
    """Remove lines first to last; the absence is named at the given line of the shortened file."""
    rows = GOOD[base][file].split("\n")
    del rows[first - 1 : last]
    return Bad(name, GOOD[base] | {file: "\n".join(rows)}, file, frozenset({line}), words)


def whole(name: str, file: str, text: str, line: int, *words: Word, base: str = "plain") -> Bad:
    """Another text in the place of the whole file."""
    return Bad(name, GOOD[base] | {file: text}, file, frozenset({line}), words)


def instant(rome: str, utc: str) -> tuple[str, ...]:
    """The ways to write an instant, with or without seconds, in Rome's offset or in UTC."""
    local, offset = rome[:16], rome[16:]
    return tuple(
        text
        for seconds in ("", ":00")
        for text in (f"{local}{seconds}{offset}", f"{utc}{seconds}Z", f"{utc}{seconds}+00:00")
    )
