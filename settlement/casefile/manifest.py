"""The manifest of a settled case: name and SHA-256 of its four files. Its own hash is the evidence."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

FILES = ("community.toml", "prices.csv", "readings.csv", "settlement.json")


def manifest(source: Path | Mapping[str, bytes]) -> bytes:
    """One line "<sha256 hex>  <name>" for each of the four files, sorted by name.

    `source` is a folder or the files' contents by name. Raises OSError or KeyError where one is missing.
    """
    return "".join(f"{_digest(source, name)}  {name}\n" for name in sorted(FILES)).encode()


def evidence(manifest_bytes: bytes) -> bytes:
    """The 32 bytes that bind a payout to its case: SHA-256 of the manifest."""
    return sha256(manifest_bytes).digest()


def _digest(source: Path | Mapping[str, bytes], name: str) -> str:
    if not isinstance(source, Path):
        return sha256(source[name]).hexdigest()
    digest = sha256()
    with (source / name).open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
