// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EnergyLedger} from "../../src/EnergyLedger.sol";
import {VaultStub} from "../../src/mocks/VaultStub.sol";
import {Batch, Day, DayReport, SettledMonths} from "../../src/types/Energy.sol";
import {Settling} from "../support/Settling.sol";
import {Typed} from "../support/Typed.sol";
import {LedgerGhosts} from "./LedgerGhosts.sol";

/// @dev Drives a ledger of three communities over the days of MONTH, and remembers what must have come of it.
/// Every action foretells its outcome: an unexpected success or refusal fails the run. Energy has 32 bits an hour, so
/// that no month leaves the 48 of its sums.
contract LedgerHandler is LedgerGhosts {
    bytes32 private constant OPENING_SALT = "salt";
    /// Days that are acted on one by one: few, so that much happens to each. The others come in one batch.
    uint256 private constant BUSY_DAYS = 4;

    mapping(uint256 community => VaultStub) private _stubs;
    EnergyLedger private _twin;
    /// Calls that were accepted, to be sent again.
    bytes[] private _sent;

    constructor() {
        foundLedger();
        _twin = new EnergyLedger(FINALITY_DELAY);
        for (uint256 i = 0; i < COMMUNITIES; ++i) {
            bytes32 community = i == 0 ? COMMUNITY : registerCommunity(bytes32(i));
            name(i, community);
            _stubs[i] = bindStub(community);
            _foundTwin(bytes32(i == 0 ? SALT : bytes32(i)));
        }
    }

    /* ------------------------------------------- posts and corrections ---------------------------------------- */

    function postDay(uint256 community, uint256 day, uint32 injectedWh, uint32 withdrawnWh, bool hidden) external {
        (community, day) = (community % COMMUNITIES, day % BUSY_DAYS);
        DayReport memory report = _report(day, injectedWh, withdrawnWh, hidden);
        bool due = !isAccepted(community, day) && signable(community);
        _send(abi.encodeCall(ledger.post, (signedBatch(communityAt(community), alone(report)))), due);
        if (due) accept(community, report, injectedWh, withdrawnWh, hidden);
    }

    /// @dev All days that are missing, in one batch.
    function postRest(uint256 community, uint32 injectedWh, uint32 withdrawnWh, bool hidden) public {
        community %= COMMUNITIES;
        DayReport[] memory reports = new DayReport[](missing(community));
        uint256 count = 0;
        for (uint256 day = 0; day < DAY_COUNT; ++day) {
            if (isAccepted(community, day)) continue;
            reports[count] = _report(day, injectedWh, withdrawnWh, hidden);
            ++count;
        }
        if (count == 0) return;
        bool due = signable(community);
        _send(abi.encodeCall(ledger.post, (signedBatch(communityAt(community), reports))), due);
        for (uint256 i = 0; due && i < count; ++i) {
            accept(community, reports[i], injectedWh, withdrawnWh, hidden);
        }
    }

    /// @dev One day of every community at once: those that may not be posted are skipped.
    function postEverywhere(uint256 day, uint32 injectedWh, uint32 withdrawnWh) external {
        day %= BUSY_DAYS;
        DayReport memory report = _report(day, injectedWh, withdrawnWh, false);
        Batch[] memory batches = new Batch[](COMMUNITIES);
        for (uint256 i = 0; i < COMMUNITIES; ++i) {
            batches[i] = signedBatch(communityAt(i), alone(report));
        }
        ledger.postAll(batches);
        for (uint256 i = 0; i < COMMUNITIES; ++i) {
            if (!isAccepted(i, day) && signable(i)) accept(i, report, injectedWh, withdrawnWh, false);
        }
    }

    function correctDay(uint256 community, uint256 day, uint32 injectedWh, uint32 withdrawnWh, bool hidden) external {
        (community, day) = (community % COMMUNITIES, day % BUSY_DAYS);
        DayReport memory replaced = _acceptedReport(community, day);
        DayReport memory replacement = _report(day, injectedWh, withdrawnWh, hidden);
        replacement.predecessor = Typed.hash(replaced);
        bool due = isAccepted(community, day) && signable(community);
        _send(_correctCall(community, replaced, replacement), due);
        if (due) exchange(community, replacement, injectedWh, withdrawnWh, hidden);
    }

    /// @dev A correction of a report that was never accepted, or no longer is (O4).
    function correctAnotherReport(uint256 community, uint256 day, uint40 injectedWh) external {
        (community, day) = (community % COMMUNITIES, day % BUSY_DAYS);
        DayReport memory replaced = _report(day, injectedWh, 0, false);
        replaced.root = "another";
        DayReport memory replacement = _report(day, injectedWh, 1, false);
        replacement.predecessor = Typed.hash(replaced);
        _send(_correctCall(community, replaced, replacement), false);
    }

    /// @dev What was accepted once is refused from then on, here and by a twin that the same reporters serve (O1).
    function replay(uint256 which) external {
        if (_sent.length == 0) return;
        bytes memory call_ = _sent[which % _sent.length];
        (bool here,) = address(ledger).call(call_);
        (bool there,) = address(_twin).call(call_);
        assertTrue(!here && !there, "a report was accepted twice");
    }

    /* ------------------------------------- openings, disputes and settlements --------------------------------- */

    function openDay(uint256 community, uint256 day) external {
        (community, day) = (community % COMMUNITIES, day % BUSY_DAYS);
        Accepted memory accepted = acceptedAt(community, day);
        DayReport memory report = _acceptedReport(community, day);
        bytes memory hourTotals = flatHours(accepted.injectedWh, accepted.withdrawnWh, 24);
        bool due = isAccepted(community, day) && accepted.hidden && !accepted.opened;
        _require(abi.encodeCall(ledger.open, (configurationAt(community), report, OPENING_SALT, hourTotals)), due);
        if (due) open(community, day);
    }

    function dispute(uint256 community, uint256 day, uint256 reporter) external {
        (community, day) = (community % COMMUNITIES, day % BUSY_DAYS);
        address caller = vm.addr(keys[reporter % REPORTER_COUNT]);
        bool due = isAccepted(community, day) && !disputed[community] && block.timestamp < windowEnd[community]
            && isListed(community, reporter % REPORTER_COUNT);
        vm.prank(caller);
        (bool made,) = address(ledger)
            .call(
                abi.encodeCall(
                    ledger.dispute,
                    (
                        communityAt(community),
                        AREA,
                        Day.wrap(FIRST_DAY + uint32(day)),
                        "reason",
                        0,
                        0,
                        new bytes32[](0)
                    )
                )
            );
        assertTrue(made == due, "a month is disputed exactly when it may be");
        if (due) disputed[community] = true;
    }

    /// @dev What a month comes to: chance alone would seldom bring it there.
    function finishMonth(uint256 community, uint32 injectedWh, uint32 withdrawnWh, bool hidden) external {
        community %= COMMUNITIES;
        postRest(community, injectedWh, withdrawnWh, hidden);
        uint256 from = finalFrom(community);
        if (block.timestamp < from) vm.warp(from);
        settleMonth(community);
    }

    function settleMonth(uint256 community) public {
        community %= COMMUNITIES;
        bytes32 id = communityAt(community);
        bool due = isFinal(community) && signable(community);
        (uint32 epoch, bytes memory signed) = (epochOf(id), signedSettlement());
        try _stubs[community].settleMonths(monthOf(configurationAt(community)), epoch, SETTLEMENT, signed) returns (
            SettledMonths memory settled_
        ) {
            assertTrue(due, "a month was read that is not final");
            (,, uint256 expectedWh, uint256 hiddenDays) = totals(community);
            assertEq(settled_.sharedWh, expectedWh, "shared");
            assertEq(settled_.hiddenDays, hiddenDays, "hidden days");
            assertSigned(settled_.adjustmentWh, pendingWh[community], "adjustment");
            assertEq(settled_.corrections, corrections[community] + pendingCorrections[community], "corrections");
            settle(community);
        } catch {
            assertTrue(!due, "a final month was refused");
        }
    }

    /// @dev A community's vault reads no month of another.
    function settleAnother(uint256 community, uint256 other) external {
        (community, other) = (community % COMMUNITIES, other % COMMUNITIES);
        if (community == other) return;
        (uint32 epoch, bytes memory signed) = (epochOf(communityAt(community)), signedSettlement());
        try _stubs[community].settleMonths(monthOf(configurationAt(other)), epoch, SETTLEMENT, signed) {
            assertTrue(false, "a month of another community was read");
        } catch {}
    }

    /* -------------------------------------------------- roles ------------------------------------------------- */

    function removeReporter(uint256 community, uint256 reporter) external {
        (community, reporter) = (community % COMMUNITIES, reporter % REPORTER_COUNT);
        bool due = isListed(community, reporter);
        vm.prank(GUARDIAN);
        (bool made,) = address(ledger)
            .call(abi.encodeCall(ledger.removeReporter, (communityAt(community), vm.addr(keys[reporter]))));
        // The last one may be removed, but of none left nobody can be.
        assertTrue(made == due, "a reporter is removed exactly if it is one");
        if (due) remove(community, reporter);
    }

    function setReporters(uint256 community) external {
        community %= COMMUNITIES;
        address[] memory accounts = reporterAccounts();
        vm.prank(GOVERNOR);
        ledger.setReporters(communityAt(community), accounts, THRESHOLD);
        appoint(community);
    }

    /// @dev Mostly goes on again.
    function setPaused(uint256 community, uint256 drawn) external {
        community %= COMMUNITIES;
        bool paused_ = drawn % 4 == 0;
        vm.prank(GUARDIAN);
        ledger.setPaused(communityAt(community), paused_);
        paused[community] = paused_;
    }

    function wait_(uint256 seconds_) external {
        vm.warp(block.timestamp + bound(seconds_, 1, 2 * FINALITY_DELAY));
    }

    /* ------------------------------------------------- internals ---------------------------------------------- */

    function energyLedger() external view returns (EnergyLedger) {
        return ledger;
    }

    function _foundTwin(bytes32 salt) private {
        EnergyLedger own = ledger;
        ledger = _twin;
        registerCommunity(salt);
        ledger = own;
    }

    function _report(uint256 day, uint40 injectedWh, uint40 withdrawnWh, bool hidden)
        private
        pure
        returns (DayReport memory report)
    {
        report = reportOf(FIRST_DAY + uint32(day), injectedWh, withdrawnWh);
        if (!hidden) return report;
        report.hourTotals = abi.encodePacked(keccak256(abi.encodePacked(OPENING_SALT, report.hourTotals)));
    }

    /// @dev The accepted report of a day, spelled out again.
    function _acceptedReport(uint256 community, uint256 day) private view returns (DayReport memory report) {
        Accepted memory accepted = acceptedAt(community, day);
        report = _report(day, accepted.injectedWh, accepted.withdrawnWh, accepted.hidden);
        report.predecessor = accepted.predecessor;
    }

    function _correctCall(uint256 community, DayReport memory replaced, DayReport memory replacement)
        private
        view
        returns (bytes memory)
    {
        Batch memory batch = signedBatch(communityAt(community), alone(replacement));
        return abi.encodeCall(ledger.correct, (batch, alone(replaced)));
    }

    function _send(bytes memory call_, bool due) private {
        _require(call_, due);
        if (due) _sent.push(call_);
    }

    function _require(bytes memory call_, bool due) private {
        (bool made,) = address(ledger).call(call_);
        assertTrue(made == due, "a report is accepted and opened exactly when it may be");
    }
}
