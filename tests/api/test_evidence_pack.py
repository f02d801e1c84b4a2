"""The evidence pack over HTTP: the same archive as the command writes, and it comes out."""

from pathlib import Path

from fastapi.testclient import TestClient
from sqlalchemy import Engine

from oracle.audit.archive import read_archive
from oracle.audit.pack import audit
from oracle.store.unit_of_work import OracleReadOnlyUnitOfWork
from oracle.usecases.evidence_pack import evidence_pack
from oracle.usecases.pack_archive import archive_of
from settlement.domain.rule_files import rule_texts
from tests.api.conftest import bearer, client_of
from tests.api.world import World, api_world


def path_of(world: World) -> str:
    return f"{world.path}/distributions/{world.distribution.id}/pack"


def test_pack__auditor__gets_the_archive_of_the_command(
    shared_client: TestClient, shared_world: World
) -> None:
    answer = shared_client.get(path_of(shared_world), headers=bearer(shared_world.tokens["auditor"]))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="pack-1.zip"'
    with OracleReadOnlyUnitOfWork(shared_world.engine) as work:
        assert answer.content == archive_of(evidence_pack(work, shared_world.distribution.id))


def test_pack__as_downloaded__comes_out(
    shared_client: TestClient, shared_world: World, tmp_path: Path
) -> None:
    answer = shared_client.get(path_of(shared_world), headers=bearer(shared_world.tokens["administrator"]))
    path = tmp_path / "pack.zip"
    path.write_bytes(answer.content)
    assert audit(read_archive(path), rule_texts()).difference is None


def test_pack__before_the_vault_accepted_it__is_refused(engine: Engine) -> None:
    world = api_world(engine, published=False)
    answer = client_of(engine).get(path_of(world), headers=bearer(world.tokens["auditor"]))
    assert (answer.status_code, answer.json()["code"]) == (409, "NOT_DEPLOYED")
