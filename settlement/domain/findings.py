"""A defect in the data, as a value that names its place."""

from dataclasses import dataclass

_QUOTE_MAX_CHARACTERS = 40


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One defect: the file, its line (header = 1) and one sentence for the person who repairs it.

    The order is that of the files' names, then of the lines: the order in which findings are shown.
    """

    file: str
    line: int
    sentence: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.sentence}"


def quote(text: str) -> str:
    """The text in quotation marks, on one line and not longer than forty characters.

    Raw input may hold line ends and control characters; a finding stays one line whatever the input was.
    """
    shown = text if len(text) <= _QUOTE_MAX_CHARACTERS else text[:_QUOTE_MAX_CHARACTERS] + "…"
    return '"' + printable(shown).replace('"', '\\"') + '"'


def printable(text: str) -> str:
    """The text on one line, its line ends and control characters spelled out: it cannot steer a terminal."""
    return "".join(mark if mark.isprintable() else mark.encode("unicode_escape").decode() for mark in text)
