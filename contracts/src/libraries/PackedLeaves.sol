// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Payouts side by side in calldata, 61 bytes each.
/// @dev uint8 channel, bytes32 payee, address owner, uint64 micro-euro. These are the bytes that the tree hashes, so a
/// leaf has exactly one spelling. Callers read below count() only.
library PackedLeaves {
    uint256 internal constant BYTES_PER_LEAF = 61;

    /// payee is the address, left-padded; owner is zero.
    uint256 internal constant WALLET = 0;
    /// payee is keccak256(salt ‖ IBAN); owner is the member's address or zero.
    uint256 internal constant BANK = 1;
    /// payee and owner are zero.
    uint256 internal constant SOCIAL = 2;

    /// @dev Number of leaves; zero if a part of a leaf is left over.
    function count(bytes calldata leaves) internal pure returns (uint256) {
        return leaves.length % BYTES_PER_LEAF == 0 ? leaves.length / BYTES_PER_LEAF : 0;
    }

    function channelOf(bytes calldata leaves, uint256 i) internal pure returns (uint256 channel) {
        assembly ("memory-safe") {
            channel := byte(0, calldataload(add(leaves.offset, mul(i, BYTES_PER_LEAF))))
        }
    }

    function payeeOf(bytes calldata leaves, uint256 i) internal pure returns (bytes32 payee) {
        assembly ("memory-safe") {
            payee := calldataload(add(add(leaves.offset, mul(i, BYTES_PER_LEAF)), 1))
        }
    }

    function ownerOf(bytes calldata leaves, uint256 i) internal pure returns (address owner) {
        assembly ("memory-safe") {
            owner := shr(96, calldataload(add(add(leaves.offset, mul(i, BYTES_PER_LEAF)), 33)))
        }
    }

    /// @dev The bytes of one leaf.
    function leaf(bytes calldata leaves, uint256 i) internal pure returns (bytes calldata) {
        return leaves[i * BYTES_PER_LEAF:(i + 1) * BYTES_PER_LEAF];
    }

    function amountOf(bytes calldata leaves, uint256 i) internal pure returns (uint64 amount) {
        assembly ("memory-safe") {
            amount := shr(192, calldataload(add(add(leaves.offset, mul(i, BYTES_PER_LEAF)), 53)))
        }
    }

    /// @dev Hash over 66 bytes: a tag of zero, uint32 index, and the leaf.
    function hashOf(bytes calldata leaves, uint256 i, uint256 index) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            // The message is written behind all that is in use, and forgotten.
            let message := mload(0x40)
            mstore(message, shl(216, index))
            calldatacopy(add(message, 5), add(leaves.offset, mul(i, BYTES_PER_LEAF)), BYTES_PER_LEAF)
            hash := keccak256(message, 66)
        }
    }
}
