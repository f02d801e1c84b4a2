// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

import {CommunityTimelock} from "../../src/CommunityTimelock.sol";
import {Governed} from "../support/Governed.sol";

/// schedule and scheduleBatch
/// ├── it should be the administrator's, as the registry has it, and follow a hand-over
/// ├── it should be a further proposer's by a resolution that grants the role, and end with its revocation
/// ├── given the hash of no resolution, it should refuse
/// └── given a shorter delay, or what is scheduled already, it should refuse
contract ScheduleTest is Governed {
    bytes private _call;

    function setUp() external {
        foundGoverned();
        _call = smallestGroupCall(9);
    }

    function test_constructor__arguments__are_shown() external view {
        assertEq(address(timelock.registry()), address(ledger), "registry");
        assertEq(timelock.community(), COMMUNITY, "community");
        assertEq(timelock.getMinDelay(), DELAY, "delay");
    }

    function test_schedule__administrator__is_told() external {
        bytes32 id = operation(address(ledger), _call);
        vm.expectEmit(address(timelock));
        emit TimelockController.CallScheduled(id, 0, address(ledger), 0, _call, 0, DELAY);
        vm.expectEmit(address(timelock));
        emit TimelockController.CallSalt(id, RESOLUTION);
        scheduleAs(ADMINISTRATOR, address(ledger), _call);
        assertEq(timelock.getTimestamp(id), block.timestamp + DELAY, "ready at");
        assertTrue(timelock.isOperationPending(id), "pending");
    }

    function testFuzz_schedule__other_caller__is_refused(address caller) external {
        vm.assume(caller != ADMINISTRATOR);
        _requireUnauthorized(caller);
        vm.expectRevert(unauthorized(caller, timelock.PROPOSER_ROLE()));
        _scheduleBatch(caller, RESOLUTION);
    }

    function test_schedule__guardian_and_governor__are_refused() external {
        _requireUnauthorized(GUARDIAN);
        _requireUnauthorized(GOVERNOR);
        _requireUnauthorized(address(timelock));
    }

    function test_schedule__after_a_hand_over__is_the_successor_s() external {
        address successor = address(0xAD02);
        vm.prank(ADMINISTRATOR);
        ledger.offerAdministration(COMMUNITY, successor);
        _requireUnauthorized(successor);
        vm.prank(successor);
        ledger.acceptAdministration(COMMUNITY);
        _requireUnauthorized(ADMINISTRATOR);
        scheduleAs(successor, address(ledger), _call);
        assertTrue(timelock.isOperationPending(operation(address(ledger), _call)), "pending");
    }

    function test_schedule__administrator_of_another_community__is_refused() external {
        vm.prank(address(0xB0));
        ledger.registerCommunity("other", communityTerms());
        _requireUnauthorized(address(0xB0));
    }

    function test_schedule__no_resolution__is_refused() external {
        vm.expectRevert(abi.encodeWithSelector(CommunityTimelock.CommunityTimelock_NoResolution.selector));
        vm.prank(ADMINISTRATOR);
        timelock.schedule(address(ledger), 0, _call, 0, 0, DELAY);
        vm.expectRevert(abi.encodeWithSelector(CommunityTimelock.CommunityTimelock_NoResolution.selector));
        _scheduleBatch(ADMINISTRATOR, 0);
    }

    function test_scheduleBatch__administrator__schedules_several_calls_as_one() external {
        _scheduleBatch(ADMINISTRATOR, RESOLUTION);
        vm.warp(block.timestamp + DELAY);
        (address[] memory targets, uint256[] memory values, bytes[] memory payloads) = _batch();
        timelock.executeBatch(targets, values, payloads, 0, RESOLUTION);
        assertEq(ledger.smallestGroupOf(COMMUNITY), 10, "the last of both");
    }

    function testFuzz_schedule__shorter_delay__is_refused(uint256 delay) external {
        delay = bound(delay, 0, DELAY - 1);
        vm.expectRevert(abi.encodeWithSelector(TimelockController.TimelockInsufficientDelay.selector, delay, DELAY));
        vm.prank(ADMINISTRATOR);
        timelock.schedule(address(ledger), 0, _call, 0, RESOLUTION, delay);
    }

    function test_schedule__same_operation_again__is_refused() external {
        scheduleAs(ADMINISTRATOR, address(ledger), _call);
        bytes32 id = operation(address(ledger), _call);
        vm.expectRevert(unexpectedState(id, stateBit(TimelockController.OperationState.Unset)));
        scheduleAs(ADMINISTRATOR, address(ledger), _call);
    }

    function test_schedule__further_proposer_by_resolution__may_until_it_is_revoked() external {
        address ballot = address(0xBA1107);
        bytes32 role = timelock.PROPOSER_ROLE();
        _requireUnauthorized(ballot);
        resolveOwn(abi.encodeCall(timelock.grantRole, (role, ballot)));
        assertTrue(timelock.hasRole(role, ballot), "a proposer");
        scheduleAs(ballot, address(ledger), _call);
        assertTrue(timelock.isOperationPending(operation(address(ledger), _call)), "pending");

        resolveOwn(abi.encodeCall(timelock.revokeRole, (role, ballot)));
        _requireUnauthorized(ballot);
    }

    /// @dev Roles are the timelock's own to give: not the administrator's, nor the guardian's.
    function test_grantRole__outside_a_resolution__is_refused() external {
        bytes32 role = timelock.PROPOSER_ROLE();
        bytes32 own = timelock.DEFAULT_ADMIN_ROLE();
        address[3] memory callers = [ADMINISTRATOR, GUARDIAN, address(this)];
        for (uint256 i = 0; i < 3; ++i) {
            vm.expectRevert(unauthorized(callers[i], own));
            vm.prank(callers[i]);
            timelock.grantRole(role, address(0xBA1107));
        }
    }

    /// @dev The office is not the contract's to lose.
    function test_renounceRole__administrator__keeps_the_office_s_role() external {
        bytes32 role = timelock.PROPOSER_ROLE();
        vm.prank(ADMINISTRATOR);
        timelock.renounceRole(role, ADMINISTRATOR);
        assertTrue(timelock.hasRole(role, ADMINISTRATOR), "still a proposer");
        resolveOwn(abi.encodeCall(timelock.revokeRole, (role, ADMINISTRATOR)));
        assertTrue(timelock.hasRole(role, ADMINISTRATOR), "even so");
    }

    function test_hasRole__offices__have_theirs_alone() external view {
        (bytes32 proposer, bytes32 canceller) = (timelock.PROPOSER_ROLE(), timelock.CANCELLER_ROLE());
        bytes32 executor = timelock.EXECUTOR_ROLE();
        assertTrue(timelock.hasRole(proposer, ADMINISTRATOR), "the administrator proposes");
        assertTrue(timelock.hasRole(canceller, ADMINISTRATOR), "and cancels");
        assertTrue(!timelock.hasRole(proposer, GUARDIAN), "the guardian does not propose");
        assertTrue(timelock.hasRole(canceller, GUARDIAN), "but cancels");
        assertTrue(timelock.hasRole(executor, address(0)), "anyone carries out");
        assertTrue(!timelock.hasRole(executor, ADMINISTRATOR), "the administrator like anyone");
        assertTrue(!timelock.hasRole(executor, GUARDIAN), "the guardian too");
        bytes32 own = timelock.DEFAULT_ADMIN_ROLE();
        assertTrue(timelock.hasRole(own, address(timelock)), "it rules itself");
        assertTrue(!timelock.hasRole(own, ADMINISTRATOR) && !timelock.hasRole(own, GUARDIAN), "nobody else does");
        assertTrue(!timelock.hasRole(own, address(this)), "its founder neither");
    }

    function _requireUnauthorized(address caller) private {
        vm.expectRevert(unauthorized(caller, timelock.PROPOSER_ROLE()));
        scheduleAs(caller, address(ledger), _call);
    }

    function _batch()
        private
        view
        returns (address[] memory targets, uint256[] memory values, bytes[] memory payloads)
    {
        (targets, values, payloads) = (new address[](2), new uint256[](2), new bytes[](2));
        (targets[0], targets[1]) = (address(ledger), address(ledger));
        (payloads[0], payloads[1]) = (_call, smallestGroupCall(10));
    }

    function _scheduleBatch(address caller, bytes32 salt) private {
        (address[] memory targets, uint256[] memory values, bytes[] memory payloads) = _batch();
        vm.prank(caller);
        timelock.scheduleBatch(targets, values, payloads, 0, salt, DELAY);
    }
}
