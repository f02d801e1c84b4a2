// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {VaultStub} from "../../src/mocks/VaultStub.sol";
import {Month, MonthNumber, SettledMonths} from "../../src/types/Energy.sol";
import {Energy} from "./Energy.sol";

/// @dev A ledger whose community has a vault that does nothing but settle.
abstract contract Settling is Energy {
    /// What the reporters sign; only a vault knows what it means.
    bytes32 internal constant SETTLEMENT = keccak256("settlement");

    VaultStub internal stub;

    function foundSettling() internal {
        foundLedger();
        stub = bindStub(COMMUNITY);
    }

    function bindStub(bytes32 community) internal returns (VaultStub bound_) {
        bound_ = new VaultStub(ledger, community);
        setVault(community, address(bound_));
    }

    /// @dev MONTH of a configuration.
    function monthOf(bytes32 configuration) internal pure returns (Month[] memory named) {
        named = new Month[](1);
        named[0] = Month({configuration: configuration, month: MONTH});
    }

    function twoMonths(Month memory first, Month memory second) internal pure returns (Month[] memory named) {
        named = new Month[](2);
        (named[0], named[1]) = (first, second);
    }

    /// @dev The month that is so many later than MONTH.
    function monthAfter(uint32 count) internal pure returns (MonthNumber) {
        return MonthNumber.wrap(MonthNumber.unwrap(MONTH) + count);
    }

    function signedSettlement() internal view returns (bytes memory) {
        return signAll(THRESHOLD, SETTLEMENT);
    }

    function settle(Month[] memory named) internal returns (SettledMonths memory) {
        return stub.settleMonths(named, epochOf(COMMUNITY), SETTLEMENT, signedSettlement());
    }

    /// @dev A settlement that must be refused for exactly this reason.
    function settleRefused(Month[] memory named, bytes memory reason) internal {
        (uint32 epoch, bytes memory signed) = (epochOf(COMMUNITY), signedSettlement());
        vm.expectRevert(reason);
        stub.settleMonths(named, epoch, SETTLEMENT, signed);
    }
}
