"""One document has one sequence of bytes, and no float reaches it."""

import pytest

from settlement.domain.canonical import canonical_json
from settlement.domain.findings import Finding, quote


def test_canonical_json__keys_in_any_order__are_sorted_by_their_bytes() -> None:
    expected = '{\n  "Z": [],\n  "a": {\n    "à": true,\n    "😀": "1.50"\n  }\n}\n'
    assert canonical_json({"a": {"😀": "1.50", "à": True}, "Z": []}) == expected.encode()


@pytest.mark.parametrize("document", [{"a": 1.0}, {"a": [{"b": 0.5}]}, {"a": ({"b": float("nan")},)}])
def test_canonical_json__a_float_anywhere__is_refused(document: dict[str, object]) -> None:
    with pytest.raises(TypeError, match="whole numbers"):
        canonical_json(document)


def test_finding__as_text__is_one_line_whatever_was_read() -> None:
    finding = Finding("readings.csv", 7, f"pod is {quote('a' * 50 + chr(10))}")
    assert str(finding) == f'readings.csv:7: pod is "{"a" * 40}…"'
    assert quote("a\nb\x00") == '"a\\nb\\x00"'
    assert min(Finding("b", 1, ""), Finding("a", 10, ""), Finding("a", 9, "z")).line == 9
