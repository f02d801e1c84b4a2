"""Two programs that share no line give the same settlement.json: the engine and the auditor's."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oracle.audit.differences import Difference
from oracle.audit.rules import RuleBook
from oracle.audit.statement import settle
from oracle.audit.texts import canonical
from settlement.domain.rule_files import rule_texts
from tests.reference.cases import random_case, random_year
from tests.reference.examples import largest_case
from tests.reference.folder import CaseFolder, Shuffled, write
from tests.reference.production import run_settle
from tests.reference.test_bad_input import ALL_BAD, Bad

DEEP = bool(os.environ.get("CONDIVISA_DEEP"))
BOOK = RuleBook(rule_texts())
GOLDEN = Path(__file__).parents[2] / "golden" / "small"


def audited(folder: Path) -> bytes:
    """The auditor's settlement.json of a case folder."""
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    return canonical(settle("", files, BOOK).document)


def assert_same(case: CaseFolder, seed: int) -> None:
    with TemporaryDirectory() as name:
        plain, shuffled = Path(name) / "plain", Path(name) / "shuffled"
        outcome = run_settle(write(case, plain))
        assert outcome.exit_code == 0, outcome.stderr
        assert outcome.settlement == audited(plain)
        assert outcome.settlement == audited(write(case, shuffled, Shuffled(seed)))


@settings(max_examples=200 if DEEP else 25, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 1_000_000))
def test_settle__random_case__equals_the_engine_in_any_order(seed: int) -> None:
    assert_same(random_case(seed), seed)


@pytest.mark.parametrize("seed", [0, 1, 4] if DEEP else [1])
def test_settle__whole_year__equals_the_engine(seed: int) -> None:
    assert_same(random_year(seed), seed)


@pytest.mark.parametrize("attribution", ["ENTRY_ORDER", "PRO_RATA_INJECTION"])
def test_settle__largest_readings__equals_the_engine(attribution: str) -> None:
    assert_same(largest_case(3, attribution), 3)


@pytest.mark.parametrize("bad", ALL_BAD, ids=lambda bad: bad.name)
def test_settle__what_the_engine_refuses__is_refused(bad: Bad) -> None:
    with pytest.raises(Difference):
        settle("", {name: text.encode() for name, text in bad.texts.items()}, BOOK)


def test_settle__rules_of_the_community__are_named_by_their_resolution(tmp_path: Path) -> None:
    for path in GOLDEN.glob("*.*"):
        if path.name != "settlement.json":
            (tmp_path / path.name).write_bytes(path.read_bytes())
    terms = tmp_path / "community.toml"
    sources = '[parameter_sources]\ntras_e_eur_per_mwh = "Assemblea del 3 marzo 2025"\n\n[community]\n'
    terms.write_text(terms.read_text(encoding="utf-8").replace("[community]\n", sources, 1), encoding="utf-8")
    outcome = run_settle(tmp_path)
    assert "Assemblea del 3 marzo 2025" in (outcome.settlement or b"").decode()
    (tmp_path / "settlement.json").unlink()
    assert outcome.settlement == audited(tmp_path)
