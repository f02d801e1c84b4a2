"""`condivisa live`: what devices say now, the broker that they publish to, and alerts about them."""

import json
import logging
import signal
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.failures import EXIT_MISSING, explained, stop
from cli.logs import configured_logs
from cli.workspace import CommunityArgument, StateOption, now, open_workspace
from oracle.broker import BrokerSettings, Subscriber
from oracle.errors import Unavailable
from oracle.usecases.device_inbox import ROOT
from oracle.usecases.live_watch import decimal_text
from oracle.usecases.telemetry import LiveValue, live_values
from oracle.wiring import device_inbox, watch_devices
from settlement.bootstrap import Settings

WATCH_EVERY_S = 60
log = logging.getLogger("condivisa.live")

app = typer.Typer(
    name="live",
    help="What meters, inverters and batteries say now; for looking, never for settling.",
    no_args_is_help=True,
    add_completion=False,
)


@app.command("mqtt")
def listen(
    ca: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Certificates that the broker's is checked by.")
    ] = None,
    cert: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Our certificate, where the broker asks.")
    ] = None,
    key: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The private key of our certificate.")
    ] = None,
    client_id: Annotated[
        str, typer.Option(help="Name of the session that the broker keeps for us; one process each.")
    ] = "condivisa",
    root: Annotated[str, typer.Option(help="First part of all topics.")] = ROOT,
    state: StateOption = None,
) -> None:
    """Take devices' messages from the broker of CONDIVISA_MQTT_URL until Ctrl-C; watch them meanwhile.

    A message is acknowledged after it is stored. While broker or database are away, it waits at the broker.
    Its log is on standard error.
    """
    url = Settings.from_environment().mqtt_url
    if url is None:
        stop("CONDIVISA_MQTT_URL names no broker; it looks like mqtts://user:password@host", EXIT_MISSING)
    ended = threading.Event()
    with explained(), open_workspace(state) as workspace:
        options = {"ca": ca, "certificate": cert, "key": key, "client_id": client_id, "root": root}
        configured_logs(workspace.settings.log_level)
        settings = BrokerSettings.of(url, **options)
        engine = workspace.database.engine
        handle = device_inbox(engine, now, root)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: ended.set())
        Subscriber(settings, handle, log.info, _watcher(lambda: watch_devices(engine, now()))).run(ended)


@app.command("show")
def show(
    community: CommunityArgument,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document, for programs.")] = False,
    state: StateOption = None,
) -> None:
    """Show the newest value of each metric of each device, with its source and its age."""
    with explained(), open_workspace(state) as workspace:
        record = workspace.community(community)
        at = now()
        with workspace.reading() as work:
            rows = live_values(work, record.id, at)
    if as_json:
        shown = [_document(row) for row in rows]
        typer.echo(json.dumps({"at": at.isoformat(), "values": shown}, indent=2, ensure_ascii=False))
        return
    for row in rows:
        value = f"{decimal_text(row.value_milli)} {row.metric.unit}"
        age = f"{row.age // timedelta(seconds=1)} s ago by {row.source}"
        stale = "  too old to rely on" if row.stale else ""
        typer.echo(f"{row.device.device.code:<16}  {row.metric:<20}  {value:>16}  {age}{stale}")
    if not rows:
        typer.echo("no values yet")


def _watcher(watch_once: Callable[[], int]) -> Callable[[], None]:
    """Calls at most once a minute; a database that is away is the next call's matter."""
    due = [time.monotonic()]

    def between() -> None:
        if time.monotonic() < due[0]:
            return
        due[0] = time.monotonic() + WATCH_EVERY_S
        try:
            watch_once()
        except Unavailable as error:
            log.warning(str(error))

    return between


def _document(row: LiveValue) -> dict[str, Any]:
    return {
        "device": row.device.device.code,
        "metric": row.metric,
        "value": decimal_text(row.value_milli),
        "unit": row.metric.unit,
        "measured_at": row.measured_at.isoformat(),
        "received_at": row.received_at.isoformat(),
        "source": row.source,
        "age_s": row.age // timedelta(seconds=1),
        "stale": row.stale,
    }
