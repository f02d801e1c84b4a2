// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

struct Leaf {
    uint8 channel;
    bytes32 payee;
    address owner;
    uint64 amount;
}

/// @title Payout trees as contracts/README.md describes their bytes.
/// @dev A recursive model that shares no code with SumTree and PackedLeaves.
library PayoutTree {
    uint8 internal constant WALLET = 0;
    uint8 internal constant BANK = 1;
    uint8 internal constant SOCIAL = 2;

    function wallet(address account, uint64 amount) internal pure returns (Leaf memory) {
        return Leaf({channel: WALLET, payee: bytes32(uint256(uint160(account))), owner: address(0), amount: amount});
    }

    function bank(uint256 account, uint64 amount) internal pure returns (Leaf memory) {
        return Leaf({channel: BANK, payee: keccak256(abi.encode(account)), owner: address(0), amount: amount});
    }

    /// @dev A bank leaf that a member may move.
    function bankOf(address owner, uint256 account, uint64 amount) internal pure returns (Leaf memory leaf) {
        leaf = bank(account, amount);
        leaf.owner = owner;
    }

    function social(uint64 amount) internal pure returns (Leaf memory) {
        return Leaf({channel: SOCIAL, payee: 0, owner: address(0), amount: amount});
    }

    function pack(Leaf memory leaf) internal pure returns (bytes memory) {
        return abi.encodePacked(leaf.channel, leaf.payee, leaf.owner, leaf.amount);
    }

    /// @dev The leaves below a node, as far as there are any.
    function packBelow(Leaf[] memory leaves, uint256 level, uint256 position)
        internal
        pure
        returns (bytes memory packed)
    {
        uint256 start = position << level;
        for (uint256 i = start; i < start + (1 << level) && i < leaves.length; ++i) {
            packed = bytes.concat(packed, pack(leaves[i]));
        }
    }

    function total(Leaf[] memory leaves) internal pure returns (uint64 sum) {
        for (uint256 i = 0; i < leaves.length; ++i) {
            sum += leaves[i].amount;
        }
    }

    function hashLeaf(Leaf memory leaf, uint256 index) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(uint8(0), uint32(index), pack(leaf)));
    }

    function hashNode(bytes32 hashLeft, uint64 sumLeft, bytes32 hashRight, uint64 sumRight)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encodePacked(uint8(1), hashLeft, sumLeft, hashRight, sumRight));
    }

    function node(Leaf[] memory leaves, uint256 level, uint256 position)
        internal
        pure
        returns (bytes32 hash, uint64 sum)
    {
        if (position << level >= leaves.length) return (padding(level), 0);
        if (level == 0) return (hashLeaf(leaves[position], position), leaves[position].amount);
        (bytes32 hashLeft, uint64 sumLeft) = node(leaves, level - 1, 2 * position);
        (bytes32 hashRight, uint64 sumRight) = node(leaves, level - 1, 2 * position + 1);
        return (hashNode(hashLeft, sumLeft, hashRight, sumRight), sumLeft + sumRight);
    }

    function padding(uint256 level) internal pure returns (bytes32) {
        if (level == 0) return 0;
        bytes32 child = padding(level - 1);
        return hashNode(child, 0, child, 0);
    }

    function root(Leaf[] memory leaves, uint256 depth) internal pure returns (bytes32 hash) {
        (hash,) = node(leaves, depth, 0);
    }

    /// @dev Siblings bottom-up from the node at `level` to the root.
    function proof(Leaf[] memory leaves, uint256 depth, uint256 level, uint256 position)
        internal
        pure
        returns (bytes memory siblings)
    {
        for (; level < depth; ++level) {
            (bytes32 hash, uint64 sum) = node(leaves, level, position ^ 1);
            siblings = abi.encodePacked(siblings, hash, sum);
            position /= 2;
        }
    }
}
