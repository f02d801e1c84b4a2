// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {PackedLeaves} from "./PackedLeaves.sol";

/// @title Perfect Merkle tree whose nodes also commit to sums.
/// @dev A node commits to the hashes and the sums of both children, so a path proves its leaf and, at its top, the sum
/// of all leaves. Leaves and nodes are tagged and differ in length: neither can be taken for the other. Missing leaves
/// on the right are padding: hash zero, sum zero, which no leaf has.
///
/// Messages carry sums as uint64, but sums are added up as uint256, without overflow. Who compares the top's sum with
/// 64 bits refuses every path on which some sum left them.
library SumTree {
    using PackedLeaves for bytes;

    /// A path element: bytes32 sibling hash and uint64 sibling sum.
    uint256 internal constant BYTES_PER_SIBLING = 40;
    uint256 private constant NODE_TAG = 0x01;

    /// @dev Node over two children; hash over 81 bytes: tag, and of each child bytes32 hash and uint64 sum.
    function parent(bytes32 hashLeft, uint256 sumLeft, bytes32 hashRight, uint256 sumRight)
        internal
        pure
        returns (bytes32 hash, uint256 sum)
    {
        assembly ("memory-safe") {
            // The message is written behind all that is in use, and forgotten.
            let message := mload(0x40)
            mstore8(message, NODE_TAG) // 1 byte
            mstore(add(message, 1), hashLeft) // 32 bytes
            mstore(add(message, 33), shl(192, sumLeft)) // 8 bytes
            mstore(add(message, 41), hashRight) // 32 bytes
            mstore(add(message, 73), shl(192, sumRight)) // 8 bytes
            hash := keccak256(message, 81)
            sum := add(sumLeft, sumRight)
        }
    }

    /// @dev Node of the given height over the leaves from `first` on; index of a leaf = start + its position.
    /// Leaves beyond the end are padding.
    function fold(bytes calldata leaves, uint256 start, uint256 first, uint256 height)
        internal
        pure
        returns (bytes32 hash, uint256 sum)
    {
        if (first >= leaves.count()) return (padding(height), 0);
        if (height == 0) return (leaves.hashOf(first, start + first), leaves.amountOf(first));
        // The height is above zero, and positions of a batch stay far below 2^256.
        unchecked {
            --height;
            (bytes32 hashLeft, uint256 sumLeft) = fold(leaves, start, first, height);
            (bytes32 hashRight, uint256 sumRight) = fold(leaves, start, first + (1 << height), height);
            return parent(hashLeft, sumLeft, hashRight, sumRight);
        }
    }

    /// @dev Hash of a node over padding only.
    function padding(uint256 height) internal pure returns (bytes32 hash) {
        for (uint256 i = 0; i < height; ++i) {
            (hash,) = parent(hash, 0, hash, 0);
        }
    }

    /// @dev Node reached from the node at `position` of its level through the siblings, bottom-up.
    /// The caller has checked that the length is a whole number of siblings.
    function climb(bytes32 hash, uint256 sum, uint256 position, bytes calldata siblings)
        internal
        pure
        returns (bytes32, uint256)
    {
        assembly ("memory-safe") {
            // The message of parent(), one level after another: each child has 40 bytes, as a sibling in calldata.
            let message := mload(0x40)
            mstore8(message, NODE_TAG)
            let left := add(message, 1)
            let right := add(left, BYTES_PER_SIBLING)
            let end := add(siblings.offset, siblings.length)
            for { let sibling := siblings.offset } lt(sibling, end) { sibling := add(sibling, BYTES_PER_SIBLING) } {
                let isRight := and(position, 1)
                let own := xor(left, mul(isRight, xor(left, right)))
                // The sum is written with 24 bytes too many: on the left, the sibling then overwrites them.
                mstore(own, hash)
                mstore(add(own, 32), shl(192, sum))
                calldatacopy(xor(own, xor(left, right)), sibling, BYTES_PER_SIBLING)

                hash := keccak256(message, 81)
                sum := add(sum, shr(192, calldataload(add(sibling, 32))))
                position := shr(1, position)
            }
        }
        return (hash, sum);
    }
}
