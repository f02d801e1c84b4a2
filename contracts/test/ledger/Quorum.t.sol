// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

import {ICommunityRegistry} from "../../src/interfaces/ICommunityRegistry.sol";
import {Batch, Day, DayReport} from "../../src/types/Energy.sol";
import {Energy} from "../support/Energy.sol";
import {Typed} from "../support/Typed.sol";

/// quorum
/// ├── it should accept exactly: strictly ascending registered signers, from the threshold to all
/// ├── it should count each reporter, in whatever place
/// └── given a signature
///     ├── when it is over other content, for another contract, chain, epoch or community, it should be refused
///     └── when it is malleable or malformed, it should be refused
contract QuorumTest is Energy {
    /// Order of secp256k1's group.
    uint256 private constant ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
    string private constant NAME = "Condivisa EnergyLedger";

    DayReport[] private _reports;

    function setUp() external {
        foundLedger();
        _reports.push(reportOf(FIRST_DAY, 5, 3));
    }

    /// @dev Draws up to eight signers from five reporters and one stranger, in any order and with repetition.
    function testFuzz_quorum__drawn_signers__only_an_ascending_majority_passes(uint256 seed, uint256 count) external {
        count = bound(count, 0, 8);
        bytes32 digest = _digest(address(ledger));
        bytes memory signed;
        bool valid = count >= THRESHOLD;
        address previous = address(0);
        for (uint256 i = 0; i < count; ++i) {
            // Mostly ascending, or hardly any draw would pass.
            uint256 place = seed % 3 == 0 ? draw(seed, i) % 6 : (i + seed % 2) % 6;
            uint256 key = place < REPORTER_COUNT ? keys[place] : 0xBAD;
            signed = bytes.concat(signed, signature(key, digest));
            valid = valid && place < REPORTER_COUNT && vm.addr(key) > previous;
            previous = vm.addr(key);
        }
        assertEq(_accepts(signed) ? 1 : 0, valid ? 1 : 0, "accepted");
    }

    function testFuzz_quorum__any_bit_of_the_content_changed__is_refused(uint256 position) external {
        bytes memory signed = _signed();
        bytes memory hourTotals = _reports[0].hourTotals;
        position = bound(position, 0, hourTotals.length * 8 - 1);
        hourTotals[position / 8] ^= bytes1(uint8(1 << (position % 8)));
        _reports[0].hourTotals = hourTotals;
        assertTrue(!_accepts(signed), "changed hours");
    }

    function testFuzz_quorum__any_bit_of_a_signature_changed__is_refused(uint256 position) external {
        bytes memory signed = _signed();
        position = bound(position, 0, 3 * 65 * 8 - 1);
        signed[position / 8] ^= bytes1(uint8(1 << (position % 8)));
        assertTrue(!_accepts(signed), "changed signature");
    }

    function test_quorum__signed_for_another_contract__is_refused() external {
        bytes memory signed = signatures(NAME, address(0xBEEF), Typed.hash(CONFIGURATION, 1, _reports));
        assertTrue(!_accepts(signed), "another contract");
    }

    function test_quorum__signed_under_another_name__is_refused() external {
        bytes memory signed =
            signatures("Condivisa CommunityVault", address(ledger), Typed.hash(CONFIGURATION, 1, _reports));
        assertTrue(!_accepts(signed), "another name");
    }

    function test_quorum__signed_for_another_area__is_refused() external {
        assertTrue(!_accepts(signedBatchIn("other", COMMUNITY, _reports).signatures), "another area");
    }

    /// @dev The same reporters serve both communities.
    function test_quorum__signed_for_another_community__is_refused() external {
        bytes memory signed = signedBatch(registerCommunity("other"), _reports).signatures;
        assertTrue(!_accepts(signed), "another community");
    }

    function testFuzz_quorum__signed_for_another_epoch__is_refused(uint32 epoch) external {
        vm.assume(epoch != 1);
        Batch memory batch = signedBatch(COMMUNITY, _reports);
        batch.epoch = epoch;
        batch.signatures = signaturesOf(batch);
        assertTrue(!_accepts(batch.signatures), "another epoch in the present one's place");
        vm.expectRevert(
            abi.encodeWithSelector(ICommunityRegistry.CommunityRegistry_OtherEpoch.selector, COMMUNITY, epoch, 1)
        );
        ledger.post(batch);
    }

    function test_quorum__signed_for_another_chain__is_refused() external {
        bytes memory signed = _signed();
        vm.chainId(5);
        assertTrue(!_accepts(signed), "another chain");
    }

    function test_quorum__every_field_of_a_report__is_signed() external {
        bytes memory signed = _signed();
        DayReport memory report = _reports[0];
        for (uint256 i = 0; i < 5; ++i) {
            _reports[0] = report;
            if (i == 0) _reports[0].day = Day.wrap(FIRST_DAY + 1);
            else if (i == 1) _reports[0].root = "other";
            else if (i == 2) _reports[0].roster = "other";
            else if (i == 3) _reports[0].pods = 8;
            else _reports[0].blinding = "other";
            assertTrue(!_accepts(signed), "another field");
        }
        _reports[0] = report;
        assertTrue(_accepts(signed), "as it was signed");
    }

    function test_quorum__report_left_out_or_added__is_refused() external {
        bytes memory one = _signed();
        _reports.push(reportOf(FIRST_DAY + 1, 5, 3));
        bytes memory two = _signed();
        assertTrue(!_accepts(one), "one was signed");
        _reports.pop();
        assertTrue(!_accepts(two), "two were signed");
    }

    function test_quorum__malleable_signature__is_refused() external {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(keys[0], _digest(address(ledger)));
        bytes32 high = bytes32(ORDER - uint256(s));
        bytes memory first = abi.encodePacked(r, high, v == 27 ? uint8(28) : uint8(27));
        _requireRefused(
            bytes.concat(first, _signatureOf(1), _signatureOf(2)),
            abi.encodeWithSelector(ECDSA.ECDSAInvalidSignatureS.selector, high)
        );
    }

    function test_quorum__signature_of_nobody__is_refused() external {
        bytes memory first = abi.encodePacked(bytes32("r"), bytes32("s"), uint8(0));
        _requireRefused(
            bytes.concat(first, _signatureOf(1), _signatureOf(2)),
            abi.encodeWithSelector(ECDSA.ECDSAInvalidSignature.selector)
        );
    }

    function testFuzz_quorum__part_of_a_signature__is_refused_by_name(uint256 length) external {
        length = bound(length, 1, 400);
        vm.assume(length % 65 != 0);
        _requireRefused(
            new bytes(length),
            abi.encodeWithSelector(ICommunityRegistry.CommunityRegistry_MalformedSignatures.selector, length)
        );
    }

    function test_quorum__too_few_signatures__are_refused_by_name() external {
        for (uint256 count = 0; count < THRESHOLD; ++count) {
            _requireRefused(
                signAll(count, _digest(address(ledger))),
                abi.encodeWithSelector(
                    ICommunityRegistry.CommunityRegistry_TooFewSignatures.selector, count, THRESHOLD
                )
            );
        }
    }

    function test_quorum__repeated_signer__is_refused_by_name() external {
        _requireRefused(
            bytes.concat(_signatureOf(0), _signatureOf(0), _signatureOf(1)), _notAReporter(vm.addr(keys[0]))
        );
    }

    function test_quorum__descending_signers__are_refused_by_name() external {
        _requireRefused(
            bytes.concat(_signatureOf(0), _signatureOf(2), _signatureOf(1)), _notAReporter(vm.addr(keys[1]))
        );
    }

    function test_quorum__stranger_between_reporters__is_refused_by_name() external {
        uint256 stranger = 1;
        while (vm.addr(stranger) > vm.addr(keys[1]) || vm.addr(stranger) < vm.addr(keys[0])) ++stranger;
        bytes memory strange = signature(stranger, _digest(address(ledger)));
        _requireRefused(bytes.concat(_signatureOf(0), strange, _signatureOf(1)), _notAReporter(vm.addr(stranger)));
    }

    function test_quorum__one_signature_more_than_reporters__is_refused_by_name() external {
        bytes memory all = signAll(REPORTER_COUNT, _digest(address(ledger)));
        _requireRefused(
            bytes.concat(all, _signatureOf(REPORTER_COUNT - 1)), _notAReporter(vm.addr(keys[REPORTER_COUNT - 1]))
        );
    }

    function test_quorum__all_reporters__may_sign() external {
        assertTrue(_accepts(signAll(REPORTER_COUNT, _digest(address(ledger)))), "more than the threshold");
    }

    function test_quorum__paused__is_refused_by_name() external {
        bytes memory signed = _signed();
        vm.prank(GUARDIAN);
        ledger.setPaused(COMMUNITY, true);
        _requireRefused(
            signed, abi.encodeWithSelector(ICommunityRegistry.CommunityRegistry_Paused.selector, COMMUNITY)
        );
        vm.prank(GOVERNOR);
        ledger.setPaused(COMMUNITY, false);
        assertTrue(_accepts(signed), "accepted again");
    }

    function test_quorum__sixteen_reporters__each_of_them_counts() external {
        appointReporters(16);
        vm.prank(GOVERNOR);
        ledger.setReporters(COMMUNITY, reporterAccounts(), 16);
        Batch memory batch = signedBatch(COMMUNITY, _reports);
        bytes32 digest = Typed.digest(Typed.separator(NAME, address(ledger)), Typed.hash(CONFIGURATION, 2, _reports));
        batch.signatures = signAll(15, digest);
        vm.expectRevert(
            abi.encodeWithSelector(ICommunityRegistry.CommunityRegistry_TooFewSignatures.selector, 15, 16)
        );
        ledger.post(batch);
        batch.signatures = signAll(16, digest);
        ledger.post(batch);
        assertEq(ledger.reportOf(CONFIGURATION, _reports[0].day), Typed.hash(_reports[0]), "all sixteen signed");
    }

    function test_domainSeparator__is_the_standard_s() external view {
        assertEq(ledger.domainSeparator(), Typed.separator(NAME, address(ledger)), "separator");
    }

    function _digest(address verifier) private view returns (bytes32) {
        return Typed.digest(Typed.separator(NAME, verifier), Typed.hash(CONFIGURATION, 1, _reports));
    }

    function _signed() private view returns (bytes memory) {
        return signedBatch(COMMUNITY, _reports).signatures;
    }

    function _signatureOf(uint256 reporter) private view returns (bytes memory) {
        return signature(keys[reporter], _digest(address(ledger)));
    }

    function _batch(bytes memory signed) private view returns (Batch memory) {
        return Batch({community: COMMUNITY, area: AREA, epoch: 1, reports: _reports, signatures: signed});
    }

    function _accepts(bytes memory signed) private returns (bool) {
        try ledger.post(_batch(signed)) {
            return true;
        } catch {
            return false;
        }
    }

    function _requireRefused(bytes memory signed, bytes memory reason) private {
        Batch memory batch = _batch(signed);
        vm.expectRevert(reason);
        ledger.post(batch);
    }

    function _notAReporter(address signer) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ICommunityRegistry.CommunityRegistry_NotAReporter.selector, signer);
    }
}
