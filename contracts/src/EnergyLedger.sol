// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import {CommunityRegistry} from "./CommunityRegistry.sol";
import {IEnergyLedger} from "./interfaces/IEnergyLedger.sol";
import {CivilCalendar} from "./libraries/CivilCalendar.sol";
import {HourTotals} from "./libraries/HourTotals.sol";
import {Messages} from "./libraries/Messages.sol";
import {
    Batch,
    Day,
    DayEnergy,
    DayReport,
    Month,
    MonthNumber,
    MonthTotals,
    SettledMonths,
    Shares
} from "./types/Energy.sol";

/// @dev See IEnergyLedger.
contract EnergyLedger is IEnergyLedger, CommunityRegistry, EIP712 {
    using SafeCast for uint256;
    using Messages for DayReport;

    /// Bounds the loop over reports: the days of the longest month.
    uint256 private constant MAX_REPORTS = 31;
    uint256 private constant MAX_BATCHES = 64;
    uint256 private constant MAX_MONTHS = 64;
    uint40 private constant MAX_FINALITY_DELAY = 90 days;
    uint256 private constant DISPUTE_EXTENSION = 7 days;

    uint40 private immutable _finalityDelay;

    mapping(bytes32 configuration => mapping(Day => bytes32)) private _reports;
    mapping(bytes32 configuration => mapping(MonthNumber => MonthTotals)) private _totals;
    /// Reports that hid their hour totals and whose totals were shown. Their ids alone do not tell configurations
    /// apart.
    mapping(bytes32 configuration => mapping(bytes32 report => DayEnergy)) private _opened;

    constructor(uint40 finalityDelay_) EIP712("Condivisa EnergyLedger", "1") {
        if (finalityDelay_ > MAX_FINALITY_DELAY) revert EnergyLedger_DelayTooLong(finalityDelay_, MAX_FINALITY_DELAY);
        _finalityDelay = finalityDelay_;
    }

    /* ------------------------------------------------- reports ------------------------------------------------ */

    /// @inheritdoc IEnergyLedger
    function post(Batch calldata batch) external {
        // Check: a bounded batch, and the reporters' signatures over all of it.
        (bytes32 configuration, bytes32[] memory ids) = _requireSigned(batch);

        // Effect: each report enters an empty day, and its month.
        for (uint256 i = 0; i < ids.length; ++i) {
            DayReport calldata report = batch.reports[i];
            if (report.predecessor != 0) {
                revert EnergyLedger_WrongPredecessor(configuration, report.day, 0, report.predecessor);
            }
            _accept(configuration, report, ids[i]);
            _add(configuration, report);
        }
    }

    /// @inheritdoc IEnergyLedger
    function postAll(Batch[] calldata batches) external {
        if (batches.length == 0 || batches.length > MAX_BATCHES) {
            revert EnergyLedger_BatchCountOutOfRange(batches.length, MAX_BATCHES);
        }
        for (uint256 i = 0; i < batches.length; ++i) {
            try this.post(batches[i]) {}
            catch (bytes memory reason) {
                // No refusal is without words: what says nothing ran out of gas.
                if (reason.length == 0) revert EnergyLedger_TooLittleGas(i);
                emit BatchSkipped(batches[i].community, batches[i].area, reason);
            }
        }
    }

    /// @inheritdoc IEnergyLedger
    function correct(Batch calldata batch, DayReport[] calldata replaced) external {
        // Check: as in post, and one replaced report for each.
        (bytes32 configuration, bytes32[] memory ids) = _requireSigned(batch);
        if (replaced.length != ids.length) revert EnergyLedger_ReplacedCountDiffers(replaced.length, ids.length);

        // Effect: each day's report changes, and its month moves by the difference.
        for (uint256 i = 0; i < ids.length; ++i) {
            DayReport calldata report = batch.reports[i];
            if (replaced[i].day != report.day) revert EnergyLedger_OtherDay(replaced[i].day, report.day);
            bytes32 predecessor = replaced[i].hash();
            if (predecessor != report.predecessor) {
                revert EnergyLedger_WrongPredecessor(configuration, report.day, predecessor, report.predecessor);
            }
            _accept(configuration, report, ids[i]);
            _exchange(batch, configuration, replaced[i], i);
        }
    }

    /// @dev Ids of a batch that is bounded and signed.
    function _requireSigned(Batch calldata batch) private view returns (bytes32 configuration, bytes32[] memory ids) {
        if (batch.reports.length == 0 || batch.reports.length > MAX_REPORTS) {
            revert EnergyLedger_ReportCountOutOfRange(batch.reports.length, MAX_REPORTS);
        }
        configuration = configurationId(batch.community, batch.area);
        ids = new bytes32[](batch.reports.length);
        for (uint256 i = 0; i < ids.length; ++i) {
            ids[i] = batch.reports[i].hash();
        }
        bytes32 digest = _hashTypedDataV4(Messages.hashBatch(configuration, batch.epoch, ids));
        _requireQuorum(batch.community, batch.epoch, digest, batch.signatures);
    }

    /// @dev Compare-and-swap of a day's report: the day is over, and the slot must hold the predecessor that the report
    /// names.
    function _accept(bytes32 configuration, DayReport calldata report, bytes32 id) private {
        if (!CivilCalendar.isOver(report.day, block.timestamp)) revert EnergyLedger_DayNotOver(report.day);
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
        DayEnergy memory energy = _energyOf(report, hourCount);

        MonthTotals memory totals = _totals[configuration][month];
        totals.injectedWh = (uint256(totals.injectedWh) + energy.injectedWh).toUint48();
        totals.withdrawnWh = (uint256(totals.withdrawnWh) + energy.withdrawnWh).toUint48();
        totals.sharedWh = (uint256(totals.sharedWh) + energy.sharedWh).toUint48();
        // dayOfMonth is at most 31.
        totals.acceptedDays |= uint32(1 << (dayOfMonth - 1));
        if (!energy.known) totals.hiddenDays += 1;
        totals.finalAt = (block.timestamp + _finalityDelay).toUint40();
        _totals[configuration][month] = totals;
    }

    /// @dev Exchanges a day's report in its month, and notes the difference where a settlement has read the month.
    function _exchange(Batch calldata batch, bytes32 configuration, DayReport calldata replaced, uint256 i) private {
        DayReport calldata replacement = batch.reports[i];
        (MonthNumber month,, uint256 hourCount) = CivilCalendar.locate(replacement.day);
        DayEnergy memory energy = _energyOf(replacement, hourCount);
        DayEnergy memory old = HourTotals.areHidden(replaced.hourTotals)
            ? _opened[configuration][replacement.predecessor]
            : _energyOf(replaced, hourCount);

        MonthTotals memory totals = _totals[configuration][month];
        totals.injectedWh = (uint256(totals.injectedWh) + energy.injectedWh - old.injectedWh).toUint48();
        totals.withdrawnWh = (uint256(totals.withdrawnWh) + energy.withdrawnWh - old.withdrawnWh).toUint48();
        totals.sharedWh = (uint256(totals.sharedWh) + energy.sharedWh - old.sharedWh).toUint48();
        totals.corrections += 1;
        if (!old.known) totals.hiddenDays -= 1;
        if (!energy.known) totals.hiddenDays += 1;
        totals.finalAt = (block.timestamp + _finalityDelay).toUint40();
        _totals[configuration][month] = totals;
        if (totals.settled) _adjust(batch.community, configuration, month, energy.sharedWh, old.sharedWh);
    }

    /// @dev Leaves the difference to the community's next settlement. Energy that is hidden counts as none until it is
    /// opened, so that all adjustments of a month add up to what its total differs from the settled one.
    function _adjust(bytes32 community, bytes32 configuration, MonthNumber month, uint256 newWh, uint256 oldWh)
        private
    {
        int256 difference = int256(newWh) - int256(oldWh);
        Community storage entry = _communities[community];
        entry.adjustmentWh += difference;
        entry.terms.adjustments += 1;
        emit MonthAdjusted(configuration, month, difference);
    }

    /// @dev What a report of a day of so many hours says, if it says it.
    function _energyOf(DayReport calldata report, uint256 hourCount) private pure returns (DayEnergy memory energy) {
        if (HourTotals.areHidden(report.hourTotals)) return energy;
        return _sum(report.day, report.hourTotals, hourCount);
    }

    function _sum(Day day, bytes calldata hourTotals, uint256 hourCount) private pure returns (DayEnergy memory) {
        uint256 expected = hourCount * HourTotals.BYTES_PER_HOUR;
        if (hourTotals.length != expected) {
            revert EnergyLedger_WrongHourTotalsLength(day, hourTotals.length, expected);
        }
        (uint256 injectedWh, uint256 withdrawnWh, uint256 sharedWh) = HourTotals.sum(hourTotals);
        // 25 values of 40 bits.
        return DayEnergy(uint64(injectedWh), uint64(withdrawnWh), uint64(sharedWh), true);
    }

    /* ------------------------------------------- openings and disputes ---------------------------------------- */

    /// @inheritdoc IEnergyLedger
    function open(bytes32 configuration, DayReport calldata report, bytes32 salt, bytes calldata hourTotals) external {
        // Check: the accepted report of its day hides just this, and nobody has shown it yet.
        bytes32 id = report.hash();
        bytes32 accepted = _reports[configuration][report.day];
        if (id != accepted) revert EnergyLedger_WrongPredecessor(configuration, report.day, accepted, id);
        if (!HourTotals.areHidden(report.hourTotals) || _opened[configuration][id].known) {
            revert EnergyLedger_NotHidden(configuration, report.day);
        }
        bytes32 computed = keccak256(bytes.concat(salt, hourTotals));
        if (computed != bytes32(report.hourTotals)) {
            revert EnergyLedger_WrongOpening(computed, bytes32(report.hourTotals));
        }
        (MonthNumber month,, uint256 hourCount) = CivilCalendar.locate(report.day);
        DayEnergy memory energy = _sum(report.day, hourTotals, hourCount);

        // Effect: the day's energy is known, to its month too.
        _opened[configuration][id] = energy;
        MonthTotals memory totals = _totals[configuration][month];
        totals.injectedWh = (uint256(totals.injectedWh) + energy.injectedWh).toUint48();
        totals.withdrawnWh = (uint256(totals.withdrawnWh) + energy.withdrawnWh).toUint48();
        totals.sharedWh = (uint256(totals.sharedWh) + energy.sharedWh).toUint48();
        totals.hiddenDays -= 1;
        // Whoever signed for the month did so over other totals.
        totals.corrections += 1;
        _totals[configuration][month] = totals;
        emit DayOpened(configuration, report.day, id, salt, hourTotals);
        if (totals.settled) _adjust(_communityOf[configuration], configuration, month, energy.sharedWh, 0);
    }

    /// @inheritdoc IEnergyLedger
    function dispute(
        bytes32 community,
        bytes32 area,
        Day day,
        bytes32 reason,
        bytes32 salt,
        uint256 position,
        bytes32[] calldata proof
    ) external {
        // Check: one of the community, about a report whose window is open.
        if (!isReporter(community, msg.sender) && !isMember(community, msg.sender, salt, position, proof)) {
            revert EnergyLedger_MayNotObject(community, msg.sender);
        }
        bytes32 configuration = configurationId(community, area);
        bytes32 report = _reports[configuration][day];
        if (report == 0) revert EnergyLedger_NoReport(configuration, day);
        (MonthNumber month,,) = CivilCalendar.locate(day);
        MonthTotals storage totals = _totals[configuration][month];
        if (totals.disputed) revert EnergyLedger_AlreadyDisputed(configuration, month);
        if (block.timestamp >= totals.finalAt) revert EnergyLedger_WindowClosed(configuration, month);

        // Effect:
        totals.disputed = true;
        emit MonthDisputed(configuration, month, day, report, msg.sender, reason);
    }

    /* ----------------------------------------------- settlement ----------------------------------------------- */

    /// @inheritdoc IEnergyLedger
    function settleMonths(
        bytes32 community,
        Month[] calldata months,
        uint32 epoch,
        bytes32 digest,
        bytes calldata signatures
    ) external returns (SettledMonths memory settled) {
        // Check: the community's own vault, with its reporters' signatures, names months in order.
        Terms storage terms = _communities[community].terms;
        if (msg.sender != terms.vault) revert EnergyLedger_NotVault(community, msg.sender);
        _requireQuorum(community, epoch, digest, signatures);
        if (months.length == 0 || months.length > MAX_MONTHS) {
            revert EnergyLedger_MonthCountOutOfRange(months.length, MAX_MONTHS);
        }

        // Effect: months are read and settled, the adjustment is used up.
        settled.shares = sharesOf(community, months[0].month);
        for (uint256 i = 0; i < months.length; ++i) {
            if (i > 0) _requireNext(community, months, i, settled.shares);
            _settleMonth(community, months[i], settled);
        }
        if (terms.adjustments != 0) {
            settled.corrections += terms.adjustments;
            settled.adjustmentWh = _communities[community].adjustmentWh;
            terms.adjustments = 0;
            _communities[community].adjustmentWh = 0;
        }
    }

    /// @dev Reads a final month into the sums and closes it: from now on a correction is an adjustment.
    function _settleMonth(bytes32 community, Month calldata named, SettledMonths memory settled) private {
        (bytes32 configuration, MonthNumber month) = (named.configuration, named.month);
        bytes32 owner = _communityOf[configuration];
        if (owner != community) revert EnergyLedger_OtherCommunity(configuration, owner);
        MonthTotals memory totals = _totals[configuration][month];
        if (!_isFinal(totals, month)) revert EnergyLedger_MonthNotFinal(configuration, month);

        if (!totals.settled) _totals[configuration][month].settled = true;
        settled.sharedWh += totals.sharedWh;
        settled.corrections += totals.corrections;
        settled.hiddenDays += totals.hiddenDays;
        emit MonthSettled(configuration, month, totals.sharedWh, totals.hiddenDays);
    }

    /// @dev Ascending order keeps a month from being counted twice; revenue of months with different shares has no one
    /// division.
    function _requireNext(bytes32 community, Month[] calldata months, uint256 i, Shares memory shares) private view {
        (Month calldata last, Month calldata next) = (months[i - 1], months[i]);
        bool later = last.configuration == next.configuration
            ? MonthNumber.unwrap(last.month) < MonthNumber.unwrap(next.month)
            : last.configuration < next.configuration;
        if (!later) revert EnergyLedger_MonthsNotAscending(i);
        Shares memory others = sharesOf(community, next.month);
        if (others.socialBps != shares.socialBps || others.gridBps != shares.gridBps) {
            revert EnergyLedger_SharesDiffer(months[0].month, next.month);
        }
    }

    function _isFinal(MonthTotals memory totals, MonthNumber month) private view returns (bool) {
        bool complete = totals.acceptedDays == (1 << CivilCalendar.daysIn(month)) - 1;
        uint256 finalAt = totals.disputed ? totals.finalAt + DISPUTE_EXTENSION : totals.finalAt;
        return complete && block.timestamp >= finalAt;
    }

    /* -------------------------------------------------- views ------------------------------------------------- */

    /// @inheritdoc IEnergyLedger
    function reportOf(bytes32 configuration, Day day) external view returns (bytes32) {
        return _reports[configuration][day];
    }

    /// @inheritdoc IEnergyLedger
    function isOpened(bytes32 configuration, Day day) external view returns (bool) {
        return _opened[configuration][_reports[configuration][day]].known;
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
    function adjustmentOf(bytes32 community) external view returns (int256 sharedWh, uint32 corrections) {
        Community storage entry = _communities[community];
        return (entry.adjustmentWh, entry.terms.adjustments);
    }

    /// @inheritdoc IEnergyLedger
    function hashReport(DayReport calldata report) external pure returns (bytes32) {
        return report.hash();
    }

    /// @inheritdoc IEnergyLedger
    function domainSeparator() external view returns (bytes32) {
        return _domainSeparatorV4();
    }

    /// @inheritdoc IEnergyLedger
    function finalityDelay() external view returns (uint40) {
        return _finalityDelay;
    }
}
