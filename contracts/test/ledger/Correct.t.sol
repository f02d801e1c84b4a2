// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEnergyLedger} from "../../src/interfaces/IEnergyLedger.sol";
import {VaultStub} from "../../src/mocks/VaultStub.sol";
import {Day, DayReport, MonthTotals} from "../../src/types/Energy.sol";
import {Energy} from "../support/Energy.sol";
import {Typed} from "../support/Typed.sol";

/// correct
/// ├── it should replace the accepted report and move the month by the difference, up or down
/// ├── it should be linear: of two corrections of one report the second is refused
/// ├── given the replacement is of another day, it should refuse
/// ├── given the replaced report is not spelled out or not accepted, it should refuse
/// ├── given the hours do not fit the day, it should refuse
/// └── given a settlement has read the month, it should refuse
contract CorrectTest is Energy {
    VaultStub private _vault;
    DayReport private _accepted;

    function setUp() external {
        foundLedger();
        _vault = new VaultStub(ledger);
        register(CONFIGURATION, address(_vault));
        _accepted = reportOf(FIRST_DAY, 1_000, 700);
        post(CONFIGURATION, monthReports(0));
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
        assertEq(totals.lastAcceptance, block.timestamp, "the finality delay starts anew");
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
        correct(CONFIGURATION, _accepted, replacement);
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
        bytes[] memory signed = signedBatch(CONFIGURATION, alone(replacement));
        vm.expectRevert(
            abi.encodeWithSelector(IEnergyLedger.EnergyLedger_OtherDay.selector, _accepted.day, replacement.day)
        );
        ledger.correct(CONFIGURATION, _accepted, replacement, signed);
    }

    function test_correct__hours_do_not_fit__is_refused() external {
        DayReport memory replacement = _replacement(1, 1);
        replacement.hourTotals = flatHours(1, 1, 23);
        bytes[] memory signed = signedBatch(CONFIGURATION, alone(replacement));
        vm.expectRevert(
            abi.encodeWithSelector(
                IEnergyLedger.EnergyLedger_WrongHourTotalsLength.selector, replacement.day, 230, 240
            )
        );
        ledger.correct(CONFIGURATION, _accepted, replacement, signed);
    }

    function test_correct__unsigned__is_refused() external {
        DayReport memory replacement = _replacement(1, 1);
        bytes[] memory signed = signedBatch(CONFIGURATION, alone(_replacement(2, 2)));
        try ledger.correct(CONFIGURATION, _accepted, replacement, signed) {
            assertTrue(false, "accepted what nobody signed");
        } catch {}
    }

    function test_correct__settled_month__is_refused() external {
        vm.warp(block.timestamp + FINALITY_DELAY);
        _vault.settleMonth(CONFIGURATION, MONTH);
        DayReport memory replacement = _replacement(1, 1);
        bytes[] memory signed = signedBatch(CONFIGURATION, alone(replacement));
        vm.expectRevert(
            abi.encodeWithSelector(IEnergyLedger.EnergyLedger_MonthSettled.selector, CONFIGURATION, MONTH)
        );
        ledger.correct(CONFIGURATION, _accepted, replacement, signed);
    }

    function _replacement(uint40 injectedWh, uint40 withdrawnWh) private view returns (DayReport memory replacement) {
        replacement = reportOf(FIRST_DAY, injectedWh, withdrawnWh);
        replacement.predecessor = Typed.hash(_accepted);
    }

    function _correctTo(uint40 injectedWh, uint40 withdrawnWh) private {
        DayReport memory replacement = _replacement(injectedWh, withdrawnWh);
        correct(CONFIGURATION, _accepted, replacement);
        _accepted = replacement;
    }

    function _requireWrongPredecessor(DayReport memory replaced, DayReport memory replacement, bytes32 accepted)
        private
    {
        bytes[] memory signed = signedBatch(CONFIGURATION, alone(replacement));
        vm.expectRevert(
            abi.encodeWithSelector(
                IEnergyLedger.EnergyLedger_WrongPredecessor.selector,
                CONFIGURATION,
                replacement.day,
                accepted,
                replacement.predecessor
            )
        );
        ledger.correct(CONFIGURATION, replaced, replacement, signed);
    }
}
