// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Month} from "./Energy.sol";

/// @dev What m of n reporters sign for one distribution. Money in micro-euro.
struct Settlement {
    uint32 distribution;
    /// The reporters' epoch.
    uint32 epoch;
    bytes32[] receipts;
    Month[] months;
    /// What SettledMonths.corrections was when the reporters computed: one more makes their signatures void. Counts
    /// never fall before the vault's next settlement, so equal sums are equal counts.
    uint32 corrections;
    bytes32 evidence;
    bytes32 root;
    uint8 depth;
    uint64 pool;
    uint64 carry;
}

/// @dev A payout tree that can be paid from, in one storage slot.
struct Distribution {
    /// The first 26 bytes of keccak256(root, funded): a path leads to both. Zero once cancelled. A second tree for one
    /// seal takes 2^104 attempts of whoever makes both.
    bytes26 seal;
    uint8 depth;
    /// Timestamp from which it can be paid; zero where there is no distribution.
    uint40 validAt;
}

/// @dev Leaves of a distribution, side by side, and what leads from them to the top of its tree.
struct Branch {
    uint32 distribution;
    /// Index of the first leaf.
    uint32 start;
    bytes leaves;
    bytes proof;
}

/// @dev An amount and its parts, in micro-euro: amount = producers + social + grid.
struct Revenue {
    uint256 amount;
    uint256 producers;
    uint256 social;
    uint256 grid;
}

/// @dev What a resolution spends from; the carry only once another vault has taken over.
enum Fund {
    Social,
    Grid,
    Carry
}
