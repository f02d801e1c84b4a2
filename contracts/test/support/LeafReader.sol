// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {PackedLeaves} from "../../src/libraries/PackedLeaves.sol";
import {SumTree} from "../../src/libraries/SumTree.sol";

/// @dev Shows what LibraryHarness, which also other suites use, does not.
contract LeafReader {
    function count(bytes calldata leaves) external pure returns (uint256) {
        return PackedLeaves.count(leaves);
    }

    function read(bytes calldata leaves, uint256 i)
        external
        pure
        returns (uint256 channel, bytes32 payee, address owner, uint64 amount)
    {
        channel = PackedLeaves.channelOf(leaves, i);
        payee = PackedLeaves.payeeOf(leaves, i);
        owner = PackedLeaves.ownerOf(leaves, i);
        amount = PackedLeaves.amountOf(leaves, i);
    }

    function leaf(bytes calldata leaves, uint256 i) external pure returns (bytes memory) {
        return PackedLeaves.leaf(leaves, i);
    }

    function hashOf(bytes calldata leaves, uint256 i, uint256 index) external pure returns (bytes32) {
        return PackedLeaves.hashOf(leaves, i, index);
    }

    function parent(bytes32 hashLeft, uint256 sumLeft, bytes32 hashRight, uint256 sumRight)
        external
        pure
        returns (bytes32, uint256)
    {
        return SumTree.parent(hashLeft, sumLeft, hashRight, sumRight);
    }
}
