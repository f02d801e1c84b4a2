// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Vm} from "./Vm.sol";

/// @dev What every test stands on. A failed assertion reverts with its sentence and both sides.
abstract contract Test {
    error Test_NotEqual(string what, uint256 actual, uint256 expected);
    error Test_SignedNotEqual(string what, int256 actual, int256 expected);
    error Test_NotTrue(string what);

    bool public constant IS_TEST = true;
    /// The address at which Foundry answers cheat codes.
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    function assertEq(uint256 actual, uint256 expected, string memory what) internal pure {
        if (actual != expected) revert Test_NotEqual(what, actual, expected);
    }

    function assertEq(bytes32 actual, bytes32 expected, string memory what) internal pure {
        assertEq(uint256(actual), uint256(expected), what);
    }

    function assertEq(address actual, address expected, string memory what) internal pure {
        assertEq(uint160(actual), uint160(expected), what);
    }

    function assertSigned(int256 actual, int256 expected, string memory what) internal pure {
        if (actual != expected) revert Test_SignedNotEqual(what, actual, expected);
    }

    function assertTrue(bool condition, string memory what) internal pure {
        if (!condition) revert Test_NotTrue(what);
    }

    /// @dev A number from low to high, both included, that keeps the variety of the drawn one.
    function bound(uint256 drawn, uint256 low, uint256 high) internal pure returns (uint256) {
        if (drawn >= low && drawn <= high) return drawn;
        return low + drawn % (high - low + 1);
    }

    /// @dev An independent number for every salt.
    function draw(uint256 seed, uint256 salt) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, salt)));
    }
}
