// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @dev A token that can halve all balances at once.
contract ShrinkingEuro is ERC20 {
    uint256 private _halvings;

    constructor() ERC20("Shrinking euro", "SEUR") {}

    function decimals() public pure override returns (uint8) {
        return 6;
    }

    function mint(address account, uint256 amount) external {
        _mint(account, amount);
    }

    function halve() external {
        ++_halvings;
    }

    function balanceOf(address account) public view override returns (uint256) {
        return super.balanceOf(account) >> _halvings;
    }

    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, amount << _halvings);
    }
}
