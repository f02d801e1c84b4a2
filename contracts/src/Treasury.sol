// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {ICommunityVault} from "./interfaces/ICommunityVault.sol";
import {IEnergyLedger} from "./interfaces/IEnergyLedger.sol";
import {PlainToken} from "./libraries/PlainToken.sol";

/// @dev The money of a vault: what came in against which receipt, and how it leaves.
abstract contract Treasury is ICommunityVault, ReentrancyGuardTransient {
    using PlainToken for IERC20Metadata;
    using SafeCast for uint256;

    struct Credit {
        uint64 amount;
        bool used;
    }

    /// What settlements and payments read and write, in one storage slot; 56 bits are 72 thousand million euro.
    struct Funds {
        uint56 social;
        uint56 grid;
        uint56 carry;
        /// All that came in and did not go out.
        uint56 held;
        uint32 distributions;
    }

    uint8 private constant TOKEN_DECIMALS = 6;

    IEnergyLedger internal immutable _ledger;
    bytes32 internal immutable _community;
    IERC20Metadata private immutable _token;

    address private _treasurer;
    Funds internal _funds;
    mapping(bytes32 receipt => Credit) internal _credits;

    modifier onlyTreasurer() {
        if (msg.sender != _treasurer) revert CommunityVault_NotTreasurer(msg.sender);
        _;
    }

    modifier onlyGovernor() {
        if (msg.sender != _ledger.governorOf(_community)) revert CommunityVault_NotGovernor(msg.sender);
        _;
    }

    constructor(IEnergyLedger ledger_, bytes32 community_, address treasurer_, IERC20Metadata token_) {
        if (address(ledger_).code.length == 0) revert CommunityVault_InvalidLedger(address(ledger_));
        if (address(token_) != address(0)) {
            uint8 decimals = token_.decimals();
            if (decimals != TOKEN_DECIMALS) revert CommunityVault_WrongDecimals(address(token_), decimals);
        }
        _ledger = ledger_;
        _community = community_;
        _token = token_;
        _setTreasurer(treasurer_);
    }

    /* ------------------------------------------------- receipts ----------------------------------------------- */

    /// @inheritdoc ICommunityVault
    function credit(bytes32 receipt, uint64 amount) external onlyTreasurer nonReentrant {
        // Check: a new receipt that brings something.
        if (amount == 0) revert CommunityVault_ZeroCredit(receipt);
        if (_credits[receipt].amount != 0) revert CommunityVault_AlreadyCredited(receipt);

        // Effect:
        _credits[receipt] = Credit({amount: amount, used: false});
        _funds.held = (uint256(_funds.held) + amount).toUint56();
        emit ReceiptCredited(receipt, amount);

        // Interaction: the token must bring exactly the amount.
        if (_hasToken()) _pull(amount);
    }

    /// @inheritdoc ICommunityVault
    function voidCredit(bytes32 receipt) external onlyTreasurer nonReentrant {
        // Check: a credit that nothing was made of.
        Credit memory voided = _credits[receipt];
        if (voided.amount == 0) revert CommunityVault_ReceiptNotCredited(receipt);
        if (voided.used) revert CommunityVault_ReceiptUsed(receipt);

        // Effect:
        delete _credits[receipt];
        _release(voided.amount);
        emit CreditVoided(receipt, voided.amount);

        // Interaction: what came goes back.
        if (_hasToken()) _pay(msg.sender, voided.amount);
    }

    /// @inheritdoc ICommunityVault
    function takeDonation() external nonReentrant {
        // Check: more is here than is held for others; with the bookkeeping euro nothing ever is.
        uint256 balance = _balance();
        if (balance <= _funds.held) revert CommunityVault_NoDonation();

        // Effect: what the social fund has is part of what is held, so its sum fits too.
        uint256 amount = balance - _funds.held;
        _funds.held = balance.toUint56();
        // forge-lint: disable-next-line(unsafe-typecast)
        _funds.social += uint56(amount);
        // forge-lint: disable-next-line(unsafe-typecast)
        emit DonationTaken(uint64(amount));
    }

    /// @inheritdoc ICommunityVault
    function rescueToken(address foreign, address recipient, uint256 amount) external onlyGovernor nonReentrant {
        if (foreign == address(_token)) revert CommunityVault_OwnToken(foreign);
        emit TokenRescued(foreign, recipient, amount);
        uint256 balanceBefore = _balance();
        SafeERC20.safeTransfer(IERC20(foreign), recipient, amount);
        // A token may answer at two addresses.
        _requireTaken(balanceBefore, 0);
    }

    /// @inheritdoc ICommunityVault
    function setTreasurer(address account) external onlyGovernor {
        _setTreasurer(account);
    }

    function _setTreasurer(address treasurer_) private {
        if (treasurer_ == address(0)) revert CommunityVault_InvalidTreasurer(treasurer_);
        _treasurer = treasurer_;
        emit TreasurerSet(treasurer_);
    }

    /// @dev Counts an amount as gone; never more than is held.
    function _release(uint256 amount) internal {
        _funds.held = (uint256(_funds.held) - amount).toUint56();
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

    /* -------------------------------------------------- views ------------------------------------------------- */

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

    /// @inheritdoc ICommunityVault
    function funds() external view returns (uint64 social, uint64 grid, uint64 carry, uint64 held) {
        return (_funds.social, _funds.grid, _funds.carry, _funds.held);
    }

    /// @inheritdoc ICommunityVault
    function distributionCount() external view returns (uint32) {
        return _funds.distributions;
    }

    /// @inheritdoc ICommunityVault
    function ledger() external view returns (IEnergyLedger) {
        return _ledger;
    }

    /// @inheritdoc ICommunityVault
    function community() external view returns (bytes32) {
        return _community;
    }
}
