"""Stops functions from growing past the wall of 70 lines.

Accident prevented: the one function that does everything, in which no rule can be tested or even named.
There is no escape comment: split the function.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

WALL_LINES = 70


def python_files() -> list[Path]:
    """Tracked and new Python files of the project."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py"],
        check=True,
        capture_output=True,
        text=True,
    )
    return [path for line in listed.stdout.splitlines() if (path := Path(line)).is_file()]


def long_functions(path: Path) -> Iterator[str]:
    """One sentence for each function of the file that is longer than the wall."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > WALL_LINES:
                yield f"{path}:{node.lineno}: {node.name} has {lines} lines, the wall is {WALL_LINES}"


def main() -> int:
    """Exit status 1 if any function is past the wall."""
    sentences = [sentence for path in python_files() for sentence in long_functions(path)]
    print("\n".join(sentences) or "functions: none past the wall")
    return 1 if sentences else 0


if __name__ == "__main__":
    sys.exit(main())
