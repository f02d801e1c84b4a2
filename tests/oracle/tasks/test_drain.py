"""Jobs run in the order of their partition, one at a time there, and are ended by the run that began them."""

import threading
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from oracle.errors import JobRefused, NodeUnreachable
from oracle.jobs import Done, Ending, Job, JobState
from oracle.records import RaisedAlert
from oracle.store.unit_of_work import OracleUnitOfWork
from oracle.tasks.drain import LIVES_MAX, drain, drain_all, take_back
from oracle.tasks.failures import ATTEMPTS_MAX
from oracle.usecases.jobs import cancel, retry
from settlement.domain.errors import AccountsDiffer, NotFound
from tests.oracle.tasks.desks import Clock, Diary, desk, diarist, kind_of, look, put, wait_until


def test_drain__many_jobs__run_once_each_in_the_order_of_coming(
    engine: Engine, communities: list[UUID]
) -> None:
    diary = Diary()
    kind = diarist(diary)
    jobs = put(engine, communities[0], kind, 5)
    assert drain(desk(engine, {"note": kind}), jobs[0].partition) == 5
    assert [number for _, number in diary.lines] == [job.number for job in jobs]
    assert {look(engine, job).state for job in jobs} == {JobState.DONE}


def test_drain__many_workers__never_two_in_a_partition_and_several_at_once(
    engine: Engine, communities: list[UUID]
) -> None:
    diary = Diary()
    kind = diarist(diary, 0.03)
    for _ in range(3):
        for community in communities:
            put(engine, community, kind)
    threads = [threading.Thread(target=drain_all, args=(desk(engine, {"note": kind}),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(diary.lines) == 12
    assert set(diary.most_in.values()) == {1}
    assert diary.most > 1
    for community in communities:
        own = [number for partition, number in diary.lines if str(community) in partition]
        assert own == sorted(own)


def test_drain__job_ordered_while_the_holder_works__is_not_left_behind(
    engine: Engine, communities: list[UUID]
) -> None:
    diary = Diary()

    def run(job: Job, _report: object) -> None:
        diary.begin(job)
        if len(diary.lines) == 1:
            put(engine, communities[0], kind)

    kind = kind_of(run)
    (job,) = put(engine, communities[0], kind)
    assert drain(desk(engine, {"note": kind}), job.partition) == 2


def test_drain__partition_held_by_another__leaves_it_alone(engine: Engine, communities: list[UUID]) -> None:
    kind = diarist(Diary())
    (job,) = put(engine, communities[0], kind)
    other = desk(engine, {"note": kind})
    with other.hold(job.partition) as held:
        assert held is not None
        assert drain(desk(engine, {"note": kind}), job.partition) == 0
    assert look(engine, job).state is JobState.QUEUED


def test_database__two_running_in_a_partition__are_refused(engine: Engine, communities: list[UUID]) -> None:
    """Where the lock failed us, the index would not."""
    put(engine, communities[0], diarist(Diary()), 2)
    with engine.begin() as connection, pytest.raises(IntegrityError, match="uq_jobs_running"):
        connection.execute(text("UPDATE jobs SET state = 'running', worker = 'w'"))


def test_job__node_away__is_tried_again_later_and_holds_its_successors_back(
    engine: Engine, communities: list[UUID]
) -> None:
    clock, seen = Clock(), []

    def run(job: Job, _report: object) -> None:
        seen.append(job.number)
        if len(seen) == 1:
            raise NodeUnreachable("the node at http://127.0.0.1:1 is away")

    kind = kind_of(run)
    first, second = put(engine, communities[0], kind, 2)
    at = desk(engine, {"note": kind}, clock)
    assert drain_all(at) == 1
    waiting = look(engine, first)
    assert waiting.state is JobState.QUEUED
    assert waiting.sentence == "will be tried again: the node at http://127.0.0.1:1 is away"
    assert drain_all(at) == 0
    clock.move(seconds=5)
    assert drain_all(at) == 2
    assert seen == [first.number, first.number, second.number]


def test_job__always_away__fails_after_the_last_attempt_and_is_tried_anew_on_demand(
    engine: Engine, communities: list[UUID]
) -> None:
    clock = Clock()

    def run(_job: Job, _report: object) -> None:
        raise NodeUnreachable("away")

    kind = kind_of(run)
    (job,) = put(engine, communities[0], kind)
    at, runs = desk(engine, {"note": kind}, clock), 0
    while look(engine, job).state is JobState.QUEUED:
        runs += drain_all(at)
        clock.move(minutes=5)
    assert runs == ATTEMPTS_MAX
    failed = look(engine, job)
    assert (failed.state, failed.sentence) == (JobState.FAILED, f"away; tried {ATTEMPTS_MAX} times")
    assert failed.outcome is not None
    assert failed.outcome["code"] == "NODE_UNREACHABLE"
    with OracleUnitOfWork(engine) as work:
        assert retry(work, job.id, clock()).state is JobState.QUEUED
        work.commit()
    assert drain_all(at) == 1


def test_job__refused__fails_with_code_and_remedy_and_lets_the_next_one_run(
    engine: Engine, communities: list[UUID]
) -> None:
    def run(job: Job, _report: object) -> None:
        if job.number == first.number:
            raise AccountsDiffer(["bank: 1 here, 2 there"])

    kind = kind_of(run)
    first, second = put(engine, communities[0], kind, 2)
    drain_all(desk(engine, {"note": kind}))
    failed = look(engine, first)
    assert failed.sentence == "the books cannot be closed: bank: 1 here, 2 there"
    assert failed.outcome == {
        "code": "ACCOUNTS_DIFFER",
        "remedy": "look at `condivisa accounts reconcile`; nothing was changed",
    }
    assert look(engine, second).state is JobState.DONE


def test_job__failed__is_an_alert_until_one_of_its_kind_is_done(
    engine: Engine, communities: list[UUID]
) -> None:
    def fail(_job: Job, _report: object) -> None:
        raise NotFound("plant", "P1")

    (job,) = put(engine, communities[0], kind_of(fail))
    drain_all(desk(engine, {"note": kind_of(fail)}))
    (raised,) = alerts_of(engine, communities[0])
    assert (raised.alert.kind, raised.alert.subject) == ("job-failed", "note")
    assert f"`condivisa jobs show {job.number}`" in raised.alert.sentence
    well = diarist(Diary())
    put(engine, communities[1], well)
    drain_all(desk(engine, {"note": well}))
    assert alerts_of(engine, communities[0]) == [raised], "another community's is another matter"
    put(engine, communities[0], well)
    drain_all(desk(engine, {"note": well}))
    assert alerts_of(engine, communities[0]) == []


def alerts_of(engine: Engine, community_id: UUID) -> list[RaisedAlert]:
    """Its open alerts."""
    with OracleUnitOfWork(engine) as work:
        return work.alerts.of_community(community_id)


def test_job__bug__fails_without_its_details_and_the_worker_lives(
    engine: Engine, communities: list[UUID], caplog: pytest.LogCaptureFixture
) -> None:
    def run(_job: Job, _report: object) -> None:
        raise ZeroDivisionError("secret")

    kind = kind_of(run)
    (job,) = put(engine, communities[0], kind)
    drain_all(desk(engine, {"note": kind}))
    failed = look(engine, job)
    assert failed.sentence == "an error of ours (ZeroDivisionError); it has been logged"
    assert "secret" in caplog.text


def test_job__of_a_kind_from_the_future__fails_by_name(engine: Engine, communities: list[UUID]) -> None:
    (job,) = put(engine, communities[0], diarist(Diary()))
    drain_all(desk(engine, {}))
    assert "no job of the kind note" in look(engine, job).sentence


def test_progress__of_a_running_job__is_there_for_everybody(engine: Engine, communities: list[UUID]) -> None:
    told, seen = threading.Event(), threading.Event()

    def run(_job: Job, report) -> None:
        report("stage", 3, 7, "on its way")
        told.set()
        assert seen.wait(20)

    kind = kind_of(run)
    (job,) = put(engine, communities[0], kind)
    thread = threading.Thread(target=drain_all, args=(desk(engine, {"note": kind}),))
    thread.start()
    assert told.wait(20)
    wait_until(lambda: look(engine, job).progress_done == 3)
    running = look(engine, job)
    assert (running.state, running.progress_total, running.sentence) == (JobState.RUNNING, 7, "on its way")
    seen.set()
    thread.join()
    assert look(engine, job).progress_done == 7, "what is done is done to the last step"


def test_cancel__running_job__ends_at_its_next_step(engine: Engine, communities: list[UUID]) -> None:
    running = threading.Event()

    def run(_job: Job, report) -> None:
        running.set()
        wait_until(lambda: report("stage", 0, 0, "") or False)

    kind = kind_of(run)
    (job,) = put(engine, communities[0], kind)
    thread = threading.Thread(target=drain_all, args=(desk(engine, {"note": kind}),))
    thread.start()
    assert running.wait(20)
    with OracleUnitOfWork(engine) as work:
        assert cancel(work, job.id, Clock()()).state is JobState.RUNNING
        work.commit()
    thread.join()
    assert look(engine, job).state is JobState.CANCELLED
    with OracleUnitOfWork(engine) as work, pytest.raises(JobRefused, match="only a failed one"):
        retry(work, job.id, Clock()())


def test_cancel__done_job__is_refused(engine: Engine, communities: list[UUID]) -> None:
    kind = diarist(Diary())
    (job,) = put(engine, communities[0], kind)
    drain_all(desk(engine, {"note": kind}))
    with OracleUnitOfWork(engine) as work, pytest.raises(JobRefused, match="nothing to cancel"):
        cancel(work, job.id, Clock()())


def test_stopping__worker_with_a_job__queues_it_again(engine: Engine, communities: list[UUID]) -> None:
    stop = threading.Event()

    def run(_job: Job, report) -> Done:
        stop.set()
        report("stage", 1, 2, "half")
        raise AssertionError("not reached")

    kind = kind_of(run)
    (job,) = put(engine, communities[0], kind)
    drain_all(replace(desk(engine, {"note": kind}), stopping=stop.is_set))
    assert look(engine, job).state is JobState.QUEUED


def _claimed(engine: Engine, job: Job, clock: Clock, worker: str = "dead") -> Job:
    """A job whose worker is gone: it runs, and nobody holds its partition."""
    with OracleUnitOfWork(engine) as work:
        claimed = work.jobs.claim(job.partition, worker, clock())
        work.commit()
    assert claimed is not None
    return claimed


def test_take_back__worker_gone__runs_again_once_whatever_the_clock_says(
    engine: Engine, communities: list[UUID]
) -> None:
    diary, clock = Diary(), Clock()
    kind = diarist(diary)
    (job,) = put(engine, communities[0], kind)
    _claimed(engine, job, clock)
    clock.move(days=-400)
    (later,) = put(engine, communities[0], kind, now=clock())
    clock.move(days=401)
    assert drain(desk(engine, {"note": kind}, clock), job.partition) == 2
    assert [number for _, number in diary.lines] == [job.number, later.number]
    assert look(engine, job).attempts == 2


def test_take_back__too_many_lives__fails(engine: Engine, communities: list[UUID]) -> None:
    clock, kind = Clock(), diarist(Diary())
    (job,) = put(engine, communities[0], kind)
    at = desk(engine, {"note": kind}, clock)
    for _ in range(LIVES_MAX):
        _claimed(engine, job, clock)
        with at.hold(job.partition):
            take_back(at, job.partition)
    failed = look(engine, job)
    assert (failed.state, failed.attempts) == (JobState.FAILED, LIVES_MAX)
    assert failed.outcome is not None
    assert failed.outcome["code"] == "WORKER_LOST"


def test_finish__job_taken_meanwhile__notes_nothing(engine: Engine, communities: list[UUID]) -> None:
    clock, kind = Clock(), diarist(Diary())
    (job,) = put(engine, communities[0], kind)
    first = _claimed(engine, job, clock)
    at = desk(engine, {"note": kind}, clock)
    take_back(at, job.partition)
    second = _claimed(engine, job, clock, "next")
    with OracleUnitOfWork(engine) as work:
        assert not work.jobs.finish(first, Ending(JobState.FAILED, "late"), clock())
        assert work.jobs.finish(second, Ending(JobState.DONE, "in time"), clock())
        work.commit()
    assert look(engine, job).sentence == "in time"


def test_lost_partition__connection_cut__notes_nothing_and_runs_again(
    engine: Engine, communities: list[UUID]
) -> None:
    """The lock's session is ended from outside while the job runs."""
    diary = Diary()

    def run(job: Job, report) -> None:
        diary.begin(job)
        if len(diary.lines) == 1:
            with engine.begin() as connection:
                connection.execute(text(
                    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' "
                    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
                ))  # fmt: skip
            wait_until(lambda: report("stage", 0, 0, "") or False)

    kind = kind_of(run)
    (job,) = put(engine, communities[0], kind)
    assert drain(desk(engine, {"note": kind}), job.partition) == 2
    done = look(engine, job)
    assert (done.state, done.attempts) == (JobState.DONE, 2)
