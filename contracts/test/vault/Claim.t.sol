// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICommunityVault} from "../../src/interfaces/ICommunityVault.sol";
import {HostileToken} from "../../src/mocks/HostileToken.sol";
import {Branch} from "../../src/types/Payout.sol";
import {MoneyTest} from "../support/MoneyTest.sol";
import {Leaf, PayoutTree} from "../support/PayoutTree.sol";

/// claim
/// ├── it should pay a wallet or social leaf once, whoever calls, also out of the deepest tree
/// ├── it should pay an account that stands in two leaves for each of them
/// ├── given a bank leaf, an unknown channel, a payee that is no address or no token, it should refuse
/// ├── given a transfer that fails, it should undo all, and the leaf stays payable
/// └── given anything but one leaf of the tree, it should refuse
contract ClaimTest is MoneyTest {
    using PayoutTree for Leaf[];

    address private constant ANNA = address(0xA11A);

    function testFuzz_claim__wallet_leaf__is_paid_once(uint64[5] memory amounts, uint256 index, address caller)
        external
    {
        Leaf[] memory leaves = new Leaf[](5);
        for (uint256 i = 0; i < 5; ++i) {
            leaves[i] = PayoutTree.wallet(ANNA, amounts[i] >> 20);
        }
        uint32 distribution = distribute(leaves, 3);
        index = bound(index, 0, 4);
        Branch memory branch = branchOf(distribution, leaves, 0, index);
        vm.expectEmit(address(vault));
        emit ICommunityVault.LeafClaimed(distribution, uint32(index), leaves[index].amount);
        vm.prank(caller);
        vault.claim(branch);
        assertEq(token.balanceOf(ANNA), leaves[index].amount, "paid");

        _refuse(
            distribution,
            leaves,
            index,
            abi.encodeWithSelector(ICommunityVault.CommunityVault_AlreadyPaid.selector, distribution, index)
        );
        uint256 other = (index + 1) % 5;
        _claim(distribution, leaves, other);
        assertEq(token.balanceOf(ANNA), uint256(leaves[index].amount) + leaves[other].amount, "each leaf once");
    }

    function testFuzz_claim__social_leaf__goes_to_the_fund(uint64 amount) external {
        amount %= 4; // the smallest sums, to the micro-euro
        Leaf[] memory leaves = alone(PayoutTree.social(amount));
        uint32 distribution = distribute(leaves, 0);
        (uint64 before,,, uint64 heldBefore) = vault.funds();
        _claim(distribution, leaves, 0);
        (uint64 social,,, uint64 held) = vault.funds();
        assertEq(social, before + amount, "social");
        assertEq(held, heldBefore, "nothing left the vault");
        requireStatus(distribution, 0, true, false);
    }

    function test_claim__deepest_tree__is_paid_at_its_last_index() external {
        // All padding but one leaf on the far right, so siblings are padding with sum zero.
        Leaf memory leaf = PayoutTree.wallet(ANNA, 77);
        uint32 last = type(uint32).max;
        bytes32 hash = PayoutTree.hashLeaf(leaf, last);
        bytes memory proof;
        for (uint256 level = 0; level < 32; ++level) {
            bytes32 sibling = PayoutTree.padding(level);
            proof = abi.encodePacked(proof, sibling, uint64(0));
            hash = PayoutTree.hashNode(sibling, 0, hash, 77);
        }
        uint32 distribution = distributeRoot(hash, 32, 77);
        Branch memory branch = Branch({
            distribution: distribution,
            depth: 32,
            validAt: rootOf[distribution].validAt,
            start: last,
            leaves: PayoutTree.pack(leaf),
            proof: proof
        });
        vault.claim(branch);
        requireStatus(distribution, last, true, false);
        assertEq(token.balanceOf(ANNA), 77, "tokens");
    }

    function test_claim__bank_leaf__is_refused() external {
        _requireNotClaimable(PayoutTree.bank(1, 5));
    }

    function testFuzz_claim__unknown_channel__is_refused(uint8 channel) external {
        vm.assume(channel > 2);
        Leaf memory leaf = PayoutTree.wallet(ANNA, 5);
        leaf.channel = channel;
        _requireNotClaimable(leaf);
    }

    function testFuzz_claim__payee_that_is_no_address__is_refused(bytes32 payee) external {
        vm.assume(uint256(payee) > type(uint160).max);
        Leaf memory leaf = PayoutTree.wallet(ANNA, 5);
        leaf.payee = payee;
        _requireNotClaimable(leaf);
    }

    function test_claim__bookkeeping_euro__is_refused() external {
        keepBooksOnly();
        _requireNotClaimable(PayoutTree.wallet(ANNA, 5));
    }

    function test_claim__token_that_fails__undoes_all() external {
        Leaf[] memory leaves = alone(PayoutTree.wallet(ANNA, 5));
        uint32 distribution = distribute(leaves, 0);
        HostileToken.Manner[5] memory manners = [
            HostileToken.Manner.REVERTS,
            HostileToken.Manner.RETURNS_FALSE,
            HostileToken.Manner.MOVES_AND_RETURNS_FALSE,
            HostileToken.Manner.RETURNS_SHORT,
            HostileToken.Manner.RETURNS_TWO
        ];
        for (uint256 i = 0; i < manners.length; ++i) {
            setManner(ANNA, manners[i]);
            _refuse(
                distribution,
                leaves,
                0,
                abi.encodeWithSelector(ICommunityVault.CommunityVault_TransferRefused.selector, ANNA, 5)
            );
        }
        setManner(ANNA, HostileToken.Manner.TAKES_FEE_ON_TOP);
        uint256 balance = token.balanceOf(address(vault));
        _refuse(
            distribution,
            leaves,
            0,
            abi.encodeWithSelector(ICommunityVault.CommunityVault_TokenTookMore.selector, balance, balance - 6, 5)
        );
        setManner(ANNA, HostileToken.Manner.RETURNS_BOMB);
        _claim(distribution, leaves, 0);
        assertEq(token.balanceOf(ANNA), 5, "paid in the end");
    }

    function test_claim__two_leaves_at_once__are_refused() external {
        Leaf[] memory leaves = new Leaf[](2);
        (leaves[0], leaves[1]) = (PayoutTree.social(1), PayoutTree.social(2));
        uint32 distribution = distribute(leaves, 1);
        Branch memory branch = wholeOf(distribution, leaves);
        vm.expectRevert(abi.encodeWithSelector(ICommunityVault.CommunityVault_LeafCountOutOfRange.selector, 2, 1));
        vault.claim(branch);
    }

    function testFuzz_claim__anything_changed__is_refused(uint256 what, uint256 index) external {
        Leaf[] memory leaves = new Leaf[](4);
        for (uint64 i = 0; i < 4; ++i) {
            leaves[i] = PayoutTree.wallet(ANNA, 10 + i);
        }
        uint32 distribution = distribute(leaves, 2);
        (what, index) = (bound(what, 0, 4), bound(index, 0, 3));
        Leaf memory leaf = leaves[index];
        Branch memory branch = branchOf(distribution, leaves, 0, index);
        if (what == 0) ++leaf.amount;
        if (what == 1) leaf.payee = bytes32(uint256(0xBAD));
        if (what == 2) leaf.owner = address(0xBAD);
        branch.leaves = PayoutTree.pack(leaf);
        if (what == 3) branch.start ^= 1;
        if (what == 4) branch.validAt -= 1;
        vm.expectPartialRevert(ICommunityVault.CommunityVault_OtherRoot.selector);
        vault.claim(branch);
    }

    function test_claim__leaf_of_another_distribution__is_refused() external {
        Leaf[] memory leaves = alone(PayoutTree.wallet(ANNA, 5));
        distribute(leaves, 0);
        uint32 other = distribute(alone(PayoutTree.wallet(ANNA, 6)), 0);
        Branch memory branch = wholeOf(other, leaves);
        vm.expectRevert(
            abi.encodeWithSelector(ICommunityVault.CommunityVault_OtherRoot.selector, other, leaves.root(0), 5)
        );
        vault.claim(branch);
    }

    /// @dev The 81 bytes of a node are no leaf, and the hash of a leaf is no node's.
    function testFuzz_claim__inner_node__is_never_a_leaf(uint64[2] memory amounts) external {
        Leaf[] memory leaves = new Leaf[](2);
        (leaves[0], leaves[1]) = (PayoutTree.wallet(ANNA, amounts[0] >> 8), PayoutTree.wallet(ANNA, amounts[1] >> 8));
        uint32 distribution = distribute(leaves, 1);
        Branch memory branch = branchOf(distribution, leaves, 0, 0);
        branch.leaves = abi.encodePacked(
            uint8(1),
            PayoutTree.hashLeaf(leaves[0], 0),
            leaves[0].amount,
            PayoutTree.hashLeaf(leaves[1], 1),
            leaves[1].amount
        );
        vm.expectRevert(abi.encodeWithSelector(ICommunityVault.CommunityVault_LeafCountOutOfRange.selector, 0, 1));
        vault.claim(branch);
    }

    function _requireNotClaimable(Leaf memory leaf) private {
        Leaf[] memory leaves = alone(leaf);
        uint32 distribution = distribute(leaves, 0);
        _refuse(
            distribution,
            leaves,
            0,
            abi.encodeWithSelector(ICommunityVault.CommunityVault_NotClaimable.selector, distribution, 0)
        );
    }

    function _refuse(uint32 distribution, Leaf[] memory leaves, uint256 index, bytes memory reason) private {
        Branch memory branch = branchOf(distribution, leaves, 0, index);
        vm.expectRevert(reason);
        vault.claim(branch);
    }

    function _claim(uint32 distribution, Leaf[] memory leaves, uint256 index) private {
        vault.claim(branchOf(distribution, leaves, 0, index));
    }
}
