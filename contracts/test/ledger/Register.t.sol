// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEnergyLedger} from "../../src/interfaces/IEnergyLedger.sol";
import {VaultStub} from "../../src/mocks/VaultStub.sol";
import {Energy} from "../support/Energy.sol";

/// registerConfiguration
/// ├── it should bind a new configuration to a contract, for good
/// ├── given the caller is not the registrar, it should refuse
/// ├── given the vault has no code, it should refuse
/// └── given the configuration is registered, it should refuse
contract RegisterTest is Energy {
    address private _vault;

    function setUp() external {
        foundLedger();
        _vault = address(new VaultStub());
    }

    function test_register__new_configuration__is_bound() external {
        vm.expectEmit(address(ledger));
        emit IEnergyLedger.ConfigurationRegistered(CONFIGURATION, _vault);
        register(CONFIGURATION, _vault);
        assertEq(ledger.vaultOf(CONFIGURATION), _vault, "vault");
        assertEq(ledger.vaultOf("other"), address(0), "others are not");
    }

    function testFuzz_register__other_caller__is_refused(address caller) external {
        vm.assume(caller != REGISTRAR);
        vm.expectRevert(abi.encodeWithSelector(IEnergyLedger.EnergyLedger_NotRegistrar.selector, caller));
        vm.prank(caller);
        ledger.registerConfiguration(CONFIGURATION, _vault);
    }

    function test_register__account_without_code__is_refused() external {
        vm.expectRevert(abi.encodeWithSelector(IEnergyLedger.EnergyLedger_InvalidVault.selector, address(0xAB)));
        vm.prank(REGISTRAR);
        ledger.registerConfiguration(CONFIGURATION, address(0xAB));
    }

    function test_register__registered_configuration__is_refused() external {
        register(CONFIGURATION, _vault);
        vm.expectRevert(
            abi.encodeWithSelector(IEnergyLedger.EnergyLedger_AlreadyRegistered.selector, CONFIGURATION, _vault)
        );
        vm.prank(REGISTRAR);
        ledger.registerConfiguration(CONFIGURATION, address(this));
    }

    function test_constructor__arguments__are_shown() external view {
        assertEq(ledger.registrar(), REGISTRAR, "registrar");
        assertEq(ledger.finalityDelay(), FINALITY_DELAY, "finality delay");
    }
}
