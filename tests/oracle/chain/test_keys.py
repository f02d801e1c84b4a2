"""Keys are made once, readable by their owner alone, and never fewer or doubled reporters."""

import json
from pathlib import Path

import pytest

from oracle.chain.keys import load_keys, load_or_create_keys
from oracle.errors import KeysUnusable

KEYS = ["0x" + f"{number:02x}" * 32 for number in range(1, 8)]


def write(path: Path, document: object, mode: int = 0o600) -> Path:
    """A keys file."""
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    path.chmod(mode)
    return path


def test_load_or_create__absent__makes_six_keys_that_only_the_owner_reads(tmp_path: Path) -> None:
    path = tmp_path / "chain" / "keys.json"
    made = load_or_create_keys(path)
    again = load_or_create_keys(path)

    assert path.stat().st_mode & 0o777 == 0o600
    assert len(made.reporters) == 5
    assert again.reporter_addresses == made.reporter_addresses
    assert again.operator_address == made.operator_address
    assert [row.name for row in path.parent.iterdir()] == ["keys.json"]


def test_load__reporters__stand_in_the_order_of_their_addresses(tmp_path: Path) -> None:
    keys = load_keys(write(tmp_path / "keys.json", {"operator": KEYS[0], "reporters": KEYS[1:6]}))
    assert keys.reporter_addresses == sorted(keys.reporter_addresses)


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ("{", "is not JSON"),
        ([], "is not a keys file"),
        ({"operator": KEYS[0]}, "is not a keys file"),
        ({"operator": "0x12", "reporters": KEYS[1:6]}, "is not a keys file"),
        ({"operator": KEYS[0], "reporters": KEYS[1:3]}, "has 2 reporters, 3 must sign"),
        ({"operator": KEYS[0], "reporters": [*KEYS[1:5], KEYS[1]]}, "names a reporter twice"),
    ],
)
def test_load__malformed__says_what_is_expected(tmp_path: Path, document: object, sentence: str) -> None:
    with pytest.raises(KeysUnusable, match=sentence):
        load_keys(write(tmp_path / "keys.json", document))


def test_load__readable_by_others__refuses_with_the_remedy(tmp_path: Path) -> None:
    path = write(tmp_path / "keys.json", {"operator": KEYS[0], "reporters": KEYS[1:6]}, 0o644)
    with pytest.raises(KeysUnusable, match="chmod 600"):
        load_keys(path)


def test_load__absent__says_what_is_expected(tmp_path: Path) -> None:
    with pytest.raises(KeysUnusable, match="does not exist: expected"):
        load_keys(tmp_path / "absent.json")
