// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEnergyLedger} from "../../src/interfaces/IEnergyLedger.sol";
import {VaultStub} from "../../src/mocks/VaultStub.sol";
import {Batch, DayReport, Month, MonthNumber, MonthTotals, SettledMonths} from "../../src/types/Energy.sol";
import {Settling} from "../support/Settling.sol";
import {Typed} from "../support/Typed.sol";

/// correct and open, given a settlement has read the month
/// ├── it should leave new less old shared energy to the next settlement, up and down, and say so
/// ├── it should count hidden energy as none until it is opened
/// ├── it should move the month and begin its window anew
/// ├── it should keep the month settled
/// └── the next settlement
///     ├── it should take the sum up once, and count its corrections with those of the months it names
///     └── it should be the same community's
contract AdjustTest is Settling {
    DayReport private _accepted;

    function setUp() external {
        foundSettling();
        _accepted = reportOf(FIRST_DAY, 1_000, 700);
        finalizeMonth(COMMUNITY);
    }

    function test_correct__unsettled_month__leaves_nothing() external {
        _correctTo(1, 1);
        _requirePending(0, 0);
    }

    function testFuzz_correct__settled_month__leaves_the_signed_difference(uint40[6] memory drawn) external {
        settle(monthOf(CONFIGURATION));
        int256 expected = 0;
        int256 before = 24 * 700;
        for (uint256 i = 0; i < 3; ++i) {
            (uint40 injected, uint40 withdrawn) = (drawn[2 * i], drawn[2 * i + 1]);
            int256 shared = 24 * int256(uint256(injected < withdrawn ? injected : withdrawn));
            DayReport memory replacement = _replacement(injected, withdrawn);
            Batch memory batch = signedBatch(COMMUNITY, alone(replacement));
            vm.expectEmit(address(ledger));
            emit IEnergyLedger.MonthAdjusted(CONFIGURATION, MONTH, shared - before);
            ledger.correct(batch, alone(_accepted));
            _accepted = replacement;
            expected += shared - before;
            before = shared;
            _requirePending(expected, i + 1);
        }
        assertSigned(expected, before - 24 * 700, "the differences add up to the last less the first");
        MonthTotals memory totals = ledger.totalsOf(CONFIGURATION, MONTH);
        assertTrue(totals.settled, "stays settled");
        assertEq(totals.corrections, 3, "corrections");
        assertEq(totals.finalAt, block.timestamp + FINALITY_DELAY, "the challenge window starts anew");
        assertTrue(!ledger.isFinal(CONFIGURATION, MONTH), "not final");
    }

    function test_settleMonths__pending_adjustment__is_taken_up_once() external {
        settle(monthOf(CONFIGURATION));
        _correctTo(100, 100);
        _correctTo(1_000, 300);
        vm.warp(block.timestamp + FINALITY_DELAY);
        for (uint256 i = 0; i < 2; ++i) {
            SettledMonths memory settled = settle(monthOf(CONFIGURATION));
            assertEq(settled.sharedWh, DAY_COUNT * 16_800 - 24 * 400, "shared, as corrected");
            assertSigned(settled.adjustmentWh, i == 0 ? -int256(24 * 400) : int256(0), "adjustment");
            assertEq(settled.corrections, i == 0 ? 4 : 2, "the month's corrections, and those of the adjustment");
            _requirePending(0, 0);
        }
    }

    function test_settleMonths__adjustment_of_another_month__comes_with_the_named_one() external {
        settle(monthOf(CONFIGURATION));
        _correctTo(1_000, 900);
        // January, reported late.
        DayReport[] memory reports = new DayReport[](31);
        for (uint32 i = 0; i < 31; ++i) {
            reports[i] = reportOf(FIRST_DAY - 31 + i, 10, 10);
        }
        post(COMMUNITY, reports);
        vm.warp(block.timestamp + FINALITY_DELAY);
        SettledMonths memory settled = settle(_january());
        assertEq(settled.sharedWh, 31 * 240, "January's");
        assertSigned(settled.adjustmentWh, 24 * 200, "February's difference");
        assertEq(settled.corrections, 1, "one correction");
        _requirePending(0, 0);
    }

    /// @dev Differences that come to nothing are corrections all the same: signatures count them.
    function test_settleMonths__adjustment_of_zero__counts_its_corrections() external {
        settle(monthOf(CONFIGURATION));
        _correctTo(2, 2);
        _correctTo(1_000, 700);
        _requirePending(0, 2);
        vm.warp(block.timestamp + FINALITY_DELAY);
        SettledMonths memory settled = settle(monthOf(CONFIGURATION));
        assertSigned(settled.adjustmentWh, 0, "adjustment");
        assertEq(settled.corrections, 4, "corrections");
        _requirePending(0, 0);
        assertEq(settle(monthOf(CONFIGURATION)).corrections, 2, "the month's alone");
    }

    function test_settleMonths__refused__leaves_the_adjustment() external {
        settle(monthOf(CONFIGURATION));
        _correctTo(1_000, 701);
        settleRefused(
            monthOf(CONFIGURATION),
            abi.encodeWithSelector(IEnergyLedger.EnergyLedger_MonthNotFinal.selector, CONFIGURATION, MONTH)
        );
        _requirePending(24, 1);
    }

    function test_settleMonths__another_community__does_not_take_it() external {
        bytes32 other = registerCommunity("other");
        VaultStub otherStub = bindStub(other);
        finalizeMonth(other);
        settle(monthOf(CONFIGURATION));
        _correctTo(1_000, 701);
        SettledMonths memory settled =
            otherStub.settleMonths(monthOf(configurationOf(other)), 1, SETTLEMENT, signedSettlement());
        assertSigned(settled.adjustmentWh, 0, "adjustment");
        assertEq(settled.corrections, 0, "corrections");
        _requirePending(24, 1);
    }

    function test_correct__settled_day_becomes_hidden__takes_its_energy_away_until_it_is_opened() external {
        settle(monthOf(CONFIGURATION));
        DayReport memory hidden = _hide(_replacement(500, 500));
        correct(COMMUNITY, _accepted, hidden);
        _requirePending(-24 * 700, 1);

        vm.expectEmit(address(ledger));
        emit IEnergyLedger.MonthAdjusted(CONFIGURATION, MONTH, 24 * 500);
        ledger.open(CONFIGURATION, hidden, "salt", flatHours(500, 500, 24));
        _requirePending(-24 * 200, 2);
        assertEq(ledger.totalsOf(CONFIGURATION, MONTH).corrections, 2, "an opening counts as a correction");

        _accepted = hidden;
        _correctTo(600, 600);
        _requirePending(-24 * 100, 3);
        assertEq(
            ledger.totalsOf(CONFIGURATION, MONTH).sharedWh, DAY_COUNT * 16_800 - 24 * 100, "as much as it is less"
        );
    }

    function test_open__unsettled_month__leaves_nothing() external {
        DayReport memory hidden = _hide(_replacement(500, 500));
        correct(COMMUNITY, _accepted, hidden);
        ledger.open(CONFIGURATION, hidden, "salt", flatHours(500, 500, 24));
        _requirePending(0, 0);
    }

    /// @dev What was settled without its hidden day, and what the next settlement adds, is the whole month.
    function test_open__day_that_was_settled_hidden__comes_with_the_next_settlement() external {
        DayReport memory hidden = _hide(_replacement(500, 500));
        correct(COMMUNITY, _accepted, hidden);
        vm.warp(block.timestamp + FINALITY_DELAY);
        SettledMonths memory settled = settle(monthOf(CONFIGURATION));
        assertEq(settled.sharedWh, (DAY_COUNT - 1) * 16_800, "without the hidden day");
        assertEq(settled.hiddenDays, 1, "hidden days");

        ledger.open(CONFIGURATION, hidden, "salt", flatHours(500, 500, 24));
        assertTrue(ledger.isFinal(CONFIGURATION, MONTH), "an opening begins no window");
        settled = settle(monthOf(CONFIGURATION));
        assertSigned(settled.adjustmentWh, 24 * 500, "the hidden day");
        assertEq(settled.sharedWh, (DAY_COUNT - 1) * 16_800 + 24 * 500, "the month with it");
        assertEq(settled.corrections, 3, "the correction, the opening, and the opening as an adjustment");
        assertEq(settled.hiddenDays, 0, "no hidden days");
        _requirePending(0, 0);
    }

    function _hide(DayReport memory report) private pure returns (DayReport memory) {
        report.hourTotals = abi.encodePacked(keccak256(abi.encodePacked(bytes32("salt"), report.hourTotals)));
        return report;
    }

    function _january() private pure returns (Month[] memory named) {
        named = new Month[](1);
        named[0] = Month({configuration: CONFIGURATION, month: MonthNumber.wrap(MonthNumber.unwrap(MONTH) - 1)});
    }

    function _replacement(uint40 injectedWh, uint40 withdrawnWh) private view returns (DayReport memory replacement) {
        replacement = reportOf(FIRST_DAY, injectedWh, withdrawnWh);
        replacement.predecessor = Typed.hash(_accepted);
    }

    function _correctTo(uint40 injectedWh, uint40 withdrawnWh) private {
        DayReport memory replacement = _replacement(injectedWh, withdrawnWh);
        correct(COMMUNITY, _accepted, replacement);
        _accepted = replacement;
    }

    function _requirePending(int256 expectedWh, uint256 count) private view {
        (int256 sharedWh, uint32 corrections) = ledger.adjustmentOf(COMMUNITY);
        assertSigned(sharedWh, expectedWh, "pending adjustment");
        assertEq(corrections, count, "pending corrections");
    }
}
