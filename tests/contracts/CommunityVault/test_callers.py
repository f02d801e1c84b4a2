"""
who may call what, on ledger, vault and timelock
├── given a function for a role
│   └── it should refuse everybody else, by the role's error
├── given a function that carries its authority in signatures or proofs, or that anyone may call
│   └── it should take no notice of the caller
├── given a role that was handed over
│   └── it should be the new account's, and the old one's no more
└── given a new function that changes state
    └── it should be listed here
"""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.contracts.leaves import MIXED
from tools.testchain.client import Contract
from tools.testchain.community import AREA, MONTH, SHARES_BPS, Community, day_report, report_row
from tools.testchain.errors import Reverted

ACCOUNT = "0x" + "1" * 40
WORD = b"\x01" * 32
ZERO = bytes(32)
BRANCH = (1, 0, b"", b"")
NO_SETTLEMENT: tuple[Any, ...] = (9, 1, [], [], 0, ZERO, ZERO, 0, 0, 0)
BATCH = (ZERO, AREA, 0, [report_row(day_report(1))], b"")


@dataclass(frozen=True)
class Row:
    """A function, who may call it, and the error that others see: all, where no role is named."""

    arguments: tuple[Any, ...]
    error: str
    roles: tuple[str, ...] = ()


def ledger_rows(community: bytes) -> dict[str, Row]:
    """Changing functions of the ledger; arguments are such that the role itself is not refused for them."""
    administrator, governor = ("administrator",), ("governor",)
    own = "CommunityRegistry_NotAdministrator"
    members = "CommunityRegistry_NotGovernor"
    return {
        "registerCommunity": Row((ZERO, (ACCOUNT, ACCOUNT, [], 1, 5, SHARES_BPS)), OUT_OF_RANGE),
        "offerAdministration": Row((community, ACCOUNT), own, ("administrator", "governor")),
        "acceptAdministration": Row((community,), "CommunityRegistry_NotOffered"),
        "registerConfiguration": Row((community, WORD), own, administrator),
        "setRoster": Row((community, WORD, 1), own, administrator),
        "setAnchoring": Row((community, ACCOUNT, True), own, administrator),
        "setVault": Row((community, ACCOUNT), members, governor),
        "setReporters": Row((community, [ACCOUNT], 1), members, governor),
        "setShares": Row((community, SHARES_BPS), members, governor),
        "setSmallestGroup": Row((community, 1), members, governor),
        "setGovernor": Row((community, ACCOUNT), members, governor),
        "setGuardian": Row((community, ACCOUNT), members, governor),
        "nameSuccessor": Row((community, ACCOUNT), members, governor),
        "removeReporter": Row((community, ACCOUNT), "CommunityRegistry_NotGuardian", ("guardian",)),
        "setPaused": Row((community, True), "CommunityRegistry_NotGuardian", ("guardian", "governor")),
        "anchor": Row((community, WORD, WORD), "CommunityRegistry_MayNotAnchor", administrator),
        "post": Row((BATCH,), "CommunityRegistry_UnknownCommunity"),
        "postAll": Row(([],), "EnergyLedger_BatchCountOutOfRange"),
        "correct": Row((BATCH, []), "CommunityRegistry_UnknownCommunity"),
        "open": Row((ZERO, report_row(day_report(1)), ZERO, b""), "EnergyLedger_WrongPredecessor"),
        "dispute": Row((community, AREA, 1, ZERO, ZERO, 0, []), "EnergyLedger_MayNotObject", ("reporter",)),
        "settleMonths": Row((community, [(ZERO, MONTH)], 1, ZERO, b""), "EnergyLedger_NotVault", ("vault",)),
    }


OUT_OF_RANGE = "CommunityRegistry_ThresholdOutOfRange"
NOT_TREASURER = "CommunityVault_NotTreasurer"
NOT_GOVERNOR = "CommunityVault_NotGovernor"
VAULT = {
    "credit": Row((ZERO, 1), NOT_TREASURER, ("treasurer",)),
    "voidCredit": Row((ZERO,), NOT_TREASURER, ("treasurer",)),
    "takeDonation": Row((), "CommunityVault_NoDonation"),
    "rescueToken": Row((ACCOUNT, ACCOUNT, 1), NOT_GOVERNOR, ("governor",)),
    "setTreasurer": Row((ACCOUNT,), NOT_GOVERNOR, ("governor",)),
    "settle": Row((NO_SETTLEMENT, b""), "CommunityVault_WrongDistribution"),
    "cancel": Row((1, ZERO, 0), "CommunityVault_NotGuardian", ("guardian",)),
    "push": Row((BRANCH,), "CommunityVault_LeafCountOutOfRange"),
    "claim": Row((BRANCH,), "CommunityVault_LeafCountOutOfRange"),
    "reserve": Row((BRANCH, 1), NOT_TREASURER, ("treasurer",)),
    "release": Row((BRANCH, 1), NOT_TREASURER, ("treasurer",)),
    "confirm": Row((BRANCH, []), NOT_TREASURER, ("treasurer",)),
    "payOut": Row((b"", 1), "CommunityVault_NotSelf", ("vault",)),
    "move": Row((BRANCH, b"", b""), "CommunityVault_LeafCountOutOfRange"),
    "redirect": Row((BRANCH, b"", ZERO), NOT_GOVERNOR, ("governor",)),
    "refuseRedirection": Row((2**31, b""), "CommunityVault_NotRedirected"),
    "announceSweep": Row((1, ZERO), NOT_GOVERNOR, ("governor",)),
    "sweep": Row((BRANCH,), "CommunityVault_LeafCountOutOfRange"),
    "spend": Row((0, b"", ZERO), NOT_GOVERNOR, ("governor",)),
}

