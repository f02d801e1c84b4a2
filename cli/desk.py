"""The desk of a command that runs jobs: its database, and a chain that is opened for a job that needs it."""

from collections.abc import Callable
from dataclasses import replace

from cli.failures import EXIT_BAD_INPUT, stop
from cli.workspace import Workspace, has_chain, now
from oracle.tasks.desk import Announce, Desk, desk_of, unheard
from oracle.tasks.kinds import KINDS
from oracle.wiring import ChainSide, OpenChain, chain_side, open_chain_side
from settlement.bootstrap import Settings

TELEMETRY_DAYS_MAX = 3_650


def workspace_desk(workspace: Workspace) -> Desk:
    """A desk whose jobs open the chain of the workspace each for itself."""
    side = chain_side(workspace.database.engine, workspace.chain)
    # A chain may be made while a worker runs; a look makes none.
    return _desk(workspace, side, lambda: side if has_chain(workspace.settings) else None)


def served_desk(workspace: Workspace, opened: OpenChain) -> Desk:
    """A desk over a chain that is open already."""
    side = open_chain_side(workspace.database.engine, opened)
    return _desk(workspace, side, lambda: side)


def announce_of(settings: Settings) -> Announce:
    """Announces through the broker, where there is one; else whoever runs jobs finds them a moment later."""
    if settings.broker_url is None:
        return unheard
    from oracle.tasks.broker import announcer, celery_app

    return announcer(celery_app(settings.broker_url, settings.broker_prefix), settings.broker_prefix)


def _desk(workspace: Workspace, side: ChainSide, chain: Callable[[], ChainSide | None]) -> Desk:
    made = desk_of(workspace.database, side.publishing, now, KINDS)
    return replace(made, chain=chain, telemetry_days=_telemetry_days(workspace.settings.live_days))


def _telemetry_days(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= TELEMETRY_DAYS_MAX):
        stop(f"CONDIVISA_LIVE_DAYS is a number from 1 to {TELEMETRY_DAYS_MAX}", EXIT_BAD_INPUT)
    return int(text)
