// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

import {ICommunityVault} from "../../src/interfaces/ICommunityVault.sol";
import {Branch} from "../../src/types/Payout.sol";
import {MoneyTest} from "../support/MoneyTest.sol";
import {Leaf, PayoutTree} from "../support/PayoutTree.sol";

/// @dev A wallet that is a contract: what its owner signs, it signs (ERC-1271).
contract ContractWallet {
    address private immutable _owner;

    constructor(address owner) {
        _owner = owner;
    }

    function isValidSignature(bytes32 digest, bytes calldata signature) external view returns (bytes4) {
        return ECDSA.recover(digest, signature) == _owner ? this.isValidSignature.selector : bytes4(0);
    }
}

/// move
/// ├── it should put a single payout in the leaf's place, from wallet or bank to wallet or bank, whoever relays
/// ├── it should let the single payout be pushed, claimed, reserved, confirmed, and moved again
/// ├── it should ask a contract for its signature (ERC-1271)
/// ├── it should pay a leaf once, whatever its moves, and leave all sums as they are
/// ├── given another signer, a leaf that nobody owns or a wish for another leaf, it should refuse
/// ├── given a leaf that is paid, moved or reserved, or of which more than one is given, it should refuse
/// └── given a new leaf of another amount or that can never be paid, it should refuse
contract MoveTest is MoneyTest {
    using PayoutTree for Leaf[];

    uint256 private constant ANNA_KEY = 0xA11A;
    uint256 private constant THIEF_KEY = 0x7415F;
    address private constant BRUNO = address(0xB120);

    address private _anna;
    Leaf[] private _leaves;
    uint32 private _distribution;

    /// @dev Anna's wallet, Anna's bank account, a social leaf and a bank account that nobody owns.
    function setUp() public override {
        super.setUp();
        _anna = vm.addr(ANNA_KEY);
        _leaves.push(PayoutTree.wallet(_anna, 100));
        _leaves.push(PayoutTree.bankOf(_anna, 1, 1_000));
        _leaves.push(PayoutTree.social(7));
        _leaves.push(PayoutTree.bank(2, 3));
        _distribution = distribute(_leaves, 2);
    }

    /* ------------------------------------------------- the way ------------------------------------------------ */

    function testFuzz_move__wallet_to_bank__opens_a_single_payout(address relayer) external {
        Leaf memory leaf = PayoutTree.bankOf(_anna, 9, 100);
        bytes memory signed = signedMove(ANNA_KEY, _distribution, 0, leaf);
        Branch memory branch = branchOf(_distribution, _leaves, 0, 0);
        (uint64 social, uint64 grid, uint64 carry, uint64 held) = vault.funds();
        vm.expectEmit(address(vault));
        emit ICommunityVault.SinglePayoutOpened(FIRST_SINGLE, PayoutTree.pack(leaf), uint40(block.timestamp));
        vm.expectEmit(address(vault));
        emit ICommunityVault.LeafMoved(_distribution, 0, FIRST_SINGLE);
        vm.prank(relayer);
        vault.move(branch, PayoutTree.pack(leaf), signed);

        requireStatus(_distribution, 0, true, false);
        requireOpen(FIRST_SINGLE, 0);
        assertEq(vault.distributionOf(FIRST_SINGLE), hashSingle(leaf, block.timestamp), "its payout root");
        assertEq(vault.singleCount(), 1, "single payouts");
        assertEq(vault.distributionCount(), _distribution, "distributions are counted apart");
        (bytes32 former, uint40 validAt) = vault.redirectionOf(FIRST_SINGLE);
        assertTrue(former == 0 && validAt == 0, "nothing was redirected");
        requireFunds(social, grid, carry, held);
    }

    function test_move__wallet_to_bank__is_paid_by_the_bank() external {
        Leaf memory leaf = PayoutTree.bankOf(_anna, 9, 100);
        _move(0, leaf);
        Branch memory single = singleBranch(FIRST_SINGLE, leaf);
        uint64 heldBefore = heldNow();
        vm.expectRevert(
            abi.encodeWithSelector(ICommunityVault.CommunityVault_NotClaimable.selector, FIRST_SINGLE, 0)
        );
        vault.claim(single);
        vm.prank(TREASURER);
        vault.reserve(single, 1);
        requireStatus(FIRST_SINGLE, 0, false, true);
        vm.expectEmit(address(vault));
        emit ICommunityVault.BankConfirmed(FIRST_SINGLE, 0, "reference", 100);
        vm.prank(TREASURER);
        vault.confirm(single, alone("reference"));
        requireStatus(FIRST_SINGLE, 0, true, false);
        assertEq(heldNow(), heldBefore - 100, "held");
        assertEq(token.balanceOf(TREASURER), 100, "treasurer's account");

        vault.push(wholeOf(_distribution, _leaves));
        assertEq(token.balanceOf(_anna), 0, "not by the wallet too");
        assertEq(heldNow(), heldBefore - 100, "held, after a push");
    }

    function test_move__bank_to_wallet__is_pushed_once() external {
        Leaf memory leaf = PayoutTree.wallet(BRUNO, 1_000);
        _move(1, leaf);
        Branch memory single = singleBranch(FIRST_SINGLE, leaf);
        vm.expectEmit(address(vault));
        emit ICommunityVault.BatchPaid(FIRST_SINGLE, 0, 1, 0, 1_000, 0);
        vault.push(single);
        vault.push(single);
        assertEq(token.balanceOf(BRUNO), 1_000, "paid once");
        vm.expectRevert(abi.encodeWithSelector(ICommunityVault.CommunityVault_AlreadyPaid.selector, FIRST_SINGLE, 0));
        vault.claim(single);
        Branch memory branch = branchOf(_distribution, _leaves, 0, 1);
        vm.expectRevert(
            abi.encodeWithSelector(ICommunityVault.CommunityVault_AlreadyPaid.selector, _distribution, 1)
        );
        vm.prank(TREASURER);
        vault.reserve(branch, 1);
    }

    function test_move__wallet_to_wallet__is_claimed_once() external {
        Leaf memory leaf = PayoutTree.wallet(BRUNO, 100);
        _move(0, leaf);
        vm.expectEmit(address(vault));
        emit ICommunityVault.LeafClaimed(FIRST_SINGLE, 0, 100);
        vault.claim(singleBranch(FIRST_SINGLE, leaf));
        assertEq(token.balanceOf(BRUNO), 100, "paid");
        Branch memory former = branchOf(_distribution, _leaves, 0, 0);
        vm.expectRevert(
            abi.encodeWithSelector(ICommunityVault.CommunityVault_AlreadyPaid.selector, _distribution, 0)
        );
        vault.claim(former);
        assertEq(token.balanceOf(_anna), 0, "the former payee has nothing");
    }

    function test_move__bank_to_bank__names_another_owner() external {
        _move(1, PayoutTree.bankOf(BRUNO, 9, 1_000));
        assertEq(
            vault.distributionOf(FIRST_SINGLE),
            hashSingle(PayoutTree.bankOf(BRUNO, 9, 1_000), block.timestamp),
            "its payout root"
        );
    }

    function testFuzz_move__again_and_again__is_paid_once(uint256 moves) external {
        moves = bound(moves, 1, 6);
        (Branch memory branch, uint32 distribution) = (branchOf(_distribution, _leaves, 0, 1), _distribution);
        Leaf memory leaf;
        for (uint32 i = 0; i < moves; ++i) {
            leaf = i % 2 == 0 ? PayoutTree.wallet(_anna, 1_000) : PayoutTree.bankOf(_anna, i, 1_000);
            bytes memory signed = signedMove(ANNA_KEY, distribution, i == 0 ? 1 : 0, leaf);
            vault.move(branch, PayoutTree.pack(leaf), signed);
            // What was moved away is paid, and cannot be moved again with the same signature.
            vm.expectRevert(
                abi.encodeWithSelector(
                    ICommunityVault.CommunityVault_AlreadyPaid.selector, distribution, i == 0 ? 1 : 0
                )
            );
            vault.move(branch, PayoutTree.pack(leaf), signed);
            distribution = FIRST_SINGLE + i;
            branch = singleBranch(distribution, leaf);
            vm.warp(block.timestamp + 1);
        }
        assertEq(vault.singleCount(), moves, "one for each move");
        if (leaf.channel == PayoutTree.BANK) {
            vm.prank(TREASURER);
            vault.reserve(branch, 1);
            vm.prank(TREASURER);
            vault.confirm(branch, alone("reference"));
        } else {
            vault.claim(branch);
        }
        assertEq(token.balanceOf(_anna) + token.balanceOf(TREASURER), 1_000, "paid once");
        assertEq(token.balanceOf(address(vault)), heldNow(), "held = tokens");
    }

    function test_move__bookkeeping_euro__wallet_leaf_can_go_to_the_bank_alone() external {
        keepBooksOnly();
        Leaf[] memory leaves = alone(PayoutTree.wallet(_anna, 100));
        Branch memory branch = wholeOf(distribute(leaves, 0), leaves);
        Leaf memory other = PayoutTree.wallet(BRUNO, 100);
        _refuseMove(branch, 1, 0, other, _neverPayable(other));
        Leaf memory leaf = PayoutTree.bankOf(_anna, 9, 100);
        vault.move(branch, PayoutTree.pack(leaf), signedMove(ANNA_KEY, 1, 0, leaf));
        branch = singleBranch(FIRST_SINGLE, leaf);
        uint64 heldBefore = heldNow();
        vm.prank(TREASURER);
        vault.reserve(branch, 1);
        vm.prank(TREASURER);
        vault.confirm(branch, alone("reference"));
        assertEq(heldNow(), heldBefore - 100, "counted down");
    }

    /* ------------------------------------------------- owners ------------------------------------------------- */

    function test_move__contract_wallet__is_asked() external {
        address contractWallet = address(new ContractWallet(_anna));
        Leaf[] memory leaves = new Leaf[](2);
        leaves[0] = PayoutTree.wallet(contractWallet, 100);
        leaves[1] = PayoutTree.bankOf(contractWallet, 1, 200);
        uint32 distribution = distribute(leaves, 1);
        for (uint32 i = 0; i < 2; ++i) {
            Leaf memory leaf = PayoutTree.wallet(BRUNO, leaves[i].amount);
            Branch memory branch = branchOf(distribution, leaves, 0, i);
            bytes memory signed = signedMove(THIEF_KEY, distribution, i, leaf);
            vm.expectRevert(
                abi.encodeWithSelector(ICommunityVault.CommunityVault_NotOwner.selector, contractWallet)
            );
            vault.move(branch, PayoutTree.pack(leaf), signed);
            vault.move(branch, PayoutTree.pack(leaf), signedMove(ANNA_KEY, distribution, i, leaf));
            vault.claim(singleBranch(FIRST_SINGLE + i, leaf));
        }
        assertEq(token.balanceOf(BRUNO), 300, "paid");
    }

    function test_move__contract_without_signatures__is_refused() external {
        Leaf[] memory leaves = alone(PayoutTree.wallet(address(token), 100));
        Branch memory branch = wholeOf(distribute(leaves, 0), leaves);
        Leaf memory leaf = PayoutTree.wallet(BRUNO, 100);
        _refuseMove(branch, branch.distribution, 0, leaf, _notOwner(address(token)));
    }

    function testFuzz_move__other_signer__is_refused(uint256 key) external {
        key = bound(key, 1, 1e30);
        vm.assume(key != ANNA_KEY);
        Leaf memory leaf = PayoutTree.wallet(BRUNO, 100);
        Branch memory branch = branchOf(_distribution, _leaves, 0, 0);
        bytes memory signed = signedMove(key, _distribution, 0, leaf);
        vm.expectRevert(_notOwner(_anna));
        vault.move(branch, PayoutTree.pack(leaf), signed);
    }

    function testFuzz_move__signature_of_other_bytes__is_refused(bytes calldata signed) external {
        Leaf memory leaf = PayoutTree.wallet(BRUNO, 100);
        Branch memory branch = branchOf(_distribution, _leaves, 0, 0);
        vm.expectRevert(_notOwner(_anna));
        vault.move(branch, PayoutTree.pack(leaf), signed);
    }

    /// @dev What was signed for one leaf, distribution, target, vault or chain moves no other.
    function test_move__wish_for_something_else__is_refused() external {
        Leaf memory leaf = PayoutTree.wallet(BRUNO, 100);
        Branch memory branch = branchOf(_distribution, _leaves, 0, 0);
        _refuseWish(branch, leaf, signedMove(ANNA_KEY, _distribution, 1, leaf));
        _refuseWish(branch, leaf, signedMove(ANNA_KEY, _distribution + 1, 0, leaf));
        _refuseWish(branch, leaf, signedMove(ANNA_KEY, _distribution, 0, PayoutTree.wallet(address(0xCA12), 100)));
        _refuseWish(branch, leaf, signedMove(ANNA_KEY, _distribution, 0, PayoutTree.bank(1, 100)));
        bytes memory signed = signedMove(ANNA_KEY, _distribution, 0, leaf);
        uint256 chain = block.chainid;
        vm.chainId(chain + 1);
        _refuseWish(branch, leaf, signed);
        vm.chainId(chain);
        succeed(terms());
        _distribution = distribute(_leaves, 2);
        _refuseWish(branchOf(_distribution, _leaves, 0, 0), leaf, signed);
        vault.move(
            branchOf(_distribution, _leaves, 0, 0),
            PayoutTree.pack(leaf),
            signedMove(ANNA_KEY, _distribution, 0, leaf)
        );
    }

    /// @dev Nobody signs for zero: a signature that recovers to nobody is not nobody's.
    function test_move__leaf_that_nobody_owns__is_refused() external {
        Leaf memory leaf = PayoutTree.wallet(BRUNO, 3);
        Branch memory branch = branchOf(_distribution, _leaves, 0, 3);
        vm.expectRevert(_notOwner(address(0)));
        vault.move(branch, PayoutTree.pack(leaf), "");
        vm.expectRevert(_notOwner(address(0)));
        vault.move(branch, PayoutTree.pack(leaf), abi.encodePacked(bytes32(0), bytes32(0), uint8(27)));

        branch = branchOf(_distribution, _leaves, 0, 2);
        leaf.amount = 7;
        vm.expectRevert(_notOwner(address(0)));
        vault.move(branch, PayoutTree.pack(leaf), abi.encodePacked(bytes32(0), bytes32(0), uint8(27)));
    }

    /// @dev Neither a payee with more than 160 bits nor a channel that does not exist has an owner.
    function test_move__leaf_without_an_address__is_refused() external {
        Leaf[] memory leaves = new Leaf[](2);
        leaves[0] = PayoutTree.wallet(_anna, 100);
        leaves[0].payee |= bytes32(uint256(1) << 160);
        leaves[1] = PayoutTree.wallet(_anna, 100);
        leaves[1].channel = 3;
        uint32 distribution = distribute(leaves, 1);
        Leaf memory leaf = PayoutTree.wallet(BRUNO, 100);
        _refuseMove(branchOf(distribution, leaves, 0, 0), distribution, 0, leaf, _notOwner(address(0)));
        _refuseMove(branchOf(distribution, leaves, 0, 1), distribution, 1, leaf, _notOwner(address(0)));
    }

    /// @dev A wallet leaf that names an owner cannot be paid as it stands, but its wallet can have it replaced.
    function test_move__wallet_leaf_that_names_an_owner__is_saved() external {
        Leaf[] memory leaves = alone(PayoutTree.wallet(_anna, 100));
        leaves[0].owner = BRUNO;
        Branch memory branch = wholeOf(distribute(leaves, 0), leaves);
        vm.expectRevert(
            abi.encodeWithSelector(ICommunityVault.CommunityVault_NotClaimable.selector, branch.distribution, 0)
        );
        vault.claim(branch);
        Leaf memory leaf = PayoutTree.wallet(_anna, 100);
        vault.move(branch, PayoutTree.pack(leaf), signedMove(ANNA_KEY, branch.distribution, 0, leaf));
        vault.claim(singleBranch(FIRST_SINGLE, leaf));
        assertEq(token.balanceOf(_anna), 100, "paid after all");
    }

    /* ------------------------------------------------- leaves ------------------------------------------------- */

    function test_move__paid_leaf__is_refused() external {
        vault.push(wholeOf(_distribution, _leaves));
        Leaf memory leaf = PayoutTree.bank(9, 100);
        _refuseMove(
            branchOf(_distribution, _leaves, 0, 0),
            _distribution,
            0,
            leaf,
            abi.encodeWithSelector(ICommunityVault.CommunityVault_AlreadyPaid.selector, _distribution, 0)
        );
        assertEq(vault.singleCount(), 0, "nothing was opened");
    }

    /// @dev A payment order may be on its way: only when it comes back can the leaf move.
    function test_move__reserved_leaf__is_refused_until_released() external {
        Branch memory branch = branchOf(_distribution, _leaves, 0, 1);
        vm.prank(TREASURER);
        vault.reserve(branch, 1);
        Leaf memory leaf = PayoutTree.wallet(_anna, 1_000);
        _refuseMove(
            branch,
            _distribution,
            1,
            leaf,
            abi.encodeWithSelector(ICommunityVault.CommunityVault_AlreadyReserved.selector, _distribution, 1)
        );
        vm.prank(TREASURER);
        vault.release(branch, 1);
        _move(1, leaf);
        vault.claim(singleBranch(FIRST_SINGLE, leaf));
        assertEq(token.balanceOf(_anna), 1_000, "paid");
    }

    function test_move__two_leaves__are_refused() external {
        Branch memory branch = branchOf(_distribution, _leaves, 1, 0);
        _refuseMove(
            branch,
            _distribution,
            0,
            PayoutTree.bank(9, 100),
            abi.encodeWithSelector(ICommunityVault.CommunityVault_LeafCountOutOfRange.selector, 2, 1)
        );
    }

    function test_move__before_it_can_be_paid__is_refused() external {
        settle(settlementOf(credit(20_000), _leaves, 2));
        Branch memory branch = branchOf(2, _leaves, 0, 0);
        _refuseMove(
            branch,
            2,
            0,
            PayoutTree.bank(9, 100),
            abi.encodeWithSelector(ICommunityVault.CommunityVault_NotYetValid.selector, 2, branch.validAt)
        );
    }

    function testFuzz_move__other_amount__is_refused(uint64 amount) external {
        vm.assume(amount != 100);
        _refuseMove(
            branchOf(_distribution, _leaves, 0, 0),
            _distribution,
            0,
            PayoutTree.bank(9, amount),
            abi.encodeWithSelector(ICommunityVault.CommunityVault_OtherAmount.selector, amount, 100)
        );
    }

    function testFuzz_move__to_a_leaf_that_can_never_be_paid__is_refused(uint8 channel, bytes32 payee) external {
        Leaf[7] memory leaves;
        leaves[0] = PayoutTree.social(100);
        leaves[1] = PayoutTree.wallet(address(0), 100);
        leaves[2] = PayoutTree.wallet(BRUNO, 100);
        leaves[2].owner = _anna;
        leaves[3] = PayoutTree.bankOf(_anna, 9, 100);
        leaves[3].payee = 0;
        leaves[4] = PayoutTree.wallet(BRUNO, 100);
        leaves[4].channel = uint8(bound(channel, 3, 255));
        leaves[5] = PayoutTree.wallet(BRUNO, 100);
        leaves[5].payee = bytes32(bound(uint256(payee), 1 << 160, type(uint256).max));
        leaves[6] = PayoutTree.social(100);
        leaves[6].payee = leaves[1].payee | bytes32(uint256(1));
        for (uint256 i = 0; i < leaves.length; ++i) {
            _refuseMove(
                branchOf(_distribution, _leaves, 0, 0), _distribution, 0, leaves[i], _neverPayable(leaves[i])
            );
        }
    }

    function testFuzz_move__to_anything_but_one_leaf__is_refused(uint256 length) external {
        length = bound(length, 0, 200);
        vm.assume(length != 61);
        Branch memory branch = branchOf(_distribution, _leaves, 0, 0);
        bytes memory leaf = new bytes(length);
        vm.expectRevert(abi.encodeWithSelector(ICommunityVault.CommunityVault_NeverPayable.selector, leaf));
        vault.move(branch, leaf, "");
    }

    /* ------------------------------------------------- internals ---------------------------------------------- */

    function _move(uint32 index, Leaf memory leaf) private {
        vault.move(
            branchOf(_distribution, _leaves, 0, index),
            PayoutTree.pack(leaf),
            signedMove(ANNA_KEY, _distribution, index, leaf)
        );
    }

    function _refuseMove(
        Branch memory branch,
        uint32 distribution,
        uint32 index,
        Leaf memory leaf,
        bytes memory reason
    ) private {
        bytes memory signed = signedMove(ANNA_KEY, distribution, index, leaf);
        vm.expectRevert(reason);
        vault.move(branch, PayoutTree.pack(leaf), signed);
    }

    function _refuseWish(Branch memory branch, Leaf memory leaf, bytes memory signed) private {
        vm.expectRevert(_notOwner(_anna));
        vault.move(branch, PayoutTree.pack(leaf), signed);
    }

    function _notOwner(address owner) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ICommunityVault.CommunityVault_NotOwner.selector, owner);
    }

    function _neverPayable(Leaf memory leaf) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ICommunityVault.CommunityVault_NeverPayable.selector, PayoutTree.pack(leaf));
    }
}
