// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {ICommunityVault} from "./interfaces/ICommunityVault.sol";
import {Messages} from "./libraries/Messages.sol";
import {RevenueSplit} from "./libraries/RevenueSplit.sol";
import {SinglePayouts} from "./SinglePayouts.sol";
import {Treasury} from "./Treasury.sol";
import {SettledMonths} from "./types/Energy.sol";
import {Distribution, Revenue, Settlement} from "./types/Payout.sol";

/// @dev See ICommunityVault. Treasury holds the money, PayoutBook and SinglePayouts pay the leaves; here money is
/// divided.
contract CommunityVault is SinglePayouts {
    using SafeCast for uint256;
    using Messages for Settlement;

    /// An index has 32 bits.
    uint256 private constant MAX_DEPTH = 32;
    uint256 private constant MAX_RECEIPTS = 16;
    uint40 private constant MAX_ROOT_DELAY = 90 days;

    uint40 private immutable _rootDelay;

    constructor(VaultArguments memory arguments)
        EIP712("Condivisa CommunityVault", "1")
        Treasury(arguments.ledger, arguments.community, arguments.treasurer, arguments.token)
    {
        if (arguments.rootDelay > MAX_ROOT_DELAY) {
            revert CommunityVault_DelayTooLong(arguments.rootDelay, MAX_ROOT_DELAY);
        }
        _rootDelay = arguments.rootDelay;
    }

    /// @inheritdoc ICommunityVault
    function settle(Settlement calldata settlement, bytes calldata signatures) external nonReentrant {
        // Check: the next distribution, of months that the ledger gives for what the reporters signed.
        uint32 expected = _funds.distributions + 1;
        if (settlement.distribution != expected) {
            revert CommunityVault_WrongDistribution(settlement.distribution, expected);
        }
        if (settlement.depth > MAX_DEPTH) revert CommunityVault_TreeTooDeep(settlement.depth, MAX_DEPTH);
        SettledMonths memory months = _ledger.settleMonths(
            _community, settlement.months, settlement.epoch, _hashTypedDataV4(settlement.hash()), signatures
        );
        if (months.corrections != settlement.corrections) {
            revert CommunityVault_MonthsCorrected(months.corrections, settlement.corrections);
        }

        // Effect: receipts are used up, their sum is divided, the root is stored.
        Revenue memory revenue =
            RevenueSplit.split(_useReceipts(settlement), months.shares.socialBps, months.shares.gridBps);
        _takeIn(settlement, revenue);
        uint40 validAt = (block.timestamp + _rootDelay).toUint40();
        _distributions[settlement.distribution] =
            Distribution(_seal(settlement.root, settlement.pool - settlement.carry), settlement.depth, validAt);
        _emitSettled(settlement, revenue, months, validAt);
    }

    /// @dev Marks the receipts as used and returns their sum in micro-euro.
    function _useReceipts(Settlement calldata settlement) private returns (uint256 amount) {
        bytes32[] calldata receipts = settlement.receipts;
        if (receipts.length > MAX_RECEIPTS) {
            revert CommunityVault_ReceiptCountOutOfRange(receipts.length, MAX_RECEIPTS);
        }
        for (uint256 i = 0; i < receipts.length; ++i) {
            Credit storage receipt = _credits[receipts[i]];
            uint64 credited = receipt.amount;
            if (credited == 0) revert CommunityVault_ReceiptNotCredited(receipts[i]);
            if (receipt.used) revert CommunityVault_ReceiptUsed(receipts[i]);
            receipt.used = true;
            amount += credited;
            emit ReceiptUsed(receipts[i], settlement.distribution);
        }
    }

    /// @dev Adds revenue to the funds, and replaces the carry by the settlement's, which leaves the rest of the pool to
    /// the payout tree. All of it is held, so its sums fit as that does.
    function _takeIn(Settlement calldata settlement, Revenue memory revenue) private {
        Funds memory sums = _funds;
        uint256 pool = revenue.producers + sums.carry;
        if (settlement.pool != pool) revert CommunityVault_WrongPool(settlement.pool, pool);
        if (settlement.carry > pool) revert CommunityVault_CarryAbovePool(settlement.carry, settlement.pool);
        sums.social += uint56(revenue.social);
        sums.grid += uint56(revenue.grid);
        sums.carry = uint56(settlement.carry);
        sums.distributions = settlement.distribution;
        _funds = sums;
    }

    function _emitSettled(
        Settlement calldata settlement,
        Revenue memory revenue,
        SettledMonths memory months,
        uint40 validAt
    ) private {
        // The amount has 64 bits because all that is held has.
        emit Settled({
            distribution: settlement.distribution,
            evidence: settlement.evidence,
            root: settlement.root,
            depth: settlement.depth,
            amount: uint64(revenue.amount),
            producers: uint64(revenue.producers),
            social: uint64(revenue.social),
            grid: uint64(revenue.grid),
            pool: settlement.pool,
            carry: settlement.carry,
            sharedWh: months.sharedWh,
            adjustmentWh: months.adjustmentWh,
            hiddenDays: months.hiddenDays,
            validAt: validAt
        });
    }

    /// @inheritdoc ICommunityVault
    function cancel(uint32 distribution, bytes32 root, uint64 funded) external nonReentrant {
        // Check: the guardian, in time. Single payouts are not of the pool, and above the count.
        if (msg.sender != _ledger.guardianOf(_community)) revert CommunityVault_NotGuardian(msg.sender);
        if (distribution > _funds.distributions) revert CommunityVault_UnknownDistribution(distribution);
        Distribution memory opened = _opened(distribution);
        _requireRoot(distribution, opened, root, funded);
        if (block.timestamp >= opened.validAt) revert CommunityVault_AlreadyValid(distribution, opened.validAt);

        // Effect: the next settlement divides the sum anew.
        _distributions[distribution].seal = 0;
        _funds.carry += uint56(funded);
        emit DistributionCancelled(distribution, funded);
    }

    /// @inheritdoc ICommunityVault
    function rootDelay() external view returns (uint40) {
        return _rootDelay;
    }
}
