// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EnergyLedger} from "../../src/EnergyLedger.sol";
import {VaultStub} from "../../src/mocks/VaultStub.sol";
import {Day, DayReport} from "../../src/types/Energy.sol";
import {Energy} from "../support/Energy.sol";
import {Typed} from "../support/Typed.sol";

/// @dev Drives a ledger of two configurations over the days of MONTH, and remembers what must have come of it.
/// Every action foretells its outcome: an unexpected success or refusal fails the run.
contract LedgerHandler is Energy {
    uint256 public constant CONFIGURATIONS = 2;

    /// @dev An accepted report, whose hours are all alike.
    struct Accepted {
        bytes32 id;
        bytes32 predecessor;
        uint40 injectedWh;
        uint40 withdrawnWh;
    }

    /// Ghosts: the accepted report of each day, and what became of the month.
    mapping(uint256 configuration => mapping(uint256 day => Accepted)) private _accepted;
    mapping(uint256 configuration => uint256) public lastAcceptance;
    mapping(uint256 configuration => bool) public settled;

    mapping(uint256 configuration => uint256) public corrections;

    VaultStub private _vault;
    EnergyLedger private _twin;
    /// Calls that were accepted, to be sent again.
    bytes[] private _sent;

    constructor() {
        foundLedger();
        _vault = new VaultStub(ledger);
        _twin = new EnergyLedger(REGISTRAR, reporterAccounts(), THRESHOLD, FINALITY_DELAY);
        VaultStub twinVault = new VaultStub(_twin);
        for (uint256 i = 0; i < CONFIGURATIONS; ++i) {
            register(configurationAt(i), address(_vault));
            vm.prank(REGISTRAR);
            _twin.registerConfiguration(configurationAt(i), address(twinVault));
        }
    }

    /* ------------------------------------------------- actions ------------------------------------------------ */

    function postDay(uint256 configuration, uint256 day, uint40 injectedWh, uint40 withdrawnWh) external {
        (configuration, day) = (configuration % CONFIGURATIONS, day % DAY_COUNT);
        DayReport memory report = reportOf(FIRST_DAY + uint32(day), injectedWh, withdrawnWh);
        bool due = !isAccepted(configuration, day);
        _send(_postCall(configuration, alone(report)), due);
        if (due) _accept(configuration, report, injectedWh, withdrawnWh);
    }

    /// @dev All days that are missing, in one batch.
    function postRest(uint256 configuration, uint40 injectedWh, uint40 withdrawnWh) external {
        configuration %= CONFIGURATIONS;
        DayReport[] memory reports = new DayReport[](_missing(configuration));
        uint256 count = 0;
        for (uint32 day = 0; day < DAY_COUNT; ++day) {
            if (isAccepted(configuration, day)) continue;
            reports[count] = reportOf(FIRST_DAY + day, injectedWh, withdrawnWh);
            ++count;
        }
        if (count == 0) return;
        _send(_postCall(configuration, reports), true);
        for (uint256 i = 0; i < count; ++i) {
            _accept(configuration, reports[i], injectedWh, withdrawnWh);
        }
    }

    function correctDay(uint256 configuration, uint256 day, uint40 injectedWh, uint40 withdrawnWh) external {
        (configuration, day) = (configuration % CONFIGURATIONS, day % DAY_COUNT);
        DayReport memory replaced = _acceptedReport(configuration, day);
        DayReport memory replacement = reportOf(FIRST_DAY + uint32(day), injectedWh, withdrawnWh);
        replacement.predecessor = Typed.hash(replaced);
        bool due = isAccepted(configuration, day) && !settled[configuration];
        _send(_correctCall(configuration, replaced, replacement), due);
        if (!due) return;
        _accept(configuration, replacement, injectedWh, withdrawnWh);
        ++corrections[configuration];
    }

    /// @dev A correction of a report that was never accepted, or no longer is (O4).
    function correctAnotherReport(uint256 configuration, uint256 day, uint40 injectedWh) external {
        (configuration, day) = (configuration % CONFIGURATIONS, day % DAY_COUNT);
        DayReport memory replaced = reportOf(FIRST_DAY + uint32(day), injectedWh, 0);
        replaced.root = "another";
        DayReport memory replacement = reportOf(FIRST_DAY + uint32(day), injectedWh, 1);
        replacement.predecessor = Typed.hash(replaced);
        _send(_correctCall(configuration, replaced, replacement), false);
    }

    /// @dev What was accepted once is refused from then on, here and by a twin that the same reporters serve (O1).
    function replay(uint256 which) external {
        if (_sent.length == 0) return;
        bytes memory call_ = _sent[which % _sent.length];
        (bool here,) = address(ledger).call(call_);
        (bool there,) = address(_twin).call(call_);
        assertTrue(!here && !there, "a report was accepted twice");
    }

    function settleMonth(uint256 configuration) external {
        configuration %= CONFIGURATIONS;
        bool due = isFinal(configuration);
        try _vault.settleMonth(configurationAt(configuration), MONTH) returns (uint256 sharedWh, uint256 count) {
            (,, uint256 expectedWh) = totals(configuration);
            assertEq(sharedWh, expectedWh, "shared");
            assertEq(count, corrections[configuration], "corrections");
            assertTrue(due, "a month was read that is not final");
            settled[configuration] = true;
        } catch {
            assertTrue(!due, "a final month was refused");
        }
    }

    function wait_(uint256 seconds_) external {
        vm.warp(block.timestamp + bound(seconds_, 1, FINALITY_DELAY));
    }

    /* -------------------------------------------------- ghosts ------------------------------------------------ */

    function energyLedger() external view returns (EnergyLedger) {
        return ledger;
    }

    function configurationAt(uint256 configuration) public pure returns (bytes32) {
        return keccak256(abi.encode(configuration));
    }

    function isAccepted(uint256 configuration, uint256 day) public view returns (bool) {
        return _accepted[configuration][day].id != 0;
    }

    function acceptedAt(uint256 configuration, uint256 day) external view returns (bytes32) {
        return _accepted[configuration][day].id;
    }

    function isFinal(uint256 configuration) public view returns (bool) {
        return _missing(configuration) == 0 && block.timestamp >= lastAcceptance[configuration] + FINALITY_DELAY;
    }

    /// @dev Sums over the accepted reports.
    function totals(uint256 configuration)
        public
        view
        returns (uint256 injectedWh, uint256 withdrawnWh, uint256 sharedWh)
    {
        for (uint256 day = 0; day < DAY_COUNT; ++day) {
            Accepted storage report = _accepted[configuration][day];
            (uint256 injected, uint256 withdrawn) = (report.injectedWh, report.withdrawnWh);
            injectedWh += 24 * injected;
            withdrawnWh += 24 * withdrawn;
            sharedWh += 24 * (injected < withdrawn ? injected : withdrawn);
        }
    }

    /* ------------------------------------------------- internals ---------------------------------------------- */

    function _missing(uint256 configuration) private view returns (uint256 count) {
        for (uint256 day = 0; day < DAY_COUNT; ++day) {
            if (!isAccepted(configuration, day)) ++count;
        }
    }

    function _postCall(uint256 configuration, DayReport[] memory reports) private view returns (bytes memory) {
        bytes32 id = configurationAt(configuration);
        return abi.encodeCall(ledger.post, (id, reports, signedBatch(id, reports)));
    }

    function _correctCall(uint256 configuration, DayReport memory replaced, DayReport memory replacement)
        private
        view
        returns (bytes memory)
    {
        bytes32 id = configurationAt(configuration);
        return abi.encodeCall(ledger.correct, (id, replaced, replacement, signedBatch(id, alone(replacement))));
    }

    function _send(bytes memory call_, bool due) private {
        (bool made,) = address(ledger).call(call_);
        assertTrue(made == due, "a report is accepted exactly when it may be");
        if (made) _sent.push(call_);
    }

    function _accept(uint256 configuration, DayReport memory report, uint40 injectedWh, uint40 withdrawnWh) private {
        _accepted[configuration][Day.unwrap(report.day) - FIRST_DAY] = Accepted({
            id: Typed.hash(report), predecessor: report.predecessor, injectedWh: injectedWh, withdrawnWh: withdrawnWh
        });
        lastAcceptance[configuration] = block.timestamp;
    }

    /// @dev The accepted report of a day, spelled out again.
    function _acceptedReport(uint256 configuration, uint256 day) private view returns (DayReport memory report) {
        Accepted storage accepted = _accepted[configuration][day];
        report = reportOf(FIRST_DAY + uint32(day), accepted.injectedWh, accepted.withdrawnWh);
        report.predecessor = accepted.predecessor;
    }
}
