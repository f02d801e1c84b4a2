"""Jobs through HTTP: ordered once, looked at, cancelled, tried again."""

from dataclasses import replace
from datetime import date

from fastapi.testclient import TestClient

from api.main import create_app
from api.service import service_of
from oracle.tasks.desk import desk_of
from oracle.tasks.drain import drain_all
from oracle.tasks.kinds import KINDS
from settlement.bootstrap import Database
from tests.api.conftest import bearer
from tests.api.world import NOW, World
from tests.oracle.sources.meters import samples
from tests.oracle.tasks.desks import no_chain

SETTLE = {"kind": "settle", "arguments": {"from": "2024-07-01", "to": "2024-07-08"}}
WEEK = {"from": "2024-07-01", "to": "2024-07-08"}


def ask(client: TestClient, world: World, method: str, path: str, who: str = "administrator", **options):
    """An answer at an address of the community."""
    headers = bearer(world.tokens[who]) | options.pop("headers", {})
    return client.request(method, f"{world.path}{path}", headers=headers, **options)


def run_all(world: World) -> int:
    """What a worker does."""
    desk = desk_of(Database(world.engine, "", embedded=False), no_chain, lambda: NOW, KINDS)
    return drain_all(desk)


def test_order__settle__is_accepted_done_and_told(client: TestClient, world: World) -> None:
    ordered = ask(client, world, "POST", "/jobs", json=SETTLE)
    assert ordered.status_code == 202
    assert ordered.json()["state"] == "queued"
    assert run_all(world) == 1
    done = ask(client, world, "GET", f"/jobs/{ordered.json()['id']}", "auditor").json()
    assert done["state"] == "done"
    assert done["outcome"]["settlement"] == str(world.settlement.id)
    assert (done["progress_done"], done["progress_total"], done["attempts"]) == (1, 1, 1)


def test_order__same_key__is_one_job_and_another_content_is_refused(client: TestClient, world: World) -> None:
    first = ask(client, world, "POST", "/jobs", json=SETTLE | {"key": "july"})
    again = ask(client, world, "POST", "/jobs", json=SETTLE | {"key": "july"})
    assert (first.status_code, again.status_code) == (202, 200)
    assert first.json() == again.json()
    other = ask(client, world, "POST", "/jobs", json={"kind": "publish", "key": "july"})
    assert (other.status_code, other.json()["code"]) == (409, "JOB_KEY_REUSED")
    assert "another kind, arguments" in other.json()["detail"]
    elsewhere = client.post(
        f"/communities/{world.altrove}/jobs",
        json={"kind": "publish", "key": "july"},
        headers=bearer(world.tokens["stranger"]),
    )
    assert elsewhere.status_code == 202, "a key is the community's own"


def test_order__wrong_arguments__are_refused_by_name(client: TestClient, world: World) -> None:
    for body, said in (
        ({"kind": "nope"}, "no kind of job called 'nope'"),
        ({"kind": "settle"}, "needs the argument from"),
        ({"kind": "settle", "arguments": {"from": "2024-07-01", "to": "2024-07-32"}}, "to must be a day"),
        ({"kind": "settle", "arguments": {"from": "2024-07-01", "to": "2024-07-01"}}, "has 0 days"),
        ({"kind": "follow"}, "follow serves all communities"),
        ({"kind": "publish", "arguments": {"to": "x"}}, "takes no argument 'to'"),
        ({"kind": "import", "arguments": WEEK | {"table": "readings"}}, "reads a table"),
    ):
        refused = ask(client, world, "POST", "/jobs", json=body)
        assert (refused.status_code, refused.json()["code"]) == (422, "JOB_MALFORMED"), refused.text
        assert said in refused.json()["detail"]
    assert ask(client, world, "GET", "/jobs").json()["total"] == 0


def test_import__bad_table__fails_with_every_finding_and_can_be_cancelled(
    client: TestClient, world: World
) -> None:
    csv = "interval_start,pod,direction,wh\n2024-07-01T00:00+02:00,IT001E00000001,injected,1.5\n"
    ordered = ask(
        client,
        world,
        "POST",
        "/jobs/readings",
        params=WEEK,
        content=csv,
        headers={"Content-Type": "text/csv"},
    )
    assert ordered.status_code == 202
    run_all(world)
    address = f"/jobs/{ordered.json()['id']}"
    failed = ask(client, world, "GET", address).json()
    assert failed["state"] == "failed"
    assert failed["outcome"]["code"] == "FINDINGS_IN_TABLE"
    assert any(row["line"] == 2 and '"1.5"' in row["sentence"] for row in failed["outcome"]["findings"])
    assert ask(client, world, "POST", f"{address}/retry").json()["state"] == "queued"
    cancelled = ask(client, world, "POST", f"{address}/cancel").json()
    assert (cancelled["state"], cancelled["outcome"]) == ("cancelled", None)
    assert ask(client, world, "POST", f"{address}/retry").json()["code"] == "JOB_REFUSED"


