// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {LibraryHarness} from "../../src/mocks/LibraryHarness.sol";
import {Revenue} from "../../src/types/Payout.sol";
import {Test} from "../support/Test.sol";

/// split
/// ├── it should add up to the whole, whatever the amount and the shares
/// ├── it should round social and grid down
/// └── it should favour producers by less than two micro-euro
contract RevenueSplitTest is Test {
    LibraryHarness private _harness = new LibraryHarness();

    function testFuzz_split__any_amount_and_shares__conserves(uint256 amount, uint256 socialBps, uint256 gridBps)
        external
        view
    {
        amount = bound(amount, 0, type(uint256).max / 10_000);
        socialBps = bound(socialBps, 0, 10_000);
        gridBps = bound(gridBps, 0, 10_000 - socialBps);
        Revenue memory revenue = _harness.split(amount, socialBps, gridBps);

        assertEq(revenue.amount, amount, "amount");
        assertEq(revenue.producers + revenue.social + revenue.grid, amount, "producers + social + grid = amount");
        assertEq(revenue.social, amount * socialBps / 10_000, "social is rounded down");
        assertEq(revenue.grid, amount * gridBps / 10_000, "grid is rounded down");
        uint256 producersBps = 10_000 - socialBps - gridBps;
        assertTrue(revenue.producers >= amount * producersBps / 10_000, "producers lose nothing by rounding");
        assertTrue(revenue.producers <= amount * producersBps / 10_000 + 2, "producers gain less than two");
    }

    function test_split__usual_shares__gives_the_remainder_to_producers() external view {
        Revenue memory revenue = _harness.split(19, 2_000, 1_000);
        assertEq(revenue.producers, 15, "19 - 3 - 1");
        assertEq(revenue.social, 3, "floor(3.8)");
        assertEq(revenue.grid, 1, "floor(1.9)");
    }
}
