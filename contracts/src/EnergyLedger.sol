// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {ICommunityVault} from "./interfaces/ICommunityVault.sol";
import {IEnergyLedger} from "./interfaces/IEnergyLedger.sol";
import {CivilCalendar} from "./libraries/CivilCalendar.sol";
import {HourTotals} from "./libraries/HourTotals.sol";
import {Messages} from "./libraries/Messages.sol";
import {ReporterQuorum} from "./ReporterQuorum.sol";
import {Day, DayReport, MonthNumber, MonthTotals} from "./types/Energy.sol";

/// @dev See IEnergyLedger.
contract EnergyLedger is IEnergyLedger, ReporterQuorum {
    using SafeCast for uint256;
    using Messages for DayReport;

    /// Bounds the loop over reports: the days of the longest month.
    uint256 private constant MAX_REPORTS = 31;
    uint40 private constant MAX_FINALITY_DELAY = 90 days;
    /// Midnight in Rome comes at most two hours before midnight in UTC.
    uint256 private constant ROME_AHEAD = 2 hours;

    address private immutable _registrar;
    uint40 private immutable _finalityDelay;

    mapping(bytes32 configuration => address) private _vaults;
    mapping(bytes32 configuration => mapping(Day => bytes32)) private _reports;
    mapping(bytes32 configuration => mapping(MonthNumber => MonthTotals)) private _totals;

    constructor(address registrar_, address[] memory reporters_, uint8 threshold_, uint40 finalityDelay_)
        ReporterQuorum("Condivisa EnergyLedger", reporters_, threshold_)
    {
        if (finalityDelay_ > MAX_FINALITY_DELAY) revert EnergyLedger_DelayTooLong(finalityDelay_, MAX_FINALITY_DELAY);
        _registrar = registrar_;
        _finalityDelay = finalityDelay_;
    }

    /* ---------------------------------------------- registration ---------------------------------------------- */

    /// @inheritdoc IEnergyLedger
    function registerConfiguration(bytes32 configuration, address vault) external {
        // Check: the registrar binds a new configuration to a vault that reads this ledger.
        if (msg.sender != _registrar) revert EnergyLedger_NotRegistrar(msg.sender);
        if (vault.code.length == 0) revert EnergyLedger_InvalidVault(vault);
        try ICommunityVault(vault).ledger() returns (IEnergyLedger ledger) {
            if (address(ledger) != address(this)) revert EnergyLedger_InvalidVault(vault);
        } catch {
            revert EnergyLedger_InvalidVault(vault);
        }
        address registered = _vaults[configuration];
        if (registered != address(0)) revert EnergyLedger_AlreadyRegistered(configuration, registered);

        // Effect:
        _vaults[configuration] = vault;
        emit ConfigurationRegistered(configuration, vault);
    }

    /* ------------------------------------------------- reports ------------------------------------------------ */

    /// @inheritdoc IEnergyLedger
    function post(bytes32 configuration, DayReport[] calldata reports, bytes[] calldata signatures) external {
        // Check: a known configuration, a bounded batch, and the reporters' signatures over all of it.
        if (_vaults[configuration] == address(0)) revert EnergyLedger_UnknownConfiguration(configuration);
        if (reports.length == 0 || reports.length > MAX_REPORTS) {
            revert EnergyLedger_ReportCountOutOfRange(reports.length, MAX_REPORTS);
        }
        bytes32[] memory ids = new bytes32[](reports.length);
        for (uint256 i = 0; i < ids.length; ++i) {
            ids[i] = reports[i].hash();
        }
        _requireQuorum(Messages.hashBatch(configuration, ids), signatures);

        // Effect: each report enters an empty day, and its month.
        for (uint256 i = 0; i < ids.length; ++i) {
            if (reports[i].predecessor != 0) {
                revert EnergyLedger_WrongPredecessor(configuration, reports[i].day, 0, reports[i].predecessor);
            }
            _accept(configuration, reports[i], ids[i]);
            _add(configuration, reports[i]);
        }
    }

    /// @inheritdoc IEnergyLedger
    function correct(
        bytes32 configuration,
        DayReport calldata replaced,
        DayReport calldata replacement,
        bytes[] calldata signatures
    ) external {
        // Check: the replacement names the accepted report of its own day, and the reporters signed it.
        if (replaced.day != replacement.day) revert EnergyLedger_OtherDay(replaced.day, replacement.day);
        bytes32 predecessor = replaced.hash();
        if (predecessor != replacement.predecessor) {
            revert EnergyLedger_WrongPredecessor(
                configuration, replacement.day, predecessor, replacement.predecessor
            );
        }
        bytes32[] memory ids = new bytes32[](1);
        ids[0] = replacement.hash();
        _requireQuorum(Messages.hashBatch(configuration, ids), signatures);

        // Effect: the day's report changes, and the month moves by the difference.
        _accept(configuration, replacement, ids[0]);
        _exchange(configuration, replaced, replacement);
    }

    /// @dev Compare-and-swap of a day's report: the day is over, and the slot must hold the predecessor that the report
    /// names.
    function _accept(bytes32 configuration, DayReport calldata report, bytes32 id) private {
        if ((uint256(Day.unwrap(report.day)) + 1) * 1 days > block.timestamp + ROME_AHEAD) {
            revert EnergyLedger_DayNotOver(report.day);
        }
        bytes32 accepted = _reports[configuration][report.day];
        if (accepted != report.predecessor) {
            revert EnergyLedger_WrongPredecessor(configuration, report.day, accepted, report.predecessor);
        }
        _reports[configuration][report.day] = id;
        emit DayAccepted(
            configuration,
            report.day,
            id,
            report.predecessor,
            report.root,
            report.roster,
            report.pods,
            report.blinding,
            report.hourTotals
        );
    }

    /// @dev Adds the first report of a day to its month.
    function _add(bytes32 configuration, DayReport calldata report) private {
        (MonthNumber month, uint256 dayOfMonth, uint256 hourCount) = CivilCalendar.locate(report.day);
        _requireHours(report, hourCount);
        (uint256 injectedWh, uint256 withdrawnWh, uint256 sharedWh) = HourTotals.sum(report.hourTotals);

        MonthTotals memory totals = _totals[configuration][month];
        totals.injectedWh = (totals.injectedWh + injectedWh).toUint56();
        totals.withdrawnWh = (totals.withdrawnWh + withdrawnWh).toUint56();
        totals.sharedWh = (totals.sharedWh + sharedWh).toUint56();
        // dayOfMonth is at most 31.
        totals.acceptedDays |= uint32(1 << (dayOfMonth - 1));
        totals.lastAcceptance = block.timestamp.toUint32();
        _totals[configuration][month] = totals;
    }

    /// @dev Exchanges a day's report in its month, which no settlement has read.
    function _exchange(bytes32 configuration, DayReport calldata replaced, DayReport calldata replacement) private {
        (MonthNumber month,, uint256 hourCount) = CivilCalendar.locate(replacement.day);
        _requireHours(replacement, hourCount);
        MonthTotals memory totals = _totals[configuration][month];
        if (totals.settled) revert EnergyLedger_MonthSettled(configuration, month);

        (uint256 oldInjectedWh, uint256 oldWithdrawnWh, uint256 oldSharedWh) = HourTotals.sum(replaced.hourTotals);
        (uint256 injectedWh, uint256 withdrawnWh, uint256 sharedWh) = HourTotals.sum(replacement.hourTotals);
        totals.injectedWh = (totals.injectedWh + injectedWh - oldInjectedWh).toUint56();
        totals.withdrawnWh = (totals.withdrawnWh + withdrawnWh - oldWithdrawnWh).toUint56();
        totals.sharedWh = (totals.sharedWh + sharedWh - oldSharedWh).toUint56();
        totals.corrections += 1;
        totals.lastAcceptance = block.timestamp.toUint32();
        _totals[configuration][month] = totals;
    }

    function _requireHours(DayReport calldata report, uint256 hourCount) private pure {
        uint256 expected = hourCount * HourTotals.BYTES_PER_HOUR;
        if (report.hourTotals.length != expected) {
            revert EnergyLedger_WrongHourTotalsLength(report.day, report.hourTotals.length, expected);
        }
    }

    /* ----------------------------------------------- settlement ----------------------------------------------- */

    /// @inheritdoc IEnergyLedger
    function settleMonth(bytes32 configuration, MonthNumber month)
        external
        returns (uint256 sharedWh, uint256 corrections)
    {
        // Check: the configuration's own vault reads a final month.
        if (msg.sender != _vaults[configuration]) revert EnergyLedger_NotVault(configuration, msg.sender);
        MonthTotals storage totals = _totals[configuration][month];
        if (!_isFinal(totals, month)) revert EnergyLedger_MonthNotFinal(configuration, month);

        // Effect: from now on the month cannot be corrected.
        if (!totals.settled) totals.settled = true;
        return (totals.sharedWh, totals.corrections);
    }

    function _isFinal(MonthTotals storage totals, MonthNumber month) private view returns (bool) {
        bool complete = totals.acceptedDays == (1 << CivilCalendar.daysIn(month)) - 1;
        return complete && block.timestamp >= uint256(totals.lastAcceptance) + _finalityDelay;
    }

    /* -------------------------------------------------- views ------------------------------------------------- */

    /// @inheritdoc IEnergyLedger
    function reportOf(bytes32 configuration, Day day) external view returns (bytes32) {
        return _reports[configuration][day];
    }

    /// @inheritdoc IEnergyLedger
    function totalsOf(bytes32 configuration, MonthNumber month) external view returns (MonthTotals memory) {
        return _totals[configuration][month];
    }

    /// @inheritdoc IEnergyLedger
    function isFinal(bytes32 configuration, MonthNumber month) external view returns (bool) {
        return _isFinal(_totals[configuration][month], month);
    }

    /// @inheritdoc IEnergyLedger
    function vaultOf(bytes32 configuration) external view returns (address) {
        return _vaults[configuration];
    }

    /// @inheritdoc IEnergyLedger
    function hashReport(DayReport calldata report) external pure returns (bytes32) {
        return report.hash();
    }

    /// @inheritdoc IEnergyLedger
    function registrar() external view returns (address) {
        return _registrar;
    }

    /// @inheritdoc IEnergyLedger
    function finalityDelay() external view returns (uint40) {
        return _finalityDelay;
    }
}
