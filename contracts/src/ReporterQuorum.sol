// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import {IReporterQuorum} from "./interfaces/IReporterQuorum.sol";

/// @dev m-of-n EIP-712 signatures for the contracts that inherit it. The reporters never change, so they are part of
/// the code: in storage, each would cost 2,100 gas for every signature.
abstract contract ReporterQuorum is IReporterQuorum, EIP712 {
    /// Bounds the loops over reporters and signatures.
    uint256 internal constant MAX_REPORTERS = 16;

    uint8 private immutable _threshold;
    uint256 private immutable _reporterCount;
    address private immutable _reporter0;
    address private immutable _reporter1;
    address private immutable _reporter2;
    address private immutable _reporter3;
    address private immutable _reporter4;
    address private immutable _reporter5;
    address private immutable _reporter6;
    address private immutable _reporter7;
    address private immutable _reporter8;
    address private immutable _reporter9;
    address private immutable _reporter10;
    address private immutable _reporter11;
    address private immutable _reporter12;
    address private immutable _reporter13;
    address private immutable _reporter14;
    address private immutable _reporter15;

    constructor(string memory name, address[] memory reporters_, uint8 threshold_) EIP712(name, "1") {
        if (reporters_.length > MAX_REPORTERS) revert ReporterQuorum_TooManyReporters(reporters_.length, MAX_REPORTERS);
        if (threshold_ == 0 || threshold_ > reporters_.length) {
            revert ReporterQuorum_ThresholdOutOfRange(threshold_, reporters_.length);
        }
        address[MAX_REPORTERS] memory roster;
        for (uint256 i = 0; i < reporters_.length; ++i) {
            address reporter = reporters_[i];
            // The rest of the roster is zero, so this refuses the zero address as well as repetition.
            if (_contains(roster, MAX_REPORTERS, reporter)) revert ReporterQuorum_InvalidReporter(reporter);
            roster[i] = reporter;
        }

        _threshold = threshold_;
        _reporterCount = reporters_.length;
        _reporter0 = roster[0];
        _reporter1 = roster[1];
        _reporter2 = roster[2];
        _reporter3 = roster[3];
        _reporter4 = roster[4];
        _reporter5 = roster[5];
        _reporter6 = roster[6];
        _reporter7 = roster[7];
        _reporter8 = roster[8];
        _reporter9 = roster[9];
        _reporter10 = roster[10];
        _reporter11 = roster[11];
        _reporter12 = roster[12];
        _reporter13 = roster[13];
        _reporter14 = roster[14];
        _reporter15 = roster[15];
    }

    /// @inheritdoc IReporterQuorum
    function reporters() external view returns (address[] memory accounts) {
        address[MAX_REPORTERS] memory roster = _roster();
        accounts = new address[](_reporterCount);
        for (uint256 i = 0; i < accounts.length; ++i) {
            accounts[i] = roster[i];
        }
    }

    /// @inheritdoc IReporterQuorum
    function isReporter(address account) external view returns (bool) {
        return _contains(_roster(), _reporterCount, account);
    }

    /// @inheritdoc IReporterQuorum
    function threshold() external view returns (uint8) {
        return _threshold;
    }

    /// @inheritdoc IReporterQuorum
    function domainSeparator() external view returns (bytes32) {
        return _domainSeparatorV4();
    }

    /// @dev Reverts unless enough distinct reporters, and nobody else, signed the struct. Strictly ascending signers
    /// are distinct; OpenZeppelin's ECDSA refuses malleable (high-s) and malformed signatures.
    function _requireQuorum(bytes32 structHash, bytes[] calldata signatures) internal view {
        if (signatures.length < _threshold) {
            revert ReporterQuorum_TooFewSignatures(signatures.length, _threshold);
        }
        if (signatures.length > MAX_REPORTERS) {
            revert ReporterQuorum_TooManySignatures(signatures.length, MAX_REPORTERS);
        }
        bytes32 digest = _hashTypedDataV4(structHash);
        address[MAX_REPORTERS] memory roster = _roster();
        address previous = address(0);
        for (uint256 i = 0; i < signatures.length; ++i) {
            address signer = ECDSA.recoverCalldata(digest, signatures[i]);
            if (signer <= previous) revert ReporterQuorum_SignersNotAscending(previous, signer);
            if (!_contains(roster, _reporterCount, signer)) revert ReporterQuorum_NotAReporter(signer);
            previous = signer;
        }
    }

    /// @dev Whether one of the first `count` of the roster is the account.
    function _contains(address[MAX_REPORTERS] memory roster, uint256 count, address account)
        private
        pure
        returns (bool)
    {
        for (uint256 i = 0; i < count; ++i) {
            if (roster[i] == account) return true;
        }
        return false;
    }

    /// @dev The reporters in the order given at deployment, then zeros.
    function _roster() private view returns (address[MAX_REPORTERS] memory) {
        return [
            _reporter0,
            _reporter1,
            _reporter2,
            _reporter3,
            _reporter4,
            _reporter5,
            _reporter6,
            _reporter7,
            _reporter8,
            _reporter9,
            _reporter10,
            _reporter11,
            _reporter12,
            _reporter13,
            _reporter14,
            _reporter15
        ];
    }
}
