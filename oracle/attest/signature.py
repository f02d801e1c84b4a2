"""Whose signature is it? ECDSA on secp256k1 as the contracts check it: r, s and v, 65 bytes.

Source: SEC 1, 4.1.6 (public key recovery); EIP-2 (the lower of two s), which the contracts ask for as well.
"""

from coincurve import PublicKey

from oracle.attest.keccak import keccak256
from oracle.attest.payout_tree import ADDRESS_BYTES
from oracle.attest.pedersen import ORDER

SIGNATURE_BYTES = 65
PUBLIC_KEY_BYTES = 64
_V_OFFSET = 27


def signer_of(digest: bytes, signature: bytes) -> bytes:
    """The address (20 bytes) that signed a digest (32 bytes).

    Raises ValueError for what the contracts would not take: another length, a v other than 27 or 28, the
    higher of the two s, or numbers that belong to no key.
    """
    if len(signature) != SIGNATURE_BYTES:
        raise ValueError(f"a signature has {SIGNATURE_BYTES} bytes, got {len(signature)}")
    number, v = int.from_bytes(signature[32:64], "big"), signature[64]
    if v not in (_V_OFFSET, _V_OFFSET + 1):
        raise ValueError(f"the last byte of a signature is 27 or 28, got {v}")
    if number > ORDER // 2:
        raise ValueError("of the two signatures with this r, the contracts take the one with the lower s")
    try:
        key = PublicKey.from_signature_and_message(
            signature[:64] + bytes([v - _V_OFFSET]), digest, hasher=None
        )
    except Exception as error:  # the library raises Exception itself
        raise ValueError("these bytes are nobody's signature") from error
    return address_of(key.format(compressed=False)[1:])


def normalised(digest: bytes, signature: bytes, signer: bytes) -> bytes:
    """A signer's r and s with the v that the contracts ask for, whichever v its program gave.

    Raises ValueError when the signature is not the signer's.
    """
    if len(signature) != SIGNATURE_BYTES:
        raise ValueError(f"a signature has {SIGNATURE_BYTES} bytes, got {len(signature)}")
    number = int.from_bytes(signature[32:64], "big")
    lower = min(number, ORDER - number).to_bytes(32, "big")
    for v in (_V_OFFSET, _V_OFFSET + 1):
        candidate = signature[:32] + lower + bytes([v])
        try:
            if signer_of(digest, candidate) == signer:
                return candidate
        except ValueError:
            continue
    raise ValueError(f"the signature is not of 0x{signer.hex()}")


def address_of(public_key: bytes) -> bytes:
    """The address (20 bytes) of a public key (64 bytes)."""
    if len(public_key) != PUBLIC_KEY_BYTES:
        raise ValueError(f"a public key has {PUBLIC_KEY_BYTES} bytes, got {len(public_key)}")
    return keccak256(public_key)[-ADDRESS_BYTES:]
