// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {DayReport} from "../../src/types/Energy.sol";
import {Settlement} from "../../src/types/Payout.sol";

/// @title EIP-712 hashes written down again, so that a slip in the contracts' own does not go unseen.
library Typed {
    bytes32 private constant DOMAIN =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    string private constant DAY_REPORT = "DayReport(uint32 day,bytes32 predecessor,bytes32 root,bytes32 roster,"
        "uint32 pods,bytes32 blinding,bytes hours)";
    string private constant BATCH = "Batch(bytes32 configuration,uint32 epoch,DayReport[] reports)";
    string private constant MONTH = "Month(bytes32 configuration,uint32 month)";
    string private constant SETTLEMENT = "Settlement(uint32 distribution,uint32 epoch,bytes32[] receipts,"
        "Month[] months,uint32 corrections,bytes32 evidence,bytes32 root,uint8 depth,uint64 pool,uint64 carry)";

    function separator(string memory name, address verifier) internal view returns (bytes32) {
        return keccak256(abi.encode(DOMAIN, keccak256(bytes(name)), keccak256("1"), block.chainid, verifier));
    }

    function digest(bytes32 separator_, bytes32 structHash) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", separator_, structHash));
    }

    function hash(DayReport memory report) internal pure returns (bytes32) {
        return keccak256(
            bytes.concat(
                keccak256(bytes(DAY_REPORT)),
                abi.encode(report.day, report.predecessor, report.root, report.roster),
                abi.encode(report.pods, report.blinding, keccak256(report.hourTotals))
            )
        );
    }

    function hash(bytes32 configuration, uint32 epoch, DayReport[] memory reports) internal pure returns (bytes32) {
        bytes memory ids;
        for (uint256 i = 0; i < reports.length; ++i) {
            ids = bytes.concat(ids, hash(reports[i]));
        }
        bytes32 kind = keccak256(bytes.concat(bytes(BATCH), bytes(DAY_REPORT)));
        return keccak256(abi.encode(kind, configuration, epoch, keccak256(ids)));
    }

    function hash(Settlement memory settlement) internal pure returns (bytes32) {
        bytes memory months;
        for (uint256 i = 0; i < settlement.months.length; ++i) {
            months = bytes.concat(
                months,
                keccak256(
                    abi.encode(
                        keccak256(bytes(MONTH)), settlement.months[i].configuration, settlement.months[i].month
                    )
                )
            );
        }
        return keccak256(
            bytes.concat(
                keccak256(bytes.concat(bytes(SETTLEMENT), bytes(MONTH))),
                abi.encode(settlement.distribution, settlement.epoch),
                keccak256(abi.encodePacked(settlement.receipts)),
                keccak256(months),
                abi.encode(settlement.corrections),
                settlement.evidence,
                settlement.root,
                abi.encode(settlement.depth, settlement.pool, settlement.carry)
            )
        );
    }

    /// @dev An owner's wish: the leaf in its new channel, 61 bytes.
    function hashMove(uint32 distribution, uint32 index, bytes memory leaf) internal pure returns (bytes32) {
        bytes32 kind = keccak256("Move(uint32 distribution,uint32 index,bytes leaf)");
        return keccak256(abi.encode(kind, distribution, index, keccak256(leaf)));
    }
}
