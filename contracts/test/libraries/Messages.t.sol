// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Messages} from "../../src/libraries/Messages.sol";
import {DayReport} from "../../src/types/Energy.sol";
import {Settlement} from "../../src/types/Payout.sol";
import {Test} from "../support/Test.sol";
import {Typed} from "../support/Typed.sol";

/// messages
/// └── it should hash every message as EIP-712 says: as the suite's own encoding does
contract MessagesTest is Test {
    using Messages for DayReport;
    using Messages for Settlement;

    function testFuzz_hash__day_report__is_the_standard_s(DayReport memory report) external view {
        assertEq(this.hashReport(report), Typed.hash(report), "day report");
    }

    function testFuzz_hashBatch__any_reports__is_the_standard_s(
        bytes32 configuration,
        uint32 epoch,
        DayReport[] memory reports
    ) external pure {
        bytes32[] memory ids = new bytes32[](reports.length);
        for (uint256 i = 0; i < ids.length; ++i) {
            ids[i] = Typed.hash(reports[i]);
        }
        assertEq(Messages.hashBatch(configuration, epoch, ids), Typed.hash(configuration, epoch, reports), "batch");
    }

    function testFuzz_hash__settlement__is_the_standard_s(Settlement memory settlement) external view {
        assertEq(this.hashSettlement(settlement), Typed.hash(settlement), "settlement");
    }

    function testFuzz_hashMove__any_leaf__is_the_standard_s(uint32 distribution, uint32 index, bytes memory leaf)
        external
        view
    {
        assertEq(this.hashMove(distribution, index, leaf), Typed.hashMove(distribution, index, leaf), "move");
    }

    function hashReport(DayReport calldata report) external pure returns (bytes32) {
        return report.hash();
    }

    function hashSettlement(Settlement calldata settlement) external pure returns (bytes32) {
        return settlement.hash();
    }

    function hashMove(uint32 distribution, uint32 index, bytes calldata leaf) external pure returns (bytes32) {
        return Messages.hashMove(distribution, index, leaf);
    }
}
