// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEnergyLedger} from "../../src/interfaces/IEnergyLedger.sol";
import {Batch, Day, DayReport, MonthTotals} from "../../src/types/Energy.sol";
import {Energy} from "../support/Energy.sol";
import {Typed} from "../support/Typed.sol";

/// open
/// ├── given a report hides its hours
/// │   ├── when it is accepted, it should count as a hidden day without energy
/// │   ├── when anyone shows salt and hours, it should add them to the month, once
/// │   ├── when it is corrected before or after, it should move the month by what was known of it
/// │   └── when another configuration accepted the same report, it should stay hidden there
/// ├── given other salt, hours or report, or none, it should refuse
/// ├── given the hours do not fit the day, it should refuse
/// └── given the report hides nothing, it should refuse
contract OpenTest is Energy {
    bytes32 private constant OPENING_SALT = "salt";

    function setUp() external {
        foundLedger();
    }

    function test_post__hidden_hours__count_as_a_hidden_day() external {
        DayReport memory report = _postHidden(900, 700);
        _requireTotals(0, 0, 0, 1);
        assertEq(ledger.reportOf(CONFIGURATION, report.day), Typed.hash(report), "accepted report");
        assertEq(ledger.totalsOf(CONFIGURATION, MONTH).acceptedDays, 1, "accepted days");
        assertTrue(!ledger.isOpened(CONFIGURATION, report.day), "not opened");
    }

    function testFuzz_open__what_the_report_hides__is_added(address caller, uint40 injectedWh, uint40 withdrawnWh)
        external
    {
        DayReport memory report = _postHidden(injectedWh, withdrawnWh);
        uint40 finalAt = ledger.totalsOf(CONFIGURATION, MONTH).finalAt;
        vm.warp(block.timestamp + 1 days);
        bytes memory hourTotals = flatHours(injectedWh, withdrawnWh, 24);
        vm.expectEmit(address(ledger));
        emit IEnergyLedger.DayOpened(CONFIGURATION, report.day, Typed.hash(report), OPENING_SALT, hourTotals);
        vm.prank(caller);
        ledger.open(CONFIGURATION, report, OPENING_SALT, hourTotals);

        uint256 shared = injectedWh < withdrawnWh ? injectedWh : withdrawnWh;
        _requireTotals(24 * uint256(injectedWh), 24 * uint256(withdrawnWh), 24 * shared, 0);
        assertTrue(ledger.isOpened(CONFIGURATION, report.day), "opened");
        assertEq(ledger.totalsOf(CONFIGURATION, MONTH).finalAt, finalAt, "an opening is no new report");
        assertEq(ledger.totalsOf(CONFIGURATION, MONTH).corrections, 1, "but counts as a correction");
    }

    function test_open__one_of_two_hidden_days__leaves_the_other_hidden() external {
        DayReport memory first = _postHidden(900, 700);
        DayReport memory second = _hide(reportOf(FIRST_DAY + 1, 5, 6));
        post(COMMUNITY, alone(second));
        ledger.open(CONFIGURATION, first, OPENING_SALT, flatHours(900, 700, 24));
        _requireTotals(24 * 900, 24 * 700, 24 * 700, 1);
        assertTrue(!ledger.isOpened(CONFIGURATION, second.day), "the other day");
    }

    function test_open__twice__is_refused() external {
        DayReport memory report = _postHidden(900, 700);
        ledger.open(CONFIGURATION, report, OPENING_SALT, flatHours(900, 700, 24));
        _requireRefused(
            report,
            OPENING_SALT,
            flatHours(900, 700, 24),
            abi.encodeWithSelector(IEnergyLedger.EnergyLedger_NotHidden.selector, CONFIGURATION, FIRST_DAY)
        );
    }

    function test_open__report_that_hides_nothing__is_refused() external {
        DayReport memory report = reportOf(FIRST_DAY, 900, 700);
        post(COMMUNITY, alone(report));
        _requireRefused(
            report,
            OPENING_SALT,
            flatHours(900, 700, 24),
            abi.encodeWithSelector(IEnergyLedger.EnergyLedger_NotHidden.selector, CONFIGURATION, FIRST_DAY)
        );
    }

    function testFuzz_open__other_salt_or_hours__are_refused(bytes32 salt, uint40 injectedWh) external {
        vm.assume(salt != OPENING_SALT || injectedWh != 900);
        DayReport memory report = _postHidden(900, 700);
        bytes memory hourTotals = flatHours(injectedWh, 700, 24);
        _requireRefused(
            report,
            salt,
            hourTotals,
            abi.encodeWithSelector(
                IEnergyLedger.EnergyLedger_WrongOpening.selector,
                keccak256(abi.encodePacked(salt, hourTotals)),
                bytes32(report.hourTotals)
            )
        );
    }

    function test_open__report_that_is_not_the_accepted_one__is_refused() external {
        DayReport memory report = _postHidden(900, 700);
        bytes32 accepted = Typed.hash(report);
        report.pods = 8;
        _requireWrongPredecessor(report, accepted);
    }

    function test_open__day_without_report__is_refused() external {
        _requireWrongPredecessor(_hide(reportOf(FIRST_DAY, 900, 700)), 0);
    }

    function test_open__hidden_hours_do_not_fit_the_day__is_refused() external {
        DayReport memory report = reportOf(FIRST_DAY, 0, 0);
        report.hourTotals = flatHours(900, 700, 25);
        report = _hide(report);
        post(COMMUNITY, alone(report));
        _requireRefused(
            report,
            OPENING_SALT,
            flatHours(900, 700, 25),
            abi.encodeWithSelector(IEnergyLedger.EnergyLedger_WrongHourTotalsLength.selector, FIRST_DAY, 250, 240)
        );
    }

    function test_open__same_report_of_another_community__stays_hidden_there() external {
        bytes32 other = configurationOf(registerCommunity("other"));
        DayReport memory report = _postHidden(900, 700);
        post(ledger.communityOf(other), alone(report));
        ledger.open(other, report, OPENING_SALT, flatHours(900, 700, 24));
        _requireTotals(0, 0, 0, 1);
        assertTrue(!ledger.isOpened(CONFIGURATION, report.day), "still hidden");
        ledger.open(CONFIGURATION, report, OPENING_SALT, flatHours(900, 700, 24));
        _requireTotals(24 * 900, 24 * 700, 24 * 700, 0);
        assertEq(ledger.totalsOf(other, MONTH).sharedWh, 24 * 700, "and the other is counted once");
    }

    /* ------------------------------------------------ corrections --------------------------------------------- */

    function test_correct__hidden_day_by_known_hours__adds_them() external {
        DayReport memory report = _postHidden(900, 700);
        correct(COMMUNITY, report, _next(report, reportOf(FIRST_DAY, 40, 50)));
        _requireTotals(24 * 40, 24 * 50, 24 * 40, 0);
        assertEq(ledger.totalsOf(CONFIGURATION, MONTH).corrections, 1, "corrections");
    }

    function test_correct__hidden_day_by_hidden_hours__stays_hidden() external {
        DayReport memory report = _postHidden(900, 700);
        DayReport memory replacement = _next(report, _hide(reportOf(FIRST_DAY, 40, 50)));
        correct(COMMUNITY, report, replacement);
        _requireTotals(0, 0, 0, 1);
        ledger.open(CONFIGURATION, replacement, OPENING_SALT, flatHours(40, 50, 24));
        _requireTotals(24 * 40, 24 * 50, 24 * 40, 0);
    }

    function test_correct__known_day_by_hidden_hours__takes_the_known_ones_away() external {
        DayReport memory report = reportOf(FIRST_DAY, 900, 700);
        post(COMMUNITY, alone(report));
        correct(COMMUNITY, report, _next(report, _hide(reportOf(FIRST_DAY, 40, 50))));
        _requireTotals(0, 0, 0, 1);
    }

    function testFuzz_correct__opened_day__moves_by_what_was_opened(uint40 injectedWh, uint40 withdrawnWh) external {
        DayReport memory report = _postHidden(injectedWh, withdrawnWh);
        ledger.open(CONFIGURATION, report, OPENING_SALT, flatHours(injectedWh, withdrawnWh, 24));
        DayReport memory replacement = _next(report, reportOf(FIRST_DAY, 40, 50));
        correct(COMMUNITY, report, replacement);
        _requireTotals(24 * 40, 24 * 50, 24 * 40, 0);
        assertTrue(!ledger.isOpened(CONFIGURATION, report.day), "the accepted report hid nothing");
    }

    function test_correct__opened_day_by_hidden_hours__hides_it_again() external {
        DayReport memory report = _postHidden(900, 700);
        ledger.open(CONFIGURATION, report, OPENING_SALT, flatHours(900, 700, 24));
        DayReport memory replacement = _next(report, _hide(reportOf(FIRST_DAY, 40, 50)));
        correct(COMMUNITY, report, replacement);
        _requireTotals(0, 0, 0, 1);
        assertTrue(!ledger.isOpened(CONFIGURATION, report.day), "hidden again");
        _requireWrongPredecessor(report, Typed.hash(replacement));
    }

    /* ------------------------------------------------- internals ---------------------------------------------- */

    function _hide(DayReport memory report) private pure returns (DayReport memory) {
        report.hourTotals = abi.encodePacked(keccak256(abi.encodePacked(OPENING_SALT, report.hourTotals)));
        return report;
    }

    function _postHidden(uint40 injectedWh, uint40 withdrawnWh) private returns (DayReport memory report) {
        report = _hide(reportOf(FIRST_DAY, injectedWh, withdrawnWh));
        post(COMMUNITY, alone(report));
    }

    function _next(DayReport memory replaced, DayReport memory replacement) private pure returns (DayReport memory) {
        replacement.predecessor = Typed.hash(replaced);
        return replacement;
    }

    function _requireTotals(uint256 injectedWh, uint256 withdrawnWh, uint256 sharedWh, uint256 hiddenDays)
        private
        view
    {
        MonthTotals memory totals = ledger.totalsOf(CONFIGURATION, MONTH);
        assertEq(totals.injectedWh, injectedWh, "injected");
        assertEq(totals.withdrawnWh, withdrawnWh, "withdrawn");
        assertEq(totals.sharedWh, sharedWh, "shared");
        assertEq(totals.hiddenDays, hiddenDays, "hidden days");
    }

    function _requireRefused(DayReport memory report, bytes32 salt, bytes memory hourTotals, bytes memory reason)
        private
    {
        vm.expectRevert(reason);
        ledger.open(CONFIGURATION, report, salt, hourTotals);
    }

    function _requireWrongPredecessor(DayReport memory report, bytes32 accepted) private {
        _requireRefused(
            report,
            OPENING_SALT,
            flatHours(900, 700, 24),
            abi.encodeWithSelector(
                IEnergyLedger.EnergyLedger_WrongPredecessor.selector,
                CONFIGURATION,
                report.day,
                accepted,
                Typed.hash(report)
            )
        );
    }
}
