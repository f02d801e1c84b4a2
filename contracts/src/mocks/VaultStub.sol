// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEnergyLedger} from "../interfaces/IEnergyLedger.sol";
import {Month, SettledMonths} from "../types/Energy.sol";

/// @dev The least that a ledger takes for a vault.
contract VaultStub {
    IEnergyLedger public immutable ledger;
    bytes32 public immutable community;

    constructor(IEnergyLedger ledger_, bytes32 community_) {
        ledger = ledger_;
        community = community_;
    }

    function settleMonths(Month[] calldata months, uint32 epoch, bytes32 digest, bytes calldata signatures)
        external
        returns (SettledMonths memory)
    {
        return ledger.settleMonths(community, months, epoch, digest, signatures);
    }
}
