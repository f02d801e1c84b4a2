// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {LibraryHarness} from "../../src/mocks/LibraryHarness.sol";
import {LeafReader} from "../support/LeafReader.sol";
import {Leaf, PayoutTree} from "../support/PayoutTree.sol";
import {Test} from "../support/Test.sol";

/// sum tree
/// ├── parent: it should commit to the hashes and sums of both children
/// ├── fold
/// │   ├── it should give the root and sum of a recursive model
/// │   └── it should depend on the start: an index belongs to its leaf
/// └── climb
///     ├── it should arrive at the model's root and sum from every subtree
///     ├── it should add up sums without overflow
///     └── it should arrive elsewhere from another position
contract SumTreeTest is Test {
    using PayoutTree for Leaf[];

    LibraryHarness private _harness = new LibraryHarness();
    LeafReader private _reader = new LeafReader();

    function testFuzz_parent__any_children__is_the_model_s(
        bytes32 left,
        uint64 sumLeft,
        bytes32 right,
        uint64 sumRight
    ) external view {
        (bytes32 hash, uint256 sum) = _reader.parent(left, sumLeft, right, sumRight);
        assertEq(hash, PayoutTree.hashNode(left, sumLeft, right, sumRight), "hash");
        assertEq(sum, uint256(sumLeft) + sumRight, "sum");
    }

    function testFuzz_fold__drawn_leaves__is_the_model_s(uint256 seed, uint256 leafCount, uint256 height)
        external
        view
    {
        height = bound(height, 0, 5);
        Leaf[] memory leaves = _draw(seed, bound(leafCount, 0, 1 << height));
        (bytes32 root, uint64 total) = leaves.node(height, 0);
        (bytes32 hash, uint256 sum) = _harness.fold(leaves.packBelow(height, 0), 0, height);
        assertEq(hash, root, "root");
        assertEq(sum, total, "sum");
    }

    function testFuzz_climb__from_any_subtree__arrives_at_the_root(
        uint256 seed,
        uint256 leafCount,
        uint256 level,
        uint256 position
    ) external view {
        uint256 depth = 6;
        Leaf[] memory leaves = _draw(seed, bound(leafCount, 1, 1 << depth));
        level = bound(level, 0, depth);
        position = bound(position, 0, (1 << (depth - level)) - 1);
        bytes memory below = leaves.packBelow(level, position);
        (bytes32 hash, uint256 sum) = _harness.fold(below, position << level, level);
        (hash, sum) = _harness.climb(hash, sum, position, leaves.proof(depth, level, position));
        assertEq(hash, leaves.root(depth), "root");
        assertEq(sum, leaves.total(), "sum");
    }

    function testFuzz_climb__any_siblings__is_a_loop_over_parents(
        bytes32 hash,
        uint64 sum,
        uint32 position,
        bytes32[4] memory hashes,
        uint64[4] memory sums
    ) external view {
        bytes memory siblings;
        (bytes32 expected, uint256 total) = (hash, sum);
        for (uint256 i = 0; i < 4; ++i) {
            siblings = abi.encodePacked(siblings, hashes[i], sums[i]);
            bool right = (position >> i) & 1 != 0;
            // A message has 64 bits of a sum that may have left them.
            expected = right
                ? PayoutTree.hashNode(hashes[i], sums[i], expected, uint64(total))
                : PayoutTree.hashNode(expected, uint64(total), hashes[i], sums[i]);
            total += sums[i];
        }
        (bytes32 arrived, uint256 added) = _harness.climb(hash, sum, position, siblings);
        assertEq(arrived, expected, "hash");
        assertEq(added, total, "sum");
    }

    function test_climb__sums_beyond_64_bits__are_added_without_overflow() external view {
        bytes memory siblings = abi.encodePacked(bytes32(0), type(uint64).max, bytes32(0), type(uint64).max);
        (, uint256 sum) = _harness.climb(0, type(uint64).max, 0, siblings);
        assertEq(sum, 3 * uint256(type(uint64).max), "sum");
    }

    function testFuzz_fold__other_start__is_another_tree(uint256 seed, uint32 start) external view {
        vm.assume(start != 0);
        bytes memory packed = _draw(seed, 4).packBelow(2, 0);
        (bytes32 atZero,) = _harness.fold(packed, 0, 2);
        (bytes32 elsewhere,) = _harness.fold(packed, start, 2);
        assertTrue(atZero != elsewhere, "an index belongs to its leaf");
    }

    function _draw(uint256 seed, uint256 leafCount) private pure returns (Leaf[] memory leaves) {
        leaves = new Leaf[](leafCount);
        for (uint256 i = 0; i < leafCount; ++i) {
            uint256 drawn = draw(seed, i);
            leaves[i] = Leaf({
                channel: uint8(drawn % 3),
                payee: bytes32(drawn),
                owner: address(uint160(drawn >> 8)),
                amount: uint64(drawn >> 200)
            });
        }
    }
}
