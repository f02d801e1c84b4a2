// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {ICommunityVault} from "../../src/interfaces/ICommunityVault.sol";
import {HostileToken} from "../../src/mocks/HostileToken.sol";
import {MoneyTest} from "../support/MoneyTest.sol";

/// credit
/// ├── it should take in exactly the amount, and hold it
/// ├── given the bookkeeping euro, it should count
/// ├── given more in all than 56 bits hold, it should refuse
/// ├── given a token that refuses, takes a fee or reverts, it should refuse
/// └── given a zero amount, a credited receipt or another caller, it should refuse
contract CreditTest is MoneyTest {
    bytes32 private constant RECEIPT = "receipt";

    function testFuzz_credit__amount__is_held(uint64 amount) external {
        amount = uint64(bound(amount, 1, type(uint56).max));
        bytes32 receipt = credit(amount);
        (uint64 credited, bool used) = vault.creditOf(receipt);
        assertEq(credited, amount, "credited");
        assertTrue(!used, "not used");
        _requireHeld(amount);
        assertEq(token.balanceOf(address(vault)), amount, "tokens");
    }

    function test_credit__bookkeeping_euro__is_counted() external {
        keepBooksOnly();
        credit(70);
        credit(8);
        _requireHeld(78);
        assertEq(token.balanceOf(address(vault)), 0, "no tokens");
    }

    function test_credit__new_receipt__is_told() external {
        _fund(5);
        vm.expectEmit(address(vault));
        emit ICommunityVault.ReceiptCredited(RECEIPT, 5);
        vm.prank(TREASURER);
        vault.credit(RECEIPT, 5);
    }

    function testFuzz_credit__other_caller__is_refused(address caller) external {
        vm.assume(caller != TREASURER);
        vm.expectRevert(abi.encodeWithSelector(ICommunityVault.CommunityVault_NotTreasurer.selector, caller));
        vm.prank(caller);
        vault.credit(RECEIPT, 1);
    }

    function test_credit__zero__is_refused() external {
        _refuse(0, abi.encodeWithSelector(ICommunityVault.CommunityVault_ZeroCredit.selector, RECEIPT));
    }

    function test_credit__same_receipt_again__is_refused() external {
        _fund(10);
        vm.prank(TREASURER);
        vault.credit(RECEIPT, 5);
        _refuse(5, abi.encodeWithSelector(ICommunityVault.CommunityVault_AlreadyCredited.selector, RECEIPT));
    }

    function test_credit__more_than_56_bits_in_all__is_refused() external {
        uint256 most = type(uint56).max;
        credit(uint64(most));
        _fund(1);
        _refuse(
            1, abi.encodeWithSelector(SafeCast.SafeCastOverflowedUintDowncast.selector, 56, most + 1)
        );
    }

    function test_credit__token_that_takes_a_fee__is_refused() external {
        _fund(50);
        setManner(TREASURER, HostileToken.Manner.TAKES_FEE_FROM_AMOUNT);
        _refuse(50, abi.encodeWithSelector(ICommunityVault.CommunityVault_WrongTokenAmount.selector, 49, 50));
    }

    function test_credit__token_that_answers_false__is_refused() external {
        _fund(50);
        setManner(TREASURER, HostileToken.Manner.RETURNS_FALSE);
        _refuse(
            50, abi.encodeWithSelector(ICommunityVault.CommunityVault_TransferRefused.selector, address(vault), 50)
        );
    }

    function test_credit__token_that_moves_and_answers_false__is_refused() external {
        _fund(50);
        setManner(TREASURER, HostileToken.Manner.MOVES_AND_RETURNS_FALSE);
        _refuse(
            50, abi.encodeWithSelector(ICommunityVault.CommunityVault_TransferRefused.selector, address(vault), 50)
        );
        assertEq(token.balanceOf(TREASURER), 50, "nothing moved");
    }

    function test_credit__token_that_answers_nothing__is_refused() external {
        _fund(50);
        setManner(TREASURER, HostileToken.Manner.RETURNS_NOTHING);
        _refuse(50, "");
    }

    function _fund(uint64 amount) private {
        token.mint(TREASURER, amount);
        vm.prank(TREASURER);
        token.approve(address(vault), amount);
    }

    function _refuse(uint64 amount, bytes memory reason) private {
        (,,, uint64 heldBefore) = vault.funds();
        vm.expectRevert(reason);
        vm.prank(TREASURER);
        vault.credit(RECEIPT, amount);
        _requireHeld(heldBefore);
    }

    function _requireHeld(uint256 expected) private view {
        (,,, uint64 held) = vault.funds();
        assertEq(held, expected, "held");
    }
}
