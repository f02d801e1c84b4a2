"""The key of a device: an Ed25519 private key that it keeps and of which we keep the public half.

Over HTTP the device shows the key, over MQTT it signs with it; we recognise both by the same 32 bytes, with
which nobody can pose as the device.
"""

import base64
import re
import secrets
from typing import Final

from Crypto.PublicKey import ECC
from Crypto.Signature import eddsa

PREFIX: Final = "cdk_"
"""Tells a device's key from an API token, and lets scanners find one that was published by mistake."""
SEED_BYTES: Final = 32
_KEY: Final = re.compile(PREFIX + r"[A-Za-z0-9_-]{43}")


def new_key() -> str:
    """A new key as text: the prefix and 32 random bytes in base64url."""
    return PREFIX + base64.urlsafe_b64encode(secrets.token_bytes(SEED_BYTES)).rstrip(b"=").decode()


def public_key(key: str) -> bytes | None:
    """The public half of a key (32 bytes, RFC 8032); None for a text that is no key."""
    private = _private(key)
    return None if private is None else bytes(private.public_key().export_key(format="raw"))


def sign(key: str, message: bytes) -> bytes:
    """The Ed25519 signature (64 bytes) of a message. Raises ValueError for a text that is no key."""
    private = _private(key)
    if private is None:
        raise ValueError("this is no device key")
    return bytes(eddsa.new(private, "rfc8032").sign(message))


def is_signed(message: bytes, signature: bytes, public: bytes) -> bool:
    """Whether the signature over the message was made with the key of that public half."""
    try:
        eddsa.new(eddsa.import_public_key(public), "rfc8032").verify(message, signature)
    except ValueError:
        return False
    return True


def _private(key: str) -> ECC.EccKey | None:
    if not _KEY.fullmatch(key):
        return None
    seed = base64.urlsafe_b64decode(key.removeprefix(PREFIX) + "=")
    return ECC.construct(curve="Ed25519", seed=seed)  # type: ignore[arg-type]  # its stub is wrong
