"""The hash of the ledger."""

from eth_hash.auto import keccak as _keccak

HASH_BYTES = 32


def keccak256(message: bytes) -> bytes:
    """Keccak-256 (the original padding, not SHA3-256) of the message: 32 bytes."""
    return bytes(_keccak(message))
