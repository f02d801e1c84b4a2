// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {ICommunityRegistry} from "../../src/interfaces/ICommunityRegistry.sol";
import {IEnergyLedger} from "../../src/interfaces/IEnergyLedger.sol";
import {CivilCalendar} from "../../src/libraries/CivilCalendar.sol";
import {Batch, Day, DayReport, MonthNumber, MonthTotals} from "../../src/types/Energy.sol";
import {Energy} from "../support/Energy.sol";
import {Typed} from "../support/Typed.sol";

/// post
/// ├── it should enter each report into its day and its month, and say so
/// ├── it should take 1 to 31 reports, all or none
/// ├── given the community is unknown, it should refuse, whatever is signed
/// ├── given another area or community, it should enter nothing there
/// ├── given the sums of a month leave 48 bits, it should refuse
/// ├── given a day has a report, or a report names a predecessor, it should refuse
/// ├── given a day that is not over in Rome, it should refuse
/// └── given the hours do not fit the day of 23, 24 or 25 hours, it should refuse
contract PostTest is Energy {
    /// 2024-03-31 and 2024-10-27.
    uint32 private constant SPRING = 19_813;
    uint32 private constant AUTUMN = 20_023;

    function setUp() external {
        foundLedger();
    }

    function test_post__one_day__enters_day_and_month() external {
        DayReport memory report = reportOf(FIRST_DAY + 4, 900, 700);
        bytes32 id = Typed.hash(report);
        vm.expectEmit(address(ledger));
        emit IEnergyLedger.DayAccepted(
            CONFIGURATION,
            report.day,
            id,
            0,
            report.root,
            report.roster,
            report.pods,
            report.blinding,
            report.hourTotals
        );
        post(COMMUNITY, alone(report));

        assertEq(ledger.reportOf(CONFIGURATION, report.day), id, "accepted report");
        assertEq(ledger.hashReport(report), id, "id");
        MonthTotals memory totals = ledger.totalsOf(CONFIGURATION, MONTH);
        assertEq(totals.injectedWh, 24 * 900, "injected");
        assertEq(totals.withdrawnWh, 24 * 700, "withdrawn");
        assertEq(totals.sharedWh, 24 * 700, "shared");
        assertEq(totals.acceptedDays, 1 << 4, "accepted days");
        assertEq(totals.finalAt, block.timestamp + FINALITY_DELAY, "end of the challenge window");
        assertEq(totals.corrections, 0, "corrections");
        assertEq(totals.hiddenDays, 0, "hidden days");
        assertTrue(!totals.settled && !totals.disputed, "neither settled nor disputed");
    }

    function testFuzz_post__day__must_be_over_in_rome(uint32 day) external {
        uint256 begins = uint256(day) * 1 days;
        vm.assume(begins > 4 hours);
        DayReport[] memory reports = alone(reportOf(day, 1, 1));
        (,, uint256 hourCount) = CivilCalendar.locate(Day.wrap(day));
        reports[0].hourTotals = flatHours(1, 1, hourCount);
        Batch memory batch = signedBatch(COMMUNITY, reports);
        vm.warp(begins + 1 days - 2 hours - 1);
        vm.expectRevert(abi.encodeWithSelector(IEnergyLedger.EnergyLedger_DayNotOver.selector, day));
        ledger.post(batch);
        vm.warp(begins + 1 days - 2 hours);
        if (block.timestamp > type(uint32).max) return;
        ledger.post(batch);
        assertEq(ledger.reportOf(CONFIGURATION, Day.wrap(day)), Typed.hash(reports[0]), "accepted when it is over");
    }

    function testFuzz_post__batches_of_a_month__add_up(uint256 seed, uint256 split) external {
        split = bound(split, 1, DAY_COUNT - 1);
        (DayReport[] memory first, DayReport[] memory second) =
            (new DayReport[](split), new DayReport[](DAY_COUNT - split));
        (uint256 injectedWh, uint256 sharedWh) = (0, 0);
        for (uint32 i = 0; i < DAY_COUNT; ++i) {
            (uint40 injected, uint40 withdrawn) = (uint32(draw(seed, i)), uint32(draw(seed, i + 100)));
            if (i < split) first[i] = reportOf(FIRST_DAY + i, injected, withdrawn);
            else second[i - split] = reportOf(FIRST_DAY + i, injected, withdrawn);
            injectedWh += 24 * uint256(injected);
            sharedWh += 24 * uint256(injected < withdrawn ? injected : withdrawn);
        }
        post(COMMUNITY, second);
        post(COMMUNITY, first);
        MonthTotals memory totals = ledger.totalsOf(CONFIGURATION, MONTH);
        assertEq(totals.injectedWh, injectedWh, "injected");
        assertEq(totals.sharedWh, sharedWh, "shared");
        assertEq(totals.acceptedDays, (1 << DAY_COUNT) - 1, "accepted days");
    }

    function test_post__thirty_one_reports__are_the_most() external {
        DayReport[] memory reports = new DayReport[](31);
        for (uint32 i = 0; i < 31; ++i) {
            reports[i] = reportOf(FIRST_DAY - 31 + i, 1, 1);
        }
        post(COMMUNITY, reports);
        MonthNumber before = MonthNumber.wrap(MonthNumber.unwrap(MONTH) - 1);
        assertEq(ledger.totalsOf(CONFIGURATION, before).acceptedDays, (uint256(1) << 31) - 1, "all of January");
    }

    function testFuzz_post__too_few_or_too_many_reports__are_refused(uint256 count) external {
        count = bound(count, 0, 4) == 0 ? 0 : bound(count, 32, 40);
        Batch memory batch = signedBatch(COMMUNITY, new DayReport[](count));
        vm.expectRevert(abi.encodeWithSelector(IEnergyLedger.EnergyLedger_ReportCountOutOfRange.selector, count, 31));
        ledger.post(batch);
    }

    function test_post__unknown_community__is_refused_for_any_number_of_signatures() external {
        bytes32 unknown = ledger.communityId(ADMINISTRATOR, "unknown");
        Batch memory batch = signedBatch(unknown, alone(reportOf(FIRST_DAY, 1, 1)));
        assertEq(batch.epoch, 0, "an unknown community has no epoch");
        bytes memory signed = batch.signatures;
        for (uint256 i = 0; i < 2; ++i) {
            batch.signatures = i == 0 ? bytes("") : signed;
            uint256 count = batch.signatures.length / 65;
            vm.expectRevert(
                abi.encodeWithSelector(ICommunityRegistry.CommunityRegistry_TooFewSignatures.selector, count, 0)
            );
            ledger.post(batch);
        }
    }

    function test_post__other_area__is_another_configuration() external {
        Batch memory batch = signedBatchIn("AC001E00002", COMMUNITY, alone(reportOf(FIRST_DAY, 1, 1)));
        ledger.post(batch);
        bytes32 configuration = keccak256(abi.encode(COMMUNITY, batch.area));
        assertEq(ledger.reportOf(configuration, Day.wrap(FIRST_DAY)), Typed.hash(batch.reports[0]), "its own");
        assertEq(ledger.reportOf(CONFIGURATION, Day.wrap(FIRST_DAY)), 0, "not the other area's");
        assertEq(ledger.totalsOf(CONFIGURATION, MONTH).acceptedDays, 0, "nor its month");
    }

    function test_post__same_report_for_two_communities__is_accepted_by_both() external {
        bytes32 other = registerCommunity("other");
        DayReport memory report = reportOf(FIRST_DAY, 1, 1);
        post(other, alone(report));
        assertEq(ledger.reportOf(CONFIGURATION, report.day), 0, "not the other community's");
        post(COMMUNITY, alone(report));
        assertEq(ledger.reportOf(CONFIGURATION, report.day), Typed.hash(report), "accepted report");
        assertEq(ledger.reportOf(configurationOf(other), report.day), Typed.hash(report), "and there");
    }

    function test_post__same_report_again__is_refused() external {
        DayReport memory report = reportOf(FIRST_DAY, 5, 3);
        post(COMMUNITY, alone(report));
        Batch memory batch = signedBatch(COMMUNITY, alone(report));
        vm.expectRevert(
            abi.encodeWithSelector(
                IEnergyLedger.EnergyLedger_WrongPredecessor.selector,
                CONFIGURATION,
                report.day,
                Typed.hash(report),
                bytes32(0)
            )
        );
        ledger.post(batch);
    }

    function test_post__report_that_names_the_accepted_one__is_refused() external {
        DayReport memory report = reportOf(FIRST_DAY, 5, 3);
        post(COMMUNITY, alone(report));
        DayReport memory successor = reportOf(FIRST_DAY, 6, 3);
        successor.predecessor = Typed.hash(report);
        Batch memory batch = signedBatch(COMMUNITY, alone(successor));
        vm.expectRevert(
            abi.encodeWithSelector(
                IEnergyLedger.EnergyLedger_WrongPredecessor.selector,
                CONFIGURATION,
                report.day,
                bytes32(0),
                successor.predecessor
            )
        );
        ledger.post(batch);
    }

    function test_post__last_report_is_bad__accepts_none() external {
        DayReport[] memory reports = monthReports(25);
        reports[2].hourTotals = flatHours(1, 1, 25);
        Batch memory batch = signedBatch(COMMUNITY, reports);
        vm.expectRevert(
            abi.encodeWithSelector(
                IEnergyLedger.EnergyLedger_WrongHourTotalsLength.selector, reports[2].day, 250, 240
            )
        );
        ledger.post(batch);
        assertEq(ledger.reportOf(CONFIGURATION, reports[0].day), 0, "nothing accepted");
    }

    function testFuzz_post__hours__must_fit_the_day(uint256 hourCount, uint256 which, uint256 extra) external {
        hourCount = bound(hourCount, 0, 30);
        extra = bound(extra, 0, 3) == 0 ? bound(extra, 1, 9) : 0;
        which = bound(which, 0, 2);
        uint32 day = [SPRING, FIRST_DAY, AUTUMN][which];
        uint256 expected = 23 + which;
        DayReport memory report = reportOf(day, 0, 0);
        report.hourTotals = bytes.concat(flatHours(2, 1, hourCount), new bytes(extra));
        Batch memory batch = signedBatch(COMMUNITY, alone(report));
        // 32 bytes hide the totals: open is about these.
        vm.assume(report.hourTotals.length != 32);
        if (hourCount != expected || extra != 0) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IEnergyLedger.EnergyLedger_WrongHourTotalsLength.selector,
                    Day.wrap(day),
                    hourCount * 10 + extra,
                    expected * 10
                )
            );
        }
        ledger.post(batch);
    }

    /// @dev Eleven days of the largest totals are more than 2^48 Wh.
    function test_post__sums_beyond_48_bits__are_refused() external {
        DayReport[] memory reports = new DayReport[](11);
        for (uint32 i = 0; i < 11; ++i) {
            reports[i] = reportOf(FIRST_DAY + i, type(uint40).max, 0);
        }
        Batch memory batch = signedBatch(COMMUNITY, reports);
        vm.expectRevert(
            abi.encodeWithSelector(
                SafeCast.SafeCastOverflowedUintDowncast.selector, 48, 11 * 24 * uint256(type(uint40).max)
            )
        );
        ledger.post(batch);
    }
}
