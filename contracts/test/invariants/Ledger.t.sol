// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EnergyLedger} from "../../src/EnergyLedger.sol";
import {Day, MonthNumber, MonthTotals} from "../../src/types/Energy.sol";
import {InvariantTest} from "../support/InvariantTest.sol";
import {LedgerHandler} from "./LedgerHandler.sol";

/// whatever is posted, corrected, sent again and settled, in whatever order
/// ├── a month is the sum of its accepted reports
/// ├── a day holds the report that was accepted last, and no other
/// └── a month is final and settled exactly when the model says so
contract LedgerInvariants is InvariantTest {
    MonthNumber private constant MONTH = MonthNumber.wrap(53 * 12 + 1);
    uint32 private constant FIRST_DAY = 19_389;
    uint256 private constant DAY_COUNT = 28;

    LedgerHandler private _handler;
    EnergyLedger private _ledger;

    function setUp() external {
        _handler = new LedgerHandler();
        _ledger = _handler.energyLedger();
        target = address(_handler);
    }

    function invariant_months_are_the_sums_of_their_reports() external view {
        for (uint256 i = 0; i < _handler.CONFIGURATIONS(); ++i) {
            MonthTotals memory totals = _ledger.totalsOf(_handler.configurationAt(i), MONTH);
            (uint256 injectedWh, uint256 withdrawnWh, uint256 sharedWh) = _handler.totals(i);
            assertEq(totals.injectedWh, injectedWh, "injected");
            assertEq(totals.withdrawnWh, withdrawnWh, "withdrawn");
            assertEq(totals.sharedWh, sharedWh, "shared");
            assertTrue(sharedWh <= injectedWh && sharedWh <= withdrawnWh, "shared is within both");
            assertEq(totals.lastAcceptance, _handler.lastAcceptance(i), "last acceptance");
            assertEq(totals.corrections, _handler.corrections(i), "corrections");
            assertTrue(totals.settled == _handler.settled(i), "settled");
            assertTrue(_ledger.isFinal(_handler.configurationAt(i), MONTH) == _handler.isFinal(i), "final");
        }
    }

    /// O1, O4: one accepted report a day, the last of a line of corrections.
    function invariant_days_hold_the_report_accepted_last() external view {
        for (uint256 i = 0; i < _handler.CONFIGURATIONS(); ++i) {
            bytes32 configuration = _handler.configurationAt(i);
            uint256 days_ = _ledger.totalsOf(configuration, MONTH).acceptedDays;
            for (uint32 day = 0; day < DAY_COUNT; ++day) {
                bytes32 expected = _handler.acceptedAt(i, day);
                assertEq(_ledger.reportOf(configuration, Day.wrap(FIRST_DAY + day)), expected, "report");
                assertTrue(((days_ >> day) & 1 != 0) == (expected != 0), "accepted day");
            }
        }
    }
}
