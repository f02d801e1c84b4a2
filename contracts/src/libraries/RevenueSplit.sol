// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Revenue} from "../types/Payout.sol";

/// @title Division of revenue among producers, social purposes and grid maintenance.
library RevenueSplit {
    /// Basis points of the whole.
    uint256 internal constant WHOLE_BPS = 10_000;

    /// @dev Micro-euro of each part. Social and grid are rounded down and producers take the rest, so the parts
    /// always add up to the whole and the rounding favours producers by less than two micro-euro.
    function split(uint256 amount, uint256 socialBps, uint256 gridBps) internal pure returns (Revenue memory revenue) {
        revenue.amount = amount;
        revenue.social = amount * socialBps / WHOLE_BPS;
        revenue.grid = amount * gridBps / WHOLE_BPS;
        revenue.producers = amount - revenue.social - revenue.grid;
    }
}