def test_import__same_readings__adds_nothing_and_forgets_the_table(client: TestClient, world: World) -> None:
    csv = "interval_start,zone,eur_per_mwh\n2024-07-01T00:00+02:00,NORD,95\n"
    ordered = ask(
        client, world, "POST", "/jobs/prices", "root", params=WEEK, content=csv,
        headers={"Content-Type": "text/csv"},
    )  # fmt: skip
    assert ordered.status_code == 202
    with world_reading(world) as work:
        assert work.jobs.table(ordered.json()["id"]) == csv.encode()
    ask(client, world, "POST", f"/jobs/{ordered.json()['id']}/cancel")
    with world_reading(world) as work:
        assert work.jobs.table(ordered.json()["id"]) is None


def world_reading(world: World):
    """A snapshot."""
    return service_of(Database(world.engine, "", embedded=False)).reading()


def test_list__of_two__is_paged_and_filtered(client: TestClient, world: World) -> None:
    ask(client, world, "POST", "/jobs", json=SETTLE)
    run_all(world)
    ask(client, world, "POST", "/jobs", json={"kind": "publish"})
    page = ask(client, world, "GET", "/jobs", params={"limit": 1}).json()
    assert (page["total"], [row["kind"] for row in page["jobs"]]) == (2, ["publish"])
    queued = ask(client, world, "GET", "/jobs", params={"state": ["done", "failed"]}).json()
    assert [row["kind"] for row in queued["jobs"]] == ["settle"]


def test_job__of_another_community__is_not_there(client: TestClient, world: World) -> None:
    ordered = ask(client, world, "POST", "/jobs", json=SETTLE).json()
    elsewhere = client.get(
        f"/communities/{world.altrove}/jobs/{ordered['id']}", headers=bearer(world.tokens["root"])
    )
    assert elsewhere.status_code == 404


def test_order__new_job__is_announced_after_it_is_stored(world: World) -> None:
    heard = []
    service = service_of(Database(world.engine, "", embedded=False), clock=lambda: NOW)

    def announce(partition: str) -> None:
        with service.reading() as work:
            heard.append((partition, work.jobs.due_partitions(NOW)))

    client = TestClient(create_app(replace(service, announce=announce)))
    ask(client, world, "POST", "/jobs", json=SETTLE)
    partition = f"community:{world.community_id}"
    assert heard == [(partition, [partition])]


def test_schedule__next_runs__are_the_earliest_first(client: TestClient, world: World) -> None:
    runs = client.get("/schedule", headers=bearer(world.tokens["auditor"])).json()["runs"]
    assert [row["kind"] for row in runs] == ["publish", "follow", "watch", "prune", "reconcile"]
    assert runs[-1]["next_at"] == "2024-12-05T04:10:00+01:00"


def test_meter_file__ordered__enters_once_and_carries_the_request_on(
    client: TestClient, world: World
) -> None:
    def ordered(**asked: str) -> dict:
        answer = ask(
            client, world, "POST", "/jobs/meter-files", params={"name": "ExportData.csv"} | asked,
            content=samples.e_distribuzione(date(2024, 9, 1)),
            headers={"Content-Type": "application/octet-stream", "X-Request-ID": "export-1"},
        )  # fmt: skip
        assert answer.status_code == 202, answer.text
        return answer.json()

    job = ordered(pod="IT001E00000001", direction="withdrawn")
    with world_reading(world) as work:
        assert work.jobs.get(job["id"]).request_id == "export-1"
    run_all(world)
    done = ask(client, world, "GET", f"/jobs/{job['id']}").json()
    assert (done["state"], done["outcome"]["days"]["new"]) == ("done", 1), done
    job = ordered()
    run_all(world)
    failed = ask(client, world, "GET", f"/jobs/{job['id']}").json()
    assert (failed["state"], failed["outcome"]["code"]) == ("failed", "FINDINGS_IN_TABLE"), failed
    alerts = client.get("/alerts", headers=bearer(world.tokens["administrator"])).json()
    assert [row["kind"] for row in alerts["alerts"]] == ["job-failed"]
