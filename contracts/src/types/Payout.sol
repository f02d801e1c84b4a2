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

/// @dev A payout root as a distribution keeps it: by its hash alone.
struct PayoutRoot {
    bytes32 root;
    /// What the tree promises, in micro-euro.
    uint64 funded;
    uint8 depth;
    /// Timestamp from which it can be paid.
    uint40 validAt;
}

/// @dev Leaves of a distribution, side by side, and what leads from them to its payout root.
struct Branch {
    uint32 distribution;
    /// Depth of the tree and time from which it can be paid, as the distribution was opened.
    uint8 depth;
    uint40 validAt;
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
