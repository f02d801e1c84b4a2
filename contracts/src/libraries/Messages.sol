// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {DayReport, Month} from "../types/Energy.sol";
import {Settlement} from "../types/Payout.sol";
import {PackedLeaves} from "./PackedLeaves.sol";

/// @title EIP-712 struct hashes of what reporters and members sign.
library Messages {
    using PackedLeaves for bytes;

    /// `hours` is a reserved word of Solidity, so the field that holds it is called hourTotals here.
    bytes32 internal constant DAY_REPORT_TYPE = keccak256(
        "DayReport(uint32 day,bytes32 predecessor,bytes32 root,bytes32 roster,uint32 pods,"
        "bytes32 blinding,bytes hours)"
    );
    bytes32 internal constant BATCH_TYPE = keccak256(
        "Batch(bytes32 configuration,uint32 epoch,DayReport[] reports)"
        "DayReport(uint32 day,bytes32 predecessor,bytes32 root,bytes32 roster,uint32 pods,"
        "bytes32 blinding,bytes hours)"
    );
    bytes32 internal constant MONTH_TYPE = keccak256("Month(bytes32 configuration,uint32 month)");
    bytes32 internal constant SETTLEMENT_TYPE = keccak256(
        "Settlement(uint32 distribution,uint32 epoch,bytes32[] receipts,Month[] months,uint32 corrections,"
        "bytes32 evidence,bytes32 root,uint8 depth,uint64 pool,uint64 carry)"
        "Month(bytes32 configuration,uint32 month)"
    );
    bytes32 internal constant LEAF_TYPE =
        keccak256("Leaf(uint8 channel,bytes32 payee,address owner,uint64 amount)");
    bytes32 internal constant MOVE_TYPE = keccak256(
        "Move(uint32 distribution,uint32 index,Leaf leaf)Leaf(uint8 channel,bytes32 payee,address owner,uint64 amount)"
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
    function hashBatch(bytes32 configuration, uint32 epoch, bytes32[] memory reports) internal pure returns (bytes32) {
        return keccak256(abi.encode(BATCH_TYPE, configuration, epoch, keccak256(abi.encodePacked(reports))));
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
                settlement.epoch,
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

    /// @dev Hash of an owner's wish: the leaf that takes the place of another. It is typed, so that a wallet shows the
    /// owner where the money is to go.
    function hashMove(uint32 distribution, uint32 index, bytes calldata leaf) internal pure returns (bytes32) {
        bytes32 leafHash = keccak256(
            abi.encode(LEAF_TYPE, leaf.channelOf(0), leaf.payeeOf(0), leaf.ownerOf(0), leaf.amountOf(0))
        );
        return keccak256(abi.encode(MOVE_TYPE, distribution, index, leafHash));
    }
}
