// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EnergyLedger} from "../../src/EnergyLedger.sol";
import {Day, MonthNumber, MonthTotals} from "../../src/types/Energy.sol";
import {InvariantTest} from "../support/InvariantTest.sol";
import {LedgerHandler} from "./LedgerHandler.sol";

/// whatever is posted, corrected, opened, disputed, sent again and settled, in whatever order and community
/// ├── a month is the sum of its accepted reports whose hours are known
/// ├── a day holds the report that was accepted last, in a line without forks
/// ├── a month is final, disputed and settled exactly when the model says so
/// ├── an adjustment waits exactly until its community's next settlement
/// └── a community has the reporters and the pause that its own roles gave it
contract LedgerInvariants is InvariantTest {
    MonthNumber private constant MONTH = MonthNumber.wrap(53 * 12 + 1);
    uint32 private constant FIRST_DAY = 19_389;
    uint256 private constant DAY_COUNT = 28;
    uint256 private constant REPORTER_COUNT = 5;

    LedgerHandler private _handler;
    EnergyLedger private _ledger;

    function setUp() external {
        _handler = new LedgerHandler();
        _ledger = _handler.energyLedger();
        target = address(_handler);
    }

    function invariant_months_are_the_sums_of_their_reports() external view {
        for (uint256 i = 0; i < _handler.COMMUNITIES(); ++i) {
            MonthTotals memory totals = _ledger.totalsOf(_handler.configurationAt(i), MONTH);
            (uint256 injectedWh, uint256 withdrawnWh, uint256 sharedWh, uint256 hiddenDays) = _handler.totals(i);
            assertEq(totals.injectedWh, injectedWh, "injected");
            assertEq(totals.withdrawnWh, withdrawnWh, "withdrawn");
            assertEq(totals.sharedWh, sharedWh, "shared");
            assertTrue(sharedWh <= injectedWh && sharedWh <= withdrawnWh, "shared is within both");
            assertEq(totals.hiddenDays, hiddenDays, "hidden days");
            assertEq(totals.corrections, _handler.corrections(i), "corrections");
        }
    }

    /// Once settled, a month stays so: nothing that the handler does makes its ghost fall.
    function invariant_months_are_final_and_settled_when_the_model_says_so() external view {
        for (uint256 i = 0; i < _handler.COMMUNITIES(); ++i) {
            bytes32 configuration = _handler.configurationAt(i);
            MonthTotals memory totals = _ledger.totalsOf(configuration, MONTH);
            assertEq(totals.finalAt, _handler.windowEnd(i), "end of the challenge window");
            assertTrue(totals.disputed == _handler.disputed(i), "disputed");
            assertTrue(totals.settled == _handler.settled(i), "settled");
            bool isFinal = _ledger.isFinal(configuration, MONTH);
            assertTrue(isFinal == _handler.isFinal(i), "final");
            assertTrue(!isFinal || block.timestamp >= _handler.finalFrom(i), "not before its time");
        }
    }

    /// O1, O4: one accepted report a day, the last of a line of corrections.
    function invariant_days_hold_the_report_accepted_last() external view {
        for (uint256 i = 0; i < _handler.COMMUNITIES(); ++i) {
            bytes32 configuration = _handler.configurationAt(i);
            uint256 days_ = _ledger.totalsOf(configuration, MONTH).acceptedDays;
            for (uint32 day = 0; day < DAY_COUNT; ++day) {
                LedgerHandler.Accepted memory accepted = _handler.acceptedAt(i, day);
                Day named = Day.wrap(FIRST_DAY + day);
                assertEq(_ledger.reportOf(configuration, named), accepted.id, "report");
                assertTrue(_ledger.isOpened(configuration, named) == accepted.opened, "opened");
                assertTrue(((days_ >> day) & 1 != 0) == (accepted.id != 0), "accepted day");
                _requireChain(i, day, accepted);
            }
        }
    }

    function invariant_adjustments_wait_for_their_community_s_settlement() external view {
        for (uint256 i = 0; i < _handler.COMMUNITIES(); ++i) {
            (int256 sharedWh, uint32 corrections) = _ledger.adjustmentOf(_handler.communityAt(i));
            assertSigned(sharedWh, _handler.pendingWh(i), "adjustment");
            assertEq(corrections, _handler.pendingCorrections(i), "corrections");
        }
    }

    function invariant_roles_change_their_own_community_alone() external view {
        for (uint256 i = 0; i < _handler.COMMUNITIES(); ++i) {
            bytes32 community = _handler.communityAt(i);
            (address[] memory reporters,, uint32 epoch) = _ledger.reportersOf(community);
            assertEq(epoch, 1 + _handler.changes(i), "epoch");
            uint256 listed = 0;
            for (uint256 reporter = 0; reporter < REPORTER_COUNT; ++reporter) {
                if (!_handler.isListed(i, reporter)) continue;
                assertEq(reporters[listed], _handler.reporterAt(reporter), "reporter");
                ++listed;
            }
            assertEq(reporters.length, listed, "reporters");
            assertTrue(_ledger.isPaused(community) == _handler.paused(i), "paused");
        }
    }

    /// The line of a day ends with the accepted report, whose predecessor stands before it.
    function _requireChain(uint256 community, uint256 day, LedgerHandler.Accepted memory accepted) private view {
        uint256 length = _handler.chainLength(community, day);
        assertTrue((length == 0) == (accepted.id == 0), "a line begins with the first report");
        if (length == 0) return;
        assertEq(_handler.chainAt(community, day, length - 1), accepted.id, "last of the line");
        bytes32 before = length == 1 ? bytes32(0) : _handler.chainAt(community, day, length - 2);
        assertEq(accepted.predecessor, before, "predecessor");
    }
}
