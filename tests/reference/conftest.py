"""All engines behind one fixture: the reference, the engine under test, and the auditor's program."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from oracle.audit.rules import RuleBook
from oracle.audit.statement import settle as audited
from oracle.audit.texts import canonical
from settlement.domain.rule_files import rule_texts
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


def by_auditor(folder: Path) -> bytes:
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    return canonical(audited("", files, RuleBook(rule_texts())).document)


@pytest.fixture(params=[by_reference, by_production, by_auditor], ids=["reference", "production", "auditor"])
def settle(request: pytest.FixtureRequest, tmp_path: Path) -> Settle:
    return lambda case: json.loads(request.param(write(case, tmp_path)))
