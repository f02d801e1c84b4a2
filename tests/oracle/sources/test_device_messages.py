"""Devices' messages: read exactly, refused with the place of each defect."""

import json
from typing import Any

import pytest

from oracle.errors import MessageMalformed
from oracle.sources.device_messages import (
    BYTES_MAX,
    Metric,
    parse_readings,
    parse_telemetry,
)

BLOCK = {"direction": "injected", "start": "2024-07-01T00:00:00+02:00", "wh": [1, 2]}
READINGS = {"message": "1", "pod": "IT001E00000001", "sent_at": "2024-07-02T00:00:00Z", "blocks": [BLOCK]}
SAMPLE = {"metric": "voltage_l1_v", "value": "230.4", "at": "2024-07-01T00:00:00Z"}


def readings(**changed: Any) -> bytes:
    return json.dumps(READINGS | changed).encode()


def sample(**changed: Any) -> bytes:
    return json.dumps({"samples": [SAMPLE | changed]}).encode()


def test_readings__digest__is_of_what_it_says_not_of_how_it_is_written() -> None:
    message = parse_readings(readings())
    assert message.count == 2
    spaced = json.dumps(READINGS | {"blocks": [BLOCK | {"start": "2024-06-30T22:00:00Z"}]}, indent=3)
    assert parse_readings(spaced.encode()).digest == message.digest
    assert parse_readings(readings(message="2")).digest != message.digest


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"pod": "IT001"}, "pod"),
        ({"message": ""}, "message"),
        ({"message": "a b"}, "message"),
        ({"sent_at": 1_720_000_000}, "sent_at"),
        ({"sent_at": "2024-07-02T00:00:00"}, "sent_at"),
        ({"sent_at": "0001-01-01T00:00:00Z"}, "sent_at"),
        ({"blocks": []}, "blocks"),
        ({"blocks": [BLOCK | {"wh": []}]}, "blocks.0.wh"),
        ({"blocks": [BLOCK | {"wh": [-1]}]}, "blocks.0.wh.0"),
        ({"blocks": [BLOCK | {"wh": [1.5]}]}, "blocks.0.wh.0"),
        ({"blocks": [BLOCK | {"wh": [1.0]}]}, "blocks.0.wh.0"),
        ({"blocks": [BLOCK | {"wh": ["1"]}]}, "blocks.0.wh.0"),
        ({"blocks": [BLOCK | {"wh": [None]}]}, "blocks.0.wh.0"),
        ({"blocks": [BLOCK | {"wh": [500_000_001]}]}, "blocks.0.wh.0"),
        ({"blocks": [BLOCK | {"wh": [0] * 6_001}]}, "blocks.0.wh"),
        ({"blocks": [BLOCK | {"wh": [0] * 4_000}] * 2}, "6000 values"),
        ({"blocks": [BLOCK, BLOCK | {"start": "2024-10-01T00:00:00Z"}]}, "62 days"),
        ({"blocks": [BLOCK] * 101}, "blocks"),
        ({"device": "m-2"}, "device"),
    ],
)
def test_readings__defect__is_refused_with_its_place(changed: dict[str, Any], place: str) -> None:
    with pytest.raises(MessageMalformed, match=place):
        parse_readings(readings(**changed))


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"\xff", b"[" * 100_000, b'{"message": NaN}', b" " * (BYTES_MAX + 1)]
)
def test_readings__no_such_document__is_refused(body: bytes) -> None:
    with pytest.raises(MessageMalformed):
        parse_readings(body)


def test_readings__name_of_a_field__reaches_the_sentence_as_plain_text() -> None:
    with pytest.raises(MessageMalformed, match=r"a\?b") as refused:
        parse_readings(readings(**{"a\0b": 1}))
    assert refused.value.args[0].isprintable()


def test_telemetry__value__is_whole_thousandths() -> None:
    (found,) = parse_telemetry(sample()).samples
    assert (found.metric, found.milli, found.metric.unit) == (Metric.VOLTAGE_L1_V, 230_400, "V")
    (negative,) = parse_telemetry(sample(metric="power_w", value="-0.001")).samples
    assert negative.milli == -1


@pytest.mark.parametrize(
    "changed",
    [
        {"value": 230.4},
        {"value": "230,4"},
        {"value": "2e2"},
        {"value": "NaN"},
        {"value": "1.0000"},
        {"value": "-1"},
        {"metric": "state_of_charge_pct", "value": "100.001"},
        {"metric": "temperature_c"},
        {"at": 0},
    ],
)
def test_telemetry__defect__is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(MessageMalformed):
        parse_telemetry(sample(**changed))


def test_metrics__each__has_a_unit() -> None:
    assert all(metric.unit for metric in Metric)
