"""
who may call what
├── given a function for the treasurer, the registrar, a vault or the contract itself
│   └── it should refuse everybody else
├── given a function that carries its authority in signatures or proofs
│   └── it should take no notice of the caller
└── given a new function that changes state
    └── it should be listed here
"""

from typing import Any

import pytest

from tests.contracts.leaves import MIXED
from tools.testchain.client import Contract
from tools.testchain.community import CONFIGURATION, MONTH, Community, day_report, report_row
from tools.testchain.errors import Reverted

BATCH = (1, 0, b"", b"")
NO_SETTLEMENT = (9, [], [], 0, bytes(32), bytes(32), 0, 0, 0)
REPORT = report_row(day_report(1))

# Function, arguments, who may call it, and the error that others see. None: the caller does not matter.
LEDGER: dict[str, tuple[tuple[Any, ...], str | None, str]] = {
    "registerConfiguration": ((bytes(32), "0x" + "1" * 40), "registrar", "EnergyLedger_NotRegistrar"),
    "post": ((CONFIGURATION, [REPORT], []), None, "ReporterQuorum_TooFewSignatures"),
    "correct": ((CONFIGURATION, REPORT, REPORT, []), None, "EnergyLedger_WrongPredecessor"),
    "settleMonth": ((CONFIGURATION, MONTH), "vault", "EnergyLedger_NotVault"),
}
VAULT: dict[str, tuple[tuple[Any, ...], str | None, str]] = {
    "credit": ((bytes(32), 1), "treasurer", "CommunityVault_NotTreasurer"),
    "settle": ((NO_SETTLEMENT, []), None, "CommunityVault_WrongDistribution"),
    "push": (BATCH, None, "CommunityVault_LeafCountOutOfRange"),
    "claim": (BATCH, None, "CommunityVault_LeafCountOutOfRange"),
    "reserve": ((*BATCH, 1), "treasurer", "CommunityVault_NotTreasurer"),
    "release": ((*BATCH, 1), "treasurer", "CommunityVault_NotTreasurer"),
    "confirm": ((*BATCH, []), "treasurer", "CommunityVault_NotTreasurer"),
    "payOut": ((b"", 1), "vault", "CommunityVault_NotSelf"),
}


def callers(community: Community) -> dict[str, str]:
    """The accounts with a role, and a stranger. Contracts as callers are tested elsewhere."""
    return {
        "registrar": community.relayer,
        "treasurer": community.treasurer,
        "stranger": community.chain.accounts[9],
    }


def answer(contract: Contract, function: str, arguments: tuple[Any, ...], sender: str) -> str:
    """Name of the error, or "accepted"."""
    try:
        contract.call(function, *arguments, sender=sender)
    except Reverted as reverted:
        return reverted.name
    return "accepted"


@pytest.mark.parametrize("table", [LEDGER, VAULT], ids=["ledger", "vault"])
def test_callers__every_role_and_function__only_the_named_role_passes(
    community: Community, table: dict[str, tuple[tuple[Any, ...], str | None, str]]
) -> None:
    community.distribute(MIXED)
    contract = community.ledger if table is LEDGER else community.vault
    for function, (arguments, role, error) in table.items():
        for name, caller in callers(community).items():
            refused = answer(contract, function, arguments, caller) == error
            assert refused is (role is None or name != role), (function, name)


def test_callers__functions_that_change_state__are_all_listed(community: Community) -> None:
    assert community.ledger.changing_functions() == sorted(LEDGER)
    assert community.vault.changing_functions() == sorted(VAULT)


def test_callers__ether__is_refused_by_every_function(community: Community) -> None:
    for contract in (community.ledger, community.vault):
        kinds = {entry["type"] for entry in contract.artifact.abi}
        assert not kinds & {"receive", "fallback"}
        mutabilities = {entry.get("stateMutability") for entry in contract.artifact.abi}
        assert "payable" not in mutabilities


def test_test_euro__mint__is_its_deployers(community: Community) -> None:
    assert community.token is not None
    stranger = community.chain.accounts[9]
    assert answer(community.token, "mint", (stranger, 1), stranger) == "TestEuro_NotDeployer"
    assert answer(community.token, "mint", (stranger, 1), community.relayer) == "accepted"
    assert community.token.call("decimals") == 6
    assert "worth nothing" in community.token.call("name")
