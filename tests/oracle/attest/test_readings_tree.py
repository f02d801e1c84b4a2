"""Salted commitments of readings and their tree."""

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle.attest.keccak import keccak256
from oracle.attest.readings_tree import ReadingsTree, commitment, parent, root_of, salt

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "readings_trees.json").read_text("utf-8"))
SALT = bytes(range(32))
POD = "IT001E12345678"
HOURS = [1] * 24
hashes = st.binary(min_size=32, max_size=32)


def test_salt__key_and_day__is_hmac_sha256() -> None:
    expected = hmac.new(b"key", b"condivisa/salt" + (19_905).to_bytes(4, "big"), hashlib.sha256).digest()
    assert salt(b"key", 19_905) == expected
    assert salt(b"key", 19_906) != expected


def test_commitment__one_day__is_spelled_field_by_field() -> None:
    injected, withdrawn = list(range(24)), [2**32 - 1] * 24
    message = (
        b"\x02"
        + SALT
        + (19_905).to_bytes(4, "big")
        + b"IT001E12345678\0\0"
        + b"\x18"
        + b"".join(wh.to_bytes(4, "big") for wh in injected + withdrawn)
    )
    assert len(message) == 1 + 32 + 4 + 16 + 1 + 48 * 4
    assert commitment(SALT, POD, 19_905, injected, withdrawn) == keccak256(message)


CHANGES: dict[str, tuple[Any, ...]] = {
    "salt": (bytes(32), POD, 1, HOURS, HOURS),
    "pod": (SALT, POD + "9", 1, HOURS, HOURS),
    "day": (SALT, POD, 2, HOURS, HOURS),
    "injected": (SALT, POD, 1, [2, *HOURS[1:]], HOURS),
    "withdrawn": (SALT, POD, 1, HOURS, [*HOURS[:-1], 0]),
    "hours": (SALT, POD, 1, HOURS[:-1], HOURS[:-1]),
}


@pytest.mark.parametrize("changed", CHANGES.values(), ids=CHANGES.keys())
def test_commitment__anything_changed__is_another(changed: tuple[Any, ...]) -> None:
    assert commitment(*changed) != commitment(SALT, POD, 1, HOURS, HOURS)


REFUSED: dict[str, tuple[Any, ...]] = {
    "salt has 32 bytes": (bytes(31), POD, 1, HOURS, HOURS),
    "1 to 16 ASCII": (SALT, "IT001E12345678901", 1, HOURS, HOURS),
    "1 to 16 ASCII characters, got ''": (SALT, "", 1, HOURS, HOURS),
    "1 to 16 ASCII characters, got 'ITé'": (SALT, "ITé", 1, HOURS, HOURS),
    "22 injected": (SALT, POD, 1, HOURS[:22], HOURS[:22]),
    "26 injected": (SALT, POD, 1, [*HOURS, 1, 1], [*HOURS, 1, 1]),
    "24 injected, 23 withdrawn": (SALT, POD, 1, HOURS, HOURS[:23]),
    "32 bits": (SALT, POD, 1, [2**32, *HOURS[1:]], HOURS),
    "32 bits of Wh": (SALT, POD, 1, [-1, *HOURS[1:]], HOURS),
}


@pytest.mark.parametrize(("sentence", "arguments"), REFUSED.items(), ids=REFUSED.keys())
def test_commitment__not_a_pods_day__raises(sentence: str, arguments: tuple[Any, ...]) -> None:
    with pytest.raises(ValueError, match=sentence):
        commitment(*arguments)


def test_tree__three_commitments__is_padded_with_zeros() -> None:
    one, two, three = (keccak256(bytes([number])) for number in range(3))
    tree = ReadingsTree([one, two, three])
    assert tree.root == parent(parent(one, two), parent(three, bytes(32)))
    assert tree.depth == 2


def test_tree__none_and_one__are_zero_and_itself() -> None:
    assert (ReadingsTree([]).root, ReadingsTree([]).depth) == (bytes(32), 0)
    assert ReadingsTree([SALT]).root == SALT


@given(st.lists(hashes, min_size=1, max_size=40), st.data())
def test_proof__any_position__ends_in_the_root(commitments: list[bytes], data: st.DataObject) -> None:
    tree = ReadingsTree(commitments)
    position = data.draw(st.integers(0, len(commitments) - 1))
    assert root_of(position, commitments[position], tree.proof(position)) == tree.root


@given(st.lists(hashes, min_size=2, max_size=40, unique=True), st.data())
def test_proof__other_commitment_or_position__does_not(commitments: list[bytes], data: st.DataObject) -> None:
    tree = ReadingsTree(commitments)
    position = data.draw(st.integers(0, len(commitments) - 1))
    proof = tree.proof(position)
    assert root_of(position, keccak256(commitments[position]), proof) != tree.root
    assert root_of(position ^ 1, commitments[position], proof) != tree.root


@pytest.mark.parametrize("position", [-1, 4, 5])
def test_proof__outside_the_tree__raises(position: int) -> None:
    with pytest.raises(ValueError, match="outside a tree of depth 2"):
        ReadingsTree([SALT] * 3).proof(position)
    with pytest.raises(ValueError, match="outside a tree of depth 2"):
        root_of(position, SALT, [SALT, SALT])


@pytest.mark.parametrize("vector", VECTORS["commitments"], ids=lambda vector: len(vector["injected_wh"]))
def test_vectors__commitments__are_what_the_code_gives(vector: dict[str, Any]) -> None:
    key = bytes.fromhex(vector["key"][2:])
    made = salt(key, vector["day"])
    assert "0x" + made.hex() == vector["salt"]
    hashed = commitment(made, vector["pod"], vector["day"], vector["injected_wh"], vector["withdrawn_wh"])
    assert "0x" + hashed.hex() == vector["commitment"]
