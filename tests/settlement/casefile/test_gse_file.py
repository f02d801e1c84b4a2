"""GSE's figures as a file: exact values, and a finding for each defect.

read_gse_figures
├── it should read kWh as Wh and euro as cents
├── it should name line, field and value of each defect, and give no statement then
└── it should refuse a figure that is stated twice
"""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from settlement.casefile.gse_file import read_gse_figures
from settlement.domain.gse_figures import Figure
from tests.settlement.domain.worlds import START, A, B, case

COMMUNITY = case(injected={A: [1]}, withdrawn={B: [1]}).community
HEADER = "from,to,configuration,plant,figure,value\n"
GOOD = "2024-07-01T12:00+02:00,2024-07-01T13:00+02:00,,P1,shared_kwh,0.125\n"


def written(folder: Path, text: str) -> Path:
    """A file of that text."""
    path = folder / "figures.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_read__good_rows__are_exact(tmp_path: Path) -> None:
    euro = GOOD.replace("P1,shared_kwh,0.125", ",premium_eur,12.3")
    statements, findings = read_gse_figures(written(tmp_path, HEADER + GOOD + euro), COMMUNITY)
    assert findings == []
    assert [(row.figure, row.value) for row in statements] == [(Figure.SHARED, 125), (Figure.PREMIUM, 1230)]
    assert (statements[0].start, statements[0].end) == (START, START + timedelta(hours=1))
    assert statements[0].is_hour


@pytest.mark.parametrize(
    ("broken", "sentence"),
    [
        (GOOD.replace("12:00", "12:15"), "from is .* not on the full hour"),
        (GOOD.replace("13:00", "11:00"), "to is not after from"),
        (GOOD.replace("2024-07-01T12", "01/07/2024 12"), "from is .* not YYYY"),
        (GOOD.replace("P1", "P9"), 'the plant "P9" is not one of the case'),
        (GOOD.replace(",,P1", ",K,P1"), 'the configuration "K" is not one'),
        (GOOD.replace("shared_kwh", "shared"), "figure is .* not one of injected_kwh"),
        (GOOD.replace("0.125", "0.1255"), "not a plain decimal of at most 3 places"),
        (GOOD.replace("0.125", "-1"), "not a plain decimal"),
        (GOOD.replace(",0.125", ""), "5 fields"),
    ],
)
def test_read__defect__is_found_at_its_line(tmp_path: Path, broken: str, sentence: str) -> None:
    statements, findings = read_gse_figures(written(tmp_path, HEADER + "\n" + broken), COMMUNITY)
    assert statements == []
    (finding,) = findings
    assert (finding.file, finding.line) == ("figures.csv", 3)
    assert re.search(sentence, finding.sentence), finding.sentence


def test_read__stated_twice__names_the_later_line(tmp_path: Path) -> None:
    _, findings = read_gse_figures(written(tmp_path, HEADER + GOOD + GOOD), COMMUNITY)
    assert [(row.line, row.sentence) for row in findings] == [
        (3, "shared_kwh is stated twice for the same place and time")
    ]


def test_read__no_file__says_so(tmp_path: Path) -> None:
    _, (finding,) = read_gse_figures(tmp_path / "absent.csv", COMMUNITY)
    assert "cannot be read" in finding.sentence
