// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

import {EnergyLedger} from "../../src/EnergyLedger.sol";
import {IReporterQuorum} from "../../src/interfaces/IReporterQuorum.sol";
import {VaultStub} from "../../src/mocks/VaultStub.sol";
import {DayReport} from "../../src/types/Energy.sol";
import {Energy} from "../support/Energy.sol";
import {Typed} from "../support/Typed.sol";

/// quorum
/// ├── it should accept exactly: strictly ascending registered signers, from the threshold to sixteen
/// ├── it should count each reporter, in whatever place of the roster
/// ├── given a signature
/// │   ├── when it is over other content, for another contract or another chain, it should be refused
/// │   └── when it is malleable or malformed, it should be refused
/// └── constructor: it should refuse thresholds out of range, too many reporters, zero and repeated ones
contract QuorumTest is Energy {
    /// Order of secp256k1's group.
    uint256 private constant ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
    string private constant NAME = "Condivisa EnergyLedger";

    DayReport[] private _reports;

    function setUp() external {
        foundLedger();
        register(CONFIGURATION, address(new VaultStub(ledger)));
        _reports.push(reportOf(FIRST_DAY, 5, 3));
    }

    /// @dev Draws up to eight signers from five reporters and one stranger, in any order and with repetition.
    function testFuzz_quorum__drawn_signers__only_an_ascending_majority_passes(uint256 seed, uint256 count) external {
        count = bound(count, 0, 8);
        bytes32 digest = _digest(address(ledger));
        bytes[] memory signed = new bytes[](count);
        bool valid = count >= THRESHOLD;
        address previous = address(0);
        for (uint256 i = 0; i < count; ++i) {
            // Mostly ascending, or hardly any draw would pass.
            uint256 place = seed % 3 == 0 ? draw(seed, i) % 6 : (i + seed % 2) % 6;
            uint256 key = place < REPORTER_COUNT ? keys[place] : 0xBAD;
            signed[i] = signature(key, digest);
            valid = valid && place < REPORTER_COUNT && vm.addr(key) > previous;
            previous = vm.addr(key);
        }
        assertEq(_accepts(signed) ? 1 : 0, valid ? 1 : 0, "accepted");
    }

    function testFuzz_quorum__any_bit_of_the_content_changed__is_refused(uint256 position) external {
        bytes[] memory signed = signedBatch(CONFIGURATION, _reports);
        bytes memory hourTotals = _reports[0].hourTotals;
        position = bound(position, 0, hourTotals.length * 8 - 1);
        hourTotals[position / 8] ^= bytes1(uint8(1 << (position % 8)));
        _reports[0].hourTotals = hourTotals;
        assertTrue(!_accepts(signed), "changed hours");
    }

    function testFuzz_quorum__any_bit_of_a_signature_changed__is_refused(uint256 position) external {
        bytes[] memory signed = signedBatch(CONFIGURATION, _reports);
        position = bound(position, 0, 3 * 65 * 8 - 1);
        bytes memory changed = signed[position / (65 * 8)];
        changed[position / 8 % 65] ^= bytes1(uint8(1 << (position % 8)));
        assertTrue(!_accepts(signed), "changed signature");
    }

    function test_quorum__signed_for_another_contract__is_refused() external {
        bytes[] memory signed = signatures(NAME, address(0xBEEF), Typed.hash(CONFIGURATION, _reports));
        assertTrue(!_accepts(signed), "another contract");
    }

    function test_quorum__signed_under_another_name__is_refused() external {
        bytes[] memory signed =
            signatures("Condivisa CommunityVault", address(ledger), Typed.hash(CONFIGURATION, _reports));
        assertTrue(!_accepts(signed), "another name");
    }

    function test_quorum__signed_for_another_configuration__is_refused() external {
        assertTrue(!_accepts(signedBatch("other", _reports)), "another configuration");
    }

    function test_quorum__signed_for_another_chain__is_refused() external {
        bytes[] memory signed = signedBatch(CONFIGURATION, _reports);
        vm.chainId(5);
        assertTrue(!_accepts(signed), "another chain");
    }

    function test_quorum__every_field_of_a_report__is_signed() external {
        bytes[] memory signed = signedBatch(CONFIGURATION, _reports);
        _reports[0].root = "other";
        assertTrue(!_accepts(signed), "another root");
    }

    function test_quorum__malleable_signature__is_refused() external {
        bytes[] memory signed = signedBatch(CONFIGURATION, _reports);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(keys[0], _digest(address(ledger)));
        bytes32 high = bytes32(ORDER - uint256(s));
        signed[0] = abi.encodePacked(r, high, v == 27 ? uint8(28) : uint8(27));
        vm.expectRevert(abi.encodeWithSelector(ECDSA.ECDSAInvalidSignatureS.selector, high));
        ledger.post(CONFIGURATION, _reports, signed);
    }

    function test_quorum__short_signature__is_refused() external {
        bytes[] memory signed = signedBatch(CONFIGURATION, _reports);
        signed[1] = new bytes(64);
        vm.expectRevert(abi.encodeWithSelector(ECDSA.ECDSAInvalidSignatureLength.selector, 64));
        ledger.post(CONFIGURATION, _reports, signed);
    }

    function test_quorum__one_signature_short__is_refused_by_name() external {
        bytes[] memory signed = new bytes[](THRESHOLD - 1);
        vm.expectRevert(
            abi.encodeWithSelector(IReporterQuorum.ReporterQuorum_TooFewSignatures.selector, THRESHOLD - 1, THRESHOLD)
        );
        ledger.post(CONFIGURATION, _reports, signed);
    }

    function test_quorum__repeated_signer__is_refused_by_name() external {
        bytes[] memory signed = signedBatch(CONFIGURATION, _reports);
        signed[1] = signed[0];
        address signer = vm.addr(keys[0]);
        vm.expectRevert(
            abi.encodeWithSelector(IReporterQuorum.ReporterQuorum_SignersNotAscending.selector, signer, signer)
        );
        ledger.post(CONFIGURATION, _reports, signed);
    }

    function test_quorum__stranger__is_refused_by_name() external {
        bytes[] memory signed = new bytes[](THRESHOLD);
        (uint256 first, uint256 stranger) = (0, 1);
        while (vm.addr(stranger) > vm.addr(keys[1]) || vm.addr(stranger) < vm.addr(keys[0])) ++stranger;
        (signed[0], signed[1]) =
        (signature(keys[first], _digest(address(ledger))), signature(stranger, _digest(address(ledger))));
        signed[2] = signature(keys[1], _digest(address(ledger)));
        vm.expectRevert(
            abi.encodeWithSelector(IReporterQuorum.ReporterQuorum_NotAReporter.selector, vm.addr(stranger))
        );
        ledger.post(CONFIGURATION, _reports, signed);
    }

    function test_quorum__sixteen_reporters__each_of_them_counts() external {
        appointReporters(16);
        ledger = new EnergyLedger(REGISTRAR, reporterAccounts(), 16, 0);
        register(CONFIGURATION, address(new VaultStub(ledger)));
        address[] memory accounts = ledger.reporters();
        assertEq(accounts.length, 16, "reporters");
        for (uint256 i = 0; i < 16; ++i) {
            assertEq(accounts[i], vm.addr(keys[i]), "in the order of deployment");
            assertTrue(ledger.isReporter(accounts[i]), "is a reporter");
        }
        assertTrue(_accepts(_signAll(16)), "all sixteen signed");
        assertEq(ledger.threshold(), 16, "threshold");
    }

    function test_quorum__seventeen_signatures__are_refused_by_name() external {
        bytes[] memory signed = new bytes[](17);
        vm.expectRevert(abi.encodeWithSelector(IReporterQuorum.ReporterQuorum_TooManySignatures.selector, 17, 16));
        ledger.post(CONFIGURATION, _reports, signed);
    }

    function test_isReporter__zero_and_strangers__are_none() external view {
        assertTrue(!ledger.isReporter(address(0)), "zero fills the rest of the roster");
        assertTrue(!ledger.isReporter(address(0xBAD)), "a stranger");
    }

    function test_domainSeparator__is_the_standard_s() external view {
        assertEq(ledger.domainSeparator(), Typed.separator(NAME, address(ledger)), "separator");
    }

    function test_constructor__seventeen_reporters__are_refused() external {
        appointReporters(17);
        address[] memory accounts = reporterAccounts();
        vm.expectRevert(abi.encodeWithSelector(IReporterQuorum.ReporterQuorum_TooManyReporters.selector, 17, 16));
        new EnergyLedger(REGISTRAR, accounts, 3, 0);
    }

    function testFuzz_constructor__threshold__is_from_one_to_all(uint8 threshold) external {
        address[] memory accounts = reporterAccounts();
        if (threshold == 0 || threshold > REPORTER_COUNT) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IReporterQuorum.ReporterQuorum_ThresholdOutOfRange.selector, threshold, REPORTER_COUNT
                )
            );
        }
        new EnergyLedger(REGISTRAR, accounts, threshold, 0);
    }

    function testFuzz_constructor__zero_or_repeated_reporter__is_refused(uint256 first, uint256 second, bool zero)
        external
    {
        address[] memory accounts = reporterAccounts();
        (first, second) = (bound(first, 0, 4), bound(second, 0, 4));
        vm.assume(zero || first != second);
        accounts[first] = zero ? address(0) : accounts[second];
        vm.expectRevert(
            abi.encodeWithSelector(IReporterQuorum.ReporterQuorum_InvalidReporter.selector, accounts[first])
        );
        new EnergyLedger(REGISTRAR, accounts, 3, 0);
    }

    function _digest(address verifier) private view returns (bytes32) {
        return Typed.digest(Typed.separator(NAME, verifier), Typed.hash(CONFIGURATION, _reports));
    }

    function _signAll(uint256 count) private view returns (bytes[] memory signed) {
        signed = new bytes[](count);
        bytes32 digest = _digest(address(ledger));
        for (uint256 i = 0; i < count; ++i) {
            signed[i] = signature(keys[i], digest);
        }
    }

    function _accepts(bytes[] memory signed) private returns (bool) {
        try ledger.post(CONFIGURATION, _reports, signed) {
            return true;
        } catch {
            return false;
        }
    }
}
