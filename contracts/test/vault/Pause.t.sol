// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICommunityVault} from "../../src/interfaces/ICommunityVault.sol";
import {Branch, Fund, PayoutRoot} from "../../src/types/Payout.sol";
import {MoneyTest} from "../support/MoneyTest.sol";
import {Leaf, PayoutTree} from "../support/PayoutTree.sol";

/// while the community is paused
/// ├── push should be refused
/// └── claims, bank payments, moves, sweeps, cancellations and all that the governor does should go on
contract PauseTest is MoneyTest {
    using PayoutTree for Leaf[];

    uint256 private constant ANNA_KEY = 0xA11A;

    address private _anna;
    Leaf[] private _leaves;
    uint32 private _distribution;

    function setUp() public override {
        super.setUp();
        _anna = vm.addr(ANNA_KEY);
        _leaves.push(PayoutTree.wallet(_anna, 1));
        _leaves.push(PayoutTree.wallet(_anna, 10));
        _leaves.push(PayoutTree.bank(1, 100));
        _leaves.push(PayoutTree.wallet(_anna, 1_000));
        _distribution = distribute(_leaves, 2);
        _setPaused(true);
    }

    function test_push__paused__is_refused_until_it_ends() external {
        Branch memory branch = wholeOf(_distribution, _leaves);
        vm.expectRevert(abi.encodeWithSelector(ICommunityVault.CommunityVault_Paused.selector));
        vault.push(branch);
        requireOpen(_distribution, 0);
        _setPaused(false);
        vault.push(branch);
        assertEq(token.balanceOf(_anna), 1_011, "afterwards");
    }

    /// @dev A pause is of one community: the vaults of others push on.
    function test_push__other_community_paused__pays() external {
        _setPaused(false);
        bytes32 other = registerCommunity("other");
        vm.prank(GUARDIAN);
        ledger.setPaused(other, true);
        vault.push(wholeOf(_distribution, _leaves));
        assertEq(token.balanceOf(_anna), 1_011, "paid");
    }

    function test_claim__paused__pays() external {
        vault.claim(branchOf(_distribution, _leaves, 0, 1));
        assertEq(token.balanceOf(_anna), 10, "paid");
    }

    function test_bank__paused__pays() external {
        Branch memory branch = branchOf(_distribution, _leaves, 0, 2);
        vm.prank(TREASURER);
        vault.reserve(branch, 1);
        vm.prank(TREASURER);
        vault.release(branch, 1);
        vm.prank(TREASURER);
        vault.reserve(branch, 1);
        vm.prank(TREASURER);
        vault.confirm(branch, alone("reference"));
        requireStatus(_distribution, 2, true, false);
    }

    function test_move__paused__moves() external {
        Leaf memory leaf = PayoutTree.bank(1, 1);
        vault.move(
            branchOf(_distribution, _leaves, 0, 0),
            PayoutTree.pack(leaf),
            signedMove(ANNA_KEY, _distribution, 0, leaf)
        );
        assertEq(vault.singleCount(), 1, "moved");
    }

    function test_redirect__paused__redirects_and_is_refused() external {
        Branch memory branch = branchOf(_distribution, _leaves, 0, 0);
        vm.prank(GOVERNOR);
        vault.redirect(branch, PayoutTree.pack(PayoutTree.bank(1, 1)), "resolution");
        vm.prank(_anna);
        vault.refuseRedirection(FIRST_SINGLE, branch.leaves);
        assertEq(vault.singleCount(), 2, "redirected and refused");
    }

    function test_sweep__paused__sweeps() external {
        vm.prank(GOVERNOR);
        vault.announceSweep(_distribution, "resolution");
        vm.warp(block.timestamp + 1_827 days);
        uint64 socialBefore = socialNow();
        vault.sweep(wholeOf(_distribution, _leaves));
        assertEq(socialNow() - socialBefore, 1_111, "swept");
    }

    /// @dev Pausing and cancelling are what a guardian does when reporters are under suspicion.
    function test_cancel__paused__cancels() external {
        _setPaused(false);
        settle(settlementOfCarry(_leaves, 2));
        _setPaused(true);
        PayoutRoot memory payoutRoot = rootOf[2];
        vm.prank(GUARDIAN);
        vault.cancel(2, payoutRoot);
        assertEq(vault.distributionOf(2), CANCELLED, "cancelled");
    }

    function test_receipts__paused__come_and_go() external {
        uint64 heldBefore = heldNow();
        bytes32 receipt = credit(5);
        vm.prank(TREASURER);
        vault.voidCredit(receipt);
        token.mint(address(vault), 3);
        vault.takeDonation();
        assertEq(heldNow(), heldBefore + 3, "held");
    }

    function test_governor__paused__spends_and_appoints() external {
        uint64 socialBefore = socialNow();
        vm.prank(GOVERNOR);
        vault.spend(Fund.Social, PayoutTree.pack(PayoutTree.bank(1, 5)), "resolution");
        assertEq(socialNow(), socialBefore - 5, "spent");
        vm.prank(GOVERNOR);
        vault.setTreasurer(_anna);
        assertEq(vault.treasurer(), _anna, "treasurer");
    }

    function _setPaused(bool paused) private {
        vm.prank(GUARDIAN);
        ledger.setPaused(COMMUNITY, paused);
    }
}
