// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICommunityVault} from "../../src/interfaces/ICommunityVault.sol";
import {Branch} from "../../src/types/Payout.sol";
import {MoneyTest} from "../support/MoneyTest.sol";
import {Leaf, PayoutTree} from "../support/PayoutTree.sol";

/// setTreasurer
/// ├── it should hand all that a treasurer may do to another account, at once
/// ├── it should let the next treasurer finish what the former reserved
/// ├── given zero, it should refuse
/// └── given another caller than the governor of the day, it should refuse
contract SetTreasurerTest is MoneyTest {
    address private constant NEXT = address(0x7EA6);

    function test_setTreasurer__governor__hands_over() external {
        vm.expectEmit(address(vault));
        emit ICommunityVault.TreasurerSet(NEXT);
        vm.prank(GOVERNOR);
        vault.setTreasurer(NEXT);
        assertEq(vault.treasurer(), NEXT, "treasurer");
        credit(5);
        requireFunds(0, 0, 0, 5);
        vm.expectRevert(abi.encodeWithSelector(ICommunityVault.CommunityVault_NotTreasurer.selector, TREASURER));
        vm.prank(TREASURER);
        vault.credit("receipt", 5);
    }

    function test_setTreasurer__in_the_middle_of_a_payment_order__the_next_is_paid() external {
        Leaf[] memory leaves = alone(PayoutTree.bank(1, 70));
        Branch memory branch = wholeOf(distribute(leaves, 0), leaves);
        vm.prank(TREASURER);
        vault.reserve(branch, 1);
        vm.prank(GOVERNOR);
        vault.setTreasurer(NEXT);
        vm.prank(NEXT);
        vault.confirm(branch, alone("reference"));
        assertEq(token.balanceOf(NEXT), 70, "the account that is the treasurer's now");
        assertEq(token.balanceOf(TREASURER), 0, "the former's");
    }

    function test_setTreasurer__zero__is_refused() external {
        vm.expectRevert(abi.encodeWithSelector(ICommunityVault.CommunityVault_InvalidTreasurer.selector, address(0)));
        vm.prank(GOVERNOR);
        vault.setTreasurer(address(0));
    }

    function testFuzz_setTreasurer__other_caller__is_refused(address caller) external {
        vm.assume(caller != GOVERNOR);
        _refuse(caller);
        _refuse(TREASURER);
        _refuse(ADMINISTRATOR);
        _refuse(GUARDIAN);
    }

    function test_setTreasurer__former_governor__is_refused() external {
        vm.prank(GOVERNOR);
        ledger.setGovernor(COMMUNITY, NEXT);
        _refuse(GOVERNOR);
        vm.prank(NEXT);
        vault.setTreasurer(address(0x7EA7));
        assertEq(vault.treasurer(), address(0x7EA7), "by the governor of the day");
    }

    function _refuse(address caller) private {
        vm.expectRevert(abi.encodeWithSelector(ICommunityVault.CommunityVault_NotGovernor.selector, caller));
        vm.prank(caller);
        vault.setTreasurer(caller);
    }
}
