"""A message with its proof of origin, as it crosses a broker that we need not trust.

It is a JSON Web Signature in compact form (RFC 7515) with Ed25519 (RFC 8037):
`BASE64URL(header) . BASE64URL(body) . BASE64URL(signature)`, header `{"alg":"EdDSA","kid":"<topic>"}`. The
topic in the header keeps a message from being played into another device's topic.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from community.domain.device_key import is_signed, sign
from oracle.errors import MessageMalformed, MessageNotProved

PAYLOAD_MAX_BYTES: Final = 384 * 1024
"""Base64 of the largest message, its header and its signature."""
_BASE64URL: Final = re.compile(rb"[A-Za-z0-9_-]*")
_SIGNATURE_BYTES: Final = 64


@dataclass(frozen=True, slots=True)
class SignedMessage:
    """A message whose signature was not checked yet."""

    topic: str
    body: bytes
    signed: bytes
    signature: bytes

    def require_proved(self, topic: str, public_keys: Iterable[bytes]) -> bytes:
        """The body, if one of these keys signed it for that topic. Raises MessageNotProved."""
        if self.topic != topic:
            raise MessageNotProved("the message was signed for another topic")
        if not any(is_signed(self.signed, self.signature, key) for key in public_keys):
            raise MessageNotProved("the signature is not of a valid key of this device")
        return self.body


def sign_message(key: str, topic: str, body: bytes) -> bytes:
    """The message as a device with that key sends it. Raises ValueError for a text that is no key."""
    header = json.dumps({"alg": "EdDSA", "kid": topic}, separators=(",", ":")).encode()
    signed = _encode(header) + b"." + _encode(body)
    return signed + b"." + _encode(sign(key, signed))


def open_message(payload: bytes) -> SignedMessage:
    """The parts of a signed message. Raises MessageMalformed."""
    if len(payload) > PAYLOAD_MAX_BYTES:
        raise MessageMalformed([f"it has more than {PAYLOAD_MAX_BYTES} bytes"])
    pieces = payload.strip().split(b".")
    if len(pieces) != 3 or not all(_BASE64URL.fullmatch(piece) for piece in pieces):
        raise MessageMalformed(["it is no JSON Web Signature in compact form"])
    try:
        header, body, signature = (_decode(piece) for piece in pieces)
        fields = json.loads(header)
    except (ValueError, binascii.Error, RecursionError) as error:
        raise MessageMalformed(["its header cannot be read"]) from error
    # Exactly these fields: an algorithm of the sender's choice or a critical extension is not for us.
    if not isinstance(fields, dict) or set(fields) != {"alg", "kid"} or fields["alg"] != "EdDSA":
        raise MessageMalformed(['its header must be {"alg":"EdDSA","kid":"<topic>"}'])
    if not isinstance(fields["kid"], str) or len(signature) != _SIGNATURE_BYTES:
        raise MessageMalformed(["its header names no topic, or its signature has not 64 bytes"])
    return SignedMessage(fields["kid"], body, b".".join(pieces[:2]), signature)


def _encode(octets: bytes) -> bytes:
    return base64.urlsafe_b64encode(octets).rstrip(b"=")


def _decode(piece: bytes) -> bytes:
    return base64.urlsafe_b64decode(piece + b"=" * (-len(piece) % 4))
