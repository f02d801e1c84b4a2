// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title A token for demonstrations and tests, worth nothing.
/// @notice Whoever deploys it mints as much as they like. Six decimals, like the euro tokens in use.
contract TestEuro is ERC20 {
    error TestEuro_NotDeployer(address caller);

    address private immutable _deployer;

    constructor() ERC20("Test euro (worth nothing)", "TESTEUR") {
        _deployer = msg.sender;
    }

    function decimals() public pure override returns (uint8) {
        return 6;
    }

    function mint(address account, uint256 microEur) external {
        if (msg.sender != _deployer) revert TestEuro_NotDeployer(msg.sender);
        _mint(account, microEur);
    }
}
