// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {HashTree} from "../../src/libraries/HashTree.sol";
import {Members} from "../support/Members.sol";
import {Test} from "../support/Test.sol";

/// hash tree
/// ├── memberLeaf: it should be the hash over tag, salt and address
/// └── climb
///     ├── it should arrive at a recursive model's root from every leaf
///     ├── it should arrive elsewhere from another place
///     └── it should not heed bits of the position above the proof
contract HashTreeTest is Test {
    using Members for bytes32[];

    function testFuzz_memberLeaf__any_member__is_the_model_s(bytes32 salt, address account) external pure {
        assertEq(HashTree.memberLeaf(salt, account), Members.leaf(salt, account), "leaf");
    }

    function testFuzz_climb__any_leaf__arrives_at_the_root(uint256 seed, uint256 depth, uint256 position)
        external
        view
    {
        depth = bound(depth, 0, 6);
        position = bound(position, 0, (1 << depth) - 1);
        bytes32[] memory leaves = new bytes32[](1 << depth);
        for (uint256 i = 0; i < leaves.length; ++i) {
            leaves[i] = bytes32(draw(seed, i));
        }
        bytes32[] memory proof = leaves.proof(depth, position);
        bytes32 root = leaves.node(depth, 0);
        assertEq(this.climb(leaves[position], position, proof), root, "root");
        assertEq(this.climb(leaves[position], position + (1 << depth), proof), root, "bits above the proof");
        for (uint256 i = 0; i < depth; ++i) {
            assertTrue(this.climb(leaves[position], position ^ (1 << i), proof) != root, "another place");
        }
    }

    function climb(bytes32 leaf, uint256 position, bytes32[] calldata proof) external pure returns (bytes32) {
        return HashTree.climb(leaf, position, proof);
    }
}
