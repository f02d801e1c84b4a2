// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EnergyLedger} from "../../src/EnergyLedger.sol";
import {IEnergyLedger} from "../../src/interfaces/IEnergyLedger.sol";
import {HostileToken} from "../../src/mocks/HostileToken.sol";
import {VaultStub} from "../../src/mocks/VaultStub.sol";
import {Energy} from "../support/Energy.sol";

/// registerConfiguration
/// ├── it should bind a new configuration to a contract, for good
/// ├── given the caller is not the registrar, it should refuse
/// ├── given the vault has no code, or does not say that it reads this ledger, it should refuse
/// └── given the configuration is registered, it should refuse
contract RegisterTest is Energy {
    address private _vault;

    function setUp() external {
        foundLedger();
        _vault = address(new VaultStub(ledger));
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

    function test_register__contract_that_is_no_vault_of_this_ledger__is_refused() external {
        address[2] memory strangers =
            [address(new VaultStub(IEnergyLedger(address(0xAB)))), address(new HostileToken(6))];
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IEnergyLedger.EnergyLedger_InvalidVault.selector, strangers[i]));
            vm.prank(REGISTRAR);
            ledger.registerConfiguration(CONFIGURATION, strangers[i]);
        }
    }

    function test_constructor__delay_above_90_days__is_refused() external {
        uint40 most = 90 days;
        address[] memory accounts = reporterAccounts();
        assertEq(new EnergyLedger(REGISTRAR, accounts, THRESHOLD, most).finalityDelay(), most, "the longest delay");
        vm.expectRevert(abi.encodeWithSelector(IEnergyLedger.EnergyLedger_DelayTooLong.selector, most + 1, most));
        new EnergyLedger(REGISTRAR, accounts, THRESHOLD, most + 1);
    }

    function test_register__registered_configuration__is_refused() external {
        register(CONFIGURATION, _vault);
        address other = address(new VaultStub(ledger));
        vm.expectRevert(
            abi.encodeWithSelector(IEnergyLedger.EnergyLedger_AlreadyRegistered.selector, CONFIGURATION, _vault)
        );
        vm.prank(REGISTRAR);
        ledger.registerConfiguration(CONFIGURATION, other);
    }

    function test_constructor__arguments__are_shown() external view {
        assertEq(ledger.registrar(), REGISTRAR, "registrar");
        assertEq(ledger.finalityDelay(), FINALITY_DELAY, "finality delay");
    }
}
