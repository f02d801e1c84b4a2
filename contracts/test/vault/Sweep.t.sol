// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICommunityVault} from "../../src/interfaces/ICommunityVault.sol";
import {HostileToken} from "../../src/mocks/HostileToken.sol";
import {Branch} from "../../src/types/Payout.sol";
import {MoneyTest} from "../support/MoneyTest.sol";
import {Leaf, PayoutTree} from "../support/PayoutTree.sol";

/// announceSweep and sweep
/// ├── sweep: it should give what is neither paid nor reserved to the social fund, of every channel, whoever calls
/// ├── sweep: it should let every leaf be paid until it is swept, and none after
/// ├── sweep: given less than 1,827 days since the leaves could be paid, or 60 since the notice, it should refuse
/// ├── sweep: given no notice, or leaves that do not stand in the tree, it should refuse
/// ├── sweep: single payouts should have notices and periods of their own
/// └── announce: given another caller than the governor or an unknown distribution, it should refuse
contract SweepTest is MoneyTest {
    using PayoutTree for Leaf[];

    uint256 private constant ANNA_KEY = 0xA11A;
    uint256 private constant CLAIM_PERIOD = 1_827 days;
    uint256 private constant NOTICE_PERIOD = 60 days;

    address private _anna;
    Leaf[] private _leaves;
    uint32 private _distribution;
    uint40 private _validAt;

    /// @dev Two wallets, two bank accounts, a social leaf and one of a channel that does not exist.
    function setUp() public override {
        super.setUp();
        _anna = vm.addr(ANNA_KEY);
        _leaves.push(PayoutTree.wallet(_anna, 1));
        _leaves.push(PayoutTree.wallet(_anna, 10));
        _leaves.push(PayoutTree.bank(1, 100));
        _leaves.push(PayoutTree.bank(2, 1_000));
        _leaves.push(PayoutTree.social(10_000));
        _leaves.push(PayoutTree.social(100_000));
        _leaves[5].channel = 9;
        _distribution = distribute(_leaves, 3);
        _validAt = rootOf[_distribution].validAt;
    }

    /* ------------------------------------------------- sweeping ----------------------------------------------- */

    function test_sweep__what_is_neither_paid_nor_reserved__goes_to_the_social_fund() external {
        vault.claim(branchOf(_distribution, _leaves, 0, 1));
        Branch memory branch = branchOf(_distribution, _leaves, 0, 3);
        vm.prank(TREASURER);
        vault.reserve(branch, 1);
        _announce(_distribution);
        vm.warp(_validAt + CLAIM_PERIOD);
        (uint64 social, uint64 grid, uint64 carry, uint64 held) = vault.funds();
        vm.expectEmit(address(vault));
        emit ICommunityVault.LeavesSwept(_distribution, 0, 1 + 4 + 16 + 32, 110_101);
        vault.sweep(wholeOf(_distribution, _leaves));
        requireFunds(uint256(social) + 110_101, grid, carry, held);
        requireStatus(_distribution, 0, true, false);
        requireStatus(_distribution, 2, true, false);
        requireStatus(_distribution, 3, false, true);
        requireStatus(_distribution, 4, true, false);
        requireStatus(_distribution, 5, true, false);

        // The reserved leaf is the treasurer's to finish, or to release.
        vm.prank(TREASURER);
        vault.release(branch, 1);
        vault.sweep(branch);
        requireFunds(uint256(social) + 111_101, grid, carry, held);
        requireStatus(_distribution, 3, true, false);
    }

    function testFuzz_sweep__again__sweeps_nothing(address caller, uint256 level, uint256 position) external {
        _announce(_distribution);
        vm.warp(_validAt + CLAIM_PERIOD);
        Branch memory branch = wholeOf(_distribution, _leaves);
        vm.prank(caller);
        vault.sweep(branch);
        (uint64 social, uint64 grid, uint64 carry, uint64 held) = vault.funds();
        level = bound(level, 0, 3);
        branch = branchOf(_distribution, _leaves, level, bound(position, 0, 5 >> level));
        vm.expectEmit(address(vault));
        emit ICommunityVault.LeavesSwept(_distribution, branch.start, 0, 0);
        vault.sweep(branch);
        requireFunds(social, grid, carry, held);
    }

    function testFuzz_sweep__part_of_the_leaves__leaves_the_others_open(uint256 level, uint256 position) external {
        level = bound(level, 0, 3);
        position = bound(position, 0, 5 >> level);
        _announce(_distribution);
        vm.warp(_validAt + CLAIM_PERIOD);
        uint64 socialBefore = socialNow();
        vault.sweep(branchOf(_distribution, _leaves, level, position));
        uint256 swept = 0;
        for (uint32 i = 0; i < 6; ++i) {
            bool within = i >> level == position;
            requireStatus(_distribution, i, within, false);
            if (within) swept += _leaves[i].amount;
        }
        assertEq(socialNow(), socialBefore + swept, "social");
    }

    function test_sweep__512_leaves_in_two_words__are_swept_apart() external {
        Leaf[] memory leaves = new Leaf[](512);
        for (uint256 i = 0; i < 512; ++i) {
            leaves[i] = PayoutTree.bank(i, uint64(i + 1));
        }
        uint32 distribution = distribute(leaves, 9);
        _announce(distribution);
        vm.warp(block.timestamp + CLAIM_PERIOD);
        uint64 socialBefore = socialNow();
        vault.sweep(branchOf(distribution, leaves, 8, 1));
        assertEq(socialNow() - socialBefore, (257 + 512) * 128, "second word");
        requireOpen(distribution, 255);
        requireStatus(distribution, 256, true, false);
        requireStatus(distribution, 511, true, false);
    }

    function test_sweep__until_then__every_leaf_can_still_be_paid() external {
        _announce(_distribution);
        vm.warp(_validAt + CLAIM_PERIOD + 1_000 days);
        vault.claim(branchOf(_distribution, _leaves, 0, 0));
        Leaf memory leaf = PayoutTree.bank(3, 10);
        vault.move(
            branchOf(_distribution, _leaves, 0, 1),
            PayoutTree.pack(leaf),
            signedMove(ANNA_KEY, _distribution, 1, leaf)
        );
        assertEq(token.balanceOf(_anna), 1, "claimed");
        vm.expectEmit(address(vault));
        emit ICommunityVault.LeavesSwept(_distribution, 0, 4 + 8 + 16 + 32, 111_100);
        vault.sweep(wholeOf(_distribution, _leaves));
        assertEq(
            vault.distributionOf(FIRST_SINGLE), hashSingle(leaf, block.timestamp), "the moved leaf is still to be paid"
        );
    }

    function test_swept__every_way_to_pay__is_refused() external {
        _announce(_distribution);
        vm.warp(_validAt + CLAIM_PERIOD);
        vault.sweep(wholeOf(_distribution, _leaves));
        Branch memory wallet = branchOf(_distribution, _leaves, 0, 0);
        bytes memory reason =
            abi.encodeWithSelector(ICommunityVault.CommunityVault_AlreadyPaid.selector, _distribution, 0);
        vm.expectRevert(reason);
        vault.claim(wallet);
        Leaf memory leaf = PayoutTree.bank(3, 1);
        bytes memory signed = signedMove(ANNA_KEY, _distribution, 0, leaf);
        vm.expectRevert(reason);
        vault.move(wallet, PayoutTree.pack(leaf), signed);
        vm.expectRevert(reason);
        vm.prank(GOVERNOR);
        vault.redirect(wallet, PayoutTree.pack(leaf), "resolution");
        Branch memory bank = branchOf(_distribution, _leaves, 0, 2);
        vm.expectRevert(
            abi.encodeWithSelector(ICommunityVault.CommunityVault_AlreadyPaid.selector, _distribution, 2)
        );
        vm.prank(TREASURER);
        vault.reserve(bank, 1);
        uint64 heldBefore = heldNow();
        vault.push(wholeOf(_distribution, _leaves));
        assertEq(heldNow(), heldBefore, "a push pays nothing");
        assertEq(token.balanceOf(_anna), 0, "Anna came too late");
    }

    /// @dev What nobody could be paid is not lost to the community.
    function test_sweep__wallet_that_the_token_blocks__goes_to_the_social_fund() external {
        setManner(_anna, HostileToken.Manner.REVERTS);
        vault.push(wholeOf(_distribution, _leaves));
        requireOpen(_distribution, 0);
        _announce(_distribution);
        vm.warp(_validAt + CLAIM_PERIOD);
        uint64 socialBefore = socialNow();
        vault.sweep(branchOf(_distribution, _leaves, 1, 0));
        assertEq(socialNow() - socialBefore, 11, "social");
    }

    /* ------------------------------------------------- periods ------------------------------------------------ */

    function test_sweep__one_second_before_five_years__is_refused() external {
        _announce(_distribution);
        uint256 from = _validAt + CLAIM_PERIOD;
        vm.warp(from - 1);
        _refuse(abi.encodeWithSelector(ICommunityVault.CommunityVault_TooEarly.selector, from));
        vm.warp(from);
        vault.sweep(wholeOf(_distribution, _leaves));
        requireStatus(_distribution, 0, true, false);
    }

    function testFuzz_sweep__one_second_before_60_days_of_notice__is_refused(uint256 wait_) external {
        vm.warp(_validAt + CLAIM_PERIOD - NOTICE_PERIOD + bound(wait_, 0, 3_000 days));
        _announce(_distribution);
        uint256 from = block.timestamp + NOTICE_PERIOD;
        vm.warp(from - 1);
        _refuse(abi.encodeWithSelector(ICommunityVault.CommunityVault_TooEarly.selector, from));
        vm.warp(from);
        vault.sweep(wholeOf(_distribution, _leaves));
        requireStatus(_distribution, 0, true, false);
    }

    function test_sweep__announced_again__counts_from_the_latest_notice() external {
        vm.warp(_validAt + CLAIM_PERIOD);
        _announce(_distribution);
        vm.warp(block.timestamp + 59 days);
        _announce(_distribution);
        uint256 from = block.timestamp + NOTICE_PERIOD;
        vm.warp(block.timestamp + 2 days);
        _refuse(abi.encodeWithSelector(ICommunityVault.CommunityVault_TooEarly.selector, from));
    }

    function test_sweep__without_notice__is_refused() external {
        vm.warp(_validAt + 3_000 days);
        _refuse(abi.encodeWithSelector(ICommunityVault.CommunityVault_NotAnnounced.selector, _distribution));
    }

    /// @dev The time from which a leaf could be paid is the caller's to say, and the root's to check.
    function testFuzz_sweep__earlier_time_than_the_root_s__is_refused(uint40 validAt) external {
        _announce(_distribution);
        vm.warp(block.timestamp + NOTICE_PERIOD);
        vm.assume(validAt != _validAt);
        Branch memory branch = wholeOf(_distribution, _leaves);
        branch.validAt = validAt;
        vm.expectRevert(
            abi.encodeWithSelector(
                ICommunityVault.CommunityVault_OtherRoot.selector, _distribution, _leaves.root(3), 111_111
            )
        );
        vault.sweep(branch);
    }

    /// @dev A leaf that moved begins its five years anew, with a notice of its own.
    function test_sweep__single_payout__has_a_period_of_its_own() external {
        vm.warp(_validAt + 1_000 days);
        Leaf memory leaf = PayoutTree.bank(3, 10);
        vault.move(
            branchOf(_distribution, _leaves, 0, 1),
            PayoutTree.pack(leaf),
            signedMove(ANNA_KEY, _distribution, 1, leaf)
        );
        Branch memory single = singleBranch(FIRST_SINGLE, leaf);
        _announce(_distribution);
        vm.warp(single.validAt + CLAIM_PERIOD - 1);
        vm.expectRevert(abi.encodeWithSelector(ICommunityVault.CommunityVault_NotAnnounced.selector, FIRST_SINGLE));
        vault.sweep(single);
        vm.warp(block.timestamp - NOTICE_PERIOD);
        _announce(FIRST_SINGLE);
        vm.warp(block.timestamp + NOTICE_PERIOD);
        vm.expectRevert(
            abi.encodeWithSelector(ICommunityVault.CommunityVault_TooEarly.selector, single.validAt + CLAIM_PERIOD)
        );
        vault.sweep(single);
        vm.warp(block.timestamp + 1);
        vm.expectEmit(address(vault));
        emit ICommunityVault.LeavesSwept(FIRST_SINGLE, 0, 1, 10);
        vault.sweep(single);
        vm.expectEmit(address(vault));
        emit ICommunityVault.LeavesSwept(_distribution, 0, 63 - 2, 111_101);
        vault.sweep(wholeOf(_distribution, _leaves));
    }

    /* ------------------------------------------------- notices ------------------------------------------------ */

    function test_announceSweep__governor__is_told_and_kept() external {
        assertEq(vault.sweepAnnouncedAt(_distribution), 0, "no notice yet");
        vm.expectEmit(address(vault));
        emit ICommunityVault.SweepAnnounced(_distribution, "resolution");
        _announce(_distribution);
        assertEq(vault.sweepAnnouncedAt(_distribution), block.timestamp, "when");
    }

    function testFuzz_announceSweep__unknown_distribution__is_refused(uint32 distribution) external {
        vm.assume(distribution != _distribution);
        vm.expectRevert(
            abi.encodeWithSelector(ICommunityVault.CommunityVault_UnknownDistribution.selector, distribution)
        );
        _announce(distribution);
    }

    function testFuzz_announceSweep__other_caller__is_refused(address caller) external {
        vm.assume(caller != GOVERNOR);
        vm.expectRevert(abi.encodeWithSelector(ICommunityVault.CommunityVault_NotGovernor.selector, caller));
        vm.prank(caller);
        vault.announceSweep(_distribution, "resolution");
    }

    function _announce(uint32 distribution) private {
        vm.prank(GOVERNOR);
        vault.announceSweep(distribution, "resolution");
    }

    function _refuse(bytes memory reason) private {
        Branch memory branch = wholeOf(_distribution, _leaves);
        vm.expectRevert(reason);
        vault.sweep(branch);
        requireOpen(_distribution, 0);
    }
}
