// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICommunityVault} from "../../src/interfaces/ICommunityVault.sol";
import {Branch, Fund, PayoutRoot, Settlement} from "../../src/types/Payout.sol";
import {MoneyTest} from "../support/MoneyTest.sol";
import {Leaf, PayoutTree} from "../support/PayoutTree.sol";

/// cancel
/// ├── it should turn what was promised into carry, for good, and use up the distribution's number and receipts
/// ├── it should leave the next settlement to divide the carry anew, also without receipts
/// ├── given the payout root can be paid from, it should refuse
/// ├── given another payout root, a single payout or a cancelled distribution, it should refuse
/// ├── given another caller than the guardian, it should refuse
/// └── of a cancelled distribution, nothing should ever be paid
contract CancelTest is MoneyTest {
    using PayoutTree for Leaf[];

    address private constant ANNA = address(0xA11A);
    uint64 private constant AMOUNT = 100_000;
    /// Of 100,000, producers have 70,000: 1,234 are promised.
    uint64 private constant FUNDED = 1_234;
    uint64 private constant CARRY = 70_000 - FUNDED;

    Leaf[] private _leaves;
    bytes32 private _receipt;

    function setUp() public override {
        super.setUp();
        _leaves.push(PayoutTree.wallet(ANNA, 234));
        _leaves.push(PayoutTree.bankOf(ANNA, 1, 1_000));
        _receipt = credit(AMOUNT);
        settle(settlementOf(_receipt, _leaves, 1));
    }

    function test_cancel__before_it_is_valid__promise_becomes_carry() external {
        requireFunds(20_000, 10_000, CARRY, AMOUNT);
        vm.warp(rootOf[1].validAt - 1);
        vm.expectEmit(address(vault));
        emit ICommunityVault.DistributionCancelled(1, FUNDED);
        _cancel(1);
        requireFunds(20_000, 10_000, 70_000, AMOUNT);
        assertEq(vault.distributionOf(1), CANCELLED, "the slot");
        assertEq(vault.distributionCount(), 1, "the number is used up");
        (, bool used) = vault.creditOf(_receipt);
        assertTrue(used, "the receipt stays used");
    }

    function test_cancel__once_it_is_valid__is_refused() external {
        vm.warp(rootOf[1].validAt);
        _refuse(
            1,
            rootOf[1],
            abi.encodeWithSelector(ICommunityVault.CommunityVault_AlreadyValid.selector, 1, rootOf[1].validAt)
        );
        vault.push(wholeOf(1, _leaves));
        assertEq(token.balanceOf(ANNA), 234, "it pays");
    }

    function testFuzz_cancel__other_payout_root__is_refused(uint256 field, uint64 other) external {
        PayoutRoot memory changed = rootOf[1];
        field = bound(field, 0, 3);
        if (field == 0) changed.root = bytes32(uint256(other));
        if (field == 1) changed.funded = other == FUNDED ? 0 : other;
        if (field == 2) changed.depth = other % 256 == 1 ? 0 : uint8(other);
        if (field == 3) changed.validAt = changed.validAt + 1 + uint40(other % 1e6);
        _refuse(
            1,
            changed,
            abi.encodeWithSelector(
                ICommunityVault.CommunityVault_OtherRoot.selector, 1, changed.root, changed.funded
            )
        );
        requireFunds(20_000, 10_000, CARRY, AMOUNT);
    }

    function test_cancel__again__is_refused() external {
        _cancel(1);
        _refuse(1, rootOf[1], abi.encodeWithSelector(ICommunityVault.CommunityVault_Cancelled.selector, 1));
        requireFunds(20_000, 10_000, 70_000, AMOUNT);
    }

    function test_cancel__unknown_distribution__is_refused() external {
        _refuse(2, rootOf[1], abi.encodeWithSelector(ICommunityVault.CommunityVault_UnknownDistribution.selector, 2));
    }

    /// @dev A redirected payout waits for 14 days, in which it would look like one that can be cancelled.
    function test_cancel__single_payout__is_refused() external {
        vm.warp(rootOf[1].validAt);
        Branch memory branch = branchOf(1, _leaves, 0, 0);
        Leaf memory other = PayoutTree.wallet(address(0xB120), 234);
        vm.prank(GOVERNOR);
        vault.redirect(branch, PayoutTree.pack(other), "resolution");
        PayoutRoot memory payoutRoot =
            PayoutRoot(PayoutTree.hashLeaf(other, 0), 234, 0, uint40(block.timestamp + 14 days));
        bytes memory reason =
            abi.encodeWithSelector(ICommunityVault.CommunityVault_UnknownDistribution.selector, FIRST_SINGLE);
        _refuse(FIRST_SINGLE, payoutRoot, reason);

        vm.prank(GOVERNOR);
        vault.spend(Fund.Social, PayoutTree.pack(other), "resolution");
        reason = abi.encodeWithSelector(ICommunityVault.CommunityVault_UnknownDistribution.selector, FIRST_SINGLE + 1);
        payoutRoot.validAt = uint40(block.timestamp);
        _refuse(FIRST_SINGLE + 1, payoutRoot, reason);
    }

    function testFuzz_cancel__other_caller__is_refused(address caller) external {
        vm.assume(caller != GUARDIAN);
        _requireNotGuardian(caller);
        _requireNotGuardian(GOVERNOR);
        _requireNotGuardian(TREASURER);
        _requireNotGuardian(ADMINISTRATOR);
    }

    function _requireNotGuardian(address caller) private {
        PayoutRoot memory payoutRoot = rootOf[1];
        vm.expectRevert(abi.encodeWithSelector(ICommunityVault.CommunityVault_NotGuardian.selector, caller));
        vm.prank(caller);
        vault.cancel(1, payoutRoot);
    }

    /* --------------------------------------------- the next settlement ---------------------------------------- */

    function test_settle__after_a_cancellation__pays_the_carry_without_receipts() external {
        _cancel(1);
        settle(settlementOfCarry(_leaves, 1));
        requireFunds(20_000, 10_000, CARRY, AMOUNT);
        assertEq(vault.distributionCount(), 2, "the next number");
        vm.warp(block.timestamp + ROOT_DELAY);
        vault.push(wholeOf(2, _leaves));
        requireFunds(20_000, 10_000, CARRY, AMOUNT - 234);
        assertEq(token.balanceOf(ANNA), 234, "paid once");
        assertEq(vault.distributionOf(1), CANCELLED, "the first stays cancelled");
    }

    function test_settle__after_a_cancellation__number_and_receipt_are_used_up() external {
        _cancel(1);
        Settlement memory settlement = settlementOf(_receipt, _leaves, 1);
        bytes memory signed = signedSettlement(settlement);
        vm.expectRevert(abi.encodeWithSelector(ICommunityVault.CommunityVault_ReceiptUsed.selector, _receipt));
        vault.settle(settlement, signed);

        settlement.distribution = 1;
        signed = signedSettlement(settlement);
        vm.expectRevert(abi.encodeWithSelector(ICommunityVault.CommunityVault_WrongDistribution.selector, 1, 2));
        vault.settle(settlement, signed);

        vm.expectRevert(abi.encodeWithSelector(ICommunityVault.CommunityVault_ReceiptUsed.selector, _receipt));
        vm.prank(TREASURER);
        vault.voidCredit(_receipt);
    }

    /// @dev While the second waits, the first can still be cancelled: its sum joins the carry of the second.
    function testFuzz_cancel__one_of_two_or_both__adds_up(bool first, bool second) external {
        settle(settlementOfCarry(_leaves, 1));
        requireFunds(20_000, 10_000, CARRY - FUNDED, AMOUNT);
        if (first) _cancel(1);
        if (second) _cancel(2);
        uint256 cancelled = (first ? FUNDED : 0) + (second ? FUNDED : 0);
        requireFunds(20_000, 10_000, CARRY - FUNDED + cancelled, AMOUNT);
        vm.warp(block.timestamp + ROOT_DELAY);
        if (!first) vault.claim(branchOf(1, _leaves, 0, 0));
        if (!second) vault.claim(branchOf(2, _leaves, 0, 0));
        assertEq(token.balanceOf(ANNA), 468 - cancelled / FUNDED * 234, "what was not cancelled");
    }

    /* ------------------------------------------- cancelled distributions -------------------------------------- */

    function test_cancelled__every_way_to_pay__is_refused() external {
        _cancel(1);
        vm.warp(block.timestamp + 6 * 366 days);
        (Branch memory all, Branch memory one, Branch memory two) =
            (wholeOf(1, _leaves), branchOf(1, _leaves, 0, 0), branchOf(1, _leaves, 0, 1));
        bytes memory leaf = PayoutTree.pack(_leaves[0]);
        _refuseCall(address(this), abi.encodeCall(vault.push, (all)));
        _refuseCall(address(this), abi.encodeCall(vault.claim, (one)));
        _refuseCall(TREASURER, abi.encodeCall(vault.reserve, (two, 1)));
        _refuseCall(TREASURER, abi.encodeCall(vault.release, (two, 1)));
        _refuseCall(TREASURER, abi.encodeCall(vault.confirm, (two, new bytes32[](1))));
        _refuseCall(address(this), abi.encodeCall(vault.move, (one, leaf, "")));
        _refuseCall(GOVERNOR, abi.encodeCall(vault.redirect, (one, leaf, "resolution")));
        vm.prank(GOVERNOR);
        vault.announceSweep(1, "resolution");
        vm.warp(block.timestamp + 61 days);
        _refuseCall(address(this), abi.encodeCall(vault.sweep, (all)));
        requireFunds(20_000, 10_000, 70_000, AMOUNT);
    }

    function _refuseCall(address caller, bytes memory call_) private {
        vm.prank(caller);
        (bool made, bytes memory reason) = address(vault).call(call_);
        assertTrue(!made, "refused");
        assertEq(
            keccak256(reason),
            keccak256(abi.encodeWithSelector(ICommunityVault.CommunityVault_Cancelled.selector, 1)),
            "because it was cancelled"
        );
    }

    function _cancel(uint32 distribution) private {
        PayoutRoot memory payoutRoot = rootOf[distribution];
        vm.prank(GUARDIAN);
        vault.cancel(distribution, payoutRoot);
    }

    function _refuse(uint32 distribution, PayoutRoot memory payoutRoot, bytes memory reason) private {
        vm.expectRevert(reason);
        vm.prank(GUARDIAN);
        vault.cancel(distribution, payoutRoot);
    }
}
