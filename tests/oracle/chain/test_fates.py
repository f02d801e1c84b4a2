"""The logs that the verifier reads are those of the vault's committed artifact, field by field."""

import json
from pathlib import Path
from typing import Any

import pytest

from oracle.attest.keccak import keccak256
from oracle.chain.fates import BATCH_EVENTS, LEAF_EVENTS, Kind

ARTIFACT = Path(__file__).parents[3] / "contracts" / "artifacts" / "CommunityVault.json"
ABI: list[dict[str, Any]] = json.loads(ARTIFACT.read_text("utf-8"))["abi"]


def events() -> dict[str, dict[str, Any]]:
    """The vault's events by topic."""
    found = {}
    for row in ABI:
        if row["type"] == "event":
            signature = f"{row['name']}({','.join(field['type'] for field in row['inputs'])})"
            found["0x" + keccak256(signature.encode()).hex()] = row
    return found


def names(topic: str, *, indexed: bool) -> list[str]:
    """Names of an event's topics, or of its data's words."""
    return [field["name"] for field in events()[topic]["inputs"] if field["indexed"] is indexed]


@pytest.mark.parametrize("topic", LEAF_EVENTS)
def test_leaf_events__of_the_artifact__name_distribution_index_and_single(topic: str) -> None:
    replaced = LEAF_EVENTS[topic] in (Kind.MOVED, Kind.REDIRECTED)
    assert names(topic, indexed=True) == ["distribution", "index", *(["single"] if replaced else [])]


@pytest.mark.parametrize("topic", BATCH_EVENTS)
def test_batch_events__of_the_artifact__begin_with_start_and_bitmap(topic: str) -> None:
    assert names(topic, indexed=True) == ["distribution"]
    assert names(topic, indexed=False)[:2] == [
        "start",
        "swept" if BATCH_EVENTS[topic] is Kind.SWEPT else "paid",
    ]
