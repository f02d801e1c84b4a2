"""Names of communities and configurations on the ledger: 32 bytes, derived from what people call them.

A community's id holds its administrator's address, a configuration's its community's id, so that nobody can
take another's.
"""

from oracle.attest.keccak import HASH_BYTES, keccak256

_MEMBER_TAG = b"\x06"


def community_salt(community_name: str) -> bytes:
    """What a community is registered under by its administrator."""
    return keccak256(b"condivisa/community\0" + community_name.encode())


def community_id(administrator: bytes, salt: bytes) -> bytes:
    """Id of a community from the address (20 bytes) that registered it."""
    return keccak256(administrator.rjust(HASH_BYTES, b"\0") + salt)


def area(area_code: str) -> bytes:
    """An area code as the ledger takes it. Raises ValueError unless it has 1 to 32 ASCII characters."""
    if not area_code.isascii() or not 1 <= len(area_code) <= HASH_BYTES:
        raise ValueError(f"an area code has 1 to {HASH_BYTES} ASCII characters, got {area_code!r}")
    return area_code.encode().ljust(HASH_BYTES, b"\0")


def area_code_of(octets: bytes) -> str:
    """The area code that the ledger names by these 32 bytes: the inverse of `area`."""
    return octets.rstrip(b"\0").decode("ascii")


def configuration_id(community: bytes, area_code: str) -> bytes:
    """Id of a community's configuration under one primary substation."""
    return keccak256(community + area(area_code))


def member_leaf(salt: bytes, address: bytes) -> bytes:
    """A member's pseudonymous id, a leaf of the roster that the ledger holds: over 53 bytes."""
    return keccak256(_MEMBER_TAG + salt + address)
