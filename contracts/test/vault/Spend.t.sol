// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICommunityVault} from "../../src/interfaces/ICommunityVault.sol";
import {Branch, Fund} from "../../src/types/Payout.sol";
import {MoneyTest} from "../support/MoneyTest.sol";
import {Leaf, PayoutTree} from "../support/PayoutTree.sol";

/// spend
/// ├── it should take the amount from the named fund, and open a single payout of it, to a wallet or a bank account
/// ├── given more than the fund has, whatever the other fund or the carry has, it should refuse
/// ├── given a leaf that can never be paid, or the social fund itself, it should refuse
/// └── given another caller than the governor, it should refuse
contract SpendTest is MoneyTest {
    address private constant SCHOOL = address(0x5C001);

    /// @dev Social has 200, grid 100, and 700 are carried over.
    function setUp() public override {
        super.setUp();
        settle(settlementOf(credit(1_000), new Leaf[](0), 0));
    }

    function test_spend__social_fund_to_a_wallet__is_paid_once() external {
        Leaf memory leaf = PayoutTree.wallet(SCHOOL, 150);
        vm.expectEmit(address(vault));
        emit ICommunityVault.SinglePayoutOpened(FIRST_SINGLE, PayoutTree.pack(leaf), uint40(block.timestamp));
        vm.expectEmit(address(vault));
        emit ICommunityVault.FundSpent(Fund.Social, FIRST_SINGLE, 150, "resolution");
        _spend(Fund.Social, leaf);
        requireFunds(50, 100, 700, 1_000);
        assertEq(vault.distributionOf(FIRST_SINGLE), hashSingle(leaf, block.timestamp), "its payout root");
        Branch memory single = singleBranch(FIRST_SINGLE, leaf);
        vault.push(single);
        vault.push(single);
        requireFunds(50, 100, 700, 850);
        assertEq(token.balanceOf(SCHOOL), 150, "paid once");
    }

    function test_spend__grid_fund_to_a_bank_account__is_paid_by_the_bank() external {
        Leaf memory leaf = PayoutTree.bank(1, 100);
        vm.expectEmit(address(vault));
        emit ICommunityVault.FundSpent(Fund.Grid, FIRST_SINGLE, 100, "resolution");
        _spend(Fund.Grid, leaf);
        requireFunds(200, 0, 700, 1_000);
        Branch memory single = singleBranch(FIRST_SINGLE, leaf);
        vm.prank(TREASURER);
        vault.reserve(single, 1);
        vm.prank(TREASURER);
        vault.confirm(single, alone("reference"));
        requireFunds(200, 0, 700, 900);
        assertEq(token.balanceOf(TREASURER), 100, "by the bank");
    }

    function test_spend__bookkeeping_euro__reaches_bank_accounts_alone() external {
        keepBooksOnly();
        settle(settlementOf(credit(1_000), new Leaf[](0), 0));
        _refuse(Fund.Social, PayoutTree.wallet(SCHOOL, 150), _neverPayable(PayoutTree.wallet(SCHOOL, 150)));
        Leaf memory leaf = PayoutTree.bank(1, 150);
        _spend(Fund.Social, leaf);
        vm.prank(TREASURER);
        vault.reserve(singleBranch(FIRST_SINGLE, leaf), 1);
        vm.prank(TREASURER);
        vault.confirm(singleBranch(FIRST_SINGLE, leaf), alone("reference"));
        requireFunds(50, 100, 700, 850);
    }

    function testFuzz_spend__any_amount__is_at_most_what_the_fund_has(uint64 amount, bool grid) external {
        (Fund fund, uint64 available) = grid ? (Fund.Grid, uint64(100)) : (Fund.Social, uint64(200));
        amount = amount % 2 == 0 ? amount : amount % 300;
        Leaf memory leaf = PayoutTree.wallet(SCHOOL, amount);
        if (amount > available) {
            _refuse(
                fund,
                leaf,
                abi.encodeWithSelector(
                    ICommunityVault.CommunityVault_FundTooSmall.selector, fund, amount, available
                )
            );
            requireFunds(200, 100, 700, 1_000);
            assertEq(vault.singleCount(), 0, "nothing was opened");
            return;
        }
        _spend(fund, leaf);
        requireFunds(grid ? 200 : 200 - amount, grid ? 100 - amount : 100, 700, 1_000);
        vault.claim(singleBranch(FIRST_SINGLE, leaf));
        assertEq(token.balanceOf(SCHOOL), amount, "paid");
    }

    function test_spend__twice__is_at_most_what_the_fund_has() external {
        _spend(Fund.Grid, PayoutTree.bank(1, 60));
        _refuse(
            Fund.Grid,
            PayoutTree.bank(1, 41),
            abi.encodeWithSelector(ICommunityVault.CommunityVault_FundTooSmall.selector, Fund.Grid, 41, 40)
        );
        _spend(Fund.Grid, PayoutTree.bank(1, 40));
        requireFunds(200, 0, 700, 1_000);
        assertEq(vault.singleCount(), 2, "two payouts, also to the same account");
    }

    function test_spend__leaf_that_can_never_be_paid__is_refused() external {
        Leaf[4] memory leaves;
        leaves[0] = PayoutTree.social(10);
        leaves[1] = PayoutTree.wallet(address(0), 10);
        leaves[2] = PayoutTree.bank(1, 10);
        leaves[2].payee = 0;
        leaves[3] = PayoutTree.wallet(SCHOOL, 10);
        leaves[3].owner = SCHOOL;
        for (uint256 i = 0; i < 4; ++i) {
            _refuse(Fund.Social, leaves[i], _neverPayable(leaves[i]));
        }
        vm.expectRevert(abi.encodeWithSelector(ICommunityVault.CommunityVault_NeverPayable.selector, bytes("")));
        vm.prank(GOVERNOR);
        vault.spend(Fund.Social, "", "resolution");
    }

    function test_spend__swept_after_five_years__goes_to_the_social_fund() external {
        Leaf memory leaf = PayoutTree.bank(1, 100);
        _spend(Fund.Grid, leaf);
        Branch memory single = singleBranch(FIRST_SINGLE, leaf);
        vm.prank(GOVERNOR);
        vault.announceSweep(FIRST_SINGLE, "resolution");
        vm.warp(block.timestamp + 1_827 days);
        vault.sweep(single);
        requireFunds(300, 0, 700, 1_000);
    }

    function testFuzz_spend__other_caller__is_refused(address caller) external {
        vm.assume(caller != GOVERNOR);
        bytes memory leaf = PayoutTree.pack(PayoutTree.wallet(caller, 1));
        vm.expectRevert(abi.encodeWithSelector(ICommunityVault.CommunityVault_NotGovernor.selector, caller));
        vm.prank(caller);
        vault.spend(Fund.Social, leaf, "resolution");
    }

    function _spend(Fund fund, Leaf memory leaf) private {
        vm.prank(GOVERNOR);
        vault.spend(fund, PayoutTree.pack(leaf), "resolution");
    }

    function _refuse(Fund fund, Leaf memory leaf, bytes memory reason) private {
        vm.expectRevert(reason);
        vm.prank(GOVERNOR);
        vault.spend(fund, PayoutTree.pack(leaf), "resolution");
    }

    function _neverPayable(Leaf memory leaf) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ICommunityVault.CommunityVault_NeverPayable.selector, PayoutTree.pack(leaf));
    }
}
