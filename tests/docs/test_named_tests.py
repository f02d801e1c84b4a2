"""
docs/threat-model.md, docs/faults.md
├── they should name tests, each of which exists
└── they should show each row of their tables by at least one of them
"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "threat-model.md"
FAULTS = ROOT / "docs" / "faults.md"
NAMED = re.compile(r"`(?P<file>[\w/]+\.py)::(?P<test>test_\w+)`")


@pytest.mark.parametrize("page", [PAGE, FAULTS], ids=["threat-model", "faults"])
def test_page__every_test_that_it_names__exists(page: Path) -> None:
    named = NAMED.findall(page.read_text(encoding="utf-8"))
    assert named
    absent = []
    for file, test in named:
        path = ROOT / "tests" / file
        if not path.is_file() or f"\ndef {test}(" not in path.read_text(encoding="utf-8"):
            absent.append(f"{file}::{test}")
    assert absent == []


def test_threat_model__every_row__is_shown_by_a_test() -> None:
    rows = [
        line for line in PAGE.read_text(encoding="utf-8").splitlines() if re.match(r"\| (can|cannot) ", line)
    ]
    assert len(rows) > 30
    assert [row for row in rows if not NAMED.search(row)] == []


def test_faults__every_row__is_shown_by_a_test() -> None:
    rows = [line for line in FAULTS.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    assert len(rows) > 40
    assert [row for row in rows[1:] if not NAMED.search(row)] == []
