"""coverage of the contracts
├── given every line and branch was reached, it should say nothing
├── given a line or branch was not, it should name it
├── it should not look at mocks and tests
└── given a report of nothing, it should refuse
"""

import pytest

from tools.check_coverage import unreached

REACHED = "SF:src/Box.sol\nDA:3,5\nBRDA:3,0,0,4\nend_of_record\n"


def report(text: str) -> list[str]:
    return list(unreached(text.splitlines()))


def test_unreached__all_reached__says_nothing() -> None:
    assert report(REACHED) == []


def test_unreached__line_or_branch__is_named() -> None:
    assert report(REACHED.replace("DA:3,5", "DA:3,0")) == ["contracts/src/Box.sol:3: line not reached"]
    for hits in ("0", "-"):
        text = REACHED.replace("BRDA:3,0,0,4", f"BRDA:3,0,1,{hits}")
        assert report(text) == ["contracts/src/Box.sol:3: branch 1 not reached"]


def test_unreached__mocks_and_tests__do_not_matter() -> None:
    others = "SF:src/mocks/Toy.sol\nDA:1,0\nend_of_record\nSF:test/Box.t.sol\nDA:1,0\nend_of_record\n"
    assert report(others + REACHED) == []


def test_unreached__report_of_nothing__is_refused() -> None:
    with pytest.raises(ValueError, match="no line"):
        report("SF:src/mocks/Toy.sol\nDA:1,1\n")
