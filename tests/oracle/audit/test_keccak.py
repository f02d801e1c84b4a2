"""The auditor's Keccak-256 against the library that the service uses, and its own constant."""

from hypothesis import given, settings
from hypothesis import strategies as st

from oracle.attest.keccak import keccak256 as library
from oracle.audit.keccak import keccak256


def test_keccak256__nothing__is_the_well_known_hash() -> None:
    assert keccak256(b"").hex() == "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"


@settings(max_examples=60)
@given(st.binary(max_size=420))
def test_keccak256__any_message__is_the_librarys(message: bytes) -> None:
    assert keccak256(message) == library(message)


def test_keccak256__lengths_around_a_block__are_the_librarys() -> None:
    for length in (135, 136, 137, 271, 272, 273):
        assert keccak256(b"\x5a" * length) == library(b"\x5a" * length)
