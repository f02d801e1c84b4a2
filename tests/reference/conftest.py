"""Both engines behind one fixture: the reference, and the engine under test."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.reference import engine
from tests.reference.folder import CaseFolder, write
from tests.reference.production import run_settle

Settle = Callable[[CaseFolder], dict[str, Any]]


def by_reference(folder: Path) -> bytes:
    return engine.settle(folder)


def by_production(folder: Path) -> bytes:
    outcome = run_settle(folder)
    assert outcome.exit_code == 0, outcome.stderr
    assert outcome.settlement is not None
    return outcome.settlement


@pytest.fixture(params=[by_reference, by_production], ids=["reference", "production"])
def settle(request: pytest.FixtureRequest, tmp_path: Path) -> Settle:
    return lambda case: json.loads(request.param(write(case, tmp_path)))
