// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

import {Governed} from "../support/Governed.sol";

/// cancel
/// ├── it should be the guardian's and the administrator's, as the registry has them, before and after the delay
/// ├── given the office went to another, it should be the successor's
/// ├── given anyone else, it should refuse
/// └── given nothing is pending, it should refuse
contract CancelTest is Governed {
    bytes private _call;
    bytes32 private _id;

    function setUp() external {
        foundGoverned();
        _call = smallestGroupCall(9);
        _id = operation(address(ledger), _call);
        scheduleAs(ADMINISTRATOR, address(ledger), _call);
    }

    function test_cancel__guardian_or_administrator__in_time_or_late__cancels() external {
        address[2] memory callers = [GUARDIAN, ADMINISTRATOR];
        for (uint256 i = 0; i < 4; ++i) {
            if (i >= 2) vm.warp(timelock.getTimestamp(_id));
            vm.expectEmit(address(timelock));
            emit TimelockController.Cancelled(_id);
            vm.prank(callers[i % 2]);
            timelock.cancel(_id);
            assertTrue(!timelock.isOperation(_id), "gone");
            vm.expectRevert(unexpectedState(_id, stateBit(TimelockController.OperationState.Ready)));
            execute(address(ledger), _call);
            scheduleAs(ADMINISTRATOR, address(ledger), _call);
        }
    }

    function testFuzz_cancel__other_caller__is_refused(address caller) external {
        vm.assume(caller != GUARDIAN && caller != ADMINISTRATOR);
        _requireUnauthorized(caller);
    }

    function test_cancel__successor_in_office__cancels_in_the_former_s_place() external {
        handOver(address(0xAD02));
        _requireUnauthorized(ADMINISTRATOR);
        vm.prank(address(timelock));
        ledger.setGuardian(COMMUNITY, address(0x6A02));
        _requireUnauthorized(GUARDIAN);
        vm.prank(address(0x6A02));
        timelock.cancel(_id);
        assertTrue(!timelock.isOperation(_id), "gone");
        scheduleAs(address(0xAD02), address(ledger), _call);
        vm.prank(address(0xAD02));
        timelock.cancel(_id);
        assertTrue(!timelock.isOperation(_id), "gone again");
    }

    function test_cancel__further_canceller_by_resolution__cancels() external {
        address committee = address(0xC0);
        resolveOwn(abi.encodeCall(timelock.grantRole, (timelock.CANCELLER_ROLE(), committee)));
        vm.prank(committee);
        timelock.cancel(_id);
        assertTrue(!timelock.isOperation(_id), "gone");
    }

    function test_cancel__nothing_pending__is_refused() external {
        vm.warp(block.timestamp + DELAY);
        execute(address(ledger), _call);
        bytes32 expected =
            stateBit(TimelockController.OperationState.Waiting) | stateBit(TimelockController.OperationState.Ready);
        bytes32[2] memory ids = [_id, keccak256("unknown")];
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectRevert(unexpectedState(ids[i], expected));
            vm.prank(GUARDIAN);
            timelock.cancel(ids[i]);
        }
    }

    function _requireUnauthorized(address caller) private {
        vm.expectRevert(unauthorized(caller, timelock.CANCELLER_ROLE()));
        vm.prank(caller);
        timelock.cancel(_id);
    }
}
