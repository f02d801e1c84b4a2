// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @dev The few cheat codes of Foundry that the suite needs; npm has no forge-std that compiles.
interface Vm {
    function addr(uint256 key) external pure returns (address account);

    function sign(uint256 key, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);

    /// @dev The next call comes from this account.
    function prank(address sender) external;

    function getNonce(address account) external view returns (uint64 nonce);

    function computeCreateAddress(address deployer, uint256 nonce) external pure returns (address account);

    function warp(uint256 timestamp) external;

    function chainId(uint256 id) external;

    /// @dev Throws the run away and draws another.
    function assume(bool condition) external pure;

    /// @dev The next call must revert with exactly these bytes.
    function expectRevert(bytes calldata reason) external;

    /// @dev The next call must revert, with any arguments of this error.
    function expectPartialRevert(bytes4 selector) external;

    /// @dev The next call must emit the event that follows, topics and data, from this contract.
    function expectEmit(address emitter) external;
}
