// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {LeafReader} from "../support/LeafReader.sol";
import {Leaf, PayoutTree} from "../support/PayoutTree.sol";
import {Test} from "../support/Test.sol";

/// packed leaves
/// ├── it should read back what was packed, at every position
/// ├── it should hash a leaf with its index over 66 bytes
/// └── given a part of a leaf is left over
///     └── it should count none
contract PackedLeavesTest is Test {
    LeafReader private _reader = new LeafReader();

    function testFuzz_read__leaf_among_others__is_what_was_packed(
        Leaf[3] memory leaves,
        uint256 position,
        uint32 index
    ) external view {
        position = bound(position, 0, 2);
        bytes memory packed;
        for (uint256 i = 0; i < leaves.length; ++i) {
            packed = bytes.concat(packed, PayoutTree.pack(leaves[i]));
        }
        (uint256 channel, bytes32 payee, address owner, uint64 amount) = _reader.read(packed, position);

        assertEq(_reader.count(packed), 3, "count");
        assertEq(channel, leaves[position].channel, "channel");
        assertEq(payee, leaves[position].payee, "payee");
        assertEq(owner, leaves[position].owner, "owner");
        assertEq(amount, leaves[position].amount, "amount");
        assertEq(
            keccak256(_reader.leaf(packed, position)), keccak256(PayoutTree.pack(leaves[position])), "bytes of a leaf"
        );
        assertEq(
            _reader.hashOf(packed, position, index), PayoutTree.hashLeaf(leaves[position], index), "hash of a leaf"
        );
    }

    function testFuzz_count__length__is_zero_unless_whole(uint256 length) external view {
        length = bound(length, 0, 300);
        assertEq(_reader.count(new bytes(length)), length % 61 == 0 ? length / 61 : 0, "count");
    }
}
