// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {ICommunityRegistry} from "../../src/interfaces/ICommunityRegistry.sol";
import {IEnergyLedger} from "../../src/interfaces/IEnergyLedger.sol";
import {Batch, Day, DayReport, MonthTotals} from "../../src/types/Energy.sol";
import {Energy} from "../support/Energy.sol";
import {Typed} from "../support/Typed.sol";

/// correct
/// ├── it should replace the accepted report and move the month by the difference, up or down
/// ├── it should be linear: of two corrections of one report the second is refused
/// ├── it should take several reports, all or none, also a line of them of one day
/// ├── given there is not one replaced report for each, it should refuse
/// ├── given the replacement is of another day, it should refuse
/// ├── given the replaced report is not spelled out or not accepted, it should refuse
/// ├── given the replacement names another predecessor than was replaced, or none, it should refuse
/// └── given the hours do not fit the day, it should refuse
contract CorrectTest is Energy {
    DayReport private _accepted;

    function setUp() external {
        foundLedger();
        _accepted = reportOf(FIRST_DAY, 1_000, 700);
        post(COMMUNITY, monthReports(0));
    }

    function testFuzz_correct__chain_of_corrections__moves_totals_by_the_difference(uint40[6] memory drawn) external {
        MonthTotals memory before = ledger.totalsOf(CONFIGURATION, MONTH);
        for (uint256 i = 0; i < 3; ++i) {
            vm.warp(block.timestamp + 5);
            _correctTo(drawn[2 * i], drawn[2 * i + 1]);
        }
        MonthTotals memory totals = ledger.totalsOf(CONFIGURATION, MONTH);
        (uint256 injected, uint256 withdrawn) = (drawn[4], drawn[5]);
        uint256 shared = injected < withdrawn ? injected : withdrawn;
        assertEq(totals.injectedWh, before.injectedWh - 24_000 + 24 * injected, "injected");
        assertEq(totals.withdrawnWh, before.withdrawnWh - 16_800 + 24 * withdrawn, "withdrawn");
        assertEq(totals.sharedWh, before.sharedWh - 16_800 + 24 * shared, "shared");
        assertEq(totals.acceptedDays, before.acceptedDays, "days");
        assertEq(totals.finalAt, block.timestamp + FINALITY_DELAY, "the challenge window starts anew");
        assertEq(totals.corrections, before.corrections + 3, "corrections");
        assertEq(ledger.reportOf(CONFIGURATION, _accepted.day), Typed.hash(_accepted), "accepted report");
    }

    function test_correct__accepted_report__is_told() external {
        DayReport memory replacement = _replacement(1, 1);
        vm.expectEmit(address(ledger));
        emit IEnergyLedger.DayAccepted(
            CONFIGURATION,
            replacement.day,
            Typed.hash(replacement),
            replacement.predecessor,
            replacement.root,
            replacement.roster,
            replacement.pods,
            replacement.blinding,
            replacement.hourTotals
        );
        correct(COMMUNITY, _accepted, replacement);
    }

    function testFuzz_correct__second_correction_of_one_report__is_refused(uint40 first, uint40 second) external {
        vm.assume(first != second);
        (DayReport memory original, DayReport memory rival) = (_accepted, _replacement(second, second));
        _correctTo(first, first);
        _requireWrongPredecessor(original, rival, Typed.hash(_accepted));
    }

    function test_correct__replaced_report_was_never_accepted__is_refused() external {
        DayReport memory invented = reportOf(FIRST_DAY, 1, 1);
        DayReport memory replacement = reportOf(FIRST_DAY, 2, 2);
        replacement.predecessor = Typed.hash(invented);
        _requireWrongPredecessor(invented, replacement, Typed.hash(_accepted));
    }

    function test_correct__replaced_report_is_not_the_one_named__is_refused() external {
        DayReport memory misspelled = _accepted;
        misspelled.root = "other";
        _requireWrongPredecessor(misspelled, _replacement(1, 1), Typed.hash(misspelled));
    }

    function test_correct__other_day__is_refused() external {
        DayReport memory replacement = _replacement(1, 1);
        replacement.day = Day.wrap(FIRST_DAY + 1);
        Batch memory batch = signedBatch(COMMUNITY, alone(replacement));
        vm.expectRevert(
            abi.encodeWithSelector(IEnergyLedger.EnergyLedger_OtherDay.selector, _accepted.day, replacement.day)
        );
        ledger.correct(batch, alone(_accepted));
    }

    function test_correct__hours_do_not_fit__is_refused() external {
        DayReport memory replacement = _replacement(1, 1);
        replacement.hourTotals = flatHours(1, 1, 23);
        Batch memory batch = signedBatch(COMMUNITY, alone(replacement));
        vm.expectRevert(
            abi.encodeWithSelector(
                IEnergyLedger.EnergyLedger_WrongHourTotalsLength.selector, replacement.day, 230, 240
            )
        );
        ledger.correct(batch, alone(_accepted));
    }

    function test_correct__unsigned__is_refused() external {
        Batch memory batch = signedBatch(COMMUNITY, alone(_replacement(1, 1)));
        batch.signatures = signedBatch(COMMUNITY, alone(_replacement(2, 2))).signatures;
        vm.expectPartialRevert(ICommunityRegistry.CommunityRegistry_NotAReporter.selector);
        ledger.correct(batch, alone(_accepted));
    }

    function test_correct__no_reports__are_refused() external {
        Batch memory batch = signedBatch(COMMUNITY, new DayReport[](0));
        vm.expectRevert(abi.encodeWithSelector(IEnergyLedger.EnergyLedger_ReportCountOutOfRange.selector, 0, 31));
        ledger.correct(batch, new DayReport[](0));
    }

    function testFuzz_correct__several_days__move_the_month_together(uint256 seed, uint256 count) external {
        count = bound(count, 1, DAY_COUNT);
        (DayReport[] memory replaced, DayReport[] memory replacements) =
            (monthReports(DAY_COUNT - count), new DayReport[](count));
        (uint256 injectedWh, uint256 withdrawnWh, uint256 sharedWh) =
            ((DAY_COUNT - count) * 24_000, (DAY_COUNT - count) * 16_800, (DAY_COUNT - count) * 16_800);
        for (uint32 i = 0; i < count; ++i) {
            (uint40 injected, uint40 withdrawn) = (uint32(draw(seed, i)), uint32(draw(seed, i + 100)));
            replacements[i] = reportOf(FIRST_DAY + i, injected, withdrawn);
            replacements[i].predecessor = Typed.hash(replaced[i]);
            injectedWh += 24 * uint256(injected);
            withdrawnWh += 24 * uint256(withdrawn);
            sharedWh += 24 * uint256(injected < withdrawn ? injected : withdrawn);
        }
        ledger.correct(signedBatch(COMMUNITY, replacements), replaced);
        MonthTotals memory totals = ledger.totalsOf(CONFIGURATION, MONTH);
        assertEq(totals.injectedWh, injectedWh, "injected");
        assertEq(totals.withdrawnWh, withdrawnWh, "withdrawn");
        assertEq(totals.sharedWh, sharedWh, "shared");
        assertEq(totals.corrections, count, "corrections");
        for (uint256 i = 0; i < count; ++i) {
            assertEq(ledger.reportOf(CONFIGURATION, replaced[i].day), Typed.hash(replacements[i]), "accepted report");
        }
    }

    function test_correct__line_of_one_day_in_one_batch__ends_with_the_last() external {
        (DayReport[] memory replaced, DayReport[] memory replacements) = (new DayReport[](2), new DayReport[](2));
        (replaced[0], replacements[0]) = (_accepted, _replacement(5, 4));
        (replaced[1], replacements[1]) = (replacements[0], reportOf(FIRST_DAY, 8, 9));
        replacements[1].predecessor = Typed.hash(replacements[0]);
        ledger.correct(signedBatch(COMMUNITY, replacements), replaced);
        MonthTotals memory totals = ledger.totalsOf(CONFIGURATION, MONTH);
        assertEq(totals.injectedWh, 27 * 24_000 + 24 * 8, "injected");
        assertEq(totals.sharedWh, 27 * 16_800 + 24 * 8, "shared");
        assertEq(totals.corrections, 2, "corrections");
        assertEq(ledger.reportOf(CONFIGURATION, _accepted.day), Typed.hash(replacements[1]), "accepted report");
    }

    function test_correct__last_of_several_is_bad__replaces_none() external {
        DayReport[] memory replaced = monthReports(DAY_COUNT - 2);
        DayReport[] memory replacements = monthReports(DAY_COUNT - 2);
        (replacements[0].predecessor, replacements[1].predecessor) = (Typed.hash(replaced[0]), "other");
        Batch memory batch = signedBatch(COMMUNITY, replacements);
        _expectWrongPredecessor(replaced[1].day, Typed.hash(replaced[1]), "other");
        ledger.correct(batch, replaced);
        assertEq(ledger.reportOf(CONFIGURATION, replaced[0].day), Typed.hash(replaced[0]), "the first one stays");
        assertEq(ledger.totalsOf(CONFIGURATION, MONTH).corrections, 0, "corrections");
    }

    function testFuzz_correct__other_number_of_replaced_reports__is_refused(uint256 count) external {
        count = bound(count, 0, 3);
        vm.assume(count != 1);
        Batch memory batch = signedBatch(COMMUNITY, alone(_replacement(1, 1)));
        DayReport[] memory replaced = monthReports(DAY_COUNT - count);
        vm.expectRevert(abi.encodeWithSelector(IEnergyLedger.EnergyLedger_ReplacedCountDiffers.selector, count, 1));
        ledger.correct(batch, replaced);
    }

    function test_correct__first_report_in_place_of_another__is_refused() external {
        DayReport memory first = reportOf(FIRST_DAY, 1, 1);
        Batch memory batch = signedBatch(COMMUNITY, alone(first));
        _expectWrongPredecessor(first.day, Typed.hash(_accepted), 0);
        ledger.correct(batch, alone(_accepted));
    }

    function test_correct__day_without_report__is_refused() external {
        DayReport memory unposted = reportOf(FIRST_DAY - 1, 1, 1);
        DayReport memory replacement = reportOf(FIRST_DAY - 1, 2, 2);
        replacement.predecessor = Typed.hash(unposted);
        _requireWrongPredecessor(unposted, replacement, 0);
    }

    function test_correct__more_than_the_month_holds__is_refused() external {
        DayReport[] memory replaced = monthReports(DAY_COUNT - 11);
        DayReport[] memory replacements = monthReports(DAY_COUNT - 11);
        for (uint256 i = 0; i < 11; ++i) {
            replacements[i].hourTotals = flatHours(type(uint40).max, 0, 24);
            replacements[i].predecessor = Typed.hash(replaced[i]);
        }
        Batch memory batch = signedBatch(COMMUNITY, replacements);
        vm.expectRevert(
            abi.encodeWithSelector(
                SafeCast.SafeCastOverflowedUintDowncast.selector,
                48,
                11 * 24 * uint256(type(uint40).max) + 17 * 24_000
            )
        );
        ledger.correct(batch, replaced);
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

    function _requireWrongPredecessor(DayReport memory replaced, DayReport memory replacement, bytes32 accepted)
        private
    {
        Batch memory batch = signedBatch(COMMUNITY, alone(replacement));
        _expectWrongPredecessor(replacement.day, accepted, replacement.predecessor);
        ledger.correct(batch, alone(replaced));
    }

    function _expectWrongPredecessor(Day day, bytes32 accepted, bytes32 predecessor) private {
        vm.expectRevert(
            abi.encodeWithSelector(
                IEnergyLedger.EnergyLedger_WrongPredecessor.selector, CONFIGURATION, day, accepted, predecessor
            )
        );
    }
}
