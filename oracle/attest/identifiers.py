"""Names of communities and configurations on the ledger: 32 bytes, derived from what people call them."""

from oracle.attest.keccak import keccak256


def community_id(community_name: str) -> bytes:
    """Id of a community."""
    return keccak256(b"condivisa/community\0" + community_name.encode())


def configuration_id(community_name: str, area_code: str) -> bytes:
    """Id of a community's configuration under one primary substation."""
    return keccak256(b"condivisa/configuration\0" + community_name.encode() + b"\0" + area_code.encode())
