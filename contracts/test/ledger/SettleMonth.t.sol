// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEnergyLedger} from "../../src/interfaces/IEnergyLedger.sol";
import {VaultStub} from "../../src/mocks/VaultStub.sol";
import {DayReport} from "../../src/types/Energy.sol";
import {Energy} from "../support/Energy.sol";

/// settleMonth
/// ├── it should give the month's shared energy to its vault, as often as it asks, and close the month
/// ├── given another caller, it should refuse
/// ├── given a day is missing, it should refuse
/// └── given the finality delay has not passed, it should refuse
contract SettleMonthTest is Energy {
    VaultStub private _vault;

    function setUp() external {
        foundLedger();
        _vault = new VaultStub(ledger);
        register(CONFIGURATION, address(_vault));
    }

    function test_settleMonth__final_month__is_read_and_closed() external {
        finalizeMonth(CONFIGURATION);
        uint256 expectedWh = DAY_COUNT * 24 * 700;
        for (uint256 i = 0; i < 2; ++i) {
            (uint256 sharedWh, uint256 corrections) = _vault.settleMonth(CONFIGURATION, MONTH);
            assertEq(sharedWh, expectedWh, "shared");
            assertEq(corrections, 0, "corrections");
            assertTrue(ledger.totalsOf(CONFIGURATION, MONTH).settled, "settled");
        }
    }

    function testFuzz_settleMonth__other_caller__is_refused(address caller) external {
        vm.assume(caller != address(_vault));
        vm.expectRevert(abi.encodeWithSelector(IEnergyLedger.EnergyLedger_NotVault.selector, CONFIGURATION, caller));
        vm.prank(caller);
        ledger.settleMonth(CONFIGURATION, MONTH);
    }

    function test_settleMonth__any_missing_day__is_not_final() external {
        for (uint32 missing = 0; missing < DAY_COUNT - 1; ++missing) {
            bytes32 configuration = bytes32(uint256(missing));
            register(configuration, address(_vault));
            DayReport[] memory reports = monthReports(1);
            reports[missing] = reportOf(FIRST_DAY + uint32(DAY_COUNT) - 1, 1, 1);
            post(configuration, reports);
            vm.warp(block.timestamp + FINALITY_DELAY);
            _requireNotFinal(configuration);
        }
    }

    function test_settleMonth__one_second_early__is_not_final() external {
        finalizeMonth(CONFIGURATION);
        assertTrue(ledger.isFinal(CONFIGURATION, MONTH), "final at the end of the delay");
        vm.warp(block.timestamp - 1);
        _requireNotFinal(CONFIGURATION);
    }

    function test_settleMonth__empty_month__is_not_final() external {
        _requireNotFinal(CONFIGURATION);
    }

    function _requireNotFinal(bytes32 configuration) private {
        assertTrue(!ledger.isFinal(configuration, MONTH), "not final");
        vm.expectRevert(
            abi.encodeWithSelector(IEnergyLedger.EnergyLedger_MonthNotFinal.selector, configuration, MONTH)
        );
        _vault.settleMonth(configuration, MONTH);
    }
}
