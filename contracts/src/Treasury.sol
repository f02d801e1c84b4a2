// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {ICommunityVault} from "./interfaces/ICommunityVault.sol";
import {PlainToken} from "./libraries/PlainToken.sol";

/// @dev The money of a vault: what came in against which receipt, and how it leaves.
abstract contract Treasury is ICommunityVault, ReentrancyGuardTransient {
    using PlainToken for IERC20Metadata;

    struct Credit {
        uint64 amount;
        bool used;
    }

    /// What a settlement reads and writes, in one storage slot.
    struct Funds {
        uint64 social;
        uint64 grid;
        uint64 carry;
        uint32 distributions;
    }

    uint8 private constant TOKEN_DECIMALS = 6;

    address private immutable _treasurer;
    IERC20Metadata private immutable _token;

    Funds internal _funds;
    /// All that receipts ever brought.
    uint64 internal _credited;
    mapping(bytes32 receipt => Credit) internal _credits;

    modifier onlyTreasurer() {
        if (msg.sender != _treasurer) revert CommunityVault_NotTreasurer(msg.sender);
        _;
    }

    constructor(address treasurer_, IERC20Metadata token_) {
        if (treasurer_ == address(0)) revert CommunityVault_InvalidTreasurer(treasurer_);
        if (address(token_) != address(0)) {
            uint8 decimals = token_.decimals();
            if (decimals != TOKEN_DECIMALS) revert CommunityVault_WrongDecimals(address(token_), decimals);
        }
        _treasurer = treasurer_;
        _token = token_;
    }

    /// @inheritdoc ICommunityVault
    function credit(bytes32 receipt, uint64 amount) external onlyTreasurer nonReentrant {
        // Check: a new receipt that brings something.
        if (amount == 0) revert CommunityVault_ZeroCredit(receipt);
        if (_credits[receipt].amount != 0) revert CommunityVault_AlreadyCredited(receipt);

        // Effect:
        _credits[receipt] = Credit({amount: amount, used: false});
        _credited += amount;
        emit ReceiptCredited(receipt, amount);

        // Interaction: the token must bring exactly the amount.
        if (_hasToken()) _pull(amount);
    }

    function _pull(uint256 amount) private {
        uint256 balanceBefore = _token.balanceOf(address(this));
        if (!_token.transferFrom(msg.sender, address(this), amount)) {
            revert CommunityVault_TransferRefused(address(this), amount);
        }
        uint256 received = _token.balanceOf(address(this)) - balanceBefore;
        if (received != amount) revert CommunityVault_WrongTokenAmount(received, amount);
    }

    /// @dev Transfers, or reverts if the token refuses or takes more than it was told to.
    function _pay(address recipient, uint256 amount) internal {
        uint256 balanceBefore = _balance();
        (bool made,) = _token.tryTransfer(gasleft(), recipient, amount);
        if (!made) revert CommunityVault_TransferRefused(recipient, amount);
        _requireTaken(balanceBefore, amount);
    }

    /// @dev Reverts if the token took more from the vault than it was told to since the balance was read. More may
    /// be there than expected: anyone can send tokens here.
    function _requireTaken(uint256 balanceBefore, uint256 amount) internal view {
        uint256 balanceAfter = _balance();
        if (balanceAfter + amount < balanceBefore) {
            revert CommunityVault_TokenTookMore(balanceBefore, balanceAfter, amount);
        }
    }

    /// @dev The vault's tokens; zero with the bookkeeping euro.
    function _balance() internal view returns (uint256) {
        return _hasToken() ? _token.balanceOf(address(this)) : 0;
    }

    function _hasToken() internal view returns (bool) {
        return address(_token) != address(0);
    }

    /// @inheritdoc ICommunityVault
    function treasurer() public view returns (address) {
        return _treasurer;
    }

    /// @inheritdoc ICommunityVault
    function token() public view returns (IERC20Metadata) {
        return _token;
    }

    /// @inheritdoc ICommunityVault
    function creditOf(bytes32 receipt) external view returns (uint64 amount, bool used) {
        return (_credits[receipt].amount, _credits[receipt].used);
    }
}
