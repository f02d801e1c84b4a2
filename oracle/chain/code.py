"""Is the code at an address the committed one? Standard library only: the deployment script imports it."""

from collections.abc import Mapping
from typing import Any

WORD_BYTES = 32


def code_difference(found: bytes, artifact: Mapping[str, Any]) -> str | None:
    """Where code on a chain departs from a committed artifact, in words; None where it does not.

    Immutables are left out: the constructor writes them into the code, and views read them back.
    """
    expected = bytes.fromhex(artifact["deployedBytecode"][2:])
    if not found:
        return "there is no code"
    if len(found) != len(expected):
        return f"the code has {len(found)} bytes, the artifact {len(expected)}"
    offsets = artifact["immutableOffsets"]
    pairs = zip(_masked(found, offsets), _masked(expected, offsets), strict=True)
    for position, (there, here) in enumerate(pairs):
        if there != here:
            return f"byte {position} of the code is 0x{there:02x}, of the artifact 0x{here:02x}"
    return None


def _masked(code: bytes, offsets: list[int]) -> bytes:
    """The code with zeros for its immutables."""
    blank = bytearray(code)
    for offset in offsets:
        blank[offset : offset + WORD_BYTES] = bytes(WORD_BYTES)
    return bytes(blank)
