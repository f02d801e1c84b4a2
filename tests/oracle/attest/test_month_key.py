"""What derives from a POD's key of a month: pseudonym and blindings, none of them without the key."""

import hashlib
import hmac
import struct
from typing import Any

import pytest

from oracle.attest.keccak import keccak256
from oracle.attest.month_key import blinding, month_salt, pseudonym
from oracle.attest.pedersen import ORDER

KEY = bytes(range(32))
SALT = b"\x21" * 32
POD = "IT001E12345678"
HOURS = [1] * 24
DAY, MONTH = 19_905, 654


def test_month_salt__key_and_month__is_hmac_sha256() -> None:
    expected = hmac.new(KEY, b"condivisa/pseudonym" + MONTH.to_bytes(4, "big"), hashlib.sha256).digest()
    assert month_salt(KEY, MONTH) == expected
    assert month_salt(KEY, MONTH + 1) != expected
    assert month_salt(SALT, MONTH) != expected


def test_pseudonym__salt_month_and_pod__are_spelled_in_fixed_widths() -> None:
    message = b"\x02" + SALT + MONTH.to_bytes(4, "big") + b"IT001E12345678\0\0"
    assert len(message) == 53
    assert pseudonym(SALT, MONTH, POD) == keccak256(message)


@pytest.mark.parametrize("changed", [(KEY, MONTH, POD), (SALT, MONTH + 1, POD), (SALT, MONTH, POD + "9")])
def test_pseudonym__anything_changed__is_another(changed: tuple[bytes, int, str]) -> None:
    assert pseudonym(*changed) != pseudonym(SALT, MONTH, POD)


def test_pseudonym__two_months_of_a_key_each__show_no_relation() -> None:
    one = pseudonym(month_salt(KEY, MONTH), MONTH, POD)
    other = pseudonym(month_salt(KEY, MONTH + 1), MONTH + 1, POD)
    assert one != other


@pytest.mark.parametrize(
    ("sentence", "salt", "pod"),
    [
        ("a salt has 32 bytes, got 31", SALT[:31], POD),
        ("1 to 16 ASCII", SALT, "IT001E12345678901"),
        ("1 to 16 ASCII characters, got ''", SALT, ""),
        ("1 to 16 ASCII characters, got 'ITé'", SALT, "ITé"),
    ],
)
def test_pseudonym__no_pod__raises(sentence: str, salt: bytes, pod: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        pseudonym(salt, MONTH, pod)


def test_blinding__key_day_predecessor_and_hours__is_hmac_sha512_below_the_order() -> None:
    message = b"condivisa/blinding" + DAY.to_bytes(4, "big") + bytes(32) + b"\x18" + struct.pack(">I", 1) * 48
    number = int.from_bytes(hmac.new(KEY, message, hashlib.sha512).digest(), "big")
    assert blinding(KEY, DAY, bytes(32), HOURS, HOURS) == (1 + number % (ORDER - 1)).to_bytes(32, "big")


CHANGES: dict[str, tuple[Any, ...]] = {
    "key": (SALT, DAY, bytes(32), HOURS, HOURS),
    "day": (KEY, DAY + 1, bytes(32), HOURS, HOURS),
    "predecessor": (KEY, DAY, b"\x01" * 32, HOURS, HOURS),
    "an injected hour": (KEY, DAY, bytes(32), [2, *HOURS[1:]], HOURS),
    "a withdrawn hour": (KEY, DAY, bytes(32), HOURS, [*HOURS[:-1], 0]),
    "number of hours": (KEY, DAY, bytes(32), HOURS[:-1], HOURS[:-1]),
}


@pytest.mark.parametrize("changed", CHANGES.values(), ids=CHANGES.keys())
def test_blinding__anything_changed__is_another(changed: tuple[Any, ...]) -> None:
    assert blinding(*changed) != blinding(KEY, DAY, bytes(32), HOURS, HOURS)
