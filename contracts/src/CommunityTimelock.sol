// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

import {ICommunityRegistry} from "./interfaces/ICommunityRegistry.sol";

/// @title Carries out the resolutions of a community's members after a delay.
/// @notice The community's administrator, as the registry has it, schedules calls; administrator and guardian cancel
/// them; anyone carries them out when the delay has passed. The salt of every operation is the hash of the resolution's
/// document. Further proposers, such as a ballot, come by resolution: this contract changes its own roles and delay.
/// @dev A thin coat over OpenZeppelin's TimelockController. The administrator's roles follow the registry, so that they
/// move with the office; renouncing or revoking them changes nothing. Name a further proposer early: without one, a
/// lost administrator's key ends governance. The guardian can cancel whatever is scheduled, its own replacement
/// included.
contract CommunityTimelock is TimelockController {
    error CommunityTimelock_NoResolution();

    ICommunityRegistry private immutable _registry;
    bytes32 private immutable _community;

    /// @param delay Seconds between scheduling and execution.
    constructor(ICommunityRegistry registry_, bytes32 community_, uint256 delay)
        TimelockController(delay, new address[](0), _anyone(), address(0))
    {
        _registry = registry_;
        _community = community_;
    }

    /// @inheritdoc TimelockController
    /// @param salt Hash of the resolution's document; not zero.
    function schedule(
        address target,
        uint256 value,
        bytes calldata data,
        bytes32 predecessor,
        bytes32 salt,
        uint256 delay
    ) public override {
        if (salt == 0) revert CommunityTimelock_NoResolution();
        super.schedule(target, value, data, predecessor, salt, delay);
    }

    /// @inheritdoc TimelockController
    /// @param salt Hash of the resolution's document; not zero.
    function scheduleBatch(
        address[] calldata targets,
        uint256[] calldata values,
        bytes[] calldata payloads,
        bytes32 predecessor,
        bytes32 salt,
        uint256 delay
    ) public override {
        if (salt == 0) revert CommunityTimelock_NoResolution();
        super.scheduleBatch(targets, values, payloads, predecessor, salt, delay);
    }

    /// @notice Whether an account has a role, by grant or by its office.
    function hasRole(bytes32 role, address account) public view override returns (bool) {
        if (super.hasRole(role, account)) return true;
        if (role == PROPOSER_ROLE) return account == _registry.administratorOf(_community);
        if (role != CANCELLER_ROLE) return false;
        return account == _registry.administratorOf(_community) || account == _registry.guardianOf(_community);
    }

    function registry() external view returns (ICommunityRegistry) {
        return _registry;
    }

    function community() external view returns (bytes32) {
        return _community;
    }

    function _anyone() private pure returns (address[] memory accounts) {
        accounts = new address[](1);
    }
}
