// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICommunityRegistry} from "../../src/interfaces/ICommunityRegistry.sol";
import {Batch} from "../../src/types/Energy.sol";
import {Energy} from "../support/Energy.sol";
import {Typed} from "../support/Typed.sol";

/// setReporters
/// ├── it should replace the reporters, begin an epoch and make all earlier signatures void
/// ├── it should take 1 to 16 reporters in strictly ascending order and a threshold up to their number
/// └── it should leave another community's reporters alone
contract SetReportersTest is Energy {
    function setUp() external {
        foundLedger();
    }

    function testFuzz_setReporters__ascending_reporters__are_kept(uint256 count, uint8 threshold) external {
        count = bound(count, 1, 16);
        threshold = uint8(bound(threshold, 1, count));
        appointReporters(count);
        address[] memory accounts = reporterAccounts();
        vm.expectEmit(address(ledger));
        emit ICommunityRegistry.ReportersSet(COMMUNITY, 2, accounts, threshold);
        _set(accounts, threshold);

        (address[] memory found, uint8 foundThreshold, uint32 epoch) = ledger.reportersOf(COMMUNITY);
        assertEq(keccak256(abi.encode(found)), keccak256(abi.encode(accounts)), "reporters");
        assertEq(foundThreshold, threshold, "threshold");
        assertEq(epoch, 2, "epoch");
        for (uint256 i = 0; i < count; ++i) {
            assertTrue(ledger.isReporter(COMMUNITY, accounts[i]), "is a reporter");
        }
    }

    function testFuzz_isReporter__anyone_else__is_none(address account) external view {
        address[] memory accounts = reporterAccounts();
        bool listed = false;
        for (uint256 i = 0; i < accounts.length; ++i) {
            listed = listed || accounts[i] == account;
        }
        assertTrue(ledger.isReporter(COMMUNITY, account) == listed, "is a reporter exactly if listed");
        assertTrue(!ledger.isReporter(COMMUNITY, address(0)), "zero is none");
    }

    function test_setReporters__same_reporters_again__void_what_they_signed() external {
        Batch memory batch = signedBatch(COMMUNITY, alone(reportOf(FIRST_DAY, 1, 1)));
        _set(reporterAccounts(), THRESHOLD);
        vm.expectRevert(
            abi.encodeWithSelector(ICommunityRegistry.CommunityRegistry_OtherEpoch.selector, COMMUNITY, 1, 2)
        );
        ledger.post(batch);
        post(COMMUNITY, batch.reports);
        assertEq(ledger.reportOf(CONFIGURATION, batch.reports[0].day), Typed.hash(batch.reports[0]), "signed again");
    }

    function test_setReporters__others__sign_in_their_place() external {
        Batch memory before = signedBatch(COMMUNITY, alone(reportOf(FIRST_DAY, 1, 1)));
        address[] memory others = new address[](1);
        others[0] = vm.addr(0xFACE);
        _set(others, 1);
        before.epoch = 2;
        before.signatures = signaturesOf(before);
        vm.expectRevert(
            abi.encodeWithSelector(ICommunityRegistry.CommunityRegistry_NotAReporter.selector, vm.addr(keys[0]))
        );
        ledger.post(before);
        bytes32 digest =
            Typed.digest(ledger.domainSeparator(), Typed.hash(CONFIGURATION, before.epoch, before.reports));
        before.signatures = signature(0xFACE, digest);
        ledger.post(before);
        assertEq(ledger.reportOf(CONFIGURATION, before.reports[0].day), Typed.hash(before.reports[0]), "accepted");
    }

    function test_setReporters__one_community__leaves_the_other_s_epoch() external {
        bytes32 other = registerCommunity("other");
        Batch memory batch = signedBatch(other, alone(reportOf(FIRST_DAY, 1, 1)));
        _set(reporterAccounts(), THRESHOLD);
        assertEq(epochOf(other), 1, "epoch");
        ledger.post(batch);
        assertEq(ledger.totalsOf(configurationOf(other), MONTH).sharedWh, 24, "accepted");
    }

    function test_setReporters__seventeen__are_refused() external {
        appointReporters(17);
        _requireRefused(
            reporterAccounts(),
            3,
            abi.encodeWithSelector(ICommunityRegistry.CommunityRegistry_TooManyReporters.selector, 17, 16)
        );
    }

    function testFuzz_setReporters__threshold_out_of_range__is_refused(uint8 threshold) external {
        vm.assume(threshold == 0 || threshold > REPORTER_COUNT);
        _requireRefused(
            reporterAccounts(),
            threshold,
            abi.encodeWithSelector(
                ICommunityRegistry.CommunityRegistry_ThresholdOutOfRange.selector, threshold, REPORTER_COUNT
            )
        );
    }

    function testFuzz_setReporters__not_ascending__are_refused(uint256 first, uint256 second) external {
        address[] memory accounts = reporterAccounts();
        (first, second) = (bound(first, 0, 3), bound(second, 1, 4));
        vm.assume(first < second);
        // From the second on none is above the first: the one behind the first stands in its way.
        for (uint256 i = second; i > first; --i) {
            accounts[i] = accounts[first];
        }
        _requireRefused(accounts, 3, _notAscending(accounts[first], accounts[first]));
    }

    function test_setReporters__descending__are_refused() external {
        address[] memory accounts = reporterAccounts();
        (accounts[3], accounts[4]) = (accounts[4], accounts[3]);
        _requireRefused(accounts, 3, _notAscending(accounts[3], accounts[4]));
    }

    function test_setReporters__zero__is_refused() external {
        address[] memory accounts = reporterAccounts();
        accounts[0] = address(0);
        _requireRefused(accounts, 3, _notAscending(address(0), address(0)));
    }

    function _set(address[] memory accounts, uint8 threshold) private {
        vm.prank(GOVERNOR);
        ledger.setReporters(COMMUNITY, accounts, threshold);
    }

    function _requireRefused(address[] memory accounts, uint8 threshold, bytes memory reason) private {
        vm.expectRevert(reason);
        _set(accounts, threshold);
        assertEq(epochOf(COMMUNITY), 1, "the epoch goes on");
    }

    function _notAscending(address previous, address reporter) private pure returns (bytes memory) {
        return abi.encodeWithSelector(
            ICommunityRegistry.CommunityRegistry_ReportersNotAscending.selector, previous, reporter
        );
    }
}
