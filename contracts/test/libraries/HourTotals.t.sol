// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {HourTotals} from "../../src/libraries/HourTotals.sol";
import {LibraryHarness} from "../../src/mocks/LibraryHarness.sol";
import {Test} from "../support/Test.sol";

/// areHidden: it should be so of exactly 32 bytes, which no day's hours have
/// sum
/// ├── it should add up injected and withdrawn of all hours
/// ├── it should share the smaller of both in each hour
/// ├── it should hold the largest totals of 40 bits
/// └── it should not count what a relayer put behind the last hour
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

    /// @dev Calldata has room for 16 bytes behind 240; nobody signs them.
    function test_sum__bytes_behind_the_last_hour__do_not_count() external view {
        bytes memory hourTotals = new bytes(240);
        bytes memory call_ = abi.encodePacked(
            LibraryHarness.sumHours.selector, uint256(32), hourTotals.length, hourTotals, type(uint128).max
        );
        (, bytes memory answer) = address(_harness).staticcall(call_);
        assertEq(keccak256(answer), keccak256(abi.encode(0, 0, 0)), "nothing in any hour");
    }

    function testFuzz_areHidden__length__is_32_bytes_exactly(uint256 length) external view {
        length = bound(length, 0, 64);
        assertTrue(this.areHidden(new bytes(length)) == (length == 32), "hidden");
    }

    function areHidden(bytes calldata hourTotals) external pure returns (bool) {
        return HourTotals.areHidden(hourTotals);
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
