"""What hides a POD in the lists of a month, derived from one key that can be deleted.

The key belongs to one POD and month. Without it nobody can tell which entry was the POD's, nor open it; the
entries themselves stay, so that the lists still add up.
"""

import hashlib
import hmac
import struct
from collections.abc import Sequence

from oracle.attest.keccak import HASH_BYTES, keccak256
from oracle.attest.pedersen import ORDER, SCALAR_BYTES

POD_BYTES = 16

_PSEUDONYM_TAG = b"\x02"
_SALT_LABEL = b"condivisa/pseudonym"
_BLINDING_LABEL = b"condivisa/blinding"


def month_salt(key: bytes, month: int) -> bytes:
    """Salt of a POD's pseudonym, 32 bytes (HMAC-SHA256). The month is (year - 1970) * 12 + month - 1."""
    return hmac.digest(key, _SALT_LABEL + month.to_bytes(4, "big"), hashlib.sha256)


def pseudonym(salt: bytes, month: int, pod: str) -> bytes:
    """The id under which a POD stands in the lists of a month, 32 bytes; those of two months are not linked.

    Raises ValueError unless the salt has 32 bytes and the POD 1 to 16 ASCII characters.
    """
    if len(salt) != HASH_BYTES:
        raise ValueError(f"a salt has {HASH_BYTES} bytes, got {len(salt)}")
    if not pod.isascii() or not 1 <= len(pod) <= POD_BYTES:
        raise ValueError(f"a POD has 1 to {POD_BYTES} ASCII characters, got {pod!r}")
    return keccak256(_PSEUDONYM_TAG + salt + month.to_bytes(4, "big") + pod.encode().ljust(POD_BYTES, b"\0"))


def blinding(
    key: bytes, day: int, predecessor: bytes, injected_wh: Sequence[int], withdrawn_wh: Sequence[int]
) -> bytes:
    """Blinding of a POD's day, 32 bytes: HMAC-SHA512 as a number from 1 to the order less one.

    It covers the report that is replaced and the hours themselves: were the same number to hide two different
    days, the difference of the commitments would show how the days differ to anyone who guesses.
    """
    hours = struct.pack(f">B{2 * len(injected_wh)}I", len(injected_wh), *injected_wh, *withdrawn_wh)
    message = _BLINDING_LABEL + day.to_bytes(4, "big") + predecessor + hours
    number = int.from_bytes(hmac.digest(key, message, hashlib.sha512), "big")
    return (1 + number % (ORDER - 1)).to_bytes(SCALAR_BYTES, "big")
