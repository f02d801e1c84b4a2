"""The engine equals the reference, byte for byte, and its bytes do not depend on the order of its input."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from settlement.casefile import read_case
from settlement.domain.canonical import canonical_json
from settlement.domain.engine import settle
from settlement.domain.loops import Loops
from settlement.domain.numpy_loops import NumpyLoops
from settlement.kernel.loops import CompiledLoops
from tests.reference import engine
from tests.reference.cases import random_case, random_year
from tests.reference.examples import largest_case
from tests.reference.folder import CaseFolder, Shuffled, write
from tests.reference.production import run_settle

DEEP = bool(os.environ.get("CONDIVISA_DEEP"))
SMALL_CASES = range(3000 if DEEP else 150)
WHOLE_YEARS = range(60 if DEEP else 6)


def settlement(folder: Path) -> bytes:
    outcome = run_settle(folder)
    assert outcome.exit_code == 0, outcome.stderr
    assert outcome.settlement is not None
    return outcome.settlement


def settled_by_each(folder: Path) -> set[bytes]:
    """The bytes that numpy and the compiled loops give, whatever the command would choose for the size."""
    given, _ = read_case(folder)
    assert given is not None
    programs: tuple[Loops, ...] = (NumpyLoops(), CompiledLoops())
    return {canonical_json(settle(given, loops).document()) for loops in programs}


def assert_sources_stated(ours: bytes) -> None:
    """Each parameter says where it comes from and whether that was checked; the wording is not compared."""
    for name, row in json.loads(ours)["rules"]["parameters_used"].items():
        assert set(row) == {"value", "source", "verified"}, name
        assert isinstance(row["source"], str), name
        assert row["source"], name
        assert isinstance(row["verified"], bool), name


def assert_same(case: CaseFolder, seed: int, folder: Path) -> None:
    ours = settlement(write(case, folder / "plain"))
    assert ours == engine.canonical_again(ours)
    assert_sources_stated(ours)
    assert settled_by_each(folder / "plain") == {ours}
    assert engine.normalised(ours).decode() == engine.settle(folder / "plain").decode()
    assert settlement(write(case, folder / "shuffled", Shuffled(seed))) == ours


@pytest.mark.parametrize("seed", SMALL_CASES)
def test_settle__random_case__equals_the_reference_in_any_order(seed: int, tmp_path: Path) -> None:
    assert_same(random_case(seed), seed, tmp_path)


@pytest.mark.parametrize("seed", WHOLE_YEARS)
def test_settle__whole_year__equals_the_reference_in_any_order(seed: int, tmp_path: Path) -> None:
    assert_same(random_year(seed), seed, tmp_path)


@pytest.mark.parametrize("attribution", ["ENTRY_ORDER", "PRO_RATA_INJECTION"])
@pytest.mark.parametrize("pods", [1, 3, 60])
def test_settle__largest_readings__equals_the_reference(pods: int, attribution: str, tmp_path: Path) -> None:
    """Products of energies pass 64 bits here."""
    assert_same(largest_case(pods, attribution), pods, tmp_path)
