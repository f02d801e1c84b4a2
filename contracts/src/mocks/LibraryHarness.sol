// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CivilCalendar} from "../libraries/CivilCalendar.sol";
import {HourTotals} from "../libraries/HourTotals.sol";
import {PackedLeaves} from "../libraries/PackedLeaves.sol";
import {RevenueSplit} from "../libraries/RevenueSplit.sol";
import {SumTree} from "../libraries/SumTree.sol";
import {Day, MonthNumber} from "../types/Energy.sol";
import {Revenue} from "../types/Payout.sol";

/// @dev Shows the libraries to tests.
contract LibraryHarness {
    function locate(Day day) external pure returns (MonthNumber month, uint256 dayOfMonth, uint256 hourCount) {
        return CivilCalendar.locate(day);
    }

    function daysIn(MonthNumber month) external pure returns (uint256) {
        return CivilCalendar.daysIn(month);
    }

    function sumHours(bytes calldata hourTotals) external pure returns (uint256, uint256, uint256) {
        return HourTotals.sum(hourTotals);
    }

    function split(uint256 amount, uint256 socialBps, uint256 gridBps) external pure returns (Revenue memory) {
        return RevenueSplit.split(amount, socialBps, gridBps);
    }

    function hashLeaf(bytes calldata leaf, uint256 index) external pure returns (bytes32) {
        return PackedLeaves.hashOf(leaf, 0, index);
    }

    function fold(bytes calldata leaves, uint256 start, uint256 height) external pure returns (bytes32, uint256) {
        return SumTree.fold(leaves, start, 0, height);
    }

    function climb(bytes32 hash, uint256 sum, uint256 position, bytes calldata siblings)
        external
        pure
        returns (bytes32, uint256)
    {
        return SumTree.climb(hash, sum, position, siblings);
    }
}
