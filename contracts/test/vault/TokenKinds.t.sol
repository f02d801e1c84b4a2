// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC1967Proxy} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";

import {ICommunityVault} from "../../src/interfaces/ICommunityVault.sol";
import {HostileToken} from "../../src/mocks/HostileToken.sol";
import {ListedEuro, ListedEuroWithFee} from "../../src/mocks/ListedEuro.sol";
import {ShrinkingEuro} from "../../src/mocks/ShrinkingEuro.sol";
import {Branch, PayoutRoot} from "../../src/types/Payout.sol";
import {MoneyTest} from "../support/MoneyTest.sol";
import {Leaf, PayoutTree} from "../support/PayoutTree.sol";

/// kinds of tokens: accepted or refused, and never a leaf lost or paid twice
/// ├── a euro behind a proxy, with a list of blocked accounts: accepted
/// │   ├── given a blocked recipient, the others should be paid, and the leaf stay to be paid or moved
/// │   ├── given a blocked vault, nothing should go out and nothing be lost, until it is free again
/// │   ├── given a blocked treasurer, the governor's next one should be paid
/// │   └── given the issuer exchanges the code for one that takes fees, no credit should be accepted
/// ├── a token that takes a fee of what arrives, or answers nothing or false: refused, its credits fail
/// ├── one that begins to, once money is here: nothing is counted as paid, or the recipient bears the fee
/// └── a token whose balances shrink: accepted, and whoever comes last is not paid, until the missing money is there
contract TokenKindsTest is MoneyTest {
    using PayoutTree for Leaf[];

    uint256 private constant ANNA_KEY = 0xA11A;
    address private constant BRUNO = address(0xB120);

    address private _anna;
    Leaf[] private _leaves;
    ListedEuro private _euro;

    /// @dev The vault of the tests keeps a listed euro behind a proxy.
    function setUp() public override {
        super.setUp();
        _anna = vm.addr(ANNA_KEY);
        _leaves.push(PayoutTree.wallet(_anna, 100));
        _leaves.push(PayoutTree.wallet(BRUNO, 1_000));
        _leaves.push(PayoutTree.bank(1, 10_000));
        _leaves.push(PayoutTree.social(100_000));
        bytes memory firstCall = abi.encodeCall(ListedEuro.setBlocked, (address(0xB10C), true));
        _euro = ListedEuro(address(new ERC1967Proxy(address(new ListedEuro()), firstCall)));
        _keep(_euro);
    }

    function _keep(IERC20Metadata euro) private {
        ICommunityVault.VaultArguments memory arguments = terms();
        arguments.token = euro;
        succeed(arguments);
    }

    /* ---------------------------------------- a listed euro behind a proxy ------------------------------------ */

    function test_listed_euro__push_to_fresh_accounts__is_paid_within_the_allowance() external {
        _distribute();
        vm.expectEmit(address(vault));
        emit ICommunityVault.BatchPaid(1, 0, 1 + 2 + 8, 0, 1_100, 100_000);
        vault.push(wholeOf(1, _leaves));
        _requireBalances(100, 1_000, 0);
        _confirmBank();
        _requireBalances(100, 1_000, 10_000);
    }

    function test_listed_euro__blocked_recipient__stays_payable_and_can_move() external {
        _distribute();
        _euro.setBlocked(_anna, true);
        vm.expectEmit(address(vault));
        emit ICommunityVault.BatchPaid(1, 0, 2 + 8, 1, 1_000, 100_000);
        vault.push(wholeOf(1, _leaves));
        requireOpen(1, 0);
        Branch memory branch = branchOf(1, _leaves, 0, 0);
        vm.expectRevert(
            abi.encodeWithSelector(ICommunityVault.CommunityVault_TransferRefused.selector, _anna, 100)
        );
        vault.claim(branch);
        _requireBalances(0, 1_000, 0);

        Leaf memory leaf = PayoutTree.bankOf(_anna, 9, 100);
        vault.move(branch, PayoutTree.pack(leaf), signedMove(ANNA_KEY, 1, 0, leaf));
        branch = singleBranch(FIRST_SINGLE, leaf);
        vm.prank(TREASURER);
        vault.reserve(branch, 1);
        vm.prank(TREASURER);
        vault.confirm(branch, alone("reference"));
        _euro.setBlocked(_anna, false);
        vault.push(wholeOf(1, _leaves));
        _requireBalances(0, 1_000, 100);
    }

    function test_listed_euro__blocked_vault__loses_nothing() external {
        _distribute();
        bytes32 receipt = _credit(50);
        _euro.setBlocked(address(vault), true);
        (uint64 social, uint64 grid, uint64 carry, uint64 held) = vault.funds();
        vm.expectEmit(address(vault));
        emit ICommunityVault.BatchPaid(1, 0, 8, 3, 0, 100_000);
        vault.push(wholeOf(1, _leaves));
        Branch memory branch = branchOf(1, _leaves, 0, 0);
        vm.expectRevert(
            abi.encodeWithSelector(ICommunityVault.CommunityVault_TransferRefused.selector, _anna, 100)
        );
        vault.claim(branch);
        branch = branchOf(1, _leaves, 0, 2);
        vm.prank(TREASURER);
        vault.reserve(branch, 1);
        vm.expectRevert(
            abi.encodeWithSelector(ICommunityVault.CommunityVault_TransferRefused.selector, TREASURER, 10_000)
        );
        vm.prank(TREASURER);
        vault.confirm(branch, alone("reference"));
        vm.expectRevert(
            abi.encodeWithSelector(ICommunityVault.CommunityVault_TransferRefused.selector, TREASURER, 50)
        );
        vm.prank(TREASURER);
        vault.voidCredit(receipt);
        _euro.mint(TREASURER, 7);
        vm.prank(TREASURER);
        _euro.approve(address(vault), 7);
        vm.expectRevert(abi.encodeWithSelector(ListedEuro.ListedEuro_Blocked.selector, address(vault)));
        vm.prank(TREASURER);
        vault.credit("blocked", 7);
        requireFunds(uint256(social) + 100_000, grid, carry, held);

        _euro.setBlocked(address(vault), false);
        vault.push(wholeOf(1, _leaves));
        vm.prank(TREASURER);
        vault.confirm(branch, alone("reference"));
        _requireBalances(100, 1_000, 10_007);
        assertEq(_euro.balanceOf(address(vault)), heldNow(), "held = tokens");
    }

    function test_listed_euro__blocked_treasurer__the_next_one_is_paid() external {
        _distribute();
        Branch memory branch = branchOf(1, _leaves, 0, 2);
        vm.prank(TREASURER);
        vault.reserve(branch, 1);
        _euro.setBlocked(TREASURER, true);
        vm.expectRevert(
            abi.encodeWithSelector(ICommunityVault.CommunityVault_TransferRefused.selector, TREASURER, 10_000)
        );
        vm.prank(TREASURER);
        vault.confirm(branch, alone("reference"));
        requireStatus(1, 2, false, true);
        vm.prank(GOVERNOR);
        vault.setTreasurer(BRUNO);
        vm.prank(BRUNO);
        vault.confirm(branch, alone("reference"));
        _requireBalances(0, 10_000, 0);
    }

    /// @dev The token is trusted to stay what it was; should its issuer change it, its recipients bear the fee.
    function test_listed_euro__code_exchanged_for_one_with_fees__takes_no_more_than_it_is_told() external {
        _distribute();
        _euro.upgradeToAndCall(address(new ListedEuroWithFee()), "");
        vault.push(wholeOf(1, _leaves));
        _requireBalances(99, 999, 0);
        assertEq(_euro.balanceOf(address(vault)), heldNow(), "held = tokens");
        _euro.mint(TREASURER, 50);
        vm.prank(TREASURER);
        _euro.approve(address(vault), 50);
        vm.expectRevert(
            abi.encodeWithSelector(ICommunityVault.CommunityVault_WrongTokenAmount.selector, 49, 50)
        );
        vm.prank(TREASURER);
        vault.credit("fee", 50);
    }

    /// @dev Cancelling needs no token at all.
    function test_listed_euro__blocked_vault__can_cancel_and_settle() external {
        bytes32 receipt = _credit(200_000);
        _euro.setBlocked(address(vault), true);
        settle(settlementOf(receipt, _leaves, 2));
        PayoutRoot memory payoutRoot = rootOf[1];
        vm.prank(GUARDIAN);
        vault.cancel(1, payoutRoot);
        requireFunds(40_000, 20_000, 140_000, 200_000);
    }

    /* ------------------------------------------ tokens that misbehave ----------------------------------------- */

    /// @dev Each makes its transfers to the vault fail, so no euro is promised on its account.
    function test_hostile_tokens__credit__is_refused() external {
        HostileToken.Manner[6] memory refused = [
            HostileToken.Manner.TAKES_FEE_FROM_AMOUNT,
            HostileToken.Manner.RETURNS_FALSE,
            HostileToken.Manner.MOVES_AND_RETURNS_FALSE,
            HostileToken.Manner.RETURNS_NOTHING,
            HostileToken.Manner.RETURNS_TWO,
            HostileToken.Manner.REVERTS
        ];
        _keep(token);
        token.mint(TREASURER, 50);
        vm.prank(TREASURER);
        token.approve(address(vault), 50);
        for (uint256 i = 0; i < refused.length; ++i) {
            setManner(TREASURER, refused[i]);
            vm.prank(TREASURER);
            (bool made,) = address(vault).call(abi.encodeCall(vault.credit, ("receipt", 50)));
            assertTrue(!made, "no credit");
        }
        requireFunds(0, 0, 0, 0);
        assertEq(token.balanceOf(TREASURER), 50, "nothing moved");
        setManner(TREASURER, HostileToken.Manner.PLAIN);
        vm.prank(TREASURER);
        vault.credit("receipt", 50);
        requireFunds(0, 0, 0, 50);
    }

    /// @dev One that begins to misbehave when money is here pays nobody, or whom it pays alone bears its fee.
    function test_hostile_tokens__payments__are_not_counted_or_are_made() external {
        HostileToken.Manner[5] memory refused = [
            HostileToken.Manner.RETURNS_FALSE,
            HostileToken.Manner.MOVES_AND_RETURNS_FALSE,
            HostileToken.Manner.RETURNS_NOTHING,
            HostileToken.Manner.RETURNS_TWO,
            HostileToken.Manner.RETURNS_SHORT
        ];
        _keep(token);
        distribute(_leaves, 2);
        uint64 heldBefore = heldNow();
        for (uint256 i = 0; i < refused.length; ++i) {
            setManner(_anna, refused[i]);
            vault.push(branchOf(1, _leaves, 0, 0));
            requireOpen(1, 0);
        }
        assertEq(heldNow(), heldBefore, "nothing is counted as gone");
        setManner(_anna, HostileToken.Manner.TAKES_FEE_FROM_AMOUNT);
        vault.push(branchOf(1, _leaves, 0, 0));
        assertEq(heldNow(), heldBefore - 100, "the whole is gone");
        assertEq(token.balanceOf(_anna), 99, "the recipient bears the fee");
        assertEq(token.balanceOf(address(vault)), heldNow(), "held = tokens");
    }

    /* ------------------------------------------- balances that shrink ----------------------------------------- */

    function test_shrinking_euro__half_is_gone__whoever_comes_last_waits() external {
        ShrinkingEuro euro = new ShrinkingEuro();
        _keep(euro);
        Leaf[] memory leaves = new Leaf[](2);
        (leaves[0], leaves[1]) = (PayoutTree.wallet(_anna, 70), PayoutTree.wallet(BRUNO, 70));
        euro.mint(TREASURER, 200);
        vm.prank(TREASURER);
        euro.approve(address(vault), 200);
        vm.prank(TREASURER);
        vault.credit("receipt", 200);
        settle(settlementOf("receipt", leaves, 1));
        vm.warp(block.timestamp + ROOT_DELAY);
        euro.halve();

        requireFunds(40, 20, 0, 200);
        assertEq(euro.balanceOf(address(vault)), 100, "half is gone");
        vm.expectRevert(abi.encodeWithSelector(ICommunityVault.CommunityVault_NoDonation.selector));
        vault.takeDonation();
        vm.expectEmit(address(vault));
        emit ICommunityVault.BatchPaid(1, 0, 1, 2, 70, 0);
        vault.push(wholeOf(1, leaves));
        requireFunds(40, 20, 0, 130);
        Branch memory branch = branchOf(1, leaves, 0, 1);
        vm.expectRevert(abi.encodeWithSelector(ICommunityVault.CommunityVault_TransferRefused.selector, BRUNO, 70));
        vault.claim(branch);

        // Whoever makes up for the loss gives nothing to the social fund: what is held comes first.
        euro.mint(address(vault), 100);
        assertEq(euro.balanceOf(address(vault)), 130, "what is held");
        vm.expectRevert(abi.encodeWithSelector(ICommunityVault.CommunityVault_NoDonation.selector));
        vault.takeDonation();
        vault.claim(branch);
        assertEq(euro.balanceOf(_anna), 70, "first");
        assertEq(euro.balanceOf(BRUNO), 70, "last");
        requireFunds(40, 20, 0, 60);
    }

    /* ------------------------------------------------- internals ---------------------------------------------- */

    function _credit(uint64 amount) private returns (bytes32 receipt) {
        receipt = keccak256(abi.encode(amount));
        _euro.mint(TREASURER, amount);
        vm.prank(TREASURER);
        _euro.approve(address(vault), amount);
        vm.prank(TREASURER);
        vault.credit(receipt, amount);
    }

    function _distribute() private {
        settle(settlementOf(_credit(200_000), _leaves, 2));
        vm.warp(block.timestamp + ROOT_DELAY);
    }

    function _confirmBank() private {
        Branch memory branch = branchOf(1, _leaves, 0, 2);
        vm.prank(TREASURER);
        vault.reserve(branch, 1);
        vm.prank(TREASURER);
        vault.confirm(branch, alone("reference"));
    }

    function _requireBalances(uint256 anna, uint256 bruno, uint256 treasurer) private view {
        assertEq(_euro.balanceOf(_anna), anna, "Anna");
        assertEq(_euro.balanceOf(BRUNO), bruno, "Bruno");
        assertEq(_euro.balanceOf(TREASURER), treasurer, "treasurer's account");
    }
}
