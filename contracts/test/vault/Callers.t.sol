// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICommunityVault} from "../../src/interfaces/ICommunityVault.sol";
import {HostileToken} from "../../src/mocks/HostileToken.sol";
import {Branch, Fund, PayoutRoot, Settlement} from "../../src/types/Payout.sol";
import {MoneyTest} from "../support/MoneyTest.sol";
import {Leaf, PayoutTree} from "../support/PayoutTree.sol";

/// each function of the vault, called by each role and by a stranger, with what would else be accepted
/// ├── it should be accepted from whom it is for
/// └── it should be refused from all others, by the name of the role that is missing
contract CallersTest is MoneyTest {
    using PayoutTree for Leaf[];

    enum Role {
        ANYONE,
        TREASURER,
        GOVERNOR,
        GUARDIAN,
        OWNER,
        NOBODY
    }

    struct Case {
        string name;
        Role role;
        bytes call_;
    }

    uint256 private constant ANNA_KEY = 0xA11A;
    uint256 private constant CASES = 19;

    address private _anna;
    Leaf[] private _leaves;

    /// @dev Distribution 1 can be paid from, for so long that it can be swept; 2 can be cancelled. Leaf 4 of 1 is
    /// redirected, leaf 3 reserved; there is a receipt to void, a gift to take, and a token to rescue.
    function setUp() public override {
        super.setUp();
        _anna = vm.addr(ANNA_KEY);
        for (uint64 i = 0; i < 3; ++i) {
            _leaves.push(PayoutTree.wallet(_anna, 10 + i));
        }
        _leaves.push(PayoutTree.bank(1, 20));
        _leaves.push(PayoutTree.wallet(_anna, 30));
        _leaves.push(PayoutTree.bank(2, 40));
        distribute(_leaves, 3);
        (Branch memory reserved, Branch memory redirected) = (branchOf(1, _leaves, 0, 3), branchOf(1, _leaves, 0, 4));
        vm.prank(TREASURER);
        vault.reserve(reserved, 1);
        vm.prank(GOVERNOR);
        vault.announceSweep(1, "resolution");
        vm.warp(block.timestamp + 1_827 days);
        vm.prank(GOVERNOR);
        vault.redirect(redirected, PayoutTree.pack(PayoutTree.bank(3, 30)), "resolution");
        settle(settlementOfCarry(_leaves, 3));
        token.mint(address(vault), 5);
        token.mint(TREASURER, 1_000);
        vm.prank(TREASURER);
        token.approve(address(vault), 1_000);
        vm.prank(TREASURER);
        vault.credit("void", 50);
    }

    function test_callers__every_function__is_for_whom_it_is_for() external {
        Case[CASES] memory cases = _cases();
        address[6] memory callers =
            [address(0x5742A6E2), TREASURER, GOVERNOR, GUARDIAN, _anna, ADMINISTRATOR];
        for (uint256 i = 0; i < CASES; ++i) {
            for (uint256 j = 0; j < callers.length; ++j) {
                if (!_may(cases[i].role, callers[j])) _requireRefused(cases[i], callers[j]);
            }
        }
        for (uint256 i = 0; i < CASES; ++i) {
            if (cases[i].role != Role.NOBODY) _requireAccepted(cases[i], callers);
        }
        assertEq(token.balanceOf(address(vault)), heldNow(), "held = tokens");
    }

    function _may(Role role, address caller) private view returns (bool) {
        if (role == Role.TREASURER) return caller == TREASURER;
        if (role == Role.GOVERNOR) return caller == GOVERNOR;
        if (role == Role.GUARDIAN) return caller == GUARDIAN;
        if (role == Role.OWNER) return caller == _anna;
        return role == Role.ANYONE;
    }

    function _requireRefused(Case memory tried, address caller) private {
        vm.prank(caller);
        (bool made, bytes memory reason) = address(vault).call(tried.call_);
        assertTrue(!made, tried.name);
        bytes memory expected = abi.encodeWithSelector(_selector(tried.role), caller);
        if (tried.role == Role.OWNER) expected = abi.encodeWithSelector(_selector(tried.role), _anna);
        assertEq(keccak256(reason), keccak256(expected), tried.name);
    }

    /// @dev What is for anyone is tried as the stranger.
    function _requireAccepted(Case memory tried, address[6] memory callers) private {
        for (uint256 j = 0; j < callers.length; ++j) {
            if (!_may(tried.role, callers[j])) continue;
            vm.prank(callers[j]);
            (bool made,) = address(vault).call(tried.call_);
            assertTrue(made, tried.name);
            return;
        }
    }

    function _selector(Role role) private pure returns (bytes4) {
        if (role == Role.TREASURER) return ICommunityVault.CommunityVault_NotTreasurer.selector;
        if (role == Role.GOVERNOR) return ICommunityVault.CommunityVault_NotGovernor.selector;
        if (role == Role.GUARDIAN) return ICommunityVault.CommunityVault_NotGuardian.selector;
        if (role == Role.OWNER) return ICommunityVault.CommunityVault_NotOwner.selector;
        return ICommunityVault.CommunityVault_NotSelf.selector;
    }

    /// @dev In an order in which each finds what it needs.
    function _cases() private returns (Case[CASES] memory cases) {
        Leaf memory leaf = PayoutTree.bank(9, 10);
        PayoutRoot memory second = rootOf[2];
        cases[0] = Case("cancel", Role.GUARDIAN, abi.encodeCall(vault.cancel, (2, second)));
        cases[1] = Case("credit", Role.TREASURER, abi.encodeCall(vault.credit, ("new", 7)));
        cases[2] = Case("voidCredit", Role.TREASURER, abi.encodeCall(vault.voidCredit, ("void")));
        cases[3] = Case("takeDonation", Role.ANYONE, abi.encodeCall(vault.takeDonation, ()));
        cases[4] = Case("rescueToken", Role.GOVERNOR, abi.encodeCall(vault.rescueToken, (_strangeToken(), _anna, 5)));
        cases[5] = Case("claim", Role.ANYONE, abi.encodeCall(vault.claim, (branchOf(1, _leaves, 0, 1))));
        cases[6] = Case("release", Role.TREASURER, abi.encodeCall(vault.release, (branchOf(1, _leaves, 0, 3), 1)));
        cases[7] = Case("reserve", Role.TREASURER, abi.encodeCall(vault.reserve, (branchOf(1, _leaves, 0, 3), 1)));
        cases[8] = Case(
            "confirm",
            Role.TREASURER,
            abi.encodeCall(vault.confirm, (branchOf(1, _leaves, 0, 3), alone("reference")))
        );
        cases[9] = Case(
            "move",
            Role.ANYONE,
            abi.encodeCall(
                vault.move, (branchOf(1, _leaves, 0, 0), PayoutTree.pack(leaf), signedMove(ANNA_KEY, 1, 0, leaf))
            )
        );
        leaf = PayoutTree.bank(9, 12);
        cases[10] = Case(
            "redirect",
            Role.GOVERNOR,
            abi.encodeCall(vault.redirect, (branchOf(1, _leaves, 0, 2), PayoutTree.pack(leaf), "resolution"))
        );
        cases[11] = Case(
            "refuseRedirection",
            Role.OWNER,
            abi.encodeCall(vault.refuseRedirection, (FIRST_SINGLE, PayoutTree.pack(_leaves[4])))
        );
        cases[12] = Case("spend", Role.GOVERNOR, abi.encodeCall(vault.spend, (Fund.Social, PayoutTree.pack(leaf), 0)));
        cases[13] = Case("sweep", Role.ANYONE, abi.encodeCall(vault.sweep, (branchOf(1, _leaves, 0, 5))));
        cases[14] = Case("announceSweep", Role.GOVERNOR, abi.encodeCall(vault.announceSweep, (1, "resolution")));
        cases[15] = Case("push", Role.ANYONE, abi.encodeCall(vault.push, (wholeOf(1, _leaves))));
        cases[16] = Case("payOut", Role.NOBODY, abi.encodeCall(vault.payOut, (PayoutTree.pack(_leaves[0]), 1)));
        cases[17] = Case("settle", Role.ANYONE, _settleCall());
        cases[18] = Case("setTreasurer", Role.GOVERNOR, abi.encodeCall(vault.setTreasurer, (_anna)));
    }

    /// @dev Once distribution 2 is cancelled, all of the carry can be divided anew.
    function _settleCall() private view returns (bytes memory) {
        Settlement memory settlement = settlementOfCarry(_leaves, 3);
        settlement.pool += rootOf[2].funded;
        settlement.carry += rootOf[2].funded;
        return abi.encodeCall(vault.settle, (settlement, signedSettlement(settlement)));
    }

    function _strangeToken() private returns (address) {
        HostileToken strange = new HostileToken(6);
        strange.mint(address(vault), 5);
        return address(strange);
    }
}
