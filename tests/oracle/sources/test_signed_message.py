"""Signed messages: only the device's key, only its own topic, only the bytes that it signed."""

import base64
import json

import pytest

from community.domain.device_key import PREFIX, new_key, public_key, sign
from oracle.errors import MessageMalformed, MessageNotProved
from oracle.sources.signed_message import PAYLOAD_MAX_BYTES, open_message, sign_message

TOPIC, BODY = "condivisa/c/m-1/readings", b'{"message":"1"}'


def public(key: str) -> bytes:
    found = public_key(key)
    assert found is not None
    return found


def encoded(octets: bytes) -> bytes:
    return base64.urlsafe_b64encode(octets).rstrip(b"=")


def test_key__rfc_8032_first_vector__gives_its_public_key_and_signature() -> None:
    """RFC 8032, 7.1, test 1, through our key's text."""
    seed = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    key = PREFIX + encoded(seed).decode()
    assert public(key).hex() == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    signature = "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
    signature += "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    assert sign(key, b"").hex() == signature


def test_open__own_message__gives_the_body() -> None:
    key = new_key()
    assert open_message(sign_message(key, TOPIC, BODY)).require_proved(TOPIC, [public(key)]) == BODY


def test_open__one_of_two_keys__is_enough() -> None:
    old, new = new_key(), new_key()
    signed = open_message(sign_message(old, TOPIC, BODY))
    assert signed.require_proved(TOPIC, [public(new), public(old)]) == BODY


@pytest.mark.parametrize("keys", [[], [public(new_key())]])
def test_open__another_key_or_none__is_not_proved(keys: list[bytes]) -> None:
    with pytest.raises(MessageNotProved):
        open_message(sign_message(new_key(), TOPIC, BODY)).require_proved(TOPIC, keys)


def test_open__played_into_another_topic__is_not_proved() -> None:
    key = new_key()
    signed = open_message(sign_message(key, TOPIC, BODY))
    with pytest.raises(MessageNotProved, match="another topic"):
        signed.require_proved("condivisa/c/m-2/readings", [public(key)])


def test_open__body_exchanged__is_not_proved() -> None:
    key = new_key()
    header, _, signature = sign_message(key, TOPIC, BODY).split(b".")
    forged = b".".join([header, encoded(b"{}"), signature])
    with pytest.raises(MessageNotProved):
        open_message(forged).require_proved(TOPIC, [public(key)])


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none", "kid": TOPIC},
        {"alg": "HS256", "kid": TOPIC},
        {"alg": "EdDSA"},
        {"alg": "EdDSA", "kid": 1},
        {"alg": "EdDSA", "kid": TOPIC, "crit": ["b64"]},
        ["EdDSA"],
    ],
)
def test_open__other_header__is_malformed(header: object) -> None:
    payload = b".".join([encoded(json.dumps(header).encode()), encoded(BODY), encoded(bytes(64))])
    with pytest.raises(MessageMalformed):
        open_message(payload)


@pytest.mark.parametrize(
    "payload", [b"", b"a.b", b"....", b"a b.c.d", b"\xff.\xff.\xff", b"a.a.a", b"x" * (PAYLOAD_MAX_BYTES + 1)]
)
def test_open__no_signed_message__is_malformed(payload: bytes) -> None:
    with pytest.raises(MessageMalformed):
        open_message(payload)


@pytest.mark.parametrize("text", ["", "cdk_", "cdk_" + "a" * 42, "cdk_" + "!" * 43, "a" * 47])
def test_key__text_that_is_none__has_no_public_half(text: str) -> None:
    assert public_key(text) is None
