// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Day, DayReport, MonthNumber, MonthTotals} from "../types/Energy.sol";
import {IReporterQuorum} from "./IReporterQuorum.sol";

/// @title Hours of energy, attested by reporters, for many communities.
/// @notice Holds no money. Energy is keyed by configuration: the members' points of delivery below one primary
/// substation. The ledger derives the shared energy of every hour itself and keeps totals per month; what it is given
/// rests on the reporters. No reading of a person is ever part of a report: only the configuration's totals of an
/// hour, and roots over a list of blinded commitments and of their pseudonyms. That the list adds up to the totals is
/// not checked here but by anyone who has the list: see docs/what-is-proved.md.
interface IEnergyLedger is IReporterQuorum {
    event ConfigurationRegistered(bytes32 indexed configuration, address indexed vault);
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

    error EnergyLedger_NotRegistrar(address caller);
    error EnergyLedger_InvalidVault(address vault);
    error EnergyLedger_AlreadyRegistered(bytes32 configuration, address vault);
    error EnergyLedger_UnknownConfiguration(bytes32 configuration);
    error EnergyLedger_ReportCountOutOfRange(uint256 reports, uint256 most);
    error EnergyLedger_WrongPredecessor(bytes32 configuration, Day day, bytes32 accepted, bytes32 predecessor);
    error EnergyLedger_OtherDay(Day replaced, Day replacement);
    error EnergyLedger_WrongHourTotalsLength(Day day, uint256 length, uint256 expected);
    error EnergyLedger_MonthSettled(bytes32 configuration, MonthNumber month);
    error EnergyLedger_NotVault(bytes32 configuration, address caller);
    error EnergyLedger_MonthNotFinal(bytes32 configuration, MonthNumber month);
    error EnergyLedger_DayNotOver(Day day);
    error EnergyLedger_DelayTooLong(uint40 delay, uint40 most);

    /// @notice Binds a configuration to the vault that may settle its months, for good.
    /// Requirements: the caller is the registrar; the configuration is new; the vault is a contract whose ledger() is
    /// this one.
    /// @dev Warning: whether the contract is an honest vault is the registrar's to know. A dishonest one can close months
    /// to corrections; it never reaches another configuration or vault.
    function registerConfiguration(bytes32 configuration, address vault) external;

    /// @notice Accepts the first reports of one or more days of a configuration; all or none.
    /// Requirements: the configuration is registered; 1 to 31 reports; each names no predecessor and its day has no
    /// report; the day is over in Rome; its hour totals fit it; the reporters signed Batch(configuration, reports).
    /// @dev Anyone may relay: authority lies in the signatures.
    /// @param signatures 65 bytes (r, s, v) each, in strictly ascending order of their signers.
    function post(bytes32 configuration, DayReport[] calldata reports, bytes[] calldata signatures) external;

    /// @notice Replaces the accepted report of a day, and moves the month's totals by the difference.
    /// Requirements: the replacement names the accepted report, which `replaced` spells out; its hour totals fit its
    /// day; no settlement has read the month; the reporters signed Batch(configuration, [replacement]).
    /// @dev The finality delay of the month starts anew.
    function correct(
        bytes32 configuration,
        DayReport calldata replaced,
        DayReport calldata replacement,
        bytes[] calldata signatures
    ) external;

    /// @notice Reads a final month for a settlement, after which the month cannot be corrected.
    /// Requirements: the caller is the configuration's vault; the month is final.
    /// @dev May be repeated: several distributions may name the same month.
    /// @return sharedWh The month's shared energy in Wh.
    /// @return corrections How many of its reports replaced another one.
    function settleMonth(bytes32 configuration, MonthNumber month)
        external
        returns (uint256 sharedWh, uint256 corrections);

    /// @notice Id of the accepted report of a day; zero if there is none.
    function reportOf(bytes32 configuration, Day day) external view returns (bytes32);

    /// @notice Energy of a month so far.
    function totalsOf(bytes32 configuration, MonthNumber month) external view returns (MonthTotals memory);

    /// @notice Whether every civil day of the month is accepted and the finality delay has passed since the last
    /// acceptance. Until a settlement reads it, a final month can still be corrected and is then not final.
    function isFinal(bytes32 configuration, MonthNumber month) external view returns (bool);

    /// @notice The vault that settles a configuration; zero if it is not registered.
    function vaultOf(bytes32 configuration) external view returns (address);

    /// @notice Id of a report: its EIP-712 struct hash.
    function hashReport(DayReport calldata report) external pure returns (bytes32);

    /// @notice The account that registers configurations.
    function registrar() external view returns (address);

    /// @notice Seconds from a month's last acceptance until it is final.
    function finalityDelay() external view returns (uint40);
}
