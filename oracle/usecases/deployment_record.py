"""What `make deploy` recorded of a community, as `condivisa chain adopt` reads it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from oracle.errors import AdoptionRefused
from oracle.records import ContractKind

_NAMES = {
    "EnergyLedger": ContractKind.LEDGER,
    "CommunityTimelock": ContractKind.TIMELOCK,
    "TestEuro": ContractKind.TOKEN,
    "CommunityVault": ContractKind.VAULT,
}


@dataclass(frozen=True, slots=True)
class DeploymentRecord:
    """Addresses (20 bytes) of a community's contracts on a chain, and its id (32 bytes) at the ledger."""

    chain_id: int
    community: bytes
    addresses: Mapping[ContractKind, bytes]


def parse_record(name: str, text: str) -> DeploymentRecord:
    """A record of ledger, timelock and vault; `name` is the file's. Raises AdoptionRefused."""
    try:
        document = json.loads(text)
        community = document["community"]
        found = {
            _NAMES[contract]: _octets(entry["address"])
            for contract, entry in document["contracts"].items()
            if contract in _NAMES
        }
        # The ledger may be one that others deployed.
        found.setdefault(ContractKind.LEDGER, _octets(community["ledger"]))
        record = DeploymentRecord(int(document["chain_id"]), _octets(community["id"]), found)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise AdoptionRefused(
            f"{name} is no record of a community's deployment ({type(error).__name__}: {error}): it is what "
            "`make deploy` writes with a [community] section"
        ) from error
    missing = {ContractKind.TIMELOCK, ContractKind.VAULT} - set(found)
    if missing:
        raise AdoptionRefused(
            f"{name} holds no {' and no '.join(sorted(missing))}: complete the deployment first"
        )
    return record


def _octets(text: Any) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))
