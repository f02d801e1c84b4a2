"""Reproducible random integers: every name has a stream of its own.

Adding a household to the synthetic community therefore never changes the curves of the others.
Only whole numbers are drawn (`integers`): the continuous distributions of numpy go through
transcendental functions whose last digit differs between processors.
"""

import hashlib

import numpy as np
from numpy.typing import NDArray

Stream = np.random.Generator


def stream(name: str) -> Stream:
    """PCG64 seeded with the first 128 bits of SHA-256 of the name."""
    digest = hashlib.sha256(f"condivisa/synthetic/{name}".encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16], "big")))


def between(source: Stream, lowest: int, highest: int) -> int:
    """One whole number, both ends included."""
    return int(source.integers(lowest, highest, endpoint=True))


def chance(source: Stream, per_mille: int) -> bool:
    """True in `per_mille` of 1000 draws."""
    return between(source, 1, 1000) <= per_mille


def noise_per_mille(source: Stream, count: int, spread: int) -> NDArray[np.int64]:
    """`count` factors around 1000 per mille, at most `spread` away, whole numbers."""
    return source.integers(1000 - spread, 1000 + spread, size=count, endpoint=True, dtype=np.int64)
