// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICommunityVault} from "../../src/interfaces/ICommunityVault.sol";
import {Branch} from "../../src/types/Payout.sol";
import {MoneyTest} from "../support/MoneyTest.sol";
import {Leaf, PayoutTree} from "../support/PayoutTree.sol";

/// redirect and refuseRedirection, for members who lost their key
/// ├── redirect: it should put a single payout in the leaf's place, which can be paid from after 14 days
/// ├── redirect: given another caller, a leaf that is paid, reserved or not yet valid, or a new leaf that move would
/// │   refuse, it should refuse
/// ├── refuse: the former owner should have the former payee paid, at once and only once
/// └── refuse: given another caller, another leaf, another payout, a second time or too late, it should refuse
contract RedirectTest is MoneyTest {
    using PayoutTree for Leaf[];

    uint256 private constant ANNA_KEY = 0xA11A;
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

    /* ------------------------------------------------ redirect ------------------------------------------------ */

    function test_redirect__open_leaf__waits_for_14_days() external {
        Leaf memory leaf = PayoutTree.wallet(BRUNO, 100);
        uint40 validAt = uint40(block.timestamp + 14 days);
        (uint64 social, uint64 grid, uint64 carry, uint64 held) = vault.funds();
        Branch memory branch = branchOf(_distribution, _leaves, 0, 0);
        vm.expectEmit(address(vault));
        emit ICommunityVault.SinglePayoutOpened(FIRST_SINGLE, PayoutTree.pack(leaf), validAt);
        vm.expectEmit(address(vault));
        emit ICommunityVault.LeafRedirected(_distribution, 0, FIRST_SINGLE, "resolution");
        vm.prank(GOVERNOR);
        vault.redirect(branch, PayoutTree.pack(leaf), "resolution");

        requireStatus(_distribution, 0, true, false);
        assertEq(vault.distributionOf(FIRST_SINGLE), hashSingle(leaf, validAt), "its payout root");
        (bytes32 former, uint40 until) = vault.redirectionOf(FIRST_SINGLE);
        assertEq(former, keccak256(PayoutTree.pack(_leaves[0])), "the former leaf");
        assertEq(until, validAt, "until when its owner may refuse");
        requireFunds(social, grid, carry, held);
    }

    function test_redirect__before_14_days__nothing_can_be_done_with_it() external {
        Leaf memory leaf = PayoutTree.bankOf(BRUNO, 9, 100);
        (Branch memory single, uint40 validAt) = _redirect(0, leaf);
        vm.warp(validAt - 1);
        bytes memory packed = PayoutTree.pack(leaf);
        _refuseCall(address(this), abi.encodeCall(vault.push, (single)), _notYetValid(validAt));
        _refuseCall(address(this), abi.encodeCall(vault.claim, (single)), _notYetValid(validAt));
        _refuseCall(address(this), abi.encodeCall(vault.move, (single, packed, "")), _notYetValid(validAt));
        _refuseCall(TREASURER, abi.encodeCall(vault.reserve, (single, 1)), _notYetValid(validAt));
        _refuseCall(GOVERNOR, abi.encodeCall(vault.redirect, (single, packed, 0)), _notYetValid(validAt));
        _refuseCall(address(this), abi.encodeCall(vault.sweep, (single)), _notYetValid(validAt));
    }

    function test_redirect__after_14_days__is_paid_to_the_new_payee_once() external {
        Leaf memory leaf = PayoutTree.wallet(BRUNO, 100);
        (Branch memory single, uint40 validAt) = _redirect(0, leaf);
        vm.warp(validAt);
        vault.push(single);
        vault.push(wholeOf(_distribution, _leaves));
        assertEq(token.balanceOf(BRUNO), 100, "new payee");
        assertEq(token.balanceOf(_anna), 0, "former payee");
        Branch memory branch = branchOf(_distribution, _leaves, 0, 0);
        vm.expectRevert(
            abi.encodeWithSelector(ICommunityVault.CommunityVault_AlreadyPaid.selector, _distribution, 0)
        );
        vault.claim(branch);
    }

    /// @dev A resolution can also name a payee for what nobody owns.
    function test_redirect__leaf_that_nobody_owns__is_redirected() external {
        Leaf memory leaf = PayoutTree.wallet(BRUNO, 7);
        (Branch memory social, uint40 validAt) = _redirect(2, leaf);
        Leaf memory other = PayoutTree.wallet(BRUNO, 3);
        _redirect(3, other);
        vm.warp(validAt);
        vault.claim(social);
        vault.claim(singleBranch(FIRST_SINGLE + 1, other, validAt));
        assertEq(token.balanceOf(BRUNO), 10, "paid");
    }

    function test_redirect__leaf_that_is_not_open__is_refused() external {
        Branch memory bank = branchOf(_distribution, _leaves, 0, 1);
        vm.prank(TREASURER);
        vault.reserve(bank, 1);
        Leaf memory leaf = PayoutTree.wallet(BRUNO, 1_000);
        _refuseRedirect(
            bank,
            leaf,
            abi.encodeWithSelector(ICommunityVault.CommunityVault_AlreadyReserved.selector, _distribution, 1)
        );
        vault.push(wholeOf(_distribution, _leaves));
        leaf.amount = 100;
        _refuseRedirect(
            branchOf(_distribution, _leaves, 0, 0),
            leaf,
            abi.encodeWithSelector(ICommunityVault.CommunityVault_AlreadyPaid.selector, _distribution, 0)
        );
        _refuseRedirect(
            branchOf(_distribution, _leaves, 1, 0),
            leaf,
            abi.encodeWithSelector(ICommunityVault.CommunityVault_LeafCountOutOfRange.selector, 2, 1)
        );
        assertEq(vault.singleCount(), 0, "nothing was opened");
    }

    function test_redirect__before_the_distribution_is_valid__is_refused() external {
        settle(settlementOf(credit(20_000), _leaves, 2));
        Branch memory branch = branchOf(2, _leaves, 0, 0);
        _refuseRedirect(
            branch,
            PayoutTree.wallet(BRUNO, 100),
            abi.encodeWithSelector(ICommunityVault.CommunityVault_NotYetValid.selector, 2, branch.validAt)
        );
    }

    function testFuzz_redirect__leaf_that_does_not_fit__is_refused(uint64 amount) external {
        vm.assume(amount != 100);
        Branch memory branch = branchOf(_distribution, _leaves, 0, 0);
        _refuseRedirect(
            branch,
            PayoutTree.wallet(BRUNO, amount),
            abi.encodeWithSelector(ICommunityVault.CommunityVault_OtherAmount.selector, amount, 100)
        );
        Leaf memory leaf = PayoutTree.social(100);
        _refuseRedirect(
            branch,
            leaf,
            abi.encodeWithSelector(ICommunityVault.CommunityVault_NeverPayable.selector, PayoutTree.pack(leaf))
        );
    }

    function testFuzz_redirect__other_caller__is_refused(address caller) external {
        vm.assume(caller != GOVERNOR);
        Branch memory branch = branchOf(_distribution, _leaves, 0, 0);
        bytes memory leaf = PayoutTree.pack(PayoutTree.wallet(BRUNO, 100));
        vm.expectRevert(abi.encodeWithSelector(ICommunityVault.CommunityVault_NotGovernor.selector, caller));
        vm.prank(caller);
        vault.redirect(branch, leaf, "resolution");
    }

    /* ------------------------------------------------- refusal ------------------------------------------------ */

    function test_refuseRedirection__former_wallet__is_paid_after_all() external {
        (Branch memory single, uint40 validAt) = _redirect(0, PayoutTree.wallet(BRUNO, 100));
        vm.warp(validAt - 1);
        vm.expectEmit(address(vault));
        emit ICommunityVault.SinglePayoutOpened(
            FIRST_SINGLE + 1, PayoutTree.pack(_leaves[0]), uint40(block.timestamp)
        );
        vm.expectEmit(address(vault));
        emit ICommunityVault.RedirectionRefused(FIRST_SINGLE, FIRST_SINGLE + 1);
        _refuseAs(_anna, FIRST_SINGLE, _leaves[0]);

        assertEq(vault.distributionOf(FIRST_SINGLE), CANCELLED, "the redirected one");
        assertEq(
            vault.distributionOf(FIRST_SINGLE + 1), hashSingle(_leaves[0], block.timestamp), "the one in its place"
        );
        (bytes32 former, uint40 until) = vault.redirectionOf(FIRST_SINGLE);
        assertTrue(former == 0 && until == 0, "nothing is left to refuse");
        vault.claim(singleBranch(FIRST_SINGLE + 1, _leaves[0]));
        vm.warp(validAt);
        bytes memory cancelled =
            abi.encodeWithSelector(ICommunityVault.CommunityVault_Cancelled.selector, FIRST_SINGLE);
        _refuseCall(address(this), abi.encodeCall(vault.push, (single)), cancelled);
        _refuseCall(address(this), abi.encodeCall(vault.claim, (single)), cancelled);
        assertEq(token.balanceOf(_anna), 100, "Anna");
        assertEq(token.balanceOf(BRUNO), 0, "Bruno");
    }

    function test_refuseRedirection__former_bank_leaf__is_paid_by_the_bank() external {
        _redirect(1, PayoutTree.wallet(BRUNO, 1_000));
        _refuseAs(_anna, FIRST_SINGLE, _leaves[1]);
        Branch memory single = singleBranch(FIRST_SINGLE + 1, _leaves[1]);
        vm.prank(TREASURER);
        vault.reserve(single, 1);
        vm.prank(TREASURER);
        vault.confirm(single, alone("reference"));
        assertEq(token.balanceOf(TREASURER), 1_000, "by the bank");
    }

    /// @dev After a refusal, the payout is as any other: its owner can move it, a resolution can redirect it again.
    function test_refuseRedirection__refused_payout__can_be_moved_and_redirected_again() external {
        _redirect(0, PayoutTree.wallet(BRUNO, 100));
        _refuseAs(_anna, FIRST_SINGLE, _leaves[0]);
        Branch memory single = singleBranch(FIRST_SINGLE + 1, _leaves[0]);
        vm.prank(GOVERNOR);
        vault.redirect(single, PayoutTree.pack(PayoutTree.wallet(BRUNO, 100)), "again");
        _refuseAs(_anna, FIRST_SINGLE + 2, _leaves[0]);
        Leaf memory leaf = PayoutTree.wallet(address(0xCA12), 100);
        vault.move(
            singleBranch(FIRST_SINGLE + 3, _leaves[0]),
            PayoutTree.pack(leaf),
            signedMove(ANNA_KEY, FIRST_SINGLE + 3, 0, leaf)
        );
        vault.claim(singleBranch(FIRST_SINGLE + 4, leaf));
        assertEq(token.balanceOf(address(0xCA12)), 100, "paid once");
        assertEq(token.balanceOf(_anna) + token.balanceOf(BRUNO), 0, "to nobody else");
        assertEq(token.balanceOf(address(vault)), heldNow(), "held = tokens");
    }

    function test_refuseRedirection__too_late__is_refused() external {
        (Branch memory single, uint40 validAt) = _redirect(0, PayoutTree.wallet(BRUNO, 100));
        vm.warp(validAt);
        _refuseRefusal(
            _anna,
            FIRST_SINGLE,
            _leaves[0],
            abi.encodeWithSelector(ICommunityVault.CommunityVault_AlreadyValid.selector, FIRST_SINGLE, validAt)
        );
        vault.claim(single);
        _refuseRefusal(
            _anna,
            FIRST_SINGLE,
            _leaves[0],
            abi.encodeWithSelector(ICommunityVault.CommunityVault_AlreadyValid.selector, FIRST_SINGLE, validAt)
        );
        assertEq(token.balanceOf(BRUNO), 100, "new payee");
    }

    function testFuzz_refuseRedirection__other_caller__is_refused(address caller) external {
        vm.assume(caller != _anna);
        bytes memory reason = abi.encodeWithSelector(ICommunityVault.CommunityVault_NotOwner.selector, _anna);
        _redirect(0, PayoutTree.wallet(BRUNO, 100));
        _redirect(1, PayoutTree.wallet(BRUNO, 1_000));
        _refuseRefusal(caller, FIRST_SINGLE, _leaves[0], reason);
        _refuseRefusal(caller, FIRST_SINGLE + 1, _leaves[1], reason);
        _refuseRefusal(GOVERNOR, FIRST_SINGLE, _leaves[0], reason);
        _refuseRefusal(BRUNO, FIRST_SINGLE, _leaves[0], reason);
    }

    function testFuzz_refuseRedirection__leaf_that_nobody_owns__is_refused(address caller) external {
        vm.assume(caller != address(0));
        bytes memory reason = abi.encodeWithSelector(ICommunityVault.CommunityVault_NotOwner.selector, address(0));
        _redirect(2, PayoutTree.wallet(BRUNO, 7));
        _redirect(3, PayoutTree.wallet(BRUNO, 3));
        _refuseRefusal(caller, FIRST_SINGLE, _leaves[2], reason);
        _refuseRefusal(caller, FIRST_SINGLE + 1, _leaves[3], reason);
    }

    /// @dev Or Anna could name a leaf of a larger amount as the former one.
    function test_refuseRedirection__other_leaf__is_refused() external {
        _redirect(0, PayoutTree.wallet(BRUNO, 100));
        bytes memory reason =
            abi.encodeWithSelector(ICommunityVault.CommunityVault_NotRedirected.selector, FIRST_SINGLE);
        _refuseRefusal(_anna, FIRST_SINGLE, PayoutTree.wallet(_anna, 101), reason);
        _refuseRefusal(_anna, FIRST_SINGLE, _leaves[1], reason);
        vm.expectRevert(reason);
        vm.prank(_anna);
        vault.refuseRedirection(FIRST_SINGLE, "");
    }

    function test_refuseRedirection__what_was_not_redirected__is_refused() external {
        _refuseRefusal(
            _anna,
            FIRST_SINGLE,
            _leaves[0],
            abi.encodeWithSelector(ICommunityVault.CommunityVault_NotRedirected.selector, FIRST_SINGLE)
        );
        Leaf memory leaf = PayoutTree.wallet(BRUNO, 100);
        vault.move(
            branchOf(_distribution, _leaves, 0, 0),
            PayoutTree.pack(leaf),
            signedMove(ANNA_KEY, _distribution, 0, leaf)
        );
        _refuseRefusal(
            _anna,
            FIRST_SINGLE,
            _leaves[0],
            abi.encodeWithSelector(ICommunityVault.CommunityVault_NotRedirected.selector, FIRST_SINGLE)
        );
        _refuseRefusal(
            _anna,
            _distribution,
            _leaves[0],
            abi.encodeWithSelector(ICommunityVault.CommunityVault_NotRedirected.selector, _distribution)
        );
    }

    function test_refuseRedirection__again__is_refused() external {
        _redirect(0, PayoutTree.wallet(BRUNO, 100));
        _refuseAs(_anna, FIRST_SINGLE, _leaves[0]);
        _refuseRefusal(
            _anna,
            FIRST_SINGLE,
            _leaves[0],
            abi.encodeWithSelector(ICommunityVault.CommunityVault_NotRedirected.selector, FIRST_SINGLE)
        );
        _refuseRefusal(
            _anna,
            FIRST_SINGLE + 1,
            _leaves[0],
            abi.encodeWithSelector(ICommunityVault.CommunityVault_NotRedirected.selector, FIRST_SINGLE + 1)
        );
        assertEq(vault.singleCount(), 2, "one payout, and one in its place");
    }

    /* ------------------------------------------------- internals ---------------------------------------------- */

    function _redirect(uint32 index, Leaf memory leaf) private returns (Branch memory single, uint40 validAt) {
        Branch memory branch = branchOf(_distribution, _leaves, 0, index);
        validAt = uint40(block.timestamp + 14 days);
        uint32 number = FIRST_SINGLE + vault.singleCount();
        vm.prank(GOVERNOR);
        vault.redirect(branch, PayoutTree.pack(leaf), "resolution");
        single = singleBranch(number, leaf, validAt);
    }

    function _refuseRedirect(Branch memory branch, Leaf memory leaf, bytes memory reason) private {
        vm.expectRevert(reason);
        vm.prank(GOVERNOR);
        vault.redirect(branch, PayoutTree.pack(leaf), "resolution");
    }

    function _refuseAs(address owner, uint32 single, Leaf memory formerLeaf) private {
        vm.prank(owner);
        vault.refuseRedirection(single, PayoutTree.pack(formerLeaf));
    }

    function _refuseRefusal(address caller, uint32 single, Leaf memory formerLeaf, bytes memory reason) private {
        vm.expectRevert(reason);
        vm.prank(caller);
        vault.refuseRedirection(single, PayoutTree.pack(formerLeaf));
    }

    function _refuseCall(address caller, bytes memory call_, bytes memory expected) private {
        vm.prank(caller);
        (bool made, bytes memory reason) = address(vault).call(call_);
        assertTrue(!made, "refused");
        assertEq(keccak256(reason), keccak256(expected), "reason");
    }

    function _notYetValid(uint40 validAt) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ICommunityVault.CommunityVault_NotYetValid.selector, FIRST_SINGLE, validAt);
    }
}
