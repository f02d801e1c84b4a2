// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {ICommunityVault} from "./interfaces/ICommunityVault.sol";
import {IEnergyLedger} from "./interfaces/IEnergyLedger.sol";
import {Messages} from "./libraries/Messages.sol";
import {RevenueSplit} from "./libraries/RevenueSplit.sol";
import {PayoutBook} from "./PayoutBook.sol";
import {ReporterQuorum} from "./ReporterQuorum.sol";
import {Treasury} from "./Treasury.sol";
import {MonthNumber} from "./types/Energy.sol";
import {Month, Revenue, Settlement} from "./types/Payout.sol";

/// @dev See ICommunityVault. Treasury holds the money, PayoutBook pays the leaves; here money is divided.
contract CommunityVault is ReporterQuorum, PayoutBook {
    using SafeCast for uint256;
    using Messages for Settlement;

    /// An index has 32 bits.
    uint256 private constant MAX_DEPTH = 32;
    uint256 private constant MAX_RECEIPTS = 16;
    uint256 private constant MAX_MONTHS = 64;
    uint40 private constant MAX_ROOT_DELAY = 90 days;

    IEnergyLedger private immutable _ledger;
    bytes32 private immutable _community;
    uint16 private immutable _producersBps;
    uint16 private immutable _socialBps;
    uint16 private immutable _gridBps;
    uint40 private immutable _rootDelay;

    constructor(VaultArguments memory arguments)
        ReporterQuorum("Condivisa CommunityVault", arguments.reporters, arguments.threshold)
        Treasury(arguments.treasurer, arguments.token)
    {
        if (address(arguments.ledger).code.length == 0) {
            revert CommunityVault_InvalidLedger(address(arguments.ledger));
        }
        uint256 sumBps = uint256(arguments.producersBps) + arguments.socialBps + arguments.gridBps;
        if (sumBps != RevenueSplit.WHOLE_BPS) revert CommunityVault_SharesNotWhole(sumBps);
        if (arguments.rootDelay > MAX_ROOT_DELAY) {
            revert CommunityVault_DelayTooLong(arguments.rootDelay, MAX_ROOT_DELAY);
        }

        _ledger = arguments.ledger;
        _community = arguments.community;
        _producersBps = arguments.producersBps;
        _socialBps = arguments.socialBps;
        _gridBps = arguments.gridBps;
        _rootDelay = arguments.rootDelay;
    }

    /* ----------------------------------------------- settlement ----------------------------------------------- */

    /// @inheritdoc ICommunityVault
    function settle(Settlement calldata settlement, bytes[] calldata signatures) external nonReentrant {
        // Check: the next distribution, signed by the reporters.
        uint32 expected = _funds.distributions + 1;
        if (settlement.distribution != expected) {
            revert CommunityVault_WrongDistribution(settlement.distribution, expected);
        }
        if (settlement.depth > MAX_DEPTH) revert CommunityVault_TreeTooDeep(settlement.depth, MAX_DEPTH);
        _requireQuorum(settlement.hash(), signatures);

        // Effect: receipts are used up, their sum is divided, the root is stored.
        Revenue memory revenue = RevenueSplit.split(_useReceipts(settlement.receipts), _socialBps, _gridBps);
        _takeIn(settlement, revenue);
        uint40 validAt = _open(settlement);

        // Interaction: the ledger gives the months and closes them to corrections.
        uint256 sharedWh = _readMonths(settlement.months, settlement.corrections);
        _emitSettled(settlement, revenue, sharedWh, validAt);
    }

    /// @dev Adds revenue to the funds, and replaces the carry by the settlement's, which leaves the rest of the pool to
    /// the payout tree.
    function _takeIn(Settlement calldata settlement, Revenue memory revenue) private {
        uint256 pool = revenue.producers + _funds.carry;
        if (settlement.pool != pool) revert CommunityVault_WrongPool(settlement.pool, pool);
        if (settlement.carry > pool) revert CommunityVault_CarryAbovePool(settlement.carry, settlement.pool);
        uint64 social = (_funds.social + revenue.social).toUint64();
        uint64 grid = (_funds.grid + revenue.grid).toUint64();

        _funds.social = social;
        _funds.grid = grid;
        _funds.carry = settlement.carry;
        _funds.distributions = settlement.distribution;
    }

    /// @dev Stores the payout root and returns from when on it can be paid from.
    function _open(Settlement calldata settlement) private returns (uint40 validAt) {
        validAt = (block.timestamp + _rootDelay).toUint40();
        uint64 funded = settlement.pool - settlement.carry;
        uint8 depth = settlement.depth;

        Distribution storage opened = _distributions[settlement.distribution];
        opened.root = settlement.root;
        opened.funded = funded;
        opened.validAt = validAt;
        opened.depth = depth;
    }

    /// @dev Marks the receipts as used and returns their sum in micro-euro.
    function _useReceipts(bytes32[] calldata receipts) private returns (uint256 amount) {
        if (receipts.length == 0 || receipts.length > MAX_RECEIPTS) {
            revert CommunityVault_ReceiptCountOutOfRange(receipts.length, MAX_RECEIPTS);
        }
        for (uint256 i = 0; i < receipts.length; ++i) {
            Credit storage receipt = _credits[receipts[i]];
            uint64 credited = receipt.amount;
            if (credited == 0) revert CommunityVault_ReceiptNotCredited(receipts[i]);
            if (receipt.used) revert CommunityVault_ReceiptUsed(receipts[i]);
            receipt.used = true;
            amount += credited;
        }
    }

    /// @dev Sum of the months' shared energy in Wh. Ascending order keeps a month from being counted twice, and nothing
    /// signed over an earlier state settles a corrected month.
    function _readMonths(Month[] calldata months, uint256 expectedCorrections) private returns (uint256 sharedWh) {
        if (months.length == 0 || months.length > MAX_MONTHS) {
            revert CommunityVault_MonthCountOutOfRange(months.length, MAX_MONTHS);
        }
        uint256 corrections = 0;
        for (uint256 i = 0; i < months.length; ++i) {
            Month calldata month = months[i];
            if (i > 0 && !_isBefore(months[i - 1], month)) revert CommunityVault_MonthsNotAscending(i);
            (uint256 monthWh, uint256 count) = _ledger.settleMonth(month.configuration, month.month);
            sharedWh += monthWh;
            corrections += count;
        }
        if (corrections != expectedCorrections) {
            revert CommunityVault_MonthsCorrected(corrections, expectedCorrections);
        }
    }

    function _isBefore(Month calldata left, Month calldata right) private pure returns (bool) {
        if (left.configuration != right.configuration) return left.configuration < right.configuration;
        return MonthNumber.unwrap(left.month) < MonthNumber.unwrap(right.month);
    }

    function _emitSettled(
        Settlement calldata settlement,
        Revenue memory revenue,
        uint256 sharedWh,
        uint40 validAt
    ) private {
        // The amount has 64 bits because the sum of all receipts, each of which counts once, has.
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
            sharedWh: sharedWh,
            validAt: validAt
        });
    }

    /* -------------------------------------------------- views ------------------------------------------------- */

    /// @inheritdoc ICommunityVault
    function distributionCount() external view returns (uint32) {
        return _funds.distributions;
    }

    /// @inheritdoc ICommunityVault
    function shares() external view returns (uint16 producersBps, uint16 socialBps, uint16 gridBps) {
        return (_producersBps, _socialBps, _gridBps);
    }

    /// @inheritdoc ICommunityVault
    function ledger() external view returns (IEnergyLedger) {
        return _ledger;
    }

    /// @inheritdoc ICommunityVault
    function community() external view returns (bytes32) {
        return _community;
    }

    /// @inheritdoc ICommunityVault
    function rootDelay() external view returns (uint40) {
        return _rootDelay;
    }
}
