"""The desk of a command that runs jobs: its database, and a chain that is opened for a job that needs it."""

from collections.abc import Iterator
from contextlib import contextmanager

from cli.workspace import Workspace, now
from oracle.ports import Progress
from oracle.tasks.desk import Announce, Desk, OpenPublishing, desk_of, unheard
from oracle.tasks.kinds import KINDS
from oracle.usecases.context import Context
from oracle.wiring import OpenChain, open_publishing, publishing
from settlement.bootstrap import Settings


def workspace_desk(workspace: Workspace) -> Desk:
    """A desk whose jobs open the chain of the workspace each for itself."""
    engine = workspace.database.engine
    return _desk(workspace, lambda progress: open_publishing(workspace.chain, engine, progress))


def served_desk(workspace: Workspace, opened: OpenChain) -> Desk:
    """A desk over a chain that is open already."""

    @contextmanager
    def on_it(progress: Progress) -> Iterator[Context]:
        yield publishing(workspace.database.engine, opened, progress=progress)

    return _desk(workspace, on_it)


def announce_of(settings: Settings) -> Announce:
    """Announces through the broker, where there is one; else whoever runs jobs finds them a moment later."""
    if settings.broker_url is None:
        return unheard
    from oracle.tasks.broker import announcer, celery_app

    return announcer(celery_app(settings.broker_url, settings.broker_prefix), settings.broker_prefix)


def _desk(workspace: Workspace, opening: OpenPublishing) -> Desk:
    return desk_of(workspace.database, opening, now, KINDS)
