"""findings of slither and their reasons
├── it should name a finding by its detector and the function that it is about
├── it should count what slither could not read
├── given a finding without a reason, it should say so
├── given a reason without a finding, it should say so
└── given slither failed, it should refuse
"""

from typing import Any

import pytest

from tools.run_slither import differences, explained, findings_of

CONTRACT = {"type": "contract", "name": "Box"}
FUNCTION = {"type": "function", "name": "put", "type_specific_fields": {"parent": CONTRACT}}
VARIABLE = {"type": "variable", "name": "count", "type_specific_fields": {"parent": FUNCTION}}
ROW = "| `timestamp` | `Box.put` | a delay of days |\n"


def report(*elements: dict[str, Any]) -> dict[str, Any]:
    detectors = [{"check": "timestamp", "elements": [element]} for element in elements]
    return {"success": True, "results": {"detectors": detectors}}


def test_findings_of__report__names_contract_and_function() -> None:
    found = findings_of(report(FUNCTION, VARIABLE, CONTRACT), "")
    assert found == {("timestamp", "Box.put"), ("timestamp", "Box.put.count"), ("timestamp", "Box")}


def test_findings_of__log__adds_what_was_not_read() -> None:
    log = "ERROR: Impossible to generate IR for Box._add (src/Box.sol#1-2):\n 'NoneType'"
    assert findings_of(report(), log) == {("not-read", "Box._add")}


def test_findings_of__failure__is_refused() -> None:
    with pytest.raises(ValueError, match="no compiler"):
        findings_of({"success": False, "error": "no compiler"}, "")


def test_differences__finding_without_reason__is_named() -> None:
    found = findings_of(report(FUNCTION), "")
    assert differences(found, explained("")) == ["timestamp: Box.put has no reason in slither.md"]
    assert differences(found, explained("| `timestamp` | `Box.put` |  |\n")) != []
    assert differences(found, explained(ROW)) == []


def test_differences__reason_without_finding__is_named() -> None:
    assert differences(set(), explained(ROW)) == ["timestamp: Box.put is explained but not found"]
