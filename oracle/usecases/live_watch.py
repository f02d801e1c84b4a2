"""Alerts from telemetry: a device that says nothing, an injection above its limit, voltage and frequency.

The bands are those of EN 50160 for low voltage: 230 V ± 10 % (clause 4.2.2, a 10-minute mean, 95 % of a week)
and 50 Hz ± 1 % (clause 4.2.1, a 10-second mean, 99.5 % of a year; interconnected networks). A single value
outside is a reason to look, not a proof that the supply breaks the standard.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from community.domain.devices import DeviceRecord
from community.domain.records import PlantRecord
from oracle.records import Alert, Measured, Severity
from oracle.sources.device_messages import Metric
from oracle.usecases.alerts import raise_alert, resolve_alert
from oracle.work import LiveWork

SILENT: Final = "device-silent"
INJECTION: Final = "injection-limit"
VOLTAGE: Final = "voltage-band"
FREQUENCY: Final = "frequency-band"
KINDS: Final = (SILENT, INJECTION, VOLTAGE, FREQUENCY)

VOLTAGE_MILLI_V: Final = (207_000, 253_000)
FREQUENCY_MILLI_HZ: Final = (49_500, 50_500)
_PHASES: Final = {Metric.VOLTAGE_L1_V: "L1", Metric.VOLTAGE_L2_V: "L2", Metric.VOLTAGE_L3_V: "L3"}
_WATCHED: Final = (Metric.POWER_W, Metric.FREQUENCY_HZ, *_PHASES)


def watch(work: LiveWork, community_id: UUID, devices: Sequence[DeviceRecord], now: datetime) -> int:
    """Raise what is wrong with these devices and resolve what is not any more; how many alerts are new.

    Values that are too old to say anything of the present count as absent. A revoked device has no alerts.
    """
    plants = work.communities.plants(community_id)
    newest = work.telemetry.newest([row.id for row in devices], [metric.value for metric in _WATCHED])
    new = 0
    for device in devices:
        fresh = {
            Metric(value.metric): value
            for value in newest
            if value.device_id == device.id and now - value.at <= device.silent_after
        }
        new += _settle_alerts(work, device, _sentences(device, plants, fresh, now), now)
    return new


def watch_community(work: LiveWork, community_id: UUID, now: datetime) -> int:
    """Watch all devices of a community; how many alerts are new."""
    return watch(work, community_id, work.devices.of_community(community_id), now)


def _settle_alerts(work: LiveWork, device: DeviceRecord, sentences: Mapping[str, str], now: datetime) -> int:
    new = 0
    for kind in KINDS:
        if kind in sentences:
            severity = Severity.NOTE if kind == FREQUENCY else Severity.WARNING
            alert = Alert(kind, device.device.code, sentences[kind], severity, device.community_id)
            new += raise_alert(work, alert, now)
        else:
            resolve_alert(work, kind, device.device.code, now, device.community_id)
    return new


def _sentences(
    device: DeviceRecord, plants: Iterable[PlantRecord], fresh: Mapping[Metric, Measured], now: datetime
) -> dict[str, str]:
    """What is wrong with a device, by kind."""
    if device.revoked_at is not None:
        return {}
    found = {
        SILENT: _silence(device, now),
        INJECTION: _injection(device, plants, fresh.get(Metric.POWER_W)),
        VOLTAGE: _voltage(fresh),
        FREQUENCY: _frequency(fresh.get(Metric.FREQUENCY_HZ)),
    }
    return {kind: sentence for kind, sentence in found.items() if sentence is not None}


def _silence(device: DeviceRecord, now: datetime) -> str | None:
    since = device.last_seen_at or device.created_at
    if now - since <= device.silent_after:
        return None
    means = f"it means to send every {device.device.interval_s} s"
    if device.last_seen_at is None:
        return f"{device.device.code} was registered {since:%Y-%m-%d %H:%M} UTC and never sent; {means}"
    return f"{device.device.code} has been silent since {since:%Y-%m-%d %H:%M} UTC; {means}"


def _injection(device: DeviceRecord, plants: Iterable[PlantRecord], power: Measured | None) -> str | None:
    limit = injection_limit_milli(device, plants)
    if limit is None or power is None or power.value_milli <= limit:
        return None
    agreed = "the agreed limit" if device.device.limit_w is not None else "the plant's power"
    fed_in, most = decimal_text(power.value_milli), decimal_text(limit)
    return f"{device.device.code} feeds in {fed_in} W; {agreed} is {most} W"


def injection_limit_milli(device: DeviceRecord, plants: Iterable[PlantRecord]) -> int | None:
    """What may be fed in at a device, in mW: the agreed limit, else the power of the plants at its POD."""
    wanted = device.device
    if wanted.limit_w is not None:
        return wanted.limit_w * 1_000
    own = [row for row in plants if row.pod == wanted.pod and wanted.plant in (None, row.code)]
    return int(sum(row.power_kw for row in own) * 1_000_000) if own else None


def _voltage(fresh: Mapping[Metric, Measured]) -> str | None:
    low, high = VOLTAGE_MILLI_V
    outside = [
        f"{phase} {decimal_text(fresh[metric].value_milli)} V"
        for metric, phase in _PHASES.items()
        if metric in fresh and not low <= fresh[metric].value_milli <= high
    ]
    return f"{', '.join(outside)}: outside 207 to 253 V (EN 50160, 230 V ± 10 %)" if outside else None


def _frequency(value: Measured | None) -> str | None:
    low, high = FREQUENCY_MILLI_HZ
    if value is None or low <= value.value_milli <= high:
        return None
    return f"{decimal_text(value.value_milli)} Hz: outside 49.5 to 50.5 Hz (EN 50160, 50 Hz ± 1 %)"


def decimal_text(milli: int) -> str:
    """The value with the decimals that it has."""
    text = f"{Decimal(milli).scaleb(-3):f}"
    return text.rstrip("0").rstrip(".")
