"""
docs/threat-model.md
├── it should name tests, each of which exists
└── it should show each row of its tables by at least one of them
"""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "threat-model.md"
NAMED = re.compile(r"`(?P<file>[\w/]+\.py)::(?P<test>test_\w+)`")


def test_threat_model__every_test_that_it_names__exists() -> None:
    named = NAMED.findall(PAGE.read_text(encoding="utf-8"))
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
