// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

import {CommunityTimelock} from "../../src/CommunityTimelock.sol";
import {Energy} from "./Energy.sol";

/// @dev A ledger whose community is governed by a timelock.
abstract contract Governed is Energy {
    uint256 internal constant DELAY = 2 days;
    /// Hash of a resolution's document.
    bytes32 internal constant RESOLUTION = keccak256("resolution");

    CommunityTimelock internal timelock;

    function foundGoverned() internal {
        foundLedger();
        timelock = new CommunityTimelock(ledger, COMMUNITY, DELAY);
        vm.prank(GOVERNOR);
        ledger.setGovernor(COMMUNITY, address(timelock));
    }

    /// @dev A call that only the governor may make.
    function smallestGroupCall(uint8 persons) internal view returns (bytes memory) {
        return abi.encodeCall(ledger.setSmallestGroup, (COMMUNITY, persons));
    }

    function scheduleAs(address caller, address callee, bytes memory call_) internal {
        vm.prank(caller);
        timelock.schedule(callee, 0, call_, 0, RESOLUTION, DELAY);
    }

    function operation(address callee, bytes memory call_) internal view returns (bytes32) {
        return timelock.hashOperation(callee, 0, call_, 0, RESOLUTION);
    }

    function execute(address callee, bytes memory call_) internal {
        timelock.execute(callee, 0, call_, 0, RESOLUTION);
    }

    /// @dev A resolution that changes the timelock itself, carried out.
    function resolveOwn(bytes memory call_) internal {
        scheduleAs(ADMINISTRATOR, address(timelock), call_);
        vm.warp(block.timestamp + DELAY);
        execute(address(timelock), call_);
    }

    function handOver(address successor) internal {
        vm.prank(ADMINISTRATOR);
        ledger.offerAdministration(COMMUNITY, successor);
        vm.prank(successor);
        ledger.acceptAdministration(COMMUNITY);
    }

    function unauthorized(address caller, bytes32 role) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, caller, role);
    }

    /// @dev The refusal of an operation that is in none of the expected states.
    function unexpectedState(bytes32 id, bytes32 expected) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(TimelockController.TimelockUnexpectedOperationState.selector, id, expected);
    }

    /// @dev Bit of a state, as OpenZeppelin encodes it.
    function stateBit(TimelockController.OperationState state) internal pure returns (bytes32) {
        return bytes32(uint256(1) << uint8(state));
    }
}
