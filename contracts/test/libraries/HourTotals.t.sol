// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {LibraryHarness} from "../../src/mocks/LibraryHarness.sol";
import {Test} from "../support/Test.sol";

/// sum
/// ├── it should add up injected and withdrawn of all hours
/// ├── it should share the smaller of both in each hour
/// └── it should hold the largest totals of 40 bits
contract HourTotalsTest is Test {
    LibraryHarness private _harness = new LibraryHarness();

    function testFuzz_sum__drawn_hours__is_a_plain_loop_s(
        uint40[25] memory injected,
        uint40[25] memory withdrawn,
        uint256 hourCount
    ) external view {
        hourCount = bound(hourCount, 0, 25);
        bytes memory hourTotals;
        (uint256 injectedWh, uint256 withdrawnWh, uint256 sharedWh) = (0, 0, 0);
        for (uint256 i = 0; i < hourCount; ++i) {
            hourTotals = abi.encodePacked(hourTotals, injected[i], withdrawn[i]);
            injectedWh += injected[i];
            withdrawnWh += withdrawn[i];
            sharedWh += injected[i] < withdrawn[i] ? injected[i] : withdrawn[i];
        }
        _requireSum(hourTotals, injectedWh, withdrawnWh, sharedWh);
        assertTrue(sharedWh <= injectedWh && sharedWh <= withdrawnWh, "shared is within both");
    }

    function test_sum__largest_totals__do_not_spill() external view {
        uint40 most = type(uint40).max;
        bytes memory hourTotals = abi.encodePacked(most, uint40(0), uint40(0), most, most, most);
        _requireSum(hourTotals, 2 * uint256(most), 2 * uint256(most), most);
    }

    function _requireSum(bytes memory hourTotals, uint256 injectedWh, uint256 withdrawnWh, uint256 sharedWh)
        private
        view
    {
        (uint256 injected, uint256 withdrawn, uint256 shared) = _harness.sumHours(hourTotals);
        assertEq(injected, injectedWh, "injected");
        assertEq(withdrawn, withdrawnWh, "withdrawn");
        assertEq(shared, sharedWh, "shared");
    }
}
