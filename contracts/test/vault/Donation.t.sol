// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {ICommunityVault} from "../../src/interfaces/ICommunityVault.sol";
import {Branch} from "../../src/types/Payout.sol";
import {MoneyTest} from "../support/MoneyTest.sol";
import {Leaf, PayoutTree} from "../support/PayoutTree.sol";

/// takeDonation
/// ├── it should add exactly what is there beyond what is held, to the social fund, whoever calls
/// ├── it should take a payout to the vault itself for a gift
/// ├── given nothing was given, or the bookkeeping euro, it should refuse
/// └── given more than 56 bits hold, it should refuse, and nobody else be hindered
contract DonationTest is MoneyTest {
    function testFuzz_takeDonation__gift__goes_to_the_social_fund(uint64 amount, uint64 gift, address caller)
        external
    {
        (amount, gift) = (uint64(bound(amount, 1, 1e15)), uint64(bound(gift, 1, 1e15)));
        settle(settlementOf(credit(amount), new Leaf[](0), 0));
        (uint64 social, uint64 grid, uint64 carry,) = vault.funds();
        token.mint(address(vault), gift);
        requireFunds(social, grid, carry, amount);
        vm.expectEmit(address(vault));
        emit ICommunityVault.DonationTaken(gift);
        vm.prank(caller);
        vault.takeDonation();
        requireFunds(uint256(social) + gift, grid, carry, uint256(amount) + gift);
        assertEq(token.balanceOf(address(vault)), uint256(amount) + gift, "tokens");
        _refuse();
    }

    function test_takeDonation__nothing_given__is_refused() external {
        _refuse();
        credit(100);
        _refuse();
    }

    function test_takeDonation__bookkeeping_euro__is_refused() external {
        keepBooksOnly();
        credit(100);
        token.mint(address(vault), 5);
        _refuse();
        requireFunds(0, 0, 0, 100);
    }

    /// @dev Such a leaf counts as paid, and its sum stays here without being held: it is not lost.
    function test_takeDonation__payout_to_the_vault_itself__is_a_gift() external {
        Leaf[] memory leaves = alone(PayoutTree.wallet(address(vault), 70));
        uint32 distribution = distribute(leaves, 0);
        uint64 socialBefore = socialNow();
        vault.claim(wholeOf(distribution, leaves));
        assertEq(token.balanceOf(address(vault)) - heldNow(), 70, "beyond what is held");
        vault.takeDonation();
        assertEq(socialNow(), socialBefore + 70, "social");
        assertEq(token.balanceOf(address(vault)), heldNow(), "held = tokens");
    }

    function test_takeDonation__more_than_56_bits__is_refused_and_hinders_nobody() external {
        Leaf[] memory leaves = alone(PayoutTree.wallet(address(0xA11A), 70));
        uint32 distribution = distribute(leaves, 0);
        token.mint(address(vault), type(uint56).max);
        vm.expectRevert(
            abi.encodeWithSelector(
                SafeCast.SafeCastOverflowedUintDowncast.selector, 56, token.balanceOf(address(vault))
            )
        );
        vault.takeDonation();
        Branch memory branch = wholeOf(distribution, leaves);
        vault.push(branch);
        requireStatus(distribution, 0, true, false);
    }

    function _refuse() private {
        vm.expectRevert(abi.encodeWithSelector(ICommunityVault.CommunityVault_NoDonation.selector));
        vault.takeDonation();
    }
}
