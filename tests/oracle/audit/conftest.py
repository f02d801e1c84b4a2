"""The pack of the published world, made once."""

import json
from pathlib import Path

import pytest

from oracle.store.unit_of_work import OracleReadOnlyUnitOfWork
from oracle.usecases.evidence_pack import evidence_pack
from oracle.usecases.pack_archive import archive_of
from settlement.domain.rule_files import rule_texts
from tests.oracle.audit.forging import rehashed
from tests.oracle.world import Published


@pytest.fixture(scope="session")
def files(published: Published) -> dict[str, bytes]:
    """The files of the pack of the published world's distribution."""
    with OracleReadOnlyUnitOfWork(published.world.engine) as work:
        return dict(evidence_pack(work, published.world.distribution.id))


@pytest.fixture(scope="session")
def dayless(files: dict[str, bytes]) -> dict[str, bytes]:
    """The same pack without the days' lists, whose hashes take most of the time of an audit."""
    few = {name: content for name, content in files.items() if not name.startswith("days/")}
    return rehashed(few, json.loads(files["manifest.json"]))


@pytest.fixture(scope="session")
def rules() -> dict[str, bytes]:
    """The auditor's own rule files."""
    return dict(rule_texts())


@pytest.fixture
def pack_file(files: dict[str, bytes], tmp_path: Path) -> Path:
    """The same pack as a file."""
    path = tmp_path / "pack.zip"
    path.write_bytes(archive_of(files))
    return path
