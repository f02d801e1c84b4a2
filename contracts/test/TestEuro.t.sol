// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TestEuro} from "../src/TestEuro.sol";
import {Test} from "./support/Test.sol";

/// the demonstration's token
/// ├── it should have six decimals
/// └── it should be minted by its deployer alone
contract TestEuroTest is Test {
    TestEuro private _token = new TestEuro();

    function test_decimals__are_six() external view {
        assertEq(_token.decimals(), 6, "decimals");
    }

    function testFuzz_mint__other_caller__is_refused(address caller) external {
        vm.assume(caller != address(this));
        vm.expectRevert(abi.encodeWithSelector(TestEuro.TestEuro_NotDeployer.selector, caller));
        vm.prank(caller);
        _token.mint(caller, 1);
    }

    function test_mint__deployer__mints() external {
        _token.mint(address(0xA11A), 7);
        assertEq(_token.balanceOf(address(0xA11A)), 7, "balance");
    }
}
