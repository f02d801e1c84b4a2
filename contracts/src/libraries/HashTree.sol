// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Plain Merkle tree over 32-byte leaves, padded with zeros: it proves membership and position.
/// @dev A node is the hash over 65 bytes: a tag, left and right. Leaves have tags of their own.
library HashTree {
    uint8 private constant NODE_TAG = 0x03;
    uint8 private constant MEMBER_TAG = 0x06;

    /// @dev Leaf of a member of a community: the salt keeps anybody from finding an address by trying.
    function memberLeaf(bytes32 salt, address account) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(MEMBER_TAG, salt, account));
    }

    /// @dev Root that a leaf reaches through its siblings, bottom-up. Bits of the position above the proof's length
    /// have no meaning.
    function climb(bytes32 leaf, uint256 position, bytes32[] calldata proof) internal pure returns (bytes32 node) {
        node = leaf;
        for (uint256 i = 0; i < proof.length; ++i) {
            bytes32 sibling = proof[i];
            node = keccak256(
                (position >> i) & 1 == 0
                    ? abi.encodePacked(NODE_TAG, node, sibling)
                    : abi.encodePacked(NODE_TAG, sibling, node)
            );
        }
    }
}
