// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

import {ICommunityVault} from "./interfaces/ICommunityVault.sol";
import {Messages} from "./libraries/Messages.sol";
import {PackedLeaves} from "./libraries/PackedLeaves.sol";
import {PayoutBook} from "./PayoutBook.sol";
import {Branch, Distribution, Fund} from "./types/Payout.sol";

/// @dev What happens to leaves outside the ordinary: they move, are redirected or swept, and funds are spent. A new
/// payout is a distribution of one leaf, so that there is one way only to pay.
abstract contract SinglePayouts is PayoutBook, EIP712 {
    using PackedLeaves for bytes;

    struct Redirection {
        /// Hash of the leaf that was redirected.
        bytes32 formerLeaf;
        uint40 validAt;
    }

    uint32 private constant FIRST_SINGLE = 1 << 31;
    uint40 private constant REFUSAL_PERIOD = 14 days;
    uint256 private constant NOTICE_PERIOD = 60 days;
    /// Five years are at most this long.
    uint256 private constant CLAIM_PERIOD = 5 * 365 days + 2 days;

    uint32 private _singles;
    mapping(uint32 single => Redirection) private _redirections;
    mapping(uint32 distribution => uint40) private _sweepAnnouncedAt;

    /* --------------------------------------------- move and redirect ------------------------------------------ */

    /// @inheritdoc ICommunityVault
    function move(Branch calldata branch, bytes calldata leaf, bytes calldata signature) external nonReentrant {
        // Check: a leaf whose owner signed for the new one.
        address owner = _requireReplaceable(branch, leaf);
        bytes32 wish = Messages.hashMove(branch.distribution, branch.start, leaf);
        if (!SignatureChecker.isValidSignatureNowCalldata(owner, _hashTypedDataV4(wish), signature)) {
            revert CommunityVault_NotOwner(owner);
        }

        // Effect: unless it was paid before.
        _takeLeaf(branch.distribution, branch.start);
        emit LeafMoved(branch.distribution, branch.start, _openSingle(leaf, _now()));
    }

    /// @inheritdoc ICommunityVault
    function redirect(Branch calldata branch, bytes calldata leaf, bytes32 resolution)
        external
        onlyGovernor
        nonReentrant
    {
        // Check: a leaf of somebody who can refuse.
        if (_requireReplaceable(branch, leaf) == address(0)) revert CommunityVault_NotOwner(address(0));

        // Effect: unless it was paid before.
        _takeLeaf(branch.distribution, branch.start);
        uint40 validAt = _now() + REFUSAL_PERIOD;
        uint32 single = _openSingle(leaf, validAt);
        _redirections[single] = Redirection(keccak256(branch.leaves), validAt);
        emit LeafRedirected(branch.distribution, branch.start, single, resolution);
    }

    /// @inheritdoc ICommunityVault
    function refuseRedirection(uint32 single, bytes calldata formerLeaf) external nonReentrant {
        // Check: the former owner, in time.
        Redirection memory redirection = _redirections[single];
        if (redirection.validAt == 0 || redirection.formerLeaf != keccak256(formerLeaf)) {
            revert CommunityVault_NotRedirected(single);
        }
        if (block.timestamp >= redirection.validAt) revert CommunityVault_AlreadyValid(single, redirection.validAt);
        address owner = _ownerOf(formerLeaf);
        if (msg.sender != owner) revert CommunityVault_NotOwner(owner);

        // Effect:
        delete _redirections[single];
        _distributions[single].seal = 0;
        emit RedirectionRefused(single, _openSingle(formerLeaf, _now()));
    }

    /// @dev Owner of the branch's one leaf, which is not reserved and can become the new leaf.
    function _requireReplaceable(Branch calldata branch, bytes calldata leaf) private view returns (address owner) {
        _requireOneLeaf(branch);
        (, uint256 reserved) = _wordsOf(branch);
        if (reserved & 1 != 0) revert CommunityVault_AlreadyReserved(branch.distribution, branch.start);
        _requirePayable(leaf);
        (uint64 amount, uint64 expected) = (leaf.amountOf(0), branch.leaves.amountOf(0));
        if (amount != expected) revert CommunityVault_OtherAmount(amount, expected);
        return _ownerOf(branch.leaves);
    }

    /// @dev Who decides over a leaf: the wallet itself, or whom the bank leaf names. Nobody's is the zero address,
    /// which signs nothing and calls nothing.
    function _ownerOf(bytes calldata leaf) private pure returns (address) {
        if (leaf.channelOf(0) == PackedLeaves.BANK) return leaf.ownerOf(0);
        return leaf.channelOf(0) == PackedLeaves.WALLET && _isAddress(leaf.payeeOf(0))
            ? _toAddress(leaf.payeeOf(0))
            : address(0);
    }

    /// @dev Reverts unless the bytes are one leaf that some channel can pay.
    function _requirePayable(bytes calldata leaf) private view {
        if (leaf.count() == 1) {
            if (leaf.channelOf(0) == PackedLeaves.BANK && leaf.payeeOf(0) != 0) return;
            if (leaf.payeeOf(0) != 0 && _sort(leaf, 0).wallets != 0) return;
        }
        revert CommunityVault_NeverPayable(leaf);
    }

    /// @dev Opens a distribution of one leaf, whose root is the leaf's hash and whose depth is zero.
    function _openSingle(bytes calldata leaf, uint40 validAt) private returns (uint32 single) {
        // Should 2^31 ever be used up, the addition reverts.
        single = FIRST_SINGLE + _singles;
        _singles += 1;
        _distributions[single] = Distribution(_seal(leaf.hashOf(0, 0), leaf.amountOf(0)), 0, validAt);
        emit SinglePayoutOpened(single, leaf, validAt);
    }

    function _now() private view returns (uint40) {
        return uint40(block.timestamp);
    }

    /* ------------------------------------------------- sweeps ------------------------------------------------- */

    /// @inheritdoc ICommunityVault
    function announceSweep(uint32 distribution, bytes32 resolution) external onlyGovernor {
        _opened(distribution);
        _sweepAnnouncedAt[distribution] = _now();
        emit SweepAnnounced(distribution, resolution);
    }

    /// @inheritdoc ICommunityVault
    function sweep(Branch calldata branch) external nonReentrant {
        // Check: the leaves could be claimed long enough, and whoever still wanted to was told.
        _requireBranch(branch);
        uint256 announcedAt = _sweepAnnouncedAt[branch.distribution];
        // An announcement of years before is none.
        if (announcedAt + NOTICE_PERIOD < _distributions[branch.distribution].validAt + CLAIM_PERIOD) {
            revert CommunityVault_NotAnnounced(branch.distribution);
        }
        if (block.timestamp < announcedAt + NOTICE_PERIOD) {
            revert CommunityVault_TooEarly(announcedAt + NOTICE_PERIOD);
        }

        // Effect: leaves that are neither paid nor reserved.
        (uint256 paid, uint256 reserved) = _wordsOf(branch);
        uint256 swept = 0;
        uint64 amount = 0;
        for (uint256 i = 0; i < branch.leaves.count(); ++i) {
            if (((paid | reserved) >> i) & 1 != 0) continue;
            swept |= 1 << i;
            amount += branch.leaves.amountOf(i);
        }
        _markPaid(branch.distribution, branch.start, swept);
        _book(0, amount);
        emit LeavesSwept(branch.distribution, branch.start, swept, amount);
    }

    /* ------------------------------------------------ spending ------------------------------------------------ */

    /// @inheritdoc ICommunityVault
    function spend(Fund fund, bytes calldata leaf, bytes32 resolution) external onlyGovernor nonReentrant {
        // Check: a leaf that can be paid, from a fund that has the amount.
        _requirePayable(leaf);
        uint64 amount = leaf.amountOf(0);
        uint56 available = fund == Fund.Social ? _funds.social : fund == Fund.Grid ? _funds.grid : _funds.carry;
        if (amount > available) revert CommunityVault_FundTooSmall(fund, amount, available);
        if (fund == Fund.Carry && _ledger.vaultOf(_community) == address(this)) revert CommunityVault_CarryInUse();

        // Effect: the sum leaves the fund, and waits to be paid. It has 56 bits, as what is available.
        if (fund == Fund.Social) _funds.social = available - uint56(amount);
        else if (fund == Fund.Grid) _funds.grid = available - uint56(amount);
        else _funds.carry = available - uint56(amount);
        emit FundSpent(fund, _openSingle(leaf, _now()), amount, resolution);
    }

    /* -------------------------------------------------- views ------------------------------------------------- */

    /// @inheritdoc ICommunityVault
    function singleCount() external view returns (uint32) {
        return _singles;
    }

    /// @inheritdoc ICommunityVault
    function redirectionOf(uint32 single) external view returns (bytes32 formerLeaf, uint40 validAt) {
        return (_redirections[single].formerLeaf, _redirections[single].validAt);
    }

    /// @inheritdoc ICommunityVault
    function sweepAnnouncedAt(uint32 distribution) external view returns (uint40) {
        return _sweepAnnouncedAt[distribution];
    }

    /// @inheritdoc ICommunityVault
    function domainSeparator() external view returns (bytes32) {
        return _domainSeparatorV4();
    }
}
