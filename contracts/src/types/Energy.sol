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
    /// Sum of the commitments' blindings modulo the order of secp256k1: with it the list opens to hourTotals. Zero
    /// where these are hidden: it would tell a right guess from a wrong one.
    bytes32 blinding;
    /// For each of the day's 23, 24 or 25 civil hours: uint40 injected Wh, uint40 withdrawn Wh, big-endian. Or, where
    /// these would show what single persons did, 32 bytes that hide them: keccak256(salt ‖ hour totals).
    bytes hourTotals;
}

/// @dev Reports of one configuration under one set of signatures.
struct Batch {
    bytes32 community;
    /// The code of the configuration's primary substation area.
    bytes32 area;
    /// The reporters' epoch for which the batch was signed.
    uint32 epoch;
    DayReport[] reports;
    /// 65 bytes (r, s, v) each, in strictly ascending order of their signers.
    bytes signatures;
}

/// @dev A configuration's energy in one month, in one storage slot.
struct MonthTotals {
    /// Sums over the days whose hour totals are known.
    uint48 injectedWh;
    uint48 withdrawnWh;
    uint48 sharedWh;
    /// Bit d - 1 is set when day d of the month has an accepted report.
    uint32 acceptedDays;
    /// Timestamp at which the challenge window of the latest acceptance ends, unless the month is disputed.
    uint40 finalAt;
    /// How often a report of the month was replaced or opened.
    uint16 corrections;
    /// Accepted days whose hour totals are hidden: for them the chain has not checked the rule of shared energy.
    uint8 hiddenDays;
    /// True once a settlement has read the month: from then on a correction is an adjustment.
    bool settled;
    /// True once somebody objected: the challenge window is longer then.
    bool disputed;
}

/// @dev What a day adds to its month.
struct DayEnergy {
    uint64 injectedWh;
    uint64 withdrawnWh;
    uint64 sharedWh;
    /// False while the hour totals are hidden.
    bool known;
}

/// @dev An energy month of one configuration.
struct Month {
    bytes32 configuration;
    MonthNumber month;
}

/// @dev What a settlement learns from the ledger.
struct SettledMonths {
    uint256 sharedWh;
    /// New less old shared Wh of settled months that were corrected since the community's last settlement.
    int256 adjustmentWh;
    /// Corrections that the months have seen, and those behind the adjustment.
    uint256 corrections;
    /// Days of the months whose energy is hidden, and so not part of sharedWh.
    uint256 hiddenDays;
    /// Shares of revenue that hold for the months.
    Shares shares;
}

/// @dev How revenue is divided, in basis points that add up to 10,000.
struct Shares {
    uint16 producersBps;
    uint16 socialBps;
    uint16 gridBps;
}

function otherDay(Day a, Day b) pure returns (bool) {
    return Day.unwrap(a) != Day.unwrap(b);
}
