// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Batch, Day, DayReport, Month, MonthNumber, MonthTotals, SettledMonths} from "../types/Energy.sol";
import {ICommunityRegistry} from "./ICommunityRegistry.sol";

/// @title Hours of energy, attested by reporters, for many communities.
/// @notice Holds no money. Energy is keyed by configuration: the members' points of delivery below one primary
/// substation. The ledger derives the shared energy of every hour itself and keeps totals per month; what it is given
/// rests on the reporters. No reading of a person is ever part of a report: only the configuration's totals of an
/// hour, and roots over a list of blinded commitments and of their pseudonyms. That the list adds up to the totals is
/// not checked here but by anyone who has the list: see docs/what-is-proved.md.
interface IEnergyLedger is ICommunityRegistry {
    event DayAccepted(
        bytes32 indexed configuration,
        Day indexed day,
        bytes32 report,
        bytes32 predecessor,
        bytes32 root,
        bytes32 roster,
        uint32 pods,
        bytes32 blinding,
        bytes hourTotals
    );
    /// `reason` is what post would have reverted with; anyone can cause this event, in any community's name.
    event BatchSkipped(bytes32 indexed community, bytes32 indexed area, bytes reason);
    event DayOpened(bytes32 indexed configuration, Day indexed day, bytes32 report, bytes32 salt, bytes hourTotals);
    event MonthDisputed(
        bytes32 indexed configuration,
        MonthNumber indexed month,
        Day indexed day,
        bytes32 report,
        address objector,
        bytes32 reason
    );
    event MonthAdjusted(bytes32 indexed configuration, MonthNumber indexed month, int256 sharedWh);
    event MonthSettled(bytes32 indexed configuration, MonthNumber indexed month, uint256 sharedWh, uint256 hiddenDays);

    error EnergyLedger_ReportCountOutOfRange(uint256 reports, uint256 most);
    error EnergyLedger_BatchCountOutOfRange(uint256 batches, uint256 most);
    error EnergyLedger_TooLittleGas(uint256 position);
    error EnergyLedger_WrongPredecessor(bytes32 configuration, Day day, bytes32 accepted, bytes32 predecessor);
    error EnergyLedger_ReplacedCountDiffers(uint256 replaced, uint256 reports);
    error EnergyLedger_OtherDay(Day replaced, Day replacement);
    error EnergyLedger_WrongHourTotalsLength(Day day, uint256 length, uint256 expected);
    error EnergyLedger_DayNotOver(Day day);
    error EnergyLedger_DelayTooLong(uint40 delay, uint40 most);
    error EnergyLedger_NotHidden(bytes32 configuration, Day day);
    error EnergyLedger_WrongOpening(bytes32 computed, bytes32 hidden);
    error EnergyLedger_MayNotObject(bytes32 community, address caller);
    error EnergyLedger_NoReport(bytes32 configuration, Day day);
    error EnergyLedger_WindowClosed(bytes32 configuration, MonthNumber month);
    error EnergyLedger_AlreadyDisputed(bytes32 configuration, MonthNumber month);
    error EnergyLedger_NotVault(bytes32 community, address caller);
    error EnergyLedger_MonthCountOutOfRange(uint256 months, uint256 most);
    error EnergyLedger_MonthsNotAscending(uint256 position);
    error EnergyLedger_OtherCommunity(bytes32 configuration, bytes32 community);
    error EnergyLedger_MonthNotFinal(bytes32 configuration, MonthNumber month);
    error EnergyLedger_SharesDiffer(MonthNumber first, MonthNumber other);

    /// @notice Accepts the first reports of one or more days of a configuration; all or none.
    /// Requirements: 1 to 31 reports; each names no predecessor and its day has no report; the day is over in Rome (in
    /// winter an hour early); its hour totals fit it or are hidden; the community is not paused, and its reporters of
    /// the named epoch signed Batch(configuration, epoch, reports).
    /// @dev Anyone may relay: authority lies in the signatures.
    function post(Batch calldata batch) external;

    /// @notice Accepts batches as post does; one that post would refuse is skipped with an event.
    /// Requirements: 1 to 64 batches; enough gas that no refusal is for the want of it.
    function postAll(Batch[] calldata batches) external;

    /// @notice Replaces accepted reports, and moves their months' totals by the difference; all or none.
    /// Requirements: as in post, but each report names the accepted report of its day, which `replaced` spells out.
    /// @dev The challenge window of a month starts anew. In a month that a settlement has read, the difference of
    /// shared energy becomes an adjustment, which the community's next settlement takes up.
    function correct(Batch calldata batch, DayReport[] calldata replaced) external;

    /// @notice Shows the hidden hour totals of an accepted report, and adds them to the month.
    /// Requirements: keccak256(salt ‖ hourTotals) is what the report hides; the totals fit the day; not yet opened.
    /// @dev Anyone who has salt and totals may call: decide before you share them. An opening counts as a
    /// correction, and in a settled month as an adjustment too, but begins no challenge window: that of the report was
    /// for it as well.
    function open(bytes32 configuration, DayReport calldata report, bytes32 salt, bytes calldata hourTotals) external;

    /// @notice Objects to a report while its challenge window is open: the window becomes 7 days longer, once a month.
    /// Only the reporters can replace the report.
    /// Requirements: the caller is a reporter, or the member whom salt, position and proof find in the roster.
    /// @param reason Hash of what the objector has to say.
    function dispute(
        bytes32 community,
        bytes32 area,
        Day day,
        bytes32 reason,
        bytes32 salt,
        uint256 position,
        bytes32[] calldata proof
    ) external;

    /// @notice Reads final months for a settlement and takes up the community's adjustment, whether or not the
    /// challenge window of the corrected months is over: it moves no money.
    /// Requirements: the caller is the community's vault; the reporters of the epoch signed the digest; 1 to 64 months
    /// in strictly ascending order of (configuration, month), each of the community, final, and of equal shares.
    /// @dev May be repeated: several distributions may name the same month, whose sum is then that after corrections.
    /// What the digest says is the vault's matter: a false vault harms its own community only.
    function settleMonths(
        bytes32 community,
        Month[] calldata months,
        uint32 epoch,
        bytes32 digest,
        bytes calldata signatures
    ) external returns (SettledMonths memory settled);

    /// @notice Id of the accepted report of a day; zero if there is none.
    function reportOf(bytes32 configuration, Day day) external view returns (bytes32);

    /// @notice Whether the accepted report of a day hid its hour totals and they were opened.
    function isOpened(bytes32 configuration, Day day) external view returns (bool);

    /// @notice Energy of a month so far.
    function totalsOf(bytes32 configuration, MonthNumber month) external view returns (MonthTotals memory);

    /// @notice Whether every civil day of the month is accepted and the challenge window is over. A final
    /// month can still be corrected, and is then not final until the window is over again.
    function isFinal(bytes32 configuration, MonthNumber month) external view returns (bool);

    /// @notice What the community's next settlement takes up: new less old shared Wh of settled months, and of how many
    /// corrections.
    function adjustmentOf(bytes32 community) external view returns (int256 sharedWh, uint32 corrections);

    /// @notice Id of a report: its EIP-712 struct hash.
    function hashReport(DayReport calldata report) external pure returns (bytes32);

    /// @notice EIP-712 domain separator on the current chain.
    function domainSeparator() external view returns (bytes32);

    /// @notice Seconds from an acceptance until the month's challenge window ends.
    function finalityDelay() external view returns (uint40);
}
