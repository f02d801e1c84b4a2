"""Names on the ledger, byte by byte; tests/contracts/CommunityRegistry compares them with Solidity."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle.attest.identifiers import area, community_id, community_salt, configuration_id, member_leaf
from oracle.attest.keccak import keccak256

ADMINISTRATOR = bytes(range(1, 21))
AREA_CODE = "AC001E00123"
codes = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=32)


def test_community_salt__name__is_hashed_under_its_kind() -> None:
    assert community_salt("Esempio") == keccak256(b"condivisa/community\0Esempio")
    assert community_salt("Energia Città") == keccak256("condivisa/community\0Energia Città".encode())


def test_community_id__administrator_and_salt__are_a_word_each() -> None:
    salt = community_salt("Esempio")
    assert community_id(ADMINISTRATOR, salt) == keccak256(bytes(12) + ADMINISTRATOR + salt)


def test_area__code__is_left_aligned() -> None:
    assert area(AREA_CODE) == b"AC001E00123" + bytes(21)
    assert area("A" * 32) == b"A" * 32


@pytest.mark.parametrize("code", ["", "A" * 33, "AC001E0012à"])
def test_area__not_1_to_32_ascii_characters__raises(code: str) -> None:
    with pytest.raises(ValueError, match="1 to 32 ASCII characters"):
        area(code)


def test_configuration_id__community_and_area__are_a_word_each() -> None:
    community = bytes(range(32))
    assert configuration_id(community, AREA_CODE) == keccak256(community + b"AC001E00123" + bytes(21))


@given(codes, codes)
def test_configuration_id__different_areas__differ(left: str, right: str) -> None:
    community = bytes(range(32))
    same = configuration_id(community, left) == configuration_id(community, right)
    assert same is (left == right)


def test_member_leaf__salt_and_address__are_tagged() -> None:
    salt = bytes(range(32))
    assert member_leaf(salt, ADMINISTRATOR) == keccak256(b"\x06" + salt + ADMINISTRATOR)
