"""Alerts over HTTP: each token sees what is its own to look at."""

from datetime import timedelta

from fastapi.testclient import TestClient

from oracle.records import Alert, Severity
from oracle.store.unit_of_work import OracleUnitOfWork
from oracle.usecases.alerts import raise_alert, resolve_alert
from tests.api.conftest import bearer
from tests.api.world import NOW, World


def subjects(client: TestClient, world: World, who: str, query: str = "") -> list[str]:
    answer = client.get(f"/alerts{query}", headers=bearer(world.tokens[who]))
    assert answer.status_code == 200, answer.text
    assert answer.json()["total"] == len(answer.json()["alerts"])
    return [row["subject"] for row in answer.json()["alerts"]]


def test_alerts__each_token__sees_its_own(client: TestClient, world: World) -> None:
    with OracleUnitOfWork(world.engine) as work:
        raise_alert(work, Alert("disk", "whole", "the disk is full", Severity.CRITICAL), NOW)
        for subject, community in (("prova", world.community_id), ("altrove", world.altrove)):
            alert = Alert("reconciliation", subject, "differs", community_id=community)
            raise_alert(work, alert, NOW + timedelta(minutes=1))
        raise_alert(work, Alert("old", "gone", "was", community_id=world.community_id), NOW)
        resolve_alert(work, "old", "gone", NOW, world.community_id)
        work.commit()

    assert subjects(client, world, "root") == ["altrove", "prova", "whole"]
    assert subjects(client, world, "administrator") == ["prova"]
    assert subjects(client, world, "auditor", "?resolved=true") == ["prova", "gone"]
    assert subjects(client, world, "stranger") == ["altrove"]
