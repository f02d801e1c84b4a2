// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SumTree} from "../../src/libraries/SumTree.sol";

/// @dev Proofs by halmos about one step of a tree. Hashes are free of collisions there, as is supposed of keccak256.
contract SumTreeProof {
    /// A node's sum is its children's, without overflow.
    function check_parent__sums__are_added(bytes32 left, uint64 sumLeft, bytes32 right, uint64 sumRight)
        external
        pure
    {
        (, uint256 sum) = SumTree.parent(left, sumLeft, right, sumRight);
        assert(sum == uint256(sumLeft) + sumRight);
        assert(sum >= sumLeft && sum >= sumRight);
    }

    /// A node's hash binds both hashes and both sums.
    function check_parent__other_children__give_another_hash(
        bytes32[2] calldata hashes,
        uint64[2] calldata sums,
        bytes32[2] calldata otherHashes,
        uint64[2] calldata otherSums
    ) external pure {
        (bytes32 hash,) = SumTree.parent(hashes[0], sums[0], hashes[1], sums[1]);
        (bytes32 other,) = SumTree.parent(otherHashes[0], otherSums[0], otherHashes[1], otherSums[1]);
        bool same = hashes[0] == otherHashes[0] && hashes[1] == otherHashes[1] && sums[0] == otherSums[0]
            && sums[1] == otherSums[1];
        assert((hash == other) == same);
    }

    /// The step of climb from an even position, and from an odd one, is parent.
    function check_climb__from_the_left__is_parent(
        bytes32 hash,
        uint64 sum,
        uint248 half,
        bytes32 siblingHash,
        uint64 siblingSum
    ) external view {
        (bytes32 climbed, uint256 total) =
            this.climb(hash, sum, uint256(half) << 1, abi.encodePacked(siblingHash, siblingSum));
        (bytes32 expected, uint256 expectedTotal) = SumTree.parent(hash, sum, siblingHash, siblingSum);
        assert(climbed == expected && total == expectedTotal);
    }

    function check_climb__from_the_right__is_parent(
        bytes32 hash,
        uint64 sum,
        uint248 half,
        bytes32 siblingHash,
        uint64 siblingSum
    ) external view {
        (bytes32 climbed, uint256 total) = this.climb(
            hash, sum, (uint256(half) << 1) | 1, abi.encodePacked(siblingHash, siblingSum)
        );
        (bytes32 expected, uint256 expectedTotal) = SumTree.parent(siblingHash, siblingSum, hash, sum);
        assert(climbed == expected && total == expectedTotal);
    }

    function climb(bytes32 hash, uint256 sum, uint256 position, bytes calldata siblings)
        external
        pure
        returns (bytes32, uint256)
    {
        return SumTree.climb(hash, sum, position, siblings);
    }
}
