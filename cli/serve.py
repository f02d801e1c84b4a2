"""`condivisa serve`: the API in the foreground, and a publisher that works the outbox beside it."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Annotated
from uuid import UUID

import typer
import uvicorn

from api.main import create_app
from api.service import Service, service_of
from cli.failures import EXIT_BAD_INPUT, EXIT_MISSING, explained, stop
from cli.logs import configure_logs
from cli.workspace import StateOption, Workspace, open_ledger, open_workspace
from oracle.chain.inspection import Inspection
from oracle.errors import OracleError
from oracle.usecases.accounts_standing import accounts_standing, beside_the_chain
from oracle.usecases.publish import publish
from oracle.usecases.standing import Findings
from oracle.wiring import OpenChain, publishing

HOST = "127.0.0.1"
PREFERRED_PORT = 8000
PAUSE_SECONDS = 2.0
Say = Callable[[str], None]


def serve(
    port: Annotated[int | None, typer.Option(help="Port on 127.0.0.1; default: 8000, or a free one.")] = None,
    state: StateOption = None,
) -> None:
    """Serve the API and the verification page until Ctrl-C; publish what the database orders meanwhile."""
    with explained(), open_workspace(state) as workspace, open_ledger(workspace) as opened:
        try:
            configure_logs(workspace.settings.log_level)
        except ValueError as error:
            stop(f"CONDIVISA_LOG_LEVEL: {error}", EXIT_BAD_INPUT)
        serve_api(workspace, opened, typer.echo, port)


def serve_api(workspace: Workspace, opened: OpenChain, say: Say, port: int | None = None) -> None:
    """Answer until the process is interrupted."""
    with _listening(port) as listener, _publisher(workspace, opened, say):
        address = f"http://{HOST}:{listener.getsockname()[1]}"
        say(
            f"\nAPI at {address} (description at /openapi.json, verification page at /verify); Ctrl-C ends it"
        )
        config = uvicorn.Config(create_app(_service(workspace, opened)), log_config=None)
        uvicorn.Server(config).run(sockets=[listener])


def _service(workspace: Workspace, opened: OpenChain) -> Service:
    """The service over the database, which looks at the chain where it is asked to compare."""

    def look(community_id: UUID) -> Findings:
        with workspace.reading() as work:
            return accounts_standing(work, Inspection(opened.chain), community_id)

    def compare(community_id: UUID) -> Findings:
        return beside_the_chain(lambda: look(community_id))

    return replace(service_of(workspace.database), compare_chain=compare)


@contextmanager
def _listening(port: int | None) -> Iterator[socket.socket]:
    """A socket on the wanted port; without a wish the preferred one, or any free one where it is taken."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, PREFERRED_PORT if port is None else port))
        except OSError as error:
            if port is not None:
                stop(
                    f"port {port} cannot be used ({error.strerror}): leave --port out for a free one",
                    EXIT_MISSING,
                )
            listener.bind((HOST, 0))
        yield listener


@contextmanager
def _publisher(workspace: Workspace, opened: OpenChain, say: Say) -> Iterator[None]:
    """A thread that works the outbox while the block runs; what it cannot do it says once and tries again."""
    ended = threading.Event()
    thread = threading.Thread(target=_publish_until, args=(ended, workspace, opened, say), name="publisher")
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _publish_until(ended: threading.Event, workspace: Workspace, opened: OpenChain, say: Say) -> None:
    context = publishing(workspace.database.engine, opened)
    said = ""
    while not ended.wait(PAUSE_SECONDS):
        try:
            published = publish(context)
            sentence = "; ".join(str(error) for error in published.stopped.values())
        except OracleError as error:
            sentence = str(error)
        if sentence and sentence != said:
            say(f"publisher: {sentence}")
        said = sentence
