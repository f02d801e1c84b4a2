// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {DayReport} from "../types/Energy.sol";
import {Month, Settlement} from "../types/Payout.sol";

/// @title EIP-712 struct hashes of what reporters sign.
library Messages {
    /// `hours` is a reserved word of Solidity, so the field that holds it is called hourTotals here.
    bytes32 internal constant DAY_REPORT_TYPE = keccak256(
        "DayReport(uint32 day,bytes32 predecessor,bytes32 root,bytes32 roster,uint32 pods,"
        "bytes32 blinding,bytes hours)"
    );
    bytes32 internal constant BATCH_TYPE = keccak256(
        "Batch(bytes32 configuration,DayReport[] reports)"
        "DayReport(uint32 day,bytes32 predecessor,bytes32 root,bytes32 roster,uint32 pods,"
        "bytes32 blinding,bytes hours)"
    );
    bytes32 internal constant MONTH_TYPE = keccak256("Month(bytes32 configuration,uint32 month)");
    bytes32 internal constant SETTLEMENT_TYPE = keccak256(
        "Settlement(uint32 distribution,bytes32[] receipts,Month[] months,uint32 corrections,bytes32 evidence,"
        "bytes32 root,uint8 depth,uint64 pool,uint64 carry)Month(bytes32 configuration,uint32 month)"
    );

    function hash(DayReport calldata report) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                DAY_REPORT_TYPE,
                report.day,
                report.predecessor,
                report.root,
                report.roster,
                report.pods,
                report.blinding,
                keccak256(report.hourTotals)
            )
        );
    }

    /// @dev Hash of a batch from the hashes of its reports.
    function hashBatch(bytes32 configuration, bytes32[] memory reports) internal pure returns (bytes32) {
        return keccak256(abi.encode(BATCH_TYPE, configuration, keccak256(abi.encodePacked(reports))));
    }

    function hash(Month calldata month) internal pure returns (bytes32) {
        return keccak256(abi.encode(MONTH_TYPE, month.configuration, month.month));
    }

    function hash(Settlement calldata settlement) internal pure returns (bytes32) {
        bytes32[] memory months = new bytes32[](settlement.months.length);
        for (uint256 i = 0; i < months.length; ++i) {
            months[i] = hash(settlement.months[i]);
        }
        return keccak256(
            abi.encode(
                SETTLEMENT_TYPE,
                settlement.distribution,
                keccak256(abi.encodePacked(settlement.receipts)),
                keccak256(abi.encodePacked(months)),
                settlement.corrections,
                settlement.evidence,
                settlement.root,
                settlement.depth,
                settlement.pool,
                settlement.carry
            )
        );
    }
}
