"""`condivisa devices`: which meters, inverters and batteries may send, and with which keys."""

import json
import sys
from datetime import timedelta
from typing import Annotated, Any

import typer

from cli.failures import EXIT_BAD_INPUT, explained, stop
from cli.workspace import CommunityArgument, StateOption, Workspace, now, open_workspace
from community.domain.devices import DeviceKind, DeviceRecord, NewDevice
from community.domain.records import CommunityRecord
from community.usecases.devices import OVERLAP_MAX, GivenKey, register_device, revoke_device, rotate_key
from oracle.sources.signed_message import sign_message

app = typer.Typer(
    name="devices",
    help="Meters, inverters and batteries that send by themselves: register them, change their keys.",
    no_args_is_help=True,
    add_completion=False,
)
CodeArgument = Annotated[str, typer.Argument(metavar="CODE", help="The device's code.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document, for programs.")]
OVERLAP_DEFAULT_HOURS = 168


@app.command("register")
def register(
    community: CommunityArgument,
    code: Annotated[str, typer.Argument(metavar="CODE", help="Letters, digits, hyphens, underscores.")],
    kind: Annotated[DeviceKind, typer.Option(help="Only a meter's readings are settled.")],
    pod: Annotated[str, typer.Option(help="The POD that it speaks for.")],
    plant: Annotated[str | None, typer.Option(metavar="CODE", help="The plant behind the POD.")] = None,
    interval: Annotated[int, typer.Option(metavar="SECONDS", help="How often it means to send.")] = 900,
    resolution: Annotated[int, typer.Option(metavar="MINUTES", help="A meter's interval: 15 or 60.")] = 15,
    limit: Annotated[
        int | None, typer.Option(metavar="W", help="Agreed limit of injection; default: the plant's power.")
    ] = None,
    state: StateOption = None,
) -> None:
    """Register a device. Its key stands alone on standard output and is not shown again.

    Example: condivisa devices register "My community" m-07 --kind meter --pod IT001E00000007
    """
    wanted = NewDevice(code, kind, pod, plant, interval, resolution, limit)
    with explained(), open_workspace(state) as workspace:
        record = workspace.community(community)
        with workspace.writing() as work:
            given = register_device(work, record.id, wanted, now())
            work.commit()
    _say_key(given)


@app.command("list")
def listing(community: CommunityArgument, as_json: Json = False, state: StateOption = None) -> None:
    """Show the devices of a community and when each was last heard."""
    with explained(), open_workspace(state) as workspace:
        record = workspace.community(community)
        with workspace.reading() as work:
            rows = work.devices.of_community(record.id)
    if as_json:
        typer.echo(json.dumps({"devices": [_document(row) for row in rows]}, indent=2, ensure_ascii=False))
        return
    for row in rows:
        _show(row)
    if not rows:
        typer.echo("no devices yet: `condivisa devices register` makes the first")


@app.command("rotate")
def rotate(
    community: CommunityArgument,
    code: CodeArgument,
    overlap: Annotated[
        int,
        typer.Option(
            metavar="HOURS",
            min=0,
            max=OVERLAP_MAX.days * 24,
            help="How long its other keys stay valid; 0 after a key was lost.",
        ),
    ] = OVERLAP_DEFAULT_HOURS,
    state: StateOption = None,
) -> None:
    """Give a device a new key, which stands alone on standard output."""
    with explained(), open_workspace(state) as workspace:
        record = workspace.community(community)
        device = _device(workspace, record, code)
        with workspace.writing() as work:
            given = rotate_key(work, record.id, device.id, now(), timedelta(hours=overlap))
            work.commit()
    _say_key(given)


@app.command("revoke")
def revoke(community: CommunityArgument, code: CodeArgument, state: StateOption = None) -> None:
    """Believe nothing more of a device, at once and for good; what it sent before stays."""
    with explained(), open_workspace(state) as workspace:
        record = workspace.community(community)
        device = _device(workspace, record, code)
        with workspace.writing() as work:
            revoke_device(work, record.id, device.id, now())
            work.commit()
    typer.echo(f"revoked {code}")


@app.command("sign")
def sign(
    topic: Annotated[str, typer.Argument(help="Where it will be published.")],
    key_file: Annotated[typer.FileText, typer.Option("--key-file", help="File with the device's key.")],
) -> None:
    """Sign a message from standard input as a device does for MQTT; the result goes to standard output.

    Example: condivisa devices sign "$TOPIC" --key-file m-07.key < message.json | mosquitto_pub -q 1 -t
    "$TOPIC" -s
    """
    try:
        signed = sign_message(key_file.read().strip(), topic, sys.stdin.buffer.read())
    except ValueError as error:
        stop(f"{key_file.name}: {error}", EXIT_BAD_INPUT)
    typer.echo(signed.decode(), nl=False)


def _device(workspace: Workspace, community: CommunityRecord, code: str) -> DeviceRecord:
    with workspace.reading() as work:
        found = work.devices.by_code(community.id, code)
    if found is None:
        stop(f'{community.name} has no device "{code}"', EXIT_BAD_INPUT)
    return found


def _say_key(given: GivenKey) -> None:
    record = given.record
    typer.echo(
        f"key of {record.device.kind} {record.device.code} for POD {record.device.pod}, community "
        f"{record.community_id}; it is not shown again:",
        err=True,
    )
    typer.echo(given.key)


def _show(row: DeviceRecord) -> None:
    device = row.device
    seen = "never heard" if row.last_seen_at is None else f"last heard {row.last_seen_at:%Y-%m-%d %H:%M} UTC"
    standing = seen if row.revoked_at is None else f"revoked {row.revoked_at:%Y-%m-%d}, {seen}"
    plant = f"  plant {device.plant}" if device.plant else ""
    typer.echo(
        f"{device.code}  {device.kind:<8}  {device.pod}  every {device.interval_s} s  {standing}{plant}"
    )


def _document(row: DeviceRecord) -> dict[str, Any]:
    device = row.device
    return {
        "id": str(row.id),
        "code": device.code,
        "kind": device.kind,
        "pod": device.pod,
        "plant": device.plant,
        "interval_s": device.interval_s,
        "resolution_minutes": device.resolution_minutes,
        "limit_w": device.limit_w,
        "registered_at": row.created_at.isoformat(),
        "revoked_at": row.revoked_at.isoformat() if row.revoked_at else None,
        "last_seen_at": row.last_seen_at.isoformat() if row.last_seen_at else None,
    }
