// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICommunityRegistry} from "../../src/interfaces/ICommunityRegistry.sol";
import {Energy} from "../support/Energy.sol";
import {Members} from "../support/Members.sol";

/// setRoster and isMember
/// ├── it should keep root and number of the members, and say so
/// ├── it should find every member of a recursive model's tree, at its place and with its salt alone
/// └── given there is no roster, it should find nobody
contract SetRosterTest is Energy {
    using Members for bytes32[];

    function setUp() external {
        foundLedger();
    }

    function testFuzz_setRoster__root_and_number__are_kept(bytes32 root, uint32 members) external {
        vm.expectEmit(address(ledger));
        emit ICommunityRegistry.RosterSet(COMMUNITY, root, members);
        _set(root, members);
        (bytes32 foundRoot, uint32 found) = ledger.rosterOf(COMMUNITY);
        assertEq(foundRoot, root, "root");
        assertEq(found, members, "members");
    }

    function testFuzz_isMember__each_of_the_roster__is_one(uint256 seed, uint256 count, uint256 position) external {
        uint256 depth = 5;
        count = bound(count, 1, 1 << depth);
        position = bound(position, 0, count - 1);
        bytes32[] memory leaves = _leaves(seed, count);
        _set(leaves.node(depth, 0), uint32(count));
        bytes32[] memory proof = leaves.proof(depth, position);
        (bytes32 salt, address account) = _member(seed, position);
        assertTrue(ledger.isMember(COMMUNITY, account, salt, position, proof), "a member");
        assertTrue(!ledger.isMember(COMMUNITY, account, bytes32(uint256(salt) ^ 1), position, proof), "other salt");
        assertTrue(!ledger.isMember(COMMUNITY, address(uint160(account) ^ 1), salt, position, proof), "other account");
        for (uint256 i = 0; i < depth; ++i) {
            assertTrue(!ledger.isMember(COMMUNITY, account, salt, position ^ (1 << i), proof), "other place");
            proof[i] = bytes32(uint256(proof[i]) ^ 1);
            assertTrue(!ledger.isMember(COMMUNITY, account, salt, position, proof), "other sibling");
            proof[i] = bytes32(uint256(proof[i]) ^ 1);
        }
        assertTrue(!ledger.isMember(registerCommunity("other"), account, salt, position, proof), "elsewhere");
    }

    function test_isMember__roster_of_one__is_its_leaf() external {
        _set(Members.leaf("salt", address(0xA)), 1);
        assertTrue(ledger.isMember(COMMUNITY, address(0xA), "salt", 0, new bytes32[](0)), "the only member");
        assertTrue(!ledger.isMember(COMMUNITY, address(0xB), "salt", 0, new bytes32[](0)), "nobody else");
    }

    function testFuzz_isMember__no_roster__is_nobody(address account, bytes32 salt) external view {
        assertTrue(!ledger.isMember(COMMUNITY, account, salt, 0, new bytes32[](0)), "nobody");
    }

    function test_setRoster__next_roster__replaces_the_former() external {
        _set(Members.leaf("salt", address(0xA)), 1);
        _set(Members.leaf("salt", address(0xB)), 1);
        assertTrue(!ledger.isMember(COMMUNITY, address(0xA), "salt", 0, new bytes32[](0)), "who left");
        assertTrue(ledger.isMember(COMMUNITY, address(0xB), "salt", 0, new bytes32[](0)), "who came");
    }

    function _set(bytes32 root, uint32 members) private {
        vm.prank(ADMINISTRATOR);
        ledger.setRoster(COMMUNITY, root, members);
    }

    function _member(uint256 seed, uint256 position) private pure returns (bytes32 salt, address account) {
        return (bytes32(draw(seed, position)), address(uint160(draw(seed, 1_000 + position))));
    }

    function _leaves(uint256 seed, uint256 count) private pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) {
            (bytes32 salt, address account) = _member(seed, i);
            leaves[i] = Members.leaf(salt, account);
        }
    }
}