CALL = (ACCOUNT, 0, b"", ZERO, WORD)
CALLS = ([ACCOUNT], [0], [b""], ZERO, WORD)
NO_ROLE = "AccessControlUnauthorizedAccount"
TIMELOCK = {
    "schedule": Row((*CALL, 0), NO_ROLE, ("administrator",)),
    "scheduleBatch": Row((*CALLS, 0), NO_ROLE, ("administrator",)),
    "cancel": Row((WORD,), NO_ROLE, ("administrator", "guardian")),
    "execute": Row(CALL, "TimelockUnexpectedOperationState"),
    "executeBatch": Row(CALLS, "TimelockUnexpectedOperationState"),
    "updateDelay": Row((1,), "TimelockUnauthorizedCaller", ("governor",)),
    "grantRole": Row((WORD, ACCOUNT), NO_ROLE, ("governor",)),
    "revokeRole": Row((WORD, ACCOUNT), NO_ROLE, ("governor",)),
    "renounceRole": Row((WORD, ACCOUNT), "AccessControlBadConfirmation"),
    # Tokens may be sent to a timelock, and calls spend them: it answers everybody that it takes them.
    "onERC721Received": Row((ACCOUNT, ACCOUNT, 1, b""), "none"),
    "onERC1155Received": Row((ACCOUNT, ACCOUNT, 1, 1, b""), "none"),
    "onERC1155BatchReceived": Row((ACCOUNT, ACCOUNT, [], [], b""), "none"),
}


def callers(community: Community) -> dict[str, str]:
    """The accounts with a role, and a stranger. A call may come from a contract's address, too."""
    return {
        "administrator": community.administrator,
        "governor": community.timelock.address,
        "guardian": community.guardian,
        "treasurer": community.treasurer,
        "reporter": community.reporters[0].address,
        "vault": community.vault.address,
        "stranger": community.chain.accounts[9],
    }


def answer(contract: Contract, function: str, arguments: tuple[Any, ...], sender: str) -> str:
    """Name of the error, or "accepted"."""
    try:
        contract.call(function, *arguments, sender=sender)
    except Reverted as reverted:
        return reverted.name
    return "accepted"


def tables(community: Community) -> list[tuple[Contract, dict[str, Row]]]:
    """Each contract with its functions."""
    return [
        (community.ledger, ledger_rows(community.id)),
        (community.vault, VAULT),
        (community.timelock, TIMELOCK),
    ]


@pytest.mark.parametrize("position", [0, 1, 2], ids=["ledger", "vault", "timelock"])
def test_callers__every_role_and_function__only_the_named_role_passes(
    community: Community, position: int
) -> None:
    community.distribute(MIXED)
    for account in callers(community).values():
        community.chain.transport.endow(account)
    contract, table = tables(community)[position]
    for function, row in table.items():
        if row.error == "none":
            continue
        for name, caller in callers(community).items():
            refused = answer(contract, function, row.arguments, caller) == row.error
            assert refused is (name not in row.roles), (function, name)


def test_callers__functions_that_change_state__are_all_listed(community: Community) -> None:
    for contract, table in tables(community):
        assert contract.changing_functions() == sorted(table)


def test_callers__ether__is_refused_by_ledger_and_vault(community: Community) -> None:
    for contract in (community.ledger, community.vault):
        kinds = {entry["type"] for entry in contract.artifact.abi}
        assert not kinds & {"receive", "fallback"}
        mutabilities = {entry.get("stateMutability") for entry in contract.artifact.abi}
        assert "payable" not in mutabilities


def test_callers__another_communitys_roles__reach_nothing_here(community: Community) -> None:
    """Whoever registers a community has every role of it, and none of any other."""
    stranger = community.chain.accounts[8]
    terms = (stranger, stranger, [stranger], 1, 5, SHARES_BPS)
    community.ledger.send("registerCommunity", ZERO, terms, sender=stranger)
    for function, row in ledger_rows(community.id).items():
        if row.roles:
            assert answer(community.ledger, function, row.arguments, stranger) == row.error, function
    for function, row in VAULT.items():
        if row.roles:
            assert answer(community.vault, function, row.arguments, stranger) == row.error, function


def test_test_euro__mint__is_its_deployers(community: Community) -> None:
    assert community.token is not None
    stranger = community.chain.accounts[9]
    assert answer(community.token, "mint", (stranger, 1), stranger) == "TestEuro_NotDeployer"
    assert answer(community.token, "mint", (stranger, 1), community.relayer) == "accepted"
    assert community.token.call("decimals") == 6
    assert "worth nothing" in community.token.call("name")
