// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @dev A civil date of Europe/Rome as days since 1970-01-01.
type Day is uint32;

/// @dev A calendar month as (year - 1970) * 12 + month - 1.
type MonthNumber is uint32;

using {otherDay as !=} for Day global;

/// @dev What m of n reporters sign for one configuration and day.
struct DayReport {
    Day day;
    /// The report id that this one replaces; zero for the first report of a day.
    bytes32 predecessor;
    /// Root over the published list: a pseudonym of the month and a Pedersen commitment to the day's hours per POD.
    bytes32 root;
    /// Root over the pseudonyms alone, strictly ascending; it stays the same while the same PODs take part.
    bytes32 roster;
    /// Entries of the list.
    uint32 pods;
    /// Sum of the commitments' blindings modulo the order of secp256k1: with it the list opens to hourTotals.
    bytes32 blinding;
    /// For each of the day's 23, 24 or 25 civil hours: uint40 injected Wh, uint40 withdrawn Wh, big-endian.
    bytes hourTotals;
}

/// @dev A configuration's energy in one month, in one storage slot.
struct MonthTotals {
    uint56 injectedWh;
    uint56 withdrawnWh;
    uint56 sharedWh;
    /// Bit d - 1 is set when day d of the month has an accepted report.
    uint32 acceptedDays;
    /// Timestamp of the latest acceptance, corrections included.
    uint32 lastAcceptance;
    /// How many reports of the month replaced another one.
    uint16 corrections;
    /// True once a settlement has read the month: from then on it cannot be corrected.
    bool settled;
}

function otherDay(Day a, Day b) pure returns (bool) {
    return Day.unwrap(a) != Day.unwrap(b);
}
