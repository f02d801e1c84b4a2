// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Rosters of members as ICommunityRegistry describes their bytes.
/// @dev A recursive model that shares no code with HashTree.
library Members {
    function leaf(bytes32 salt, address account) internal pure returns (bytes32) {
        return keccak256(bytes.concat(hex"06", salt, bytes20(account)));
    }

    /// @dev Hash of a node; missing leaves are zero.
    function node(bytes32[] memory leaves, uint256 level, uint256 position) internal pure returns (bytes32) {
        if (level == 0) return position < leaves.length ? leaves[position] : bytes32(0);
        bytes32 left = node(leaves, level - 1, 2 * position);
        bytes32 right = node(leaves, level - 1, 2 * position + 1);
        return keccak256(bytes.concat(hex"03", left, right));
    }

    /// @dev Siblings of a leaf, bottom-up.
    function proof(bytes32[] memory leaves, uint256 depth, uint256 position)
        internal
        pure
        returns (bytes32[] memory siblings)
    {
        siblings = new bytes32[](depth);
        for (uint256 level = 0; level < depth; ++level) {
            siblings[level] = node(leaves, level, (position >> level) ^ 1);
        }
    }
}
