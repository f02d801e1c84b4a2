// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICommunityRegistry} from "../../src/interfaces/ICommunityRegistry.sol";
import {Batch, DayReport} from "../../src/types/Energy.sol";
import {Energy} from "../support/Energy.sol";
import {Typed} from "../support/Typed.sol";

/// setPaused
/// ├── it should stop and start what reporters sign, for guardian and governor alike, and say so
/// └── it should leave another community, openings, disputes and roles alone
contract SetPausedTest is Energy {
    function setUp() external {
        foundLedger();
    }

    function test_setPaused__guardian_or_governor__stops_and_starts() external {
        address[2] memory callers = [GUARDIAN, GOVERNOR];
        for (uint256 i = 0; i < 2; ++i) {
            _pause(callers[i], true);
            assertTrue(ledger.isPaused(COMMUNITY), "paused");
            _pause(callers[i], false);
            assertTrue(!ledger.isPaused(COMMUNITY), "not paused");
        }
    }

    function test_setPaused__paused__accepts_neither_posts_nor_corrections() external {
        DayReport memory first = reportOf(FIRST_DAY, 2, 1);
        post(COMMUNITY, alone(first));
        DayReport memory replacement = reportOf(FIRST_DAY, 3, 1);
        replacement.predecessor = Typed.hash(first);
        Batch memory posted = signedBatch(COMMUNITY, alone(reportOf(FIRST_DAY + 1, 1, 1)));
        Batch memory corrected = signedBatch(COMMUNITY, alone(replacement));
        _pause(GUARDIAN, true);
        bytes memory reason = abi.encodeWithSelector(ICommunityRegistry.CommunityRegistry_Paused.selector, COMMUNITY);
        vm.expectRevert(reason);
        ledger.post(posted);
        vm.expectRevert(reason);
        ledger.correct(corrected, alone(first));

        _pause(GUARDIAN, false);
        ledger.post(posted);
        ledger.correct(corrected, alone(first));
        assertEq(ledger.totalsOf(CONFIGURATION, MONTH).injectedWh, 24 * 3 + 24, "the same signatures");
    }

    function test_setPaused__one_community__does_not_stop_the_other() external {
        bytes32 other = registerCommunity("other");
        _pause(GUARDIAN, true);
        assertTrue(!ledger.isPaused(other), "not paused");
        post(other, alone(reportOf(FIRST_DAY, 1, 1)));
        assertEq(ledger.totalsOf(configurationOf(other), MONTH).sharedWh, 24, "accepted");
    }

    function test_setPaused__paused__can_still_be_disputed_and_opened() external {
        DayReport memory report = reportOf(FIRST_DAY, 2, 1);
        report.hourTotals = abi.encodePacked(keccak256(abi.encodePacked(bytes32("salt"), flatHours(2, 1, 24))));
        post(COMMUNITY, alone(report));
        _pause(GUARDIAN, true);
        ledger.open(CONFIGURATION, report, "salt", flatHours(2, 1, 24));
        vm.prank(vm.addr(keys[0]));
        ledger.dispute(COMMUNITY, AREA, report.day, "reason", 0, 0, new bytes32[](0));
        assertEq(ledger.totalsOf(CONFIGURATION, MONTH).sharedWh, 24, "opened");
        assertTrue(ledger.totalsOf(CONFIGURATION, MONTH).disputed, "disputed");
    }

    /// @dev What shares a storage slot with the pause stays as it was.
    function test_setPaused__quorum__stays() external {
        _pause(GUARDIAN, true);
        (address[] memory accounts, uint8 threshold, uint32 epoch) = ledger.reportersOf(COMMUNITY);
        assertEq(keccak256(abi.encode(accounts)), keccak256(abi.encode(reporterAccounts())), "reporters");
        assertEq(threshold, THRESHOLD, "threshold");
        assertEq(epoch, 1, "epoch");
        assertEq(ledger.smallestGroupOf(COMMUNITY), 3, "smallest group");
        vm.prank(GUARDIAN);
        ledger.removeReporter(COMMUNITY, vm.addr(keys[0]));
        assertTrue(ledger.isPaused(COMMUNITY), "still paused");
    }

    function _pause(address caller, bool paused) private {
        vm.expectEmit(address(ledger));
        emit ICommunityRegistry.PauseSet(COMMUNITY, paused);
        vm.prank(caller);
        ledger.setPaused(COMMUNITY, paused);
    }
}
