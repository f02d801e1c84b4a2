// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Day, MonthNumber} from "../types/Energy.sol";

/// @title Proleptic Gregorian calendar with the European Union's clock changes.
/// @dev Source of the clock changes: Directive 2000/84/EC, last Sundays of March and October. Should the law
/// change, a successor ledger takes over: an immutable contract cannot learn a new rule.
library CivilCalendar {
    /// Days from 0000-03-01, where a leap day ends its year, to 1970-01-01.
    uint256 private constant EPOCH_OFFSET_DAYS = 719_468;
    uint256 private constant DAYS_PER_ERA = 146_097;
    uint256 private constant YEARS_PER_ERA = 400;
    /// March and October have 31 days: their last Sunday falls on the 25th or later.
    uint256 private constant LAST_WEEK_STARTS = 25;
    /// Midnight in Rome comes at most two hours before midnight in UTC.
    uint256 private constant ROME_AHEAD = 2 hours;

    /// @dev Whether a day is over in Rome; in winter an hour early.
    function isOver(Day day, uint256 timestamp) internal pure returns (bool) {
        return (uint256(Day.unwrap(day)) + 1) * 1 days <= timestamp + ROME_AHEAD;
    }

    /// @dev The month that a timestamp falls into in Rome; in winter its first hour is that before it.
    function monthAt(uint256 timestamp) internal pure returns (MonthNumber month) {
        // Timestamps stay below 2^32 days.
        (month,,) = locate(Day.wrap(uint32((timestamp + ROME_AHEAD) / 1 days)));
    }

    /// @dev Month of a day, day of the month from 1, and the number of civil hours: 23, 24 or 25.
    function locate(Day day) internal pure returns (MonthNumber month, uint256 dayOfMonth, uint256 hourCount) {
        uint256 monthOfYear;
        uint256 year;
        (year, monthOfYear, dayOfMonth) = civilDate(day);
        // A Day is below 2^32, so its year is below 12 million and the month number below 2^32.
        month = MonthNumber.wrap(uint32((year - 1970) * 12 + monthOfYear - 1));

        bool lastSunday = dayOfMonth >= LAST_WEEK_STARTS && (uint256(Day.unwrap(day)) + 4) % 7 == 0;
        if (lastSunday && monthOfYear == 3) hourCount = 23;
        else if (lastSunday && monthOfYear == 10) hourCount = 25;
        else hourCount = 24;
    }

    /// @dev Year, month from 1 and day from 1. Counts in eras of 400 years that begin on the first of March, so that
    /// the leap day is the last of its year and month lengths repeat every five months (153 days).
    function civilDate(Day day) internal pure returns (uint256 year, uint256 monthOfYear, uint256 dayOfMonth) {
        // A Day has 32 bits, and nothing below is subtracted from anything smaller.
        unchecked {
            uint256 shifted = uint256(Day.unwrap(day)) + EPOCH_OFFSET_DAYS;
            uint256 dayOfEra = shifted % DAYS_PER_ERA;
            uint256 yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
            uint256 dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
            uint256 monthFromMarch = (5 * dayOfYear + 2) / 153;
            dayOfMonth = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1;
            monthOfYear = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
            year = yearOfEra + (shifted / DAYS_PER_ERA) * YEARS_PER_ERA + (monthOfYear <= 2 ? 1 : 0);
        }
    }

    /// @dev Number of days of a month: 28 to 31.
    function daysIn(MonthNumber month) internal pure returns (uint256) {
        uint256 year = 1970 + MonthNumber.unwrap(month) / 12;
        uint256 monthOfYear = MonthNumber.unwrap(month) % 12 + 1;
        if (monthOfYear == 2) return isLeapYear(year) ? 29 : 28;
        if (monthOfYear == 4 || monthOfYear == 6 || monthOfYear == 9 || monthOfYear == 11) return 30;
        return 31;
    }

    function isLeapYear(uint256 year) internal pure returns (bool) {
        return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    }
}
