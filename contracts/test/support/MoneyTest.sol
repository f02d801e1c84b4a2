// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Money} from "./Money.sol";

/// @dev A test in which every case begins with the community of Money.
abstract contract MoneyTest is Money {
    function setUp() public virtual {
        foundCommunity();
    }
}
