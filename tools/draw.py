"""Numbers that look random and are the same in every run, for generated files."""

import hashlib


class Draw:
    """Deterministic bytes and numbers under a label."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._count = 0

    def hash32(self) -> bytes:
        """The next 32 bytes."""
        self._count += 1
        return hashlib.sha256(f"{self._label}/{self._count}".encode()).digest()

    def below(self, bound: int) -> int:
        """The next number below the bound."""
        return int.from_bytes(self.hash32(), "big") % bound


def hexed(field: bytes) -> str:
    """0x and lower-case hex."""
    return "0x" + field.hex()
