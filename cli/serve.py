"""`condivisa serve`: the API in the foreground, and workers that run its jobs beside it."""

import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import FrameType
from typing import Annotated, NoReturn
from uuid import UUID

import typer
import uvicorn

from api.main import create_app
from api.service import Service, service_of
from cli.desk import announce_of, served_desk
from cli.failures import EXIT_MISSING, explained, stop
from cli.logs import configured_logs
from cli.workspace import StateOption, Workspace, open_ledger, open_workspace
from oracle.chain.inspection import Inspection
from oracle.tasks.background import background
from oracle.tasks.desk import Announce
from oracle.usecases.accounts_standing import accounts_standing, beside_the_chain
from oracle.usecases.standing import Findings
from oracle.wiring import OpenChain

LOOPBACK = "127.0.0.1"
PREFERRED_PORT = 8000
Say = Callable[[str], None]


def serve(
    port: Annotated[int | None, typer.Option(help="Default: 8000, or a free one.")] = None,
    host: Annotated[
        str,
        typer.Option(help="Address to listen on; beyond this machine put a proxy with TLS before it."),
    ] = LOOPBACK,
    state: StateOption = None,
) -> None:
    """Serve the API and the verification page until Ctrl-C; run jobs and publish meanwhile.

    Where CONDIVISA_BROKER_URL names a broker, jobs are left to `condivisa worker` and `condivisa beat`.
    """
    with explained(), open_workspace(state) as workspace, open_ledger(workspace) as opened:
        configured_logs(workspace.settings.log_level)
        serve_api(workspace, opened, typer.echo, port, host)


def serve_api(
    workspace: Workspace, opened: OpenChain, say: Say, port: int | None = None, host: str = LOOPBACK
) -> None:
    """Answer until the process is interrupted."""
    with _listening(host, port) as listener, _workers(workspace, opened, say) as announce:
        address = f"http://{host}:{listener.getsockname()[1]}"
        say(
            f"\nAPI at {address} (description at /openapi.json, verification page at /verify); Ctrl-C ends it"
        )
        # uvicorn ends its work and hands the signal on: what runs beside it must end as well.
        signal.signal(signal.SIGTERM, _ended)
        config = uvicorn.Config(create_app(_service(workspace, opened, announce)), log_config=None)
        uvicorn.Server(config).run(sockets=[listener])


def _ended(number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)


def _service(workspace: Workspace, opened: OpenChain, announce: Announce) -> Service:
    """The service over the database, which looks at the chain where it is asked to compare."""

    def look(community_id: UUID) -> Findings:
        with workspace.reading() as work:
            return accounts_standing(work, Inspection(opened.chain), community_id)

    def compare(community_id: UUID) -> Findings:
        return beside_the_chain(lambda: look(community_id))

    return replace(service_of(workspace.database, announce=announce), compare_chain=compare)


@contextmanager
def _listening(host: str, port: int | None) -> Iterator[socket.socket]:
    """A socket on the wanted port; without a wish the preferred one, or any free one where it is taken."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, PREFERRED_PORT if port is None else port))
        except OSError as error:
            if port is not None or host != LOOPBACK:
                stop(
                    f"port {port or PREFERRED_PORT} of {host} cannot be used ({error.strerror}): leave "
                    "--port out for a free one",
                    EXIT_MISSING,
                )
            listener.bind((host, 0))
        # Before the address is told: whoever calls at once waits instead of being refused.
        listener.listen()
        yield listener


@contextmanager
def _workers(workspace: Workspace, opened: OpenChain, say: Say) -> Iterator[Announce]:
    """Whoever runs the jobs while the block runs: threads of this process, or workers behind a broker."""
    if workspace.settings.broker_url is not None:
        say("jobs are run by `condivisa worker`, ordered in time by `condivisa beat`")
        yield announce_of(workspace.settings)
        return
    with background(served_desk(workspace, opened)) as running:
        yield running.announce
