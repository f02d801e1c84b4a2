"""Alerts from telemetry: a device that says nothing, an injection above its limit, voltage and frequency.

The bands are those of EN 50160 (CEI EN 50160) for low voltage: supply voltage 230 V ± 10 %, as 10-minute
means in 95 % of each week; frequency of interconnected networks 50 Hz ± 1 %, as 10-second means in 99.5 % of
a year. Known, not read: the standard is sold. One value outside is a reason to look, no proof of a breach.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final, TypeAlias
from uuid import UUID

from community.domain.devices import DeviceKind, DeviceRecord
from community.domain.records import PlantRecord
from oracle.records import Alert, Severity
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
_Fresh: TypeAlias = Mapping[tuple[UUID, Metric], int]


def watch(work: LiveWork, community_id: UUID, devices: Sequence[DeviceRecord], now: datetime) -> int:
    """Raise what is wrong with these devices and resolve what is not any more; how many alerts are new.

    Values that are too old to say anything of the present count as absent. A revoked device has no alerts.
    """
    plants = work.communities.plants(community_id)
    known = [row for row in work.devices.of_community(community_id) if row.revoked_at is None]
    fresh = _fresh(work, known, now)
    new = 0
    for device in devices:
        power = _power_milli_w(device, known, fresh)
        sentences = _sentences(device, injection_limit_milli(device, plants), power, fresh, now)
        new += _settle_alerts(work, device, sentences, now)
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


def _fresh(work: LiveWork, devices: Sequence[DeviceRecord], now: datetime) -> _Fresh:
    """The newest values that still say something of the present, by device and metric."""
    by_id = {row.id: row for row in devices}
    newest = work.telemetry.newest(list(by_id), [metric.value for metric in _WATCHED])
    return {
        (value.device_id, Metric(value.metric)): value.value_milli
        for value in newest
        if now - value.at <= by_id[value.device_id].silent_after
    }


def _power_milli_w(device: DeviceRecord, known: Iterable[DeviceRecord], fresh: _Fresh) -> int | None:
    """What is fed in at a device; the inverters of a plant count together, since its limit is one."""
    wanted = device.device
    together = [device.id]
    if wanted.kind is DeviceKind.INVERTER and wanted.limit_w is None:
        together = [
            row.id
            for row in known
            if (row.device.kind, row.device.pod, row.device.plant)
            == (DeviceKind.INVERTER, wanted.pod, wanted.plant)
        ]
    found = [fresh[one, Metric.POWER_W] for one in together if (one, Metric.POWER_W) in fresh]
    return sum(found) if found else None


def _sentences(
    device: DeviceRecord, limit: int | None, power: int | None, fresh: _Fresh, now: datetime
) -> dict[str, str]:
    """What is wrong with a device, by kind."""
    if device.revoked_at is not None:
        return {}
    found = {
        SILENT: _silence(device, now),
        INJECTION: _injection(device, limit, power),
        VOLTAGE: _voltage(device, fresh),
        FREQUENCY: _frequency(fresh.get((device.id, Metric.FREQUENCY_HZ))),
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


def _injection(device: DeviceRecord, limit: int | None, power: int | None) -> str | None:
    if limit is None or power is None or power <= limit:
        return None
    agreed = "the agreed limit" if device.device.limit_w is not None else "the plant's power"
    return f"{device.device.code} feeds in {decimal_text(power)} W; {agreed} is {decimal_text(limit)} W"


def injection_limit_milli(device: DeviceRecord, plants: Iterable[PlantRecord]) -> int | None:
    """What may be fed in at a device, in mW: the agreed limit, else the power of the plants at its POD."""
    wanted = device.device
    if wanted.limit_w is not None:
        return wanted.limit_w * 1_000
    own = [row for row in plants if row.pod == wanted.pod and wanted.plant in (None, row.code)]
    return int(sum(row.power_kw for row in own) * 1_000_000) if own else None


def _voltage(device: DeviceRecord, fresh: _Fresh) -> str | None:
    low, high = VOLTAGE_MILLI_V
    found = {phase: fresh.get((device.id, metric)) for metric, phase in _PHASES.items()}
    outside = [
        f"{phase} {decimal_text(milli)} V"
        for phase, milli in found.items()
        if milli is not None and not low <= milli <= high
    ]
    return f"{', '.join(outside)}: outside 207 to 253 V (EN 50160, 230 V ± 10 %)" if outside else None


def _frequency(milli: int | None) -> str | None:
    low, high = FREQUENCY_MILLI_HZ
    if milli is None or low <= milli <= high:
        return None
    return f"{decimal_text(milli)} Hz: outside 49.5 to 50.5 Hz (EN 50160, 50 Hz ± 1 %)"


def decimal_text(milli: int) -> str:
    """The value with the decimals that it has."""
    text = f"{Decimal(milli).scaleb(-3):f}"
    return text.rstrip("0").rstrip(".")
