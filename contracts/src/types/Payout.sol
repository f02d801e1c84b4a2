// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MonthNumber} from "./Energy.sol";

/// @dev An energy month of one configuration.
struct Month {
    bytes32 configuration;
    MonthNumber month;
}

/// @dev What m of n reporters sign for one distribution. Money in micro-euro.
struct Settlement {
    uint32 distribution;
    bytes32[] receipts;
    Month[] months;
    /// Corrections that the months had seen, summed, when the reporters computed from them: one more makes their
    /// signatures void. Counts never fall, so equal sums are equal counts.
    uint32 corrections;
    bytes32 evidence;
    bytes32 root;
    uint8 depth;
    uint64 pool;
    uint64 carry;
}

/// @dev An amount and its parts, in micro-euro: amount = producers + social + grid.
struct Revenue {
    uint256 amount;
    uint256 producers;
    uint256 social;
    uint256 grid;
}
