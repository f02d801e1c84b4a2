"""The pack of the published world, made once."""

from pathlib import Path

import pytest

from oracle.store.unit_of_work import OracleReadOnlyUnitOfWork
from oracle.usecases.evidence_pack import evidence_pack
from oracle.usecases.pack_archive import archive_of
from settlement.domain.rule_files import rule_texts
from tests.oracle.conftest import anvil, opened, published, shared_node  # noqa: F401 - fixtures
from tests.oracle.world import Published


@pytest.fixture(scope="session")
def files(published: Published) -> dict[str, bytes]:  # noqa: F811 - the fixture
    """The files of the pack of the published world's distribution."""
    with OracleReadOnlyUnitOfWork(published.world.engine) as work:
        return dict(evidence_pack(work, published.world.distribution.id))


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
