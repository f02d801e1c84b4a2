// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICommunityRegistry} from "../../src/interfaces/ICommunityRegistry.sol";
import {IEnergyLedger} from "../../src/interfaces/IEnergyLedger.sol";
import {Batch, Day, DayReport, MonthTotals} from "../../src/types/Energy.sol";
import {Energy} from "../support/Energy.sol";
import {Typed} from "../support/Typed.sol";

/// postAll
/// ├── it should accept batches of several communities, each as post does
/// ├── it should take 1 to 64 batches
/// ├── given a batch that post would refuse
/// │   ├── it should skip it, say so with post's own reason, and write nothing of it
/// │   └── it should accept the batches before and behind it
/// └── given too little gas
///     ├── it should refuse and name the batch
///     └── it should never skip a good batch for the want of it
contract PostAllTest is Energy {
    bytes32 private _other;

    function setUp() external {
        foundLedger();
        _other = registerCommunity("other");
    }

    function test_postAll__batches_of_two_communities__are_accepted() external {
        Batch[] memory batches = _twoBatches();
        ledger.postAll(batches);
        _requireAccepted(batches[0]);
        _requireAccepted(batches[1]);
    }

    function test_postAll__same_batch_twice__is_skipped_the_second_time() external {
        Batch[] memory batches = new Batch[](2);
        (batches[0], batches[1]) = (_batch(COMMUNITY), _batch(COMMUNITY));
        bytes32 id = Typed.hash(batches[0].reports[0]);
        _expectSkipped(
            COMMUNITY,
            abi.encodeWithSelector(
                IEnergyLedger.EnergyLedger_WrongPredecessor.selector, CONFIGURATION, FIRST_DAY, id, 0
            )
        );
        ledger.postAll(batches);
        _requireAccepted(batches[0]);
    }

    function test_postAll__paused_community__does_not_stop_the_others() external {
        vm.prank(GUARDIAN);
        ledger.setPaused(COMMUNITY, true);
        Batch[] memory batches = _twoBatches();
        _expectSkipped(
            COMMUNITY, abi.encodeWithSelector(ICommunityRegistry.CommunityRegistry_Paused.selector, COMMUNITY)
        );
        ledger.postAll(batches);
        _requireNothing(CONFIGURATION);
        _requireAccepted(batches[1]);
    }

    function test_postAll__unknown_community__does_not_stop_the_others() external {
        bytes32 unknown = ledger.communityId(ADMINISTRATOR, "unknown");
        Batch[] memory batches = _twoBatches();
        batches[0] = _batch(unknown);
        _expectSkipped(
            unknown,
            abi.encodeWithSelector(ICommunityRegistry.CommunityRegistry_TooFewSignatures.selector, THRESHOLD, 0)
        );
        ledger.postAll(batches);
        _requireAccepted(batches[1]);
    }

    function test_postAll__empty_batch__is_skipped() external {
        Batch[] memory batches = _twoBatches();
        batches[0].reports = new DayReport[](0);
        _expectSkipped(
            COMMUNITY, abi.encodeWithSelector(IEnergyLedger.EnergyLedger_ReportCountOutOfRange.selector, 0, 31)
        );
        ledger.postAll(batches);
        _requireAccepted(batches[1]);
    }

    /// @dev The first report of the bad batch is good: nothing of it may stay.
    function testFuzz_postAll__bad_batch_at_any_position__leaves_nothing_half_written(uint256 count, uint256 bad)
        external
    {
        count = bound(count, 1, 6);
        bad = bound(bad, 0, count - 1);
        Batch[] memory batches = new Batch[](count);
        for (uint256 i = 0; i < count; ++i) {
            batches[i] = _batch(registerCommunity(bytes32(i)));
        }
        bytes32 community = batches[bad].community;
        DayReport[] memory reports = monthReports(26);
        reports[1].hourTotals = flatHours(1, 1, 23);
        batches[bad] = signedBatch(community, reports);
        _expectSkipped(
            community,
            abi.encodeWithSelector(IEnergyLedger.EnergyLedger_WrongHourTotalsLength.selector, FIRST_DAY + 1, 230, 240)
        );
        ledger.postAll(batches);
        for (uint256 i = 0; i < count; ++i) {
            if (i == bad) _requireNothing(configurationOf(community));
            else _requireAccepted(batches[i]);
        }
    }

    function test_postAll__sixty_four_batches__are_the_most() external {
        Batch[] memory batches = new Batch[](64);
        for (uint32 i = 0; i < 64; ++i) {
            batches[i] = signedBatch(COMMUNITY, alone(reportOf(FIRST_DAY - 64 + i, 1, 1)));
        }
        ledger.postAll(batches);
        for (uint32 i = 0; i < 64; ++i) {
            bytes32 id = Typed.hash(batches[i].reports[0]);
            assertEq(ledger.reportOf(CONFIGURATION, Day.wrap(FIRST_DAY - 64 + i)), id, "accepted report");
        }
    }

    function test_postAll__none_or_sixty_five_batches__are_refused() external {
        for (uint256 count = 0; count <= 65; count += 65) {
            Batch[] memory batches = new Batch[](count);
            vm.expectRevert(
                abi.encodeWithSelector(IEnergyLedger.EnergyLedger_BatchCountOutOfRange.selector, count, 64)
            );
            ledger.postAll(batches);
        }
    }

    /// @dev Of all gas that does not do, the most does for the first batch.
    function test_postAll__gas_for_one_batch__is_too_little_for_two() external {
        bytes memory call_ = abi.encodeCall(ledger.postAll, (_twoBatches()));
        bytes memory refusal;
        for (uint256 gasGiven = 50_000;; gasGiven += 5_000) {
            (bool made, bytes memory reason) = address(ledger).call{gas: gasGiven}(call_);
            if (made) break;
            refusal = reason;
        }
        bytes memory expected = abi.encodeWithSelector(IEnergyLedger.EnergyLedger_TooLittleGas.selector, 1);
        assertEq(keccak256(refusal), keccak256(expected), "the second batch");
    }

    function testFuzz_postAll__any_gas__accepts_all_or_nothing(uint256 gasGiven) external {
        gasGiven = bound(gasGiven, 30_000, 600_000);
        Batch[] memory batches = _twoBatches();
        (bool made,) = address(ledger).call{gas: gasGiven}(abi.encodeCall(ledger.postAll, (batches)));
        if (made) {
            _requireAccepted(batches[0]);
            _requireAccepted(batches[1]);
        } else {
            _requireNothing(CONFIGURATION);
            _requireNothing(configurationOf(_other));
        }
    }

    function _batch(bytes32 community) private view returns (Batch memory) {
        return signedBatch(community, alone(reportOf(FIRST_DAY, 900, 700)));
    }

    function _twoBatches() private view returns (Batch[] memory batches) {
        batches = new Batch[](2);
        (batches[0], batches[1]) = (_batch(COMMUNITY), _batch(_other));
    }

    function _expectSkipped(bytes32 community, bytes memory reason) private {
        vm.expectEmit(address(ledger));
        emit IEnergyLedger.BatchSkipped(community, AREA, reason);
    }

    function _requireAccepted(Batch memory batch) private view {
        bytes32 configuration = configurationOf(batch.community);
        DayReport memory report = batch.reports[0];
        assertEq(ledger.reportOf(configuration, report.day), Typed.hash(report), "accepted report");
        MonthTotals memory totals = ledger.totalsOf(configuration, MONTH);
        assertEq(totals.sharedWh, 24 * 700, "shared");
        assertEq(totals.acceptedDays, 1, "accepted days");
    }

    function _requireNothing(bytes32 configuration) private view {
        assertEq(ledger.reportOf(configuration, Day.wrap(FIRST_DAY)), 0, "no report");
        MonthTotals memory totals = ledger.totalsOf(configuration, MONTH);
        assertEq(totals.sharedWh, 0, "no energy");
        assertEq(totals.acceptedDays, 0, "no day");
        assertEq(totals.finalAt, 0, "no window");
    }
}
