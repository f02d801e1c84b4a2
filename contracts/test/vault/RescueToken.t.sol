// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {ICommunityVault} from "../../src/interfaces/ICommunityVault.sol";
import {HostileToken} from "../../src/mocks/HostileToken.sol";
import {MoneyTest} from "../support/MoneyTest.sol";

/// rescueToken
/// ├── it should send on another token, also one whose transfer answers nothing
/// ├── given the vault's own token, it should refuse
/// ├── given a token that refuses, or none at all, it should refuse
/// └── given another caller than the governor, it should refuse
contract RescueTokenTest is MoneyTest {
    address private constant ANNA = address(0xA11A);

    HostileToken private _other;

    function setUp() public override {
        super.setUp();
        _other = new HostileToken(18);
        _other.mint(address(vault), 100);
        credit(50);
    }

    function test_rescueToken__other_token__is_sent_on() external {
        vm.expectEmit(address(vault));
        emit ICommunityVault.TokenRescued(address(_other), ANNA, 30);
        _rescue(address(_other), 30);
        assertEq(_other.balanceOf(ANNA), 30, "sent on");
        assertEq(_other.balanceOf(address(vault)), 70, "the rest stays");
        requireFunds(0, 0, 0, 50);
    }

    function test_rescueToken__token_that_answers_nothing__is_sent_on() external {
        _other.setManner(ANNA, HostileToken.Manner.RETURNS_NOTHING);
        _rescue(address(_other), 100);
        assertEq(_other.balanceOf(ANNA), 100, "sent on");
    }

    function test_rescueToken__own_token__is_refused() external {
        _refuse(
            address(token), abi.encodeWithSelector(ICommunityVault.CommunityVault_OwnToken.selector, address(token))
        );
        token.mint(address(vault), 5);
        _refuse(
            address(token), abi.encodeWithSelector(ICommunityVault.CommunityVault_OwnToken.selector, address(token))
        );
        assertEq(token.balanceOf(address(vault)), 55, "gifts are for takeDonation");
    }

    function test_rescueToken__bookkeeping_euro__rescues_any_token_but_none() external {
        keepBooksOnly();
        credit(50);
        _other.mint(address(vault), 5);
        _rescue(address(_other), 5);
        assertEq(_other.balanceOf(ANNA), 5, "sent on");
        requireFunds(0, 0, 0, 50);
        _refuse(address(0), abi.encodeWithSelector(ICommunityVault.CommunityVault_OwnToken.selector, address(0)));
    }

    function test_rescueToken__token_that_refuses__is_refused() external {
        _other.setManner(ANNA, HostileToken.Manner.RETURNS_FALSE);
        _refuse(
            address(_other), abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(_other))
        );
        _other.setManner(ANNA, HostileToken.Manner.REVERTS);
        _refuse(address(_other), abi.encodeWithSelector(HostileToken.HostileToken_Refused.selector));
        _refuse(
            address(0xAB), abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(0xAB))
        );
    }

    /// @dev The vault has no function that this would call, and the ledger none that trusts it for this.
    function test_rescueToken__vault_or_ledger_for_a_token__is_refused() external {
        _refuse(address(vault), "");
        _refuse(address(ledger), "");
        requireFunds(0, 0, 0, 50);
    }

    function testFuzz_rescueToken__other_caller__is_refused(address caller) external {
        vm.assume(caller != GOVERNOR);
        vm.expectRevert(abi.encodeWithSelector(ICommunityVault.CommunityVault_NotGovernor.selector, caller));
        vm.prank(caller);
        vault.rescueToken(address(_other), caller, 1);
    }

    function _rescue(address token_, uint256 amount) private {
        vm.prank(GOVERNOR);
        vault.rescueToken(token_, ANNA, amount);
    }

    function _refuse(address token_, bytes memory reason) private {
        vm.expectRevert(reason);
        vm.prank(GOVERNOR);
        vault.rescueToken(token_, ANNA, 1);
    }
}
