// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts/proxy/utils/UUPSUpgradeable.sol";

/// @dev A euro as its issuers make them: behind a proxy, with a list of accounts that may neither pay nor be paid. In
/// this one, anybody plays the issuer.
contract ListedEuro is ERC20, UUPSUpgradeable {
    error ListedEuro_Blocked(address account);

    mapping(address account => bool) public blocked;

    constructor() ERC20("Listed euro", "LEUR") {}

    function decimals() public pure override returns (uint8) {
        return 6;
    }

    function mint(address account, uint256 amount) external {
        _mint(account, amount);
    }

    function setBlocked(address account, bool blocked_) external {
        blocked[account] = blocked_;
    }

    function _update(address from, address to, uint256 amount) internal virtual override {
        if (blocked[from]) revert ListedEuro_Blocked(from);
        if (blocked[to]) revert ListedEuro_Blocked(to);
        super._update(from, to, amount);
    }

    function _authorizeUpgrade(address) internal pure override {}
}

/// @dev What the issuer may put behind the proxy one day: of every transfer the recipient gets one unit less.
contract ListedEuroWithFee is ListedEuro {
    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, amount);
        if (from != address(0) && to != address(0)) super._update(to, address(0), 1);
    }
}
