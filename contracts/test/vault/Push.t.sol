// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICommunityVault} from "../../src/interfaces/ICommunityVault.sol";
import {HostileToken} from "../../src/mocks/HostileToken.sol";
import {Branch} from "../../src/types/Payout.sol";
import {MoneyTest} from "../support/MoneyTest.sol";
import {Leaf, PayoutTree} from "../support/PayoutTree.sol";

/// push
/// ├── it should pay all open wallet and social leaves of an aligned batch of up to 256, and no bank leaf
/// ├── it should skip what is paid, and pay the rest
/// ├── it should leave a wallet that cannot be paid open, and pay the others
/// ├── given the distribution is unknown or not yet valid, it should refuse
/// ├── given a proof, start or leaf count that does not fit, it should refuse
/// ├── given leaves that are not in the tree, it should refuse
/// ├── given the token takes more than it was told to, it should undo all
/// └── given too little gas for an allowance, it should undo all and never count a leaf as refused
contract PushTest is MoneyTest {
    using PayoutTree for Leaf[];

    address private constant ANNA = address(0xA11A);
    address private constant BRUNO = address(0xB120);
    address private constant CARLA = address(0xCA12);

    function testFuzz_push__any_batch_of_any_tree__pays_wallets_and_social_once(
        uint256 seed,
        uint256 leafCount,
        uint256 level,
        uint256 position
    ) external {
        Leaf[] memory leaves = _draw(seed, bound(leafCount, 1, 20));
        uint32 distribution = distribute(leaves, 5);
        level = bound(level, 0, 5);
        position = bound(position, 0, (leaves.length - 1) >> level);
        (uint64 socialBefore,,, uint64 heldBefore) = vault.funds();
        _push(distribution, leaves, level, position);
        _push(distribution, leaves, level, position);

        (uint256 toWallets, uint256 toSocial) = (0, 0);
        for (uint256 i = 0; i < leaves.length; ++i) {
            bool due = i >> level == position && leaves[i].channel != PayoutTree.BANK;
            requireStatus(distribution, uint32(i), due, false);
            if (due && leaves[i].channel == PayoutTree.SOCIAL) toSocial += leaves[i].amount;
            else if (due) toWallets += leaves[i].amount;
        }
        assertEq(socialNow(), socialBefore + toSocial, "social fund");
        assertEq(heldNow(), heldBefore - toWallets, "what left the vault");
        assertEq(token.balanceOf(address(vault)), heldNow(), "held = tokens");
    }

    function test_push__whole_tree__is_told() external {
        (uint32 distribution, Leaf[] memory leaves) = _four();
        vm.expectEmit(address(vault));
        emit ICommunityVault.BatchPaid(distribution, 0, 5, 8, 100, leaves[2].amount);
        _push(distribution, leaves, 2, 0);
        assertEq(token.balanceOf(ANNA), 100, "wallet");
        assertEq(leaves[3].channel, 3, "an unknown channel is refused, not paid");
    }

    function test_push__wallet_that_holds_no_address__is_refused() external {
        Leaf[] memory leaves = new Leaf[](1);
        leaves[0] = PayoutTree.wallet(ANNA, 5);
        leaves[0].payee |= bytes32(uint256(1) << 160);
        uint32 distribution = distribute(leaves, 0);
        vm.expectEmit(address(vault));
        emit ICommunityVault.BatchPaid(distribution, 0, 0, 1, 0, 0);
        _push(distribution, leaves, 0, 0);
        requireOpen(distribution, 0);
    }

    function test_push__fields_that_the_channel_does_not_have__are_refused() external {
        Leaf[] memory leaves = new Leaf[](4);
        leaves[0] = PayoutTree.wallet(ANNA, 5);
        leaves[0].owner = ANNA;
        leaves[1] = PayoutTree.social(6);
        leaves[1].owner = ANNA;
        leaves[2] = PayoutTree.social(7);
        leaves[2].payee = bytes32(uint256(1));
        leaves[3] = PayoutTree.social(8);
        uint32 distribution = distribute(leaves, 2);
        vm.expectEmit(address(vault));
        emit ICommunityVault.BatchPaid(distribution, 0, 8, 7, 0, 8);
        _push(distribution, leaves, 2, 0);
    }

    function test_push__wallet_of_the_bookkeeping_euro__is_refused() external {
        keepBooksOnly();
        Leaf[] memory leaves = new Leaf[](2);
        (leaves[0], leaves[1]) = (PayoutTree.wallet(ANNA, 5), PayoutTree.social(4));
        uint32 distribution = distribute(leaves, 1);
        uint64 socialBefore = socialNow();
        _push(distribution, leaves, 1, 0);
        requireOpen(distribution, 0);
        assertEq(socialNow(), socialBefore + 4, "social is paid all the same");
    }

    function test_push__256_leaves_in_the_second_word__are_all_paid() external {
        Leaf[] memory leaves = new Leaf[](512);
        for (uint256 i = 0; i < 512; ++i) {
            leaves[i] = PayoutTree.social(uint64(i + 1));
        }
        uint32 distribution = distribute(leaves, 9);
        uint64 socialBefore = socialNow();
        _push(distribution, leaves, 8, 1);
        requireOpen(distribution, 255);
        for (uint32 i = 256; i < 512; ++i) {
            requireStatus(distribution, i, true, false);
        }
        _push(distribution, leaves, 2, 3);
        assertEq(socialNow() - socialBefore, (257 + 512) * 128 + 13 + 14 + 15 + 16, "sum of both batches");
    }

    function test_push__last_wallet_of_256_fails__alone_stays_open() external {
        Leaf[] memory leaves = new Leaf[](256);
        for (uint256 i = 0; i < 255; ++i) {
            leaves[i] = PayoutTree.wallet(ANNA, 2);
        }
        leaves[255] = PayoutTree.wallet(BRUNO, 9);
        HostileToken.Manner[2] memory failing = [HostileToken.Manner.REVERTS, HostileToken.Manner.RETURNS_FALSE];
        for (uint256 i = 0; i < 2; ++i) {
            uint32 distribution = distribute(leaves, 8);
            setManner(BRUNO, failing[i]);
            uint64 heldBefore = heldNow();
            Branch memory branch = wholeOf(distribution, leaves);
            vm.expectEmit(address(vault));
            emit ICommunityVault.BatchPaid(distribution, 0, type(uint256).max >> 1, 1 << 255, 255 * 2, 0);
            vault.push(branch);
            assertEq(heldBefore - heldNow(), 255 * 2, "paid");
            requireOpen(distribution, 255);
        }
    }

    function test_push__only_wallet_is_the_last_of_256_and_is_refused__stays_open() external {
        Leaf[] memory leaves = new Leaf[](256);
        for (uint256 i = 0; i < 255; ++i) {
            leaves[i] = PayoutTree.social(2);
        }
        leaves[255] = PayoutTree.wallet(BRUNO, 9);
        uint32 distribution = distribute(leaves, 8);
        setManner(BRUNO, HostileToken.Manner.RETURNS_FALSE);
        vm.expectEmit(address(vault));
        emit ICommunityVault.BatchPaid(distribution, 0, type(uint256).max >> 1, 1 << 255, 0, 255 * 2);
        _push(distribution, leaves, 8, 0);
        requireOpen(distribution, 255);
    }

    /* ------------------------------------------- hostile recipients ------------------------------------------- */

    function test_push__recipient_that_makes_transfers_fail__blocks_nobody() external {
        HostileToken.Manner[6] memory manners = [
            HostileToken.Manner.REVERTS,
            HostileToken.Manner.RETURNS_FALSE,
            HostileToken.Manner.MOVES_AND_RETURNS_FALSE,
            HostileToken.Manner.RETURNS_NOTHING,
            HostileToken.Manner.RETURNS_TWO,
            HostileToken.Manner.BURNS_GAS
        ];
        for (uint256 i = 0; i < manners.length; ++i) {
            (uint32 distribution, Leaf[] memory leaves) = _three();
            (uint256 anna, uint256 bruno, uint256 carla) =
                (token.balanceOf(ANNA), token.balanceOf(BRUNO), token.balanceOf(CARLA));
            setManner(BRUNO, manners[i]);
            vm.expectEmit(address(vault));
            emit ICommunityVault.BatchPaid(distribution, 0, 5, 2, 100 + 10_000, 0);
            _push(distribution, leaves, 2, 0);
            assertEq(token.balanceOf(ANNA) - anna, 100, "Anna");
            assertEq(token.balanceOf(BRUNO) - bruno, 0, "Bruno");
            assertEq(token.balanceOf(CARLA) - carla, 10_000, "Carla");
            requireOpen(distribution, 1);

            setManner(BRUNO, HostileToken.Manner.PLAIN);
            _push(distribution, leaves, 2, 0);
            assertEq(token.balanceOf(BRUNO) - bruno, 1_000, "Bruno, later");
        }
    }

    function test_push__some_revert_and_some_answer_false__fail_each_on_its_own() external {
        (uint32 distribution, Leaf[] memory leaves) = _three();
        setManner(ANNA, HostileToken.Manner.REVERTS);
        setManner(CARLA, HostileToken.Manner.RETURNS_FALSE);
        uint64 heldBefore = heldNow();
        _push(distribution, leaves, 2, 0);
        requireOpen(distribution, 0);
        requireOpen(distribution, 2);
        assertEq(token.balanceOf(BRUNO), 1_000, "Bruno");
        assertEq(heldBefore - heldNow(), 1_000, "paid");
        assertEq(heldNow(), token.balanceOf(address(vault)), "held = tokens");
    }

    function test_push__wallet_that_fails_beside_other_channels__pays_none_of_theirs() external {
        Leaf[] memory leaves = new Leaf[](4);
        leaves[0] = PayoutTree.bank(1, 10);
        leaves[1] = PayoutTree.wallet(ANNA, 100);
        leaves[2] = PayoutTree.social(1_000);
        leaves[3] = PayoutTree.wallet(BRUNO, 10_000);
        uint32 distribution = distribute(leaves, 2);
        setManner(BRUNO, HostileToken.Manner.RETURNS_FALSE);
        (uint64 heldBefore, uint64 socialBefore) = (heldNow(), socialNow());
        vm.expectEmit(address(vault));
        emit ICommunityVault.BatchPaid(distribution, 0, 6, 8, 100, 1_000);
        _push(distribution, leaves, 2, 0);
        assertEq(token.balanceOf(ANNA), 100, "Anna");
        assertEq(heldBefore - heldNow(), 100, "to wallets");
        assertEq(socialNow() - socialBefore, 1_000, "to the social fund");
    }

    function test_push__token_that_takes_more__undoes_all() external {
        (uint32 distribution, Leaf[] memory leaves) = _three();
        setManner(BRUNO, HostileToken.Manner.TAKES_FEE_ON_TOP);
        uint256 balance = token.balanceOf(address(vault));
        vm.expectRevert(
            abi.encodeWithSelector(
                ICommunityVault.CommunityVault_TokenTookMore.selector, balance, balance - 11_101, 11_100
            )
        );
        _push(distribution, leaves, 2, 0);
        requireOpen(distribution, 0);
    }

    function testFuzz_push__any_gas__pays_or_undoes_all(uint256 gasGiven) external {
        (uint32 distribution, Leaf[] memory leaves) = _three();
        gasGiven = bound(gasGiven, 60_000, 400_000);
        Branch memory branch = wholeOf(distribution, leaves);
        try vault.push{gas: gasGiven}(branch) {
            assertEq(token.balanceOf(ANNA), 100, "Anna");
            assertEq(token.balanceOf(BRUNO), 1_000, "Bruno");
            assertEq(token.balanceOf(CARLA), 10_000, "Carla");
        } catch {
            requireOpen(distribution, 0);
            requireOpen(distribution, 1);
            requireOpen(distribution, 2);
        }
    }

    /// @dev Adds gas until the push succeeds: the last refusal before must be for an allowance.
    function test_push__gas_just_short_of_an_allowance__is_refused_by_name() external {
        (uint32 distribution, Leaf[] memory leaves) = _three();
        Branch memory branch = wholeOf(distribution, leaves);
        bytes4 refusal;
        for (uint256 gasGiven = 100_000; gasGiven < 400_000; gasGiven += 2_000) {
            try vault.push{gas: gasGiven}(branch) {
                assertEq(refusal, ICommunityVault.CommunityVault_TooLittleGas.selector, "refusal");
                return;
            } catch (bytes memory reason) {
                refusal = bytes4(reason);
            }
        }
        assertTrue(false, "enough gas");
    }

    function testFuzz_payOut__any_caller_but_the_vault__is_refused(address caller) external {
        vm.assume(caller != address(vault));
        vm.expectRevert(abi.encodeWithSelector(ICommunityVault.CommunityVault_NotSelf.selector, caller));
        vm.prank(caller);
        vault.payOut("", 0);
    }

    /* -------------------------------------------------- paths ------------------------------------------------- */

    function test_push__unknown_distribution__is_refused() external {
        (, Leaf[] memory leaves) = _three();
        Branch memory branch = wholeOf(1, leaves);
        branch.distribution = 7;
        vm.expectRevert(abi.encodeWithSelector(ICommunityVault.CommunityVault_UnknownDistribution.selector, 7));
        vault.push(branch);
    }

    function test_push__one_second_early__is_refused() external {
        (uint32 distribution, Leaf[] memory leaves) = _three();
        Branch memory branch = wholeOf(distribution, leaves);
        vm.warp(branch.validAt - 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                ICommunityVault.CommunityVault_NotYetValid.selector, distribution, branch.validAt
            )
        );
        vault.push(branch);
        vm.warp(branch.validAt);
        vault.push(branch);
    }

    function testFuzz_push__proof_of_another_length__is_refused(uint256 length) external {
        (uint32 distribution, Leaf[] memory leaves) = _three();
        length = bound(length, 1, 200);
        vm.assume(length % 40 != 0 || length > 80);
        Branch memory branch = wholeOf(distribution, leaves);
        branch.proof = new bytes(length);
        vm.expectRevert(abi.encodeWithSelector(ICommunityVault.CommunityVault_MalformedProof.selector, length, 2));
        vault.push(branch);
    }

    function test_push__batch_wider_than_a_word__is_refused() external {
        Leaf[] memory leaves = new Leaf[](2);
        (leaves[0], leaves[1]) = (PayoutTree.social(1), PayoutTree.social(2));
        uint32 distribution = distribute(leaves, 9);
        Branch memory branch = wholeOf(distribution, leaves);
        vm.expectRevert(abi.encodeWithSelector(ICommunityVault.CommunityVault_MalformedProof.selector, 0, 9));
        vault.push(branch);
        _push(distribution, leaves, 8, 0);
        requireStatus(distribution, 1, true, false);
    }

    function testFuzz_push__start__must_be_aligned_and_in_the_tree(uint32 start) external {
        (uint32 distribution, Leaf[] memory leaves) = _three();
        vm.assume(start != 0 && start != 2);
        Branch memory branch = branchOf(distribution, leaves, 1, 0);
        branch.start = start;
        vm.expectRevert(abi.encodeWithSelector(ICommunityVault.CommunityVault_UnalignedBatch.selector, start, 1));
        vault.push(branch);
    }

    function test_push__first_start_beyond_the_tree__is_refused() external {
        (uint32 distribution, Leaf[] memory leaves) = _three();
        Branch memory branch = wholeOf(distribution, leaves);
        branch.start = 4;
        vm.expectRevert(abi.encodeWithSelector(ICommunityVault.CommunityVault_UnalignedBatch.selector, 4, 2));
        vault.push(branch);
    }

    function testFuzz_push__leaf_count__is_from_one_to_the_width(uint256 length) external {
        (uint32 distribution, Leaf[] memory leaves) = _three();
        length = bound(length, 0, 400);
        uint256 count = length % 61 == 0 ? length / 61 : 0;
        vm.assume(count == 0 || count > 2);
        Branch memory branch = branchOf(distribution, leaves, 1, 0);
        branch.leaves = new bytes(length);
        vm.expectRevert(abi.encodeWithSelector(ICommunityVault.CommunityVault_LeafCountOutOfRange.selector, count, 2));
        vault.push(branch);
    }

    function testFuzz_push__any_bit_of_leaves_or_proof_changed__is_refused(uint256 position) external {
        (uint32 distribution, Leaf[] memory leaves) = _three();
        Branch memory branch = branchOf(distribution, leaves, 1, 0);
        position = bound(position, 0, (branch.leaves.length + branch.proof.length) * 8 - 1);
        (uint256 place, bytes1 bit) = (position / 8, bytes1(uint8(1 << (position % 8))));
        if (place < branch.leaves.length) branch.leaves[place] ^= bit;
        else branch.proof[place - branch.leaves.length] ^= bit;
        vm.expectPartialRevert(ICommunityVault.CommunityVault_OtherRoot.selector);
        vault.push(branch);
    }

    /// @dev Depth and time are not stored but hashed: a caller cannot choose them.
    function testFuzz_push__other_depth_or_time__is_refused(uint8 depth, uint40 validAt) external {
        (uint32 distribution, Leaf[] memory leaves) = _three();
        Branch memory branch = wholeOf(distribution, leaves);
        bytes memory reason = abi.encodeWithSelector(
            ICommunityVault.CommunityVault_OtherRoot.selector, distribution, leaves.root(2), leaves.total()
        );
        vm.assume(validAt != branch.validAt);
        branch.validAt = validAt;
        vm.expectRevert(reason);
        vault.push(branch);

        // A deeper tree, in which the same two leaves stand beside padding.
        branch = branchOf(distribution, leaves, 1, 0);
        branch.depth = uint8(bound(depth, 3, 9));
        vm.expectPartialRevert(ICommunityVault.CommunityVault_OtherRoot.selector);
        vault.push(branch);
        requireOpen(distribution, 0);
    }

    function test_push__leaves_of_another_place__are_refused() external {
        (uint32 distribution, Leaf[] memory leaves) = _three();
        Branch memory branch = branchOf(distribution, leaves, 1, 0);
        branch.start = 2;
        vm.expectPartialRevert(ICommunityVault.CommunityVault_OtherRoot.selector);
        vault.push(branch);
    }

    function _push(uint32 distribution, Leaf[] memory leaves, uint256 level, uint256 position) private {
        vault.push(branchOf(distribution, leaves, level, position));
    }

    function _three() private returns (uint32 distribution, Leaf[] memory leaves) {
        leaves = new Leaf[](3);
        leaves[0] = PayoutTree.wallet(ANNA, 100);
        leaves[1] = PayoutTree.wallet(BRUNO, 1_000);
        leaves[2] = PayoutTree.wallet(CARLA, 10_000);
        distribution = distribute(leaves, 2);
    }

    /// @dev One leaf of each channel, and one of a channel that does not exist.
    function _four() private returns (uint32 distribution, Leaf[] memory leaves) {
        leaves = new Leaf[](4);
        leaves[0] = PayoutTree.wallet(ANNA, 100);
        leaves[1] = PayoutTree.bank(1, 1_000);
        leaves[2] = PayoutTree.social(10_000);
        leaves[3] = PayoutTree.wallet(CARLA, 100_000);
        leaves[3].channel = 3;
        distribution = distribute(leaves, 2);
    }

    function _draw(uint256 seed, uint256 leafCount) private pure returns (Leaf[] memory leaves) {
        leaves = new Leaf[](leafCount);
        for (uint256 i = 0; i < leafCount; ++i) {
            uint256 drawn = draw(seed, i);
            uint64 amount = uint64(drawn >> 224);
            if (drawn % 3 == PayoutTree.WALLET) leaves[i] = PayoutTree.wallet(address(uint160(0x1000 + i)), amount);
            else if (drawn % 3 == PayoutTree.BANK) leaves[i] = PayoutTree.bank(i, amount);
            else leaves[i] = PayoutTree.social(amount);
        }
    }
}
