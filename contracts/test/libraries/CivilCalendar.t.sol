// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CivilCalendar} from "../../src/libraries/CivilCalendar.sol";
import {LibraryHarness} from "../../src/mocks/LibraryHarness.sol";
import {Day, MonthNumber} from "../../src/types/Energy.sol";
import {Test} from "../support/Test.sol";

/// locate, daysIn, isOver and monthAt
/// ├── it should agree with a calendar that walks month by month from 1970
/// ├── it should give 23 hours to the last Sunday of March, 25 to that of October, 24 to all others
/// ├── it should agree with that calendar far in the future, where 100 and 400 years matter
/// └── it should let days and months end two hours before they do in UTC
contract CivilCalendarTest is Test {
    LibraryHarness private _harness = new LibraryHarness();

    /// @dev Day on which each month starts, by walking; enough for a drawn day to start near its month.
    uint256[] private _starts;

    function setUp() external {
        uint256 start = 0;
        for (uint256 month = 0; month < 12 * 440; ++month) {
            _starts.push(start);
            start += _length(month);
        }
    }

    function testFuzz_locate__day_of_four_centuries__is_where_walking_arrives(uint256 month, uint256 dayOfMonth)
        external
        view
    {
        month = bound(month, 0, _starts.length - 1);
        dayOfMonth = bound(dayOfMonth, 1, _length(month));
        _requireLocated(month, dayOfMonth);
    }

    function testFuzz_locate__spring_and_autumn__change_the_clock_on_last_sundays(uint256 year, bool spring)
        external
        view
    {
        uint256 month = bound(year, 0, 439) * 12 + (spring ? 2 : 9);
        for (uint256 dayOfMonth = 24; dayOfMonth <= 31; ++dayOfMonth) {
            _requireLocated(month, dayOfMonth);
        }
    }

    function testFuzz_daysIn__any_month__is_as_written_on_the_wall(uint32 month) external view {
        assertEq(_harness.daysIn(MonthNumber.wrap(month)), _length(month), "days");
    }

    function test_locate__leap_days_of_centuries__are_the_calendar_s() external view {
        _requireLocated((2000 - 1970) * 12 + 1, 29);
        _requireLocated((2100 - 1970) * 12 + 1, 28);
        _requireLocated((2100 - 1970) * 12 + 2, 1);
        _requireLocated((2400 - 1970) * 12 + 1, 29);
    }

    function testFuzz_isOver__any_day__is_over_two_hours_before_midnight(uint32 day) external pure {
        uint256 over = (uint256(day) + 1) * 1 days - 2 hours;
        assertTrue(!CivilCalendar.isOver(Day.wrap(day), over - 1), "not over");
        assertTrue(CivilCalendar.isOver(Day.wrap(day), over), "over");
    }

    function testFuzz_monthAt__any_month__begins_two_hours_before_midnight(uint256 month) external view {
        month = bound(month, 1, _starts.length - 1);
        uint256 begins = _starts[month] * 1 days - 2 hours;
        assertEq(MonthNumber.unwrap(CivilCalendar.monthAt(begins)), month, "begun");
        assertEq(MonthNumber.unwrap(CivilCalendar.monthAt(begins - 1)), month - 1, "not yet begun");
    }

    function _requireLocated(uint256 month, uint256 dayOfMonth) private view {
        uint256 day = _starts[month] + dayOfMonth - 1;
        (MonthNumber found, uint256 foundDay, uint256 hourCount) = _harness.locate(Day.wrap(uint32(day)));
        assertEq(MonthNumber.unwrap(found), month, "month");
        assertEq(foundDay, dayOfMonth, "day of the month");
        assertEq(hourCount, _hours(month, dayOfMonth, day), "hours");
    }

    /// @dev 1970-01-01 was a Thursday. A Sunday is a month's last if the month ends within a week of it.
    function _hours(uint256 month, uint256 dayOfMonth, uint256 day) private pure returns (uint256) {
        bool sunday = day % 7 == 3;
        if (!sunday || dayOfMonth + 7 <= _length(month)) return 24;
        if (month % 12 == 2) return 23;
        return month % 12 == 9 ? 25 : 24;
    }

    function _length(uint256 month) private pure returns (uint256) {
        uint256 year = 1970 + month / 12;
        bool leap = year % 400 == 0 || (year % 4 == 0 && year % 100 != 0);
        uint8[12] memory lengths = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        return lengths[month % 12];
    }
}
