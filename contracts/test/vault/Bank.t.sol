// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICommunityVault} from "../../src/interfaces/ICommunityVault.sol";
import {HostileToken} from "../../src/mocks/HostileToken.sol";
import {Branch} from "../../src/types/Payout.sol";
import {MoneyTest} from "../support/MoneyTest.sol";
import {Leaf, PayoutTree} from "../support/PayoutTree.sol";

/// bank leaves, in a tree of eight of which the batch is the second half
/// ├── reserve: it should mark open bank leaves, and refuse all others by name
/// ├── release: it should open reserved leaves again, and refuse all others by name
/// ├── confirm: it should pay reserved leaves that have a reference, to the treasurer's account or the counter
/// ├── it should pay nobody twice, whatever the selections
/// └── given another caller, an empty selection or one beyond the leaves, it should refuse
contract BankTest is MoneyTest {
    using PayoutTree for Leaf[];

    uint32 private constant START = 4;
    bytes32 private constant REFERENCE = "reference";

    Leaf[] private _leaves;
    uint32 private _distribution;
    Branch private _branch;

    function setUp() public override {
        super.setUp();
        for (uint64 i = 0; i < 7; ++i) {
            _leaves.push(PayoutTree.bank(i, uint64(10 ** i)));
        }
        // Of the batch, the second leaf is a wallet's; the fourth is missing.
        _leaves[5] = PayoutTree.wallet(address(0xA11A), 10 ** 5);
        _open();
    }

    function _open() private {
        _distribution = distribute(_leaves, 3);
        _branch = branchOf(_distribution, _leaves, 2, 1);
    }

    function test_reserve__bank_leaves__are_marked_and_told() external {
        uint64 heldBefore = heldNow();
        vm.expectEmit(address(vault));
        emit ICommunityVault.BankReserved(_distribution, START, 5);
        _reserve(5);
        requireStatus(_distribution, 4, false, true);
        requireStatus(_distribution, 6, false, true);
        requireStatus(_distribution, 5, false, false);
        requireStatus(_distribution, 0, false, false);
        assertEq(heldNow(), heldBefore, "no sum moves");
    }

    function test_reserve__others__are_refused_by_name() external {
        _refuseReserve(2, _indexError(ICommunityVault.CommunityVault_NotABankLeaf.selector, 5));
        _refuseReserve(7, _indexError(ICommunityVault.CommunityVault_NotABankLeaf.selector, 5));
        _reserve(4);
        _refuseReserve(5, _indexError(ICommunityVault.CommunityVault_AlreadyReserved.selector, 6));
        _confirm(0, 0, REFERENCE);
        _refuseReserve(4, _indexError(ICommunityVault.CommunityVault_AlreadyPaid.selector, 6));
        _reserve(1);
        requireStatus(_distribution, 4, false, true);
        requireStatus(_distribution, 6, true, false);
    }

    function testFuzz_reserve__selection__is_within_the_leaves(uint256 selection) external {
        if (selection & 7 != 0 && selection % 2 == 0) selection = 0;
        vm.assume(selection == 0 || selection > 7);
        bytes memory reason = selection == 0
            ? abi.encodeWithSelector(ICommunityVault.CommunityVault_NothingSelected.selector)
            : abi.encodeWithSelector(ICommunityVault.CommunityVault_SelectionBeyondLeaves.selector, selection, 3);
        _refuseReserve(selection, reason);
        vm.expectRevert(reason);
        vm.prank(TREASURER);
        vault.release(_branch, selection);
    }

    function test_release__reserved_leaf__is_open_again() external {
        _reserve(5);
        vm.expectEmit(address(vault));
        emit ICommunityVault.BankReleased(_distribution, START, 4);
        _release(4);
        requireStatus(_distribution, 4, false, true);
        requireStatus(_distribution, 6, false, false);
        _reserve(4);
        requireStatus(_distribution, 6, false, true);
    }

    function test_release__leaf_that_is_not_reserved__is_refused_by_name() external {
        _reserve(1);
        vm.expectRevert(_indexError(ICommunityVault.CommunityVault_NotReserved.selector, 6));
        vm.prank(TREASURER);
        vault.release(_branch, 5);
    }

    function test_confirm__reserved_leaves_with_a_reference__are_paid() external {
        _reserve(5);
        uint64 heldBefore = heldNow();
        vm.expectEmit(address(vault));
        emit ICommunityVault.BankConfirmed(_distribution, 6, REFERENCE, 10 ** 6);
        _confirm(0, 0, REFERENCE);
        requireStatus(_distribution, 4, false, true);
        requireStatus(_distribution, 6, true, false);
        assertEq(heldBefore - heldNow(), 10 ** 6, "left the vault");
        assertEq(token.balanceOf(TREASURER), 10 ** 6, "to the treasurer's account");
        _confirm(REFERENCE, 0, 0);
        assertEq(token.balanceOf(TREASURER), 10 ** 6 + 10 ** 4, "both");
    }

    function test_confirm__bookkeeping_euro__is_counted_down() external {
        keepBooksOnly();
        _open();
        _reserve(1);
        uint64 heldBefore = heldNow();
        _confirm(REFERENCE, 0, 0);
        assertEq(heldBefore - heldNow(), 10 ** 4, "counter");
        assertEq(token.balanceOf(TREASURER), 0, "no tokens");
    }

    function test_confirm__leaf_that_is_not_reserved__is_refused_by_name() external {
        _reserve(1);
        _refuseConfirm(
            _references(REFERENCE, 0, REFERENCE), _indexError(ICommunityVault.CommunityVault_NotReserved.selector, 6)
        );
        _confirm(REFERENCE, 0, 0);
        _refuseConfirm(
            _references(REFERENCE, 0, 0), _indexError(ICommunityVault.CommunityVault_NotReserved.selector, 4)
        );
    }

    function test_confirm__no_reference__is_refused() external {
        _reserve(5);
        _refuseConfirm(
            _references(0, 0, 0), abi.encodeWithSelector(ICommunityVault.CommunityVault_NothingSelected.selector)
        );
    }

    function testFuzz_confirm__reference_count__is_the_leaf_count(uint256 count) external {
        count = bound(count, 0, 9);
        vm.assume(count != 3);
        _reserve(5);
        _refuseConfirm(
            new bytes32[](count),
            abi.encodeWithSelector(ICommunityVault.CommunityVault_ReferenceCountDiffers.selector, count, 3)
        );
    }

    function test_confirm__token_that_refuses_the_treasurer__undoes_all() external {
        _reserve(1);
        setManner(TREASURER, HostileToken.Manner.RETURNS_FALSE);
        _refuseConfirm(
            _references(REFERENCE, 0, 0),
            abi.encodeWithSelector(ICommunityVault.CommunityVault_TransferRefused.selector, TREASURER, 10 ** 4)
        );
        requireStatus(_distribution, 4, false, true);
    }

    function testFuzz_bank__any_other_caller__is_refused(address caller) external {
        vm.assume(caller != TREASURER);
        bytes memory reason = abi.encodeWithSelector(ICommunityVault.CommunityVault_NotTreasurer.selector, caller);
        vm.expectRevert(reason);
        vm.prank(caller);
        vault.reserve(_branch, 1);
        vm.expectRevert(reason);
        vm.prank(caller);
        vault.release(_branch, 1);
        vm.expectRevert(reason);
        vm.prank(caller);
        vault.confirm(_branch, new bytes32[](3));
    }

    function test_bank__leaves_of_another_tree__are_refused() external {
        Branch memory other = _branch;
        other.leaves = new bytes(other.leaves.length);
        vm.expectPartialRevert(ICommunityVault.CommunityVault_OtherRoot.selector);
        vm.prank(TREASURER);
        vault.reserve(other, 1);
        vm.expectPartialRevert(ICommunityVault.CommunityVault_OtherRoot.selector);
        vm.prank(TREASURER);
        vault.release(other, 1);
        vm.expectPartialRevert(ICommunityVault.CommunityVault_OtherRoot.selector);
        vm.prank(TREASURER);
        vault.confirm(other, new bytes32[](3));
    }

    function test_push__reserved_bank_leaves__are_left_alone() external {
        _reserve(5);
        uint64 heldBefore = heldNow();
        vault.push(_branch);
        requireStatus(_distribution, 4, false, true);
        requireStatus(_distribution, 5, true, false);
        requireStatus(_distribution, 6, false, true);
        assertEq(heldBefore - heldNow(), 10 ** 5, "the wallet alone");
    }

    function _reserve(uint256 selection) private {
        vm.prank(TREASURER);
        vault.reserve(_branch, selection);
    }

    function _release(uint256 selection) private {
        vm.prank(TREASURER);
        vault.release(_branch, selection);
    }

    function _confirm(bytes32 first, bytes32 second, bytes32 third) private {
        vm.prank(TREASURER);
        vault.confirm(_branch, _references(first, second, third));
    }

    function _refuseReserve(uint256 selection, bytes memory reason) private {
        vm.expectRevert(reason);
        vm.prank(TREASURER);
        vault.reserve(_branch, selection);
    }

    function _refuseConfirm(bytes32[] memory references, bytes memory reason) private {
        vm.expectRevert(reason);
        vm.prank(TREASURER);
        vault.confirm(_branch, references);
    }

    function _references(bytes32 first, bytes32 second, bytes32 third) private pure returns (bytes32[] memory words) {
        words = new bytes32[](3);
        (words[0], words[1], words[2]) = (first, second, third);
    }

    function _indexError(bytes4 selector, uint256 index) private view returns (bytes memory) {
        return abi.encodeWithSelector(selector, _distribution, index);
    }
}
