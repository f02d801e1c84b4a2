"""Bans words whose use has cost energy communities money, each with its replacement.

An escape is a comment on the same line, `# allowed: reason`, and must give the reason.
"""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

from tools.check_functions import python_files


@dataclass(frozen=True, slots=True)
class Ban:
    """A pattern that must not occur below some folders, and what to write instead."""

    pattern: str
    folders: tuple[str, ...]
    instead: str


MONEY_PATH = (
    "settlement/domain",
    "settlement/usecases",
    "settlement/casefile",
    "oracle/attest",
    "oracle/audit",
    "oracle/usecases",
)
EVERYWHERE = ("settlement", "community", "oracle", "planning", "api", "cli")

BANS = (
    Ban(r"\bfloat\(", MONEY_PATH, "exact integers: Wh and micro-euro"),
    Ban(r"\bround\(", MONEY_PATH, "settlement.domain.rounding, where each rounding has a name"),
    Ban(r"\bdatetime\.(now|utcnow|today)\(|\bdate\.today\(", EVERYWHERE, "a Clock passed in"),
    Ban(r"\bexcept\s*:|\bexcept BaseException\b", EVERYWHERE, "the exception that is meant"),
    Ban(r"\bassert False\b", EVERYWHERE, "an exception with a sentence"),
    Ban(r"\bos\.environ\b|\bgetenv\(", EVERYWHERE, "the frozen Settings object"),
)


def violations(path: Path) -> list[str]:
    """One sentence for each banned word in the file."""
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if re.search(r"#.*\ballowed: \S", line):
            continue
        for ban in BANS:
            inside = any(path.is_relative_to(folder) for folder in ban.folders)
            if inside and re.search(ban.pattern, line.split("#", 1)[0]):
                found.append(f"{path}:{number}: {ban.pattern} is banned here; use {ban.instead}")
    return found


def main() -> int:
    """Exit status 1 if any banned word occurs."""
    found = [sentence for path in python_files() for sentence in violations(path)]
    print("\n".join(found) or "words: none banned")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
