// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

import {Governed} from "../support/Governed.sol";

/// execute
/// ├── it should be anyone's when the delay has passed, once, and not a second before
/// ├── given what was never scheduled, it should refuse
/// └── updateDelay
///     └── it should be the timelock's own, by a resolution
contract ExecuteTest is Governed {
    bytes private _call;
    bytes32 private _id;

    function setUp() external {
        foundGoverned();
        _call = smallestGroupCall(9);
        _id = operation(address(ledger), _call);
    }

    function testFuzz_execute__anyone__after_the_delay_and_not_before(address caller, uint256 delay) external {
        delay = bound(delay, DELAY, 365 days);
        uint256 ready = block.timestamp + delay;
        vm.prank(ADMINISTRATOR);
        timelock.schedule(address(ledger), 0, _call, 0, RESOLUTION, delay);
        vm.warp(ready - 1);
        _requireNotReady(caller);

        vm.warp(ready);
        vm.expectEmit(address(timelock));
        emit TimelockController.CallExecuted(_id, 0, address(ledger), 0, _call);
        vm.prank(caller);
        execute(address(ledger), _call);
        assertEq(ledger.smallestGroupOf(COMMUNITY), 9, "carried out");
        assertTrue(timelock.isOperationDone(_id), "done");
        _requireNotReady(caller);
    }

    function test_execute__never_scheduled__is_refused() external {
        _requireNotReady(ADMINISTRATOR);
        scheduleAs(ADMINISTRATOR, address(ledger), _call);
        vm.warp(block.timestamp + DELAY);
        bytes memory other = smallestGroupCall(8);
        vm.expectRevert(
            unexpectedState(operation(address(ledger), other), stateBit(TimelockController.OperationState.Ready))
        );
        execute(address(ledger), other);
    }

    function test_execute__other_resolution__is_refused() external {
        scheduleAs(ADMINISTRATOR, address(ledger), _call);
        vm.warp(block.timestamp + DELAY);
        bytes32 id = timelock.hashOperation(address(ledger), 0, _call, 0, keccak256("other"));
        vm.expectRevert(unexpectedState(id, stateBit(TimelockController.OperationState.Ready)));
        timelock.execute(address(ledger), 0, _call, 0, keccak256("other"));
    }

    function testFuzz_updateDelay__outside_a_resolution__is_refused(address caller) external {
        vm.assume(caller != address(timelock));
        vm.expectRevert(abi.encodeWithSelector(TimelockController.TimelockUnauthorizedCaller.selector, caller));
        vm.prank(caller);
        timelock.updateDelay(0);
    }

    function test_updateDelay__by_resolution__holds_from_then_on() external {
        resolveOwn(abi.encodeCall(timelock.updateDelay, (DELAY + 1)));
        assertEq(timelock.getMinDelay(), DELAY + 1, "delay");
        vm.expectRevert(
            abi.encodeWithSelector(TimelockController.TimelockInsufficientDelay.selector, DELAY, DELAY + 1)
        );
        scheduleAs(ADMINISTRATOR, address(ledger), _call);
    }

    function _requireNotReady(address caller) private {
        vm.expectRevert(unexpectedState(_id, stateBit(TimelockController.OperationState.Ready)));
        vm.prank(caller);
        execute(address(ledger), _call);
    }
}
