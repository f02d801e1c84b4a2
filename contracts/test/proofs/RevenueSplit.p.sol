// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RevenueSplit} from "../../src/libraries/RevenueSplit.sol";
import {Revenue} from "../../src/types/Payout.sol";

/// @dev Proofs by halmos for all inputs in range; an `assert` that can fail is a counterexample.
contract RevenueSplitProof {
    uint256 private constant AMOUNT_MOST = type(uint256).max / 10_000;

    /// C1 for all shares and all amounts whose products fit in 256 bits: what split returns adds up.
    function check_split__any_shares__conserves(uint256 amount, uint256 socialBps, uint256 gridBps) external pure {
        if (amount > AMOUNT_MOST || socialBps > 10_000 || gridBps > 10_000 - socialBps) return;
        Revenue memory revenue = RevenueSplit.split(amount, socialBps, gridBps);
        assert(revenue.amount == amount);
        assert(revenue.producers + revenue.social + revenue.grid == amount);
    }
}
