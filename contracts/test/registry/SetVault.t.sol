// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EnergyLedger} from "../../src/EnergyLedger.sol";
import {ICommunityRegistry} from "../../src/interfaces/ICommunityRegistry.sol";
import {IEnergyLedger} from "../../src/interfaces/IEnergyLedger.sol";
import {VaultStub} from "../../src/mocks/VaultStub.sol";
import {Settling} from "../support/Settling.sol";

/// @dev Names its ledger, and no community.
contract HalfVault {
    IEnergyLedger public immutable ledger;

    constructor(IEnergyLedger ledger_) {
        ledger = ledger_;
    }
}

/// setVault
/// ├── it should bind the first vault for the administrator, and a successor for the governor, and say so
/// ├── given the other role calls, it should refuse
/// └── given an account without code, of another ledger or community, or that cannot say which, it should refuse
contract SetVaultTest is Settling {
    function setUp() external {
        foundLedger();
    }

    function test_setVault__first_vault__is_the_administrator_s_to_bind() external {
        address vault = _vault();
        _requireRefused(GOVERNOR, vault, _notAdministrator(GOVERNOR));
        vm.expectEmit(address(ledger));
        emit ICommunityRegistry.VaultSet(COMMUNITY, vault, address(0));
        setVault(COMMUNITY, vault);
        assertEq(ledger.vaultOf(COMMUNITY), vault, "vault");
    }

    function test_setVault__successor__is_the_governor_s_to_bind() external {
        (address first, address second) = (_vault(), _vault());
        setVault(COMMUNITY, first);
        _requireRefused(
            ADMINISTRATOR,
            second,
            abi.encodeWithSelector(
                ICommunityRegistry.CommunityRegistry_NotGovernor.selector, COMMUNITY, ADMINISTRATOR
            )
        );
        vm.expectEmit(address(ledger));
        emit ICommunityRegistry.VaultSet(COMMUNITY, second, first);
        vm.prank(GOVERNOR);
        ledger.setVault(COMMUNITY, second);
        assertEq(ledger.vaultOf(COMMUNITY), second, "vault");
    }

    function test_setVault__successor__settles_what_the_first_settled() external {
        stub = bindStub(COMMUNITY);
        finalizeMonth(COMMUNITY);
        settle(monthOf(CONFIGURATION));
        stub = new VaultStub(ledger, COMMUNITY);
        vm.prank(GOVERNOR);
        ledger.setVault(COMMUNITY, address(stub));
        assertEq(settle(monthOf(CONFIGURATION)).sharedWh, DAY_COUNT * 16_800, "shared");
    }

    function testFuzz_setVault__account_without_code__is_refused(address account) external {
        vm.assume(account.code.length == 0);
        _requireInvalid(account);
    }

    function test_setVault__vault_of_another_ledger__is_refused() external {
        _requireInvalid(address(new VaultStub(new EnergyLedger(FINALITY_DELAY), COMMUNITY)));
    }

    function test_setVault__vault_of_another_community__is_refused() external {
        _requireInvalid(address(new VaultStub(ledger, registerCommunity("other"))));
    }

    function test_setVault__contract_that_names_no_ledger__is_refused() external {
        _requireInvalid(address(this));
    }

    function test_setVault__contract_that_names_no_community__is_refused() external {
        _requireInvalid(address(new HalfVault(ledger)));
    }

    function test_setVault__successor_of_another_community__is_refused_too() external {
        address first = _vault();
        setVault(COMMUNITY, first);
        address foreign = address(new VaultStub(ledger, registerCommunity("other")));
        _requireRefused(GOVERNOR, foreign, _invalid(foreign));
        assertEq(ledger.vaultOf(COMMUNITY), first, "the first stays");
    }

    function test_setVault__unknown_community__is_refused() external {
        bytes32 unknown = ledger.communityId(ADMINISTRATOR, "unknown");
        address vault = address(new VaultStub(ledger, unknown));
        vm.expectRevert(
            abi.encodeWithSelector(
                ICommunityRegistry.CommunityRegistry_NotAdministrator.selector, unknown, ADMINISTRATOR
            )
        );
        setVault(unknown, vault);
    }

    function _vault() private returns (address) {
        return address(new VaultStub(ledger, COMMUNITY));
    }

    function _requireInvalid(address vault) private {
        _requireRefused(ADMINISTRATOR, vault, _invalid(vault));
        assertEq(ledger.vaultOf(COMMUNITY), address(0), "no vault");
    }

    function _requireRefused(address caller, address vault, bytes memory reason) private {
        vm.expectRevert(reason);
        vm.prank(caller);
        ledger.setVault(COMMUNITY, vault);
    }

    function _invalid(address vault) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ICommunityRegistry.CommunityRegistry_InvalidVault.selector, COMMUNITY, vault);
    }

    function _notAdministrator(address caller) private pure returns (bytes memory) {
        return
            abi.encodeWithSelector(ICommunityRegistry.CommunityRegistry_NotAdministrator.selector, COMMUNITY, caller);
    }
}
