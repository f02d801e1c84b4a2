// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICommunityRegistry} from "../../src/interfaces/ICommunityRegistry.sol";
import {Batch} from "../../src/types/Energy.sol";
import {Energy} from "../support/Energy.sol";
import {Typed} from "../support/Typed.sol";

/// removeReporter
/// ├── it should remove the reporter, keep the others and the threshold, and begin an epoch
/// ├── it should make all earlier signatures void, also the others'
/// ├── given fewer reporters than the threshold are left, nothing should be accepted until others are named
/// └── given an account that is no reporter, it should refuse
contract RemoveReporterTest is Energy {
    function setUp() external {
        foundLedger();
    }

    function testFuzz_removeReporter__any_of_them__is_removed_alone(uint256 which) external {
        which = bound(which, 0, REPORTER_COUNT - 1);
        address removed = vm.addr(keys[which]);
        address[] memory kept = _without(which);
        vm.expectEmit(address(ledger));
        emit ICommunityRegistry.ReportersSet(COMMUNITY, 2, kept, THRESHOLD);
        _remove(removed);

        (address[] memory found, uint8 threshold, uint32 epoch) = ledger.reportersOf(COMMUNITY);
        assertEq(keccak256(abi.encode(found)), keccak256(abi.encode(kept)), "the others stay");
        assertEq(threshold, THRESHOLD, "threshold");
        assertEq(epoch, 2, "epoch");
        assertTrue(!ledger.isReporter(COMMUNITY, removed), "no reporter now");
    }

    function test_removeReporter__signatures_of_the_epoch__are_void() external {
        Batch memory batch = signedBatch(COMMUNITY, alone(reportOf(FIRST_DAY, 1, 1)));
        _remove(vm.addr(keys[4]));
        vm.expectRevert(
            abi.encodeWithSelector(ICommunityRegistry.CommunityRegistry_OtherEpoch.selector, COMMUNITY, 1, 2)
        );
        ledger.post(batch);
        post(COMMUNITY, batch.reports);
        assertEq(ledger.reportOf(CONFIGURATION, batch.reports[0].day), Typed.hash(batch.reports[0]), "signed again");
    }

    function test_removeReporter__removed_signer__does_not_count() external {
        _remove(vm.addr(keys[1]));
        Batch memory batch = signedBatch(COMMUNITY, alone(reportOf(FIRST_DAY, 1, 1)));
        vm.expectRevert(
            abi.encodeWithSelector(ICommunityRegistry.CommunityRegistry_NotAReporter.selector, vm.addr(keys[1]))
        );
        ledger.post(batch);
    }

    /// @dev With fewer reporters than must sign, no signatures do, until a resolution names others.
    function test_removeReporter__below_the_threshold__nothing_is_accepted() external {
        for (uint256 i = REPORTER_COUNT; i > 2; --i) {
            _remove(vm.addr(keys[i - 1]));
        }
        Batch memory batch = signedBatch(COMMUNITY, alone(reportOf(FIRST_DAY, 1, 1)));
        vm.expectRevert(
            abi.encodeWithSelector(ICommunityRegistry.CommunityRegistry_NotAReporter.selector, vm.addr(keys[2]))
        );
        ledger.post(batch);
        bytes32 digest = Typed.digest(ledger.domainSeparator(), Typed.hash(CONFIGURATION, batch.epoch, batch.reports));
        batch.signatures = signAll(2, digest);
        vm.expectRevert(
            abi.encodeWithSelector(ICommunityRegistry.CommunityRegistry_TooFewSignatures.selector, 2, THRESHOLD)
        );
        ledger.post(batch);

        address[] memory accounts = reporterAccounts();
        vm.prank(GOVERNOR);
        ledger.setReporters(COMMUNITY, accounts, THRESHOLD);
        post(COMMUNITY, batch.reports);
        assertEq(ledger.reportOf(CONFIGURATION, batch.reports[0].day), Typed.hash(batch.reports[0]), "accepted");
    }

    function test_removeReporter__the_last_one__leaves_none() external {
        for (uint256 i = 0; i < REPORTER_COUNT; ++i) {
            _remove(vm.addr(keys[i]));
        }
        (address[] memory found,, uint32 epoch) = ledger.reportersOf(COMMUNITY);
        assertEq(found.length, 0, "none");
        assertEq(epoch, 1 + REPORTER_COUNT, "epoch");
        Batch memory batch = signedBatch(COMMUNITY, alone(reportOf(FIRST_DAY, 1, 1)));
        vm.expectRevert(
            abi.encodeWithSelector(ICommunityRegistry.CommunityRegistry_NotAReporter.selector, vm.addr(keys[0]))
        );
        ledger.post(batch);
    }

    function testFuzz_removeReporter__account_that_is_none__is_refused(address account) external {
        vm.assume(!ledger.isReporter(COMMUNITY, account));
        _requireUnknown(account);
        assertEq(epochOf(COMMUNITY), 1, "the epoch goes on");
    }

    function test_removeReporter__a_second_time__is_refused() external {
        _remove(vm.addr(keys[2]));
        _requireUnknown(vm.addr(keys[2]));
    }

    function test_removeReporter__one_community_s__stays_in_the_other() external {
        bytes32 other = registerCommunity("other");
        _remove(vm.addr(keys[0]));
        assertTrue(ledger.isReporter(other, vm.addr(keys[0])), "still there");
        assertEq(epochOf(other), 1, "epoch");
    }

    function _remove(address reporter) private {
        vm.prank(GUARDIAN);
        ledger.removeReporter(COMMUNITY, reporter);
    }

    function _requireUnknown(address account) private {
        vm.expectRevert(
            abi.encodeWithSelector(ICommunityRegistry.CommunityRegistry_UnknownReporter.selector, COMMUNITY, account)
        );
        _remove(account);
    }

    function _without(uint256 which) private view returns (address[] memory kept) {
        kept = new address[](REPORTER_COUNT - 1);
        for (uint256 i = 0; i < kept.length; ++i) {
            kept[i] = vm.addr(keys[i < which ? i : i + 1]);
        }
    }
}
