"""A community's own rule file: what it may state, and the line, field and remedy of what it may not."""

from datetime import date
from pathlib import Path

import pytest

from settlement.casefile.rules_file import read_rules
from settlement.domain.community_rules import CommunityRule

ROW = """\
[[rules]]
key = "tip_only_threshold_pct"
value = "50"
unit = "%"
valid_from = 2026-01-01
source = "Members' assembly of 2025-11-20, resolution 3"
"""


def sentences(tmp_path: Path, text: str) -> list[str]:
    (tmp_path / "own.toml").write_text(text, encoding="utf-8")
    rules, findings = read_rules(tmp_path / "own.toml")
    assert bool(findings) != bool(rules)
    return [str(finding) for finding in findings]


def test_read_rules__one_row__is_the_rule_that_it_states(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(ROW, encoding="utf-8")
    rules, findings = read_rules(tmp_path / "own.toml")
    source = "Members' assembly of 2025-11-20, resolution 3"
    assert findings == []
    assert rules == (CommunityRule("tip_only_threshold_pct", 50_000_000, date(2026, 1, 1), None, source),)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            '"tip_only_threshold_pct"',
            '"premium_years"',
            'own.toml:2: "premium_years" is a rule that no community may set; a community may set class1',
        ),
        ('"tip_only_threshold_pct"', '"tip"', 'own.toml:2: "tip" is no rule; a community may set '),
        ('"50"', "50.0", 'own.toml:3: value is the float 50.0; write it as text: "50.0"'),
        ('"%"', '"kW"', 'own.toml:4: unit is "kW", tip_only_threshold_pct is counted in %'),
        ("of 2025-11-20, resolution 3", "", "own.toml:6: source names no resolution; write its body"),
        ("valid_from", "valid_since", 'own.toml:5: the key "valid_since" is unknown in [[rules]]'),
        ("source =", "note =", "own.toml:1: source is missing in [[rules]]"),
        (
            "2026-01-01\n",
            "2026-01-01\nvalid_to = 2026-01-01\n",
            "own.toml:6: valid_to is not after valid_from",
        ),
        ("[[rules]]\n", "[[rule]]\n", "own.toml:1: the file states no rule; write each as a [[rules]] table"),
    ],
)
def test_read_rules__broken__names_line_field_and_remedy(
    tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    assert old in ROW
    found = sentences(tmp_path, ROW.replace(old, new))
    assert any(line.startswith(sentence) for line in found), found


def test_read_rules__two_values_on_one_day__is_found_at_the_later(tmp_path: Path) -> None:
    found = sentences(tmp_path, ROW + "\n" + ROW)
    assert found == [
        "own.toml:8: tip_only_threshold_pct has another value on some of these days; part them by valid_to"
    ]


def test_read_rules__absent_file__is_one_finding(tmp_path: Path) -> None:
    rules, findings = read_rules(tmp_path / "none.toml")
    assert (rules, [str(finding) for finding in findings]) == ((), ["none.toml:1: the file is missing"])
