// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEnergyLedger} from "../interfaces/IEnergyLedger.sol";
import {MonthNumber} from "../types/Energy.sol";

/// @dev The least that a ledger takes for a vault.
contract VaultStub {
    IEnergyLedger public immutable ledger;

    constructor(IEnergyLedger ledger_) {
        ledger = ledger_;
    }

    function settleMonth(bytes32 configuration, MonthNumber month) external returns (uint256, uint256) {
        return ledger.settleMonth(configuration, month);
    }
}
