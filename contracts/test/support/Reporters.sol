// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "./Test.sol";
import {Typed} from "./Typed.sol";

/// @dev Reporters with their keys, in ascending order of their addresses.
abstract contract Reporters is Test {
    uint256 internal constant REPORTER_COUNT = 5;
    uint8 internal constant THRESHOLD = 3;

    uint256[] internal keys;

    /// @dev Makes the keys. Insertion keeps the addresses in order, which signatures must be in.
    function appointReporters(uint256 count) internal {
        delete keys;
        for (uint256 i = 0; i < count; ++i) {
            uint256 key = uint256(keccak256(abi.encode("reporter", i)));
            keys.push(key);
            for (uint256 j = i; j > 0 && vm.addr(keys[j - 1]) > vm.addr(key); --j) {
                (keys[j], keys[j - 1]) = (keys[j - 1], key);
            }
        }
    }

    function reporterAccounts() internal view returns (address[] memory accounts) {
        accounts = new address[](keys.length);
        for (uint256 i = 0; i < keys.length; ++i) {
            accounts[i] = vm.addr(keys[i]);
        }
    }

    function signature(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    /// @dev Signatures of the first reporters, as many as the threshold asks for, side by side.
    function signatures(string memory name, address verifier, bytes32 structHash)
        internal
        view
        returns (bytes memory)
    {
        return signAll(THRESHOLD, Typed.digest(Typed.separator(name, verifier), structHash));
    }

    /// @dev Signatures of the first `count` reporters.
    function signAll(uint256 count, bytes32 digest) internal view returns (bytes memory signed) {
        for (uint256 i = 0; i < count; ++i) {
            signed = bytes.concat(signed, signature(keys[i], digest));
        }
    }
}
