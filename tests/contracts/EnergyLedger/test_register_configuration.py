"""
registerConfiguration
├── given the caller is not the registrar
│   └── it should revert naming the caller
├── given the vault is no contract, or none that reads this ledger
│   └── it should revert naming it
├── given the configuration is registered
│   └── it should revert naming its vault
└── otherwise
    └── it should bind the configuration to the vault and report it
"""

from tests.contracts.expect import reverts
from tools.testchain.community import CONFIGURATION, ZERO_ADDRESS, Community

OTHER = b"\x07" * 32


def test_register__stranger__reverts(community: Community) -> None:
    stranger = community.chain.accounts[4]
    with reverts("EnergyLedger_NotRegistrar", stranger):
        community.ledger.send("registerConfiguration", OTHER, community.vault.address, sender=stranger)


def test_register__account_without_code__reverts(community: Community) -> None:
    for vault in (ZERO_ADDRESS, community.chain.accounts[4]):
        with reverts("EnergyLedger_InvalidVault", vault):
            community.ledger.send("registerConfiguration", OTHER, vault)


def test_register__contract_that_is_no_vault_of_this_ledger__reverts(community: Community) -> None:
    assert community.token is not None
    stranger = community.chain.deploy("VaultStub", community.chain.accounts[4])
    for vault in (stranger.address, community.token.address):
        with reverts("EnergyLedger_InvalidVault", vault):
            community.ledger.send("registerConfiguration", OTHER, vault)


def test_register__registered_configuration__reverts_naming_its_vault(community: Community) -> None:
    other = community.chain.deploy("VaultStub", community.ledger.address)
    with reverts("EnergyLedger_AlreadyRegistered", CONFIGURATION, community.vault.address):
        community.ledger.send("registerConfiguration", CONFIGURATION, other.address)


def test_register__new_configuration__is_bound_and_reported(community: Community) -> None:
    receipt = community.ledger.send("registerConfiguration", OTHER, community.vault.address)
    assert receipt.only("ConfigurationRegistered") == {
        "configuration": OTHER,
        "vault": community.vault.address.lower(),
    }
    assert community.ledger.call("vaultOf", OTHER) == community.vault.address.lower()


def test_vault_of__unknown_configuration__is_zero(community: Community) -> None:
    assert community.ledger.call("vaultOf", OTHER) == ZERO_ADDRESS
