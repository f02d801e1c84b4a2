// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICommunityVault} from "../../src/interfaces/ICommunityVault.sol";
import {HostileToken} from "../../src/mocks/HostileToken.sol";
import {Settlement} from "../../src/types/Payout.sol";
import {MoneyTest} from "../support/MoneyTest.sol";
import {Leaf} from "../support/PayoutTree.sol";

/// voidCredit
/// ├── it should give back what came, to the treasurer of the day, and forget the receipt
/// ├── given the bookkeeping euro, it should count down
/// ├── given a receipt that is unknown, void or used, it should refuse
/// ├── given a token that refuses the treasurer or takes more, it should undo all
/// └── given another caller, it should refuse
contract VoidCreditTest is MoneyTest {
    function testFuzz_voidCredit__unused_credit__goes_back(uint64 amount, uint64 other) external {
        (amount, other) = (uint64(bound(amount, 1, 1e15)), uint64(bound(other, 1, 1e15)));
        bytes32 receipt = credit(amount);
        credit(other);
        vm.expectEmit(address(vault));
        emit ICommunityVault.CreditVoided(receipt, amount);
        _void(receipt);
        requireFunds(0, 0, 0, other);
        assertEq(token.balanceOf(TREASURER), amount, "to the treasurer");
        assertEq(token.balanceOf(address(vault)), other, "the other credit stays");
        (uint64 credited, bool used) = vault.creditOf(receipt);
        assertTrue(credited == 0 && !used, "forgotten");
    }

    function test_voidCredit__bookkeeping_euro__is_counted_down() external {
        keepBooksOnly();
        bytes32 receipt = credit(70);
        credit(8);
        _void(receipt);
        requireFunds(0, 0, 0, 8);
    }

    function test_voidCredit__credited_anew__can_be_settled() external {
        bytes32 receipt = credit(70);
        _void(receipt);
        vm.prank(TREASURER);
        token.approve(address(vault), 50);
        vm.prank(TREASURER);
        vault.credit(receipt, 50);
        settle(settlementOf(receipt, new Leaf[](0), 0));
        requireFunds(10, 5, 35, 50);
    }

    function test_voidCredit__unknown_or_void_receipt__is_refused() external {
        _refuse("unknown", ICommunityVault.CommunityVault_ReceiptNotCredited.selector);
        bytes32 receipt = credit(70);
        credit(1_000);
        _void(receipt);
        _refuse(receipt, ICommunityVault.CommunityVault_ReceiptNotCredited.selector);
        requireFunds(0, 0, 0, 1_000);
    }

    function test_voidCredit__used_receipt__is_refused() external {
        bytes32 receipt = credit(100);
        settle(settlementOf(receipt, new Leaf[](0), 0));
        _refuse(receipt, ICommunityVault.CommunityVault_ReceiptUsed.selector);
        requireFunds(20, 10, 70, 100);
    }

    /// @dev Reporters sign receipts, not amounts: what is credited in the end must be what they computed with.
    function test_settle__receipt_void_or_of_another_amount__is_refused() external {
        bytes32 receipt = credit(100);
        Settlement memory settlement = settlementOf(receipt, new Leaf[](0), 0);
        bytes memory signed = signedSettlement(settlement);
        _void(receipt);
        vm.expectRevert(abi.encodeWithSelector(ICommunityVault.CommunityVault_ReceiptNotCredited.selector, receipt));
        vault.settle(settlement, signed);
        vm.prank(TREASURER);
        token.approve(address(vault), 90);
        vm.prank(TREASURER);
        vault.credit(receipt, 90);
        vm.expectRevert(abi.encodeWithSelector(ICommunityVault.CommunityVault_WrongPool.selector, 70, 63));
        vault.settle(settlement, signed);
    }

    function test_voidCredit__next_treasurer__receives() external {
        bytes32 receipt = credit(70);
        vm.prank(GOVERNOR);
        vault.setTreasurer(address(0x7EA6));
        vm.expectRevert(abi.encodeWithSelector(ICommunityVault.CommunityVault_NotTreasurer.selector, TREASURER));
        vm.prank(TREASURER);
        vault.voidCredit(receipt);
        vm.prank(address(0x7EA6));
        vault.voidCredit(receipt);
        assertEq(token.balanceOf(address(0x7EA6)), 70, "whose account it is now");
    }

    function test_voidCredit__token_that_refuses_the_treasurer__undoes_all() external {
        bytes32 receipt = credit(70);
        HostileToken.Manner[3] memory failing = [
            HostileToken.Manner.REVERTS, HostileToken.Manner.RETURNS_FALSE, HostileToken.Manner.RETURNS_NOTHING
        ];
        for (uint256 i = 0; i < failing.length; ++i) {
            setManner(TREASURER, failing[i]);
            vm.expectRevert(
                abi.encodeWithSelector(ICommunityVault.CommunityVault_TransferRefused.selector, TREASURER, 70)
            );
            vm.prank(TREASURER);
            vault.voidCredit(receipt);
        }
        _requireStill(receipt, 70);
    }

    function test_voidCredit__token_that_takes_more__undoes_all() external {
        bytes32 receipt = credit(70);
        credit(30);
        setManner(TREASURER, HostileToken.Manner.TAKES_FEE_ON_TOP);
        vm.expectRevert(abi.encodeWithSelector(ICommunityVault.CommunityVault_TokenTookMore.selector, 100, 29, 70));
        vm.prank(TREASURER);
        vault.voidCredit(receipt);
        _requireStill(receipt, 100);
    }

    function testFuzz_voidCredit__other_caller__is_refused(address caller) external {
        vm.assume(caller != TREASURER);
        bytes32 receipt = credit(70);
        vm.expectRevert(abi.encodeWithSelector(ICommunityVault.CommunityVault_NotTreasurer.selector, caller));
        vm.prank(caller);
        vault.voidCredit(receipt);
    }

    function _void(bytes32 receipt) private {
        vm.prank(TREASURER);
        vault.voidCredit(receipt);
    }

    function _refuse(bytes32 receipt, bytes4 selector) private {
        vm.expectRevert(abi.encodeWithSelector(selector, receipt));
        vm.prank(TREASURER);
        vault.voidCredit(receipt);
    }

    function _requireStill(bytes32 receipt, uint256 held) private view {
        (uint64 credited, bool used) = vault.creditOf(receipt);
        assertTrue(credited == 70 && !used, "still credited");
        requireFunds(0, 0, 0, held);
        assertEq(token.balanceOf(address(vault)), held, "tokens");
    }
}
