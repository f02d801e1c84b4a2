// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICommunityVault} from "../../src/interfaces/ICommunityVault.sol";
import {IEnergyLedger} from "../../src/interfaces/IEnergyLedger.sol";
import {IReporterQuorum} from "../../src/interfaces/IReporterQuorum.sol";
import {DayReport, MonthNumber} from "../../src/types/Energy.sol";
import {Month, Settlement} from "../../src/types/Payout.sol";
import {MoneyTest} from "../support/MoneyTest.sol";
import {Leaf, PayoutTree} from "../support/PayoutTree.sol";
import {Typed} from "../support/Typed.sol";

/// settle
/// ├── it should divide the receipts, open the root, replace the carry, and say all of it
/// ├── it should take distributions in sequence, with 1 to 16 fresh receipts and 1 to 64 ascending final months
/// ├── it should close the months to corrections
/// ├── given the pool is not the producers' share plus the previous carry, it should refuse
/// ├── given the carry is above the pool, it should refuse
/// ├── given the tree is deeper than 32, it should refuse
/// └── given the reporters signed anything else, it should refuse
contract SettleTest is MoneyTest {
    using PayoutTree for Leaf[];

    uint64 private constant AMOUNT = 1_000_009;

    function testFuzz_settle__any_amounts_and_carries__conserve(uint32[3] memory amounts, uint64[3] memory carries)
        external
    {
        (uint256 credited, uint256 promised) = (0, 0);
        for (uint256 i = 0; i < 3; ++i) {
            uint64 amount = uint64(amounts[i]) + 1;
            Settlement memory settlement = settlementOf(credit(amount), _leaves(0), 0);
            settlement.carry = uint64(bound(carries[i], 0, settlement.pool));
            settle(settlement);
            credited += amount;
            promised += settlement.pool - settlement.carry;
            (uint64 social, uint64 grid, uint64 carry, uint64 held) = vault.funds();
            assertEq(held, credited, "held = credited, as nothing is paid");
            assertEq(
                uint256(social) + grid + carry + promised, credited, "social + grid + carry + promised = credited"
            );
            assertEq(carry, settlement.carry, "carry");
        }
    }

    function test_settle__first_distribution__is_opened_and_told() external {
        Leaf[] memory leaves = _leaves(3);
        bytes32 receipt = credit(AMOUNT);
        Settlement memory settlement = settlementOf(receipt, leaves, 2);
        bytes[] memory signed = signedSettlement(settlement);
        vm.expectEmit(address(vault));
        emit ICommunityVault.Settled({
            distribution: 1,
            evidence: "evidence",
            root: leaves.root(2),
            depth: 2,
            amount: AMOUNT,
            producers: 700_008,
            social: 200_001,
            grid: 100_000,
            pool: 700_008,
            carry: 700_008 - leaves.total(),
            sharedWh: DAY_COUNT * 24 * 700,
            validAt: uint40(block.timestamp + ROOT_DELAY)
        });
        vault.settle(settlement, signed);

        _requireOpened(leaves);
        (, bool used) = vault.creditOf(receipt);
        assertTrue(used, "receipt is used");
        assertTrue(ledger.totalsOf(CONFIGURATION, MONTH).settled, "month is closed");
    }

    function _requireOpened(Leaf[] memory leaves) private view {
        (bytes32 root, uint64 funded, uint64 paid, uint40 validAt, uint8 depth) = vault.distributionOf(1);
        assertEq(root, leaves.root(2), "root");
        assertEq(funded, leaves.total(), "funded");
        assertEq(paid, 0, "paid");
        assertEq(validAt, block.timestamp + ROOT_DELAY, "valid from");
        assertEq(depth, 2, "depth");
        assertEq(vault.distributionCount(), 1, "distributions");
        (uint64 social, uint64 grid,,) = vault.funds();
        assertEq(social, 200_001, "social");
        assertEq(grid, 100_000, "grid");
    }

    function testFuzz_settle__distribution_out_of_sequence__is_refused(uint32 distribution) external {
        vm.assume(distribution != 1);
        Settlement memory settlement = _settlement();
        settlement.distribution = distribution;
        _refuse(
            settlement,
            abi.encodeWithSelector(ICommunityVault.CommunityVault_WrongDistribution.selector, distribution, 1)
        );
    }

    function test_settle__same_settlement_again__is_refused() external {
        Settlement memory settlement = _settlement();
        settle(settlement);
        _refuse(settlement, abi.encodeWithSelector(ICommunityVault.CommunityVault_WrongDistribution.selector, 1, 2));
    }

    function testFuzz_settle__depth__is_at_most_32(uint8 depth) external {
        Settlement memory settlement = _settlement();
        settlement.depth = depth;
        if (depth <= 32) return settle(settlement);
        _refuse(settlement, abi.encodeWithSelector(ICommunityVault.CommunityVault_TreeTooDeep.selector, depth, 32));
    }

    function test_settle__receipts__are_1_to_16() external {
        Settlement memory settlement = _settlement();
        settlement.receipts = new bytes32[](0);
        _refuse(settlement, _receiptCountError(0));
        settlement.receipts = new bytes32[](17);
        _refuse(settlement, _receiptCountError(17));

        settlement.receipts = new bytes32[](16);
        for (uint256 i = 0; i < 16; ++i) {
            settlement.receipts[i] = credit(100);
        }
        (settlement.pool, settlement.carry) = (1_120, 0);
        settle(settlement);
    }

    function test_settle__receipt_nobody_credited__is_refused() external {
        Settlement memory settlement = _settlement();
        settlement.receipts = single("invented");
        _refuse(
            settlement,
            abi.encodeWithSelector(ICommunityVault.CommunityVault_ReceiptNotCredited.selector, bytes32("invented"))
        );
    }

    function test_settle__receipt_twice__is_refused() external {
        Settlement memory settlement = _settlement();
        bytes32 receipt = settlement.receipts[0];
        settlement.receipts = new bytes32[](2);
        (settlement.receipts[0], settlement.receipts[1]) = (receipt, receipt);
        _refuse(settlement, abi.encodeWithSelector(ICommunityVault.CommunityVault_ReceiptUsed.selector, receipt));
    }

    function test_settle__receipt_of_an_earlier_distribution__is_refused() external {
        Settlement memory settlement = _settlement();
        settle(settlement);
        settlement.distribution = 2;
        _refuse(
            settlement,
            abi.encodeWithSelector(ICommunityVault.CommunityVault_ReceiptUsed.selector, settlement.receipts[0])
        );
    }

    function testFuzz_settle__pool__must_be_share_plus_carry(uint64 pool) external {
        settle(_settlement());
        Settlement memory settlement = _settlement();
        vm.assume(pool != settlement.pool);
        uint64 expected = settlement.pool;
        settlement.pool = pool;
        _refuse(settlement, abi.encodeWithSelector(ICommunityVault.CommunityVault_WrongPool.selector, pool, expected));
    }

    function testFuzz_settle__carry__is_at_most_the_pool(uint64 carry) external {
        Settlement memory settlement = _settlement();
        settlement.carry = carry;
        if (carry <= settlement.pool) return settle(settlement);
        _refuse(
            settlement,
            abi.encodeWithSelector(ICommunityVault.CommunityVault_CarryAbovePool.selector, carry, settlement.pool)
        );
    }

    function test_settle__whole_pool_carried__is_accepted() external {
        Settlement memory settlement = _settlement();
        settlement.carry = settlement.pool;
        settle(settlement);
    }

    function test_settle__months__are_1_to_64() external {
        Settlement memory settlement = _settlement();
        settlement.months = new Month[](0);
        _refuse(settlement, _monthCountError(0));
        settlement.months = new Month[](65);
        _refuse(settlement, _monthCountError(65));
        settlement.months = new Month[](64);
        _refuse(
            settlement,
            abi.encodeWithSelector(IEnergyLedger.EnergyLedger_NotVault.selector, bytes32(0), address(vault))
        );
    }

    function testFuzz_settle__months__must_ascend(uint256 seed) external {
        Settlement memory settlement = _settlement();
        settlement.months = new Month[](2);
        bytes32 other = bytes32(uint256(CONFIGURATION) + 1);
        if (ledger.vaultOf(other) == address(0)) register(other, address(vault));
        for (uint256 i = 0; i < 2; ++i) {
            settlement.months[i] = Month({
                configuration: draw(seed, i) % 2 == 0 ? CONFIGURATION : other,
                month: MonthNumber.wrap(MonthNumber.unwrap(MONTH) + uint32(draw(seed, i) / 2 % 2))
            });
        }
        // Only the first month of the first configuration is final, and it is the lowest of all.
        bytes memory reason;
        if (_key(settlement.months[0]) != 0) {
            reason = _notFinalError(settlement.months[0]);
        } else if (_key(settlement.months[1]) == 0) {
            reason = abi.encodeWithSelector(ICommunityVault.CommunityVault_MonthsNotAscending.selector, 1);
        } else {
            reason = _notFinalError(settlement.months[1]);
        }
        _refuse(settlement, reason);
    }

    function test_settle__two_configurations__are_added_up() external {
        bytes32 lower = bytes32(uint256(CONFIGURATION) - 1);
        register(lower, address(vault));
        finalizeMonth(lower);
        Settlement memory settlement = _settlement();
        settlement.months = new Month[](2);
        settlement.months[0] = Month({configuration: CONFIGURATION, month: MONTH});
        settlement.months[1] = Month({configuration: lower, month: MONTH});
        _refuse(settlement, abi.encodeWithSelector(ICommunityVault.CommunityVault_MonthsNotAscending.selector, 1));
        (settlement.months[0], settlement.months[1]) = (settlement.months[1], settlement.months[0]);
        settle(settlement);
        assertTrue(ledger.totalsOf(lower, MONTH).settled, "both months are closed");
        assertTrue(ledger.totalsOf(CONFIGURATION, MONTH).settled, "both months are closed");
    }

    function test_settle__month_corrected_after_signing__is_refused() external {
        bytes32 other = bytes32(uint256(CONFIGURATION) + 2);
        register(other, address(vault));
        post(other, monthReports(0));
        Settlement memory settlement = _settlement();
        settlement.months[0].configuration = other;
        bytes[] memory signed = signedSettlement(settlement);
        DayReport memory replaced = reportOf(FIRST_DAY, 1_000, 700);
        DayReport memory replacement = reportOf(FIRST_DAY, 900, 700);
        replacement.predecessor = Typed.hash(replaced);
        correct(other, replaced, replacement);
        vm.warp(block.timestamp + FINALITY_DELAY);
        vm.expectRevert(abi.encodeWithSelector(ICommunityVault.CommunityVault_MonthsCorrected.selector, 1, 0));
        vault.settle(settlement, signed);
        settlement.corrections = 1;
        settle(settlement);
        assertTrue(ledger.totalsOf(other, MONTH).settled, "settled as it stands");
    }

    function testFuzz_settle__any_field_changed_after_signing__is_refused(uint256 field) external {
        Settlement memory settlement = _settlement();
        bytes[] memory signed = signedSettlement(settlement);
        field = bound(field, 0, 6);
        if (field == 0) settlement.receipts = single(credit(AMOUNT));
        if (field == 1) settlement.months[0].configuration = "other";
        if (field == 2) settlement.months[0].month = MonthNumber.wrap(0);
        if (field == 3) settlement.evidence = "other";
        if (field == 4) settlement.root = "other";
        if (field == 5) ++settlement.depth;
        if (field == 6) ++settlement.carry;
        try vault.settle(settlement, signed) {
            assertTrue(false, "accepted what nobody signed");
        } catch (bytes memory reason) {
            // Other bytes were signed by other keys: they are strangers, or out of order.
            assertTrue(_isSignerError(bytes4(reason)), "refused for its signatures");
        }
    }

    function _isSignerError(bytes4 selector) private pure returns (bool) {
        return selector == IReporterQuorum.ReporterQuorum_NotAReporter.selector
            || selector == IReporterQuorum.ReporterQuorum_SignersNotAscending.selector;
    }

    function _leaves(uint256 count) private pure returns (Leaf[] memory leaves) {
        leaves = new Leaf[](count);
        for (uint256 i = 0; i < count; ++i) {
            leaves[i] = PayoutTree.wallet(address(uint160(0x1000 + i)), uint64(1_000 * (i + 1)));
        }
    }

    function _settlement() private returns (Settlement memory) {
        return settlementOf(credit(AMOUNT), _leaves(2), 1);
    }

    /// @dev Zero for the one final month.
    function _key(Month memory month) private pure returns (uint256) {
        return (month.configuration == CONFIGURATION ? 0 : 2)
            + (MonthNumber.unwrap(month.month) - MonthNumber.unwrap(MONTH));
    }

    function _notFinalError(Month memory month) private pure returns (bytes memory) {
        return
            abi.encodeWithSelector(
                IEnergyLedger.EnergyLedger_MonthNotFinal.selector, month.configuration, month.month
            );
    }

    function _receiptCountError(uint256 count) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ICommunityVault.CommunityVault_ReceiptCountOutOfRange.selector, count, 16);
    }

    function _monthCountError(uint256 count) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ICommunityVault.CommunityVault_MonthCountOutOfRange.selector, count, 64);
    }

    function _refuse(Settlement memory settlement, bytes memory reason) private {
        bytes[] memory signed = signedSettlement(settlement);
        vm.expectRevert(reason);
        vault.settle(settlement, signed);
    }
}
