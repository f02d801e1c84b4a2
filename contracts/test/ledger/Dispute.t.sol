// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEnergyLedger} from "../../src/interfaces/IEnergyLedger.sol";
import {Day, DayReport} from "../../src/types/Energy.sol";
import {Members} from "../support/Members.sol";
import {Settling} from "../support/Settling.sol";
import {Typed} from "../support/Typed.sol";

/// dispute
/// ├── given an open challenge window
/// │   ├── when a reporter or a member of the roster objects, it should say so and end 7 days later, once a month
/// │   └── when anyone else objects, it should refuse
/// ├── given the window has ended, or the day has no report, it should refuse
/// └── given a disputed month
///     ├── it should not be final before the 7 days are over
///     └── it should be changed by a correction alone
contract DisputeTest is Settling {
    using Members for bytes32[];

    uint40 private constant EXTENSION = 7 days;
    bytes32 private constant REASON = keccak256("what I have to say");
    uint256 private constant DEPTH = 3;

    bytes32[] private _leaves;
    DayReport private _report;

    function setUp() external {
        foundSettling();
        for (uint256 i = 0; i < 5; ++i) {
            _leaves.push(Members.leaf(_saltOf(i), _memberAt(i)));
        }
        vm.prank(ADMINISTRATOR);
        ledger.setRoster(COMMUNITY, _leaves.node(DEPTH, 0), 5);
        _report = reportOf(FIRST_DAY, 1_000, 700);
        post(COMMUNITY, monthReports(0));
    }

    function testFuzz_dispute__any_reporter__extends_the_window_by_7_days(uint256 which) external {
        address reporter = vm.addr(keys[bound(which, 0, REPORTER_COUNT - 1)]);
        _expectDisputed(reporter);
        _dispute(reporter);
        _requireFinalExactlyAt(block.timestamp + FINALITY_DELAY + EXTENSION);
    }

    function testFuzz_dispute__any_member__extends_the_window_by_7_days(uint256 position) external {
        position = bound(position, 0, 4);
        _expectDisputed(_memberAt(position));
        _disputeAsMember(_memberAt(position), position);
        assertTrue(ledger.totalsOf(CONFIGURATION, MONTH).disputed, "disputed");
        _requireFinalExactlyAt(block.timestamp + FINALITY_DELAY + EXTENSION);
    }

    function test_dispute__undisputed_month__is_final_without_the_7_days() external {
        _requireFinalExactlyAt(block.timestamp + FINALITY_DELAY);
    }

    function testFuzz_dispute__stranger__is_refused(address caller, uint256 position) external {
        position = bound(position, 0, 7);
        vm.assume(!ledger.isReporter(COMMUNITY, caller));
        vm.assume(position > 4 || caller != _memberAt(position));
        bytes32[] memory proof = _leaves.proof(DEPTH, position);
        bytes memory reason =
            abi.encodeWithSelector(IEnergyLedger.EnergyLedger_MayNotObject.selector, COMMUNITY, caller);
        vm.expectRevert(reason);
        vm.prank(caller);
        ledger.dispute(COMMUNITY, AREA, Day.wrap(FIRST_DAY), REASON, _saltOf(position), position, proof);
    }

    function test_dispute__member_with_another_s_salt_or_place__is_refused() external {
        bytes32[] memory proof = _leaves.proof(DEPTH, 2);
        for (uint256 i = 0; i < 2; ++i) {
            (bytes32 salt, uint256 position) = (_saltOf(2 + i), 3 - i);
            vm.expectRevert(
                abi.encodeWithSelector(IEnergyLedger.EnergyLedger_MayNotObject.selector, COMMUNITY, _memberAt(2))
            );
            vm.prank(_memberAt(2));
            ledger.dispute(COMMUNITY, AREA, Day.wrap(FIRST_DAY), REASON, salt, position, proof);
        }
    }

    /// @dev The same reporters serve both communities; the member is of the first alone.
    function test_dispute__member_of_another_community__is_refused() external {
        bytes32 other = registerCommunity("other");
        post(other, alone(_report));
        bytes32[] memory proof = _leaves.proof(DEPTH, 1);
        vm.expectRevert(abi.encodeWithSelector(IEnergyLedger.EnergyLedger_MayNotObject.selector, other, _memberAt(1)));
        vm.prank(_memberAt(1));
        ledger.dispute(other, AREA, Day.wrap(FIRST_DAY), REASON, _saltOf(1), 1, proof);
    }

    function test_dispute__month_of_one_community__leaves_another_s_alone() external {
        bytes32 other = registerCommunity("other");
        post(other, monthReports(0));
        _dispute(vm.addr(keys[0]));
        assertTrue(!ledger.totalsOf(configurationOf(other), MONTH).disputed, "not disputed");
        vm.warp(block.timestamp + FINALITY_DELAY);
        assertTrue(ledger.isFinal(configurationOf(other), MONTH), "final");
        assertTrue(!ledger.isFinal(CONFIGURATION, MONTH), "not final");
    }

    function test_dispute__second_objection__is_refused() external {
        _dispute(vm.addr(keys[0]));
        vm.expectRevert(
            abi.encodeWithSelector(IEnergyLedger.EnergyLedger_AlreadyDisputed.selector, CONFIGURATION, MONTH)
        );
        _dispute(vm.addr(keys[1]));
    }

    function test_dispute__window_ended__is_refused() external {
        vm.warp(block.timestamp + FINALITY_DELAY);
        vm.expectRevert(
            abi.encodeWithSelector(IEnergyLedger.EnergyLedger_WindowClosed.selector, CONFIGURATION, MONTH)
        );
        _dispute(vm.addr(keys[0]));
    }

    function test_dispute__last_second_of_the_window__is_in_time() external {
        // Read from the ledger: the deep run's optimiser evaluates block.timestamp anew after the warp.
        uint256 end = ledger.totalsOf(CONFIGURATION, MONTH).finalAt;
        vm.warp(end - 1);
        _dispute(vm.addr(keys[0]));
        _requireFinalExactlyAt(end + EXTENSION);
    }

    function test_dispute__day_without_report__is_refused() external {
        address reporter = vm.addr(keys[0]);
        vm.expectRevert(
            abi.encodeWithSelector(IEnergyLedger.EnergyLedger_NoReport.selector, CONFIGURATION, FIRST_DAY - 1)
        );
        vm.prank(reporter);
        ledger.dispute(COMMUNITY, AREA, Day.wrap(FIRST_DAY - 1), REASON, 0, 0, new bytes32[](0));
    }

    function test_dispute__disputed_month__is_changed_by_a_correction_alone() external {
        _dispute(vm.addr(keys[0]));
        assertEq(ledger.reportOf(CONFIGURATION, _report.day), Typed.hash(_report), "the report stays");
        assertEq(ledger.totalsOf(CONFIGURATION, MONTH).sharedWh, DAY_COUNT * 16_800, "and its energy");

        vm.warp(block.timestamp + 5 days);
        DayReport memory replacement = reportOf(FIRST_DAY, 1, 1);
        replacement.predecessor = Typed.hash(_report);
        correct(COMMUNITY, _report, replacement);
        assertEq(ledger.reportOf(CONFIGURATION, _report.day), Typed.hash(replacement), "replaced");
        assertTrue(ledger.totalsOf(CONFIGURATION, MONTH).disputed, "still disputed");
        _requireFinalExactlyAt(block.timestamp + FINALITY_DELAY + EXTENSION);
    }

    function test_dispute__disputed_month__settles_once_it_is_final() external {
        uint256 finalAt = block.timestamp + FINALITY_DELAY + EXTENSION;
        _dispute(vm.addr(keys[0]));
        vm.warp(finalAt - 1);
        settleRefused(
            monthOf(CONFIGURATION),
            abi.encodeWithSelector(IEnergyLedger.EnergyLedger_MonthNotFinal.selector, CONFIGURATION, MONTH)
        );
        vm.warp(finalAt);
        assertEq(settle(monthOf(CONFIGURATION)).sharedWh, DAY_COUNT * 16_800, "shared");
    }

    /* ------------------------------------------------- internals ---------------------------------------------- */

    function _memberAt(uint256 position) private pure returns (address) {
        return address(uint160(0x3E3B0 + position));
    }

    function _saltOf(uint256 position) private pure returns (bytes32) {
        return keccak256(abi.encode("member", position));
    }

    function _dispute(address reporter) private {
        vm.prank(reporter);
        ledger.dispute(COMMUNITY, AREA, Day.wrap(FIRST_DAY), REASON, 0, 0, new bytes32[](0));
    }

    function _disputeAsMember(address member, uint256 position) private {
        bytes32[] memory proof = _leaves.proof(DEPTH, position);
        vm.prank(member);
        ledger.dispute(COMMUNITY, AREA, Day.wrap(FIRST_DAY), REASON, _saltOf(position), position, proof);
    }

    function _expectDisputed(address objector) private {
        vm.expectEmit(address(ledger));
        emit IEnergyLedger.MonthDisputed(
            CONFIGURATION, MONTH, Day.wrap(FIRST_DAY), Typed.hash(_report), objector, REASON
        );
    }

    function _requireFinalExactlyAt(uint256 timestamp) private {
        vm.warp(timestamp - 1);
        assertTrue(!ledger.isFinal(CONFIGURATION, MONTH), "not final a second early");
        vm.warp(timestamp);
        assertTrue(ledger.isFinal(CONFIGURATION, MONTH), "final in time");
    }
}
