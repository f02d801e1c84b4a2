"""`condivisa worker` and `condivisa beat`: who runs the jobs where a broker tells of them."""

from typing import Annotated

import typer

from cli.desk import workspace_desk
from cli.failures import EXIT_BAD_INPUT, EXIT_MISSING, explained, stop
from cli.logs import configured_logs
from cli.workspace import StateOption, open_workspace
from oracle.tasks.desk import Desk
from settlement.bootstrap import Settings

BEAT_FILE = "beat/schedule"


def worker(
    concurrency: Annotated[int, typer.Option(min=1, max=64, help="Jobs at a time, each a process.")] = 2,
    queues: Annotated[
        str | None,
        typer.Option(
            metavar="LIST", help="Of the eight queues 0 to 7, and clock; such as 0,3,clock. Default: all."
        ),
    ] = None,
    state: StateOption = None,
) -> None:
    """Run jobs that CONDIVISA_BROKER_URL announces (RabbitMQ or Redis), until the process is ended.

    Each community's jobs lie in one queue and run one after another. The jobs are in the database: what a
    broker forgets is announced again, what a killed worker left is taken back. Its log is on standard error.
    """
    settings = Settings.from_environment(state=state)
    broker_url = _broker(settings)
    from oracle.tasks.broker import announcer, celery_app, queue_names, run_worker

    names = _chosen(queue_names(settings.broker_prefix), queues)
    with explained(), open_workspace(state) as workspace:

        def desk() -> Desk:
            return workspace_desk(workspace)

        # No connection of ours is handed down to the processes that are forked now.
        workspace.database.engine.dispose()
        broker = celery_app(broker_url, settings.broker_prefix)
        announce = announcer(broker, settings.broker_prefix)
        configured_logs(settings.log_level)
        run_worker(broker, announce, desk, names, concurrency)


def beat(state: StateOption = None) -> None:
    """Tick every few seconds through CONDIVISA_BROKER_URL: workers then order what is due and sweep.

    Several may run at once; none is needed where `condivisa serve` runs without a broker. The timetable:
    condivisa jobs schedule.
    """
    settings = Settings.from_environment(state=state)
    broker_url = _broker(settings)
    from oracle.tasks.broker import celery_app, run_beat

    configured_logs(settings.log_level)
    run_beat(celery_app(broker_url, settings.broker_prefix), settings.state / BEAT_FILE)


def _broker(settings: Settings) -> str:
    if settings.broker_url is None:
        stop(
            "CONDIVISA_BROKER_URL names no broker (amqp://… or redis://…); without one `condivisa serve` "
            "runs the jobs, and `condivisa jobs run` those that wait now",
            EXIT_MISSING,
        )
    if not settings.broker_url.startswith(("amqp://", "amqps://", "redis://", "rediss://")):
        stop("CONDIVISA_BROKER_URL begins with amqp://, amqps://, redis:// or rediss://", EXIT_BAD_INPUT)
    return settings.broker_url


def _chosen(names: list[str], wanted: str | None) -> list[str]:
    if wanted is None:
        return names
    by_end = {name.rsplit(".", 1)[1]: name for name in names}
    ends = [end.strip() for end in wanted.split(",")]
    if unknown := [end for end in ends if end not in by_end]:
        stop(f"there is no queue {unknown[0]!r}; there are: {', '.join(by_end)}", EXIT_BAD_INPUT)
    return [by_end[end] for end in ends]
