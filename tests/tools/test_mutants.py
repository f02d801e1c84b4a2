"""mutants of Solidity sources
├── it should change one place of one line, and put it back
├── it should leave alone comments, strings, declarations of errors, and what is the same both ways
├── a sample
│   ├── it should take from every kind of slip in turn
│   └── it should be the same for the same sources
└── a survivor
    ├── given a row that explains it, it should pass
    └── given none, it should be named
"""

from pathlib import Path

import pytest

from tools import mutate
from tools.mutants import RULES, Mutant, mutants_of, sample
from tools.mutate import Outcome, killer_in, summary, unexplained

SOURCE = """contract Box {
    /// A limit > 3.
    uint256 private constant MOST = 16;
    error Box_Full(uint256 count);

    function put(uint256 count) external nonReentrant {
        if (count > MOST) revert Box_Full(count);
        require(count != 0, "count > 0");
        _count += count; // a + b
        emit Put(count);
    }
}
"""


def changes(source: str) -> set[tuple[str, str]]:
    return {(mutant.rule, mutant.after.strip()) for mutant in mutants_of("Box.sol", source)}


@pytest.mark.parametrize(
    "expected",
    [
        ("check dropped", "if (false) revert Box_Full(count);"),
        ("guard dropped", "function put(uint256 count) external {"),
        ("effect dropped", ""),
        ("boundary", "if (count >= MOST) revert Box_Full(count);"),
        ("comparison", "if (count < MOST) revert Box_Full(count);"),
        ("arithmetic", "_count -= count; // a + b"),
        ("constant", "uint256 private constant MOST = 17;"),
    ],
)
def test_mutants_of__slip__is_made(expected: tuple[str, str]) -> None:
    assert expected in changes(SOURCE)


def test_mutants_of__silent_text__is_left_alone() -> None:
    assert {mutant.line for mutant in mutants_of("Box.sol", SOURCE)} == {3, 6, 7, 8, 9, 10}
    assert not any('"count >= 0"' in after or '"count < 0"' in after for _, after in changes(SOURCE))
    assert not any("a - b" in after for _, after in changes(SOURCE))


def test_mutants_of__commutative_arguments__are_not_swapped() -> None:
    assert ("arguments swapped", "x := sub(b, a)") in changes("    x := sub(a, b)")
    assert not changes("    x := add(a, b)")


def test_applied_to__source__differs_in_one_line() -> None:
    for mutant in mutants_of("Box.sol", SOURCE):
        before, after = SOURCE.split("\n"), mutant.applied_to(SOURCE).split("\n")
        assert [n for n, (a, b) in enumerate(zip(before, after, strict=True), 1) if a != b] == [mutant.line]


def test_applied_to__other_source__is_refused() -> None:
    mutant = next(mutants_of("Box.sol", SOURCE))
    with pytest.raises(ValueError, match="is not"):
        mutant.applied_to(SOURCE.replace("16", "32"))


def test_sample__kinds__are_taken_in_turn() -> None:
    mutants = list(mutants_of("Box.sol", SOURCE))
    kinds = {mutant.rule for mutant in mutants}
    assert {mutant.rule for mutant in sample(mutants, len(kinds))} == kinds
    assert sample(mutants, 5) == sample(reversed(mutants), 5)


def test_rules__of_the_contracts__each_find_something() -> None:
    found = {mutant.rule for mutant in mutate.chosen(10_000, "")}
    assert found == {rule.name for rule in RULES}


def test_unexplained__survivor_without_a_row__is_named() -> None:
    mutant = Mutant("src/Box.sol", 7, "boundary", "  a < b;", "  a <= b;")
    row = "| `src/Box.sol` | `a < b; → a <= b;` | they never meet |\n"
    survivor = Outcome(mutant, "survived")
    assert unexplained([survivor], "") == [survivor]
    assert unexplained([survivor], row) == []
    assert unexplained([survivor], row.replace("they never meet", "")) == [survivor]
    assert unexplained([Outcome(mutant, "killed", "test_a"), Outcome(mutant, "stillborn")], "") == []


def test_summary__stillborn__does_not_count() -> None:
    mutant = Mutant("src/Box.sol", 7, "boundary", "  a < b;", "  a <= b;")
    outcomes = [Outcome(mutant, verdict) for verdict in ("killed", "survived", "stillborn")]
    assert "| all | 2 | 1 | 1 |" in summary(outcomes)


def test_killer_in__output__is_the_first_failing_test() -> None:
    assert killer_in("[PASS] test_a() (gas: 1)\n[FAIL: Bad(1)] test_b__c() (gas: 2)\n") == "test_b__c"


def test_workshop__copy__has_the_sources_and_no_packages_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mutate, "SCRATCH", tmp_path)
    workshop = mutate.Workshop("one")
    assert (workshop.folder / "src" / "Treasury.sol").is_file()
    assert (workshop.folder / "node_modules").is_symlink()
