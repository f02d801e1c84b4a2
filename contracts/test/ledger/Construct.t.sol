// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EnergyLedger} from "../../src/EnergyLedger.sol";
import {IEnergyLedger} from "../../src/interfaces/IEnergyLedger.sol";
import {Energy} from "../support/Energy.sol";

/// constructor
/// ├── it should keep the finality delay
/// └── given a delay above 90 days, it should refuse
contract ConstructTest is Energy {
    function testFuzz_constructor__delay__is_kept_up_to_90_days(uint40 delay) external {
        uint40 most = 90 days;
        if (delay > most) {
            vm.expectRevert(abi.encodeWithSelector(IEnergyLedger.EnergyLedger_DelayTooLong.selector, delay, most));
        }
        EnergyLedger founded = new EnergyLedger(delay);
        if (delay <= most) assertEq(founded.finalityDelay(), delay, "finality delay");
    }

    function test_constructor__90_days__are_the_longest_delay() external {
        uint40 most = 90 days;
        assertEq(new EnergyLedger(most).finalityDelay(), most, "finality delay");
        vm.expectRevert(abi.encodeWithSelector(IEnergyLedger.EnergyLedger_DelayTooLong.selector, most + 1, most));
        new EnergyLedger(most + 1);
    }
}
