// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICommunityRegistry} from "../../src/interfaces/ICommunityRegistry.sol";
import {ICommunityVault} from "../../src/interfaces/ICommunityVault.sol";
import {IEnergyLedger} from "../../src/interfaces/IEnergyLedger.sol";
import {DayReport, Month, MonthNumber, Shares} from "../../src/types/Energy.sol";
import {Settlement} from "../../src/types/Payout.sol";
import {MoneyTest} from "../support/MoneyTest.sol";
import {Leaf, PayoutTree} from "../support/PayoutTree.sol";
import {Typed} from "../support/Typed.sol";

/// settle
/// ├── it should divide the receipts by the ledger's shares, open the root, replace the carry, and say all of it
/// ├── it should take distributions in sequence, with at most 16 fresh receipts
/// ├── it should divide the carry alone without receipts
/// ├── given months that the ledger does not give, or that were corrected since, it should refuse
/// ├── given the pool is not the producers' share plus the previous carry, it should refuse
/// ├── given the carry is above the pool, it should refuse
/// ├── given the tree is deeper than 32, it should refuse
/// ├── given a pause, another epoch or another vault of the community, it should refuse
/// └── given the reporters signed anything else, it should refuse
contract SettleTest is MoneyTest {
    using PayoutTree for Leaf[];

    uint64 private constant AMOUNT = 1_000_009;

    /// @dev What Settled tells beside its topics: so many fields that the stack has no room for an emit.
    struct Told {
        bytes32 root;
        uint8 depth;
        uint64 amount;
        uint64 producers;
        uint64 social;
        uint64 grid;
        uint64 pool;
        uint64 carry;
        uint256 sharedWh;
        int256 adjustmentWh;
        uint256 hiddenDays;
        uint40 validAt;
        bytes32[] receipts;
    }

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
        bytes memory signed = signedSettlement(settlement);
        Told memory told = _told(settlement);
        (told.amount, told.producers, told.social, told.grid) = (AMOUNT, 700_008, 200_001, 100_000);
        (told.pool, told.carry) = (700_008, 700_008 - leaves.total());
        (told.root, told.depth) = (leaves.root(2), 2);
        _expectSettled(1, told);
        vault.settle(settlement, signed);

        _requireOpened(leaves);
        (, bool used) = vault.creditOf(receipt);
        assertTrue(used, "receipt is used");
        assertTrue(ledger.totalsOf(CONFIGURATION, MONTH).settled, "month is closed");
    }

    function _requireOpened(Leaf[] memory leaves) private view {
        assertEq(
            vault.distributionOf(1),
            hashRoot(leaves.root(2), leaves.total(), 2, uint40(block.timestamp + ROOT_DELAY)),
            "hash of the payout root"
        );
        assertEq(vault.distributionCount(), 1, "distributions");
        requireFunds(200_001, 100_000, 700_008 - leaves.total(), AMOUNT);
    }

    function test_settle__several_receipts__are_told_in_their_order() external {
        Settlement memory settlement = settlementOf(credit(AMOUNT), _leaves(0), 0);
        settlement.receipts = new bytes32[](3);
        for (uint256 i = 0; i < 3; ++i) {
            settlement.receipts[i] = credit(100);
        }
        (settlement.pool, settlement.carry) = (210, 200);
        bytes memory signed = signedSettlement(settlement);
        Told memory told = _told(settlement);
        (told.amount, told.producers, told.social, told.grid) = (300, 210, 60, 30);
        _expectSettled(1, told);
        vault.settle(settlement, signed);
        requireFunds(60, 30, 200, 300 + AMOUNT);
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

    function test_settle__receipts__are_at_most_16() external {
        Settlement memory settlement = _settlement();
        settlement.receipts = new bytes32[](17);
        _refuse(
            settlement,
            abi.encodeWithSelector(ICommunityVault.CommunityVault_ReceiptCountOutOfRange.selector, 17, 16)
        );

        settlement.receipts = new bytes32[](16);
        for (uint256 i = 0; i < 16; ++i) {
            settlement.receipts[i] = credit(100);
        }
        (settlement.pool, settlement.carry) = (1_120, 0);
        settle(settlement);
        requireFunds(320, 160, 0, 1_600 + AMOUNT);
    }

    function test_settle__no_receipt__divides_the_carry() external {
        Settlement memory settlement = _settlement();
        settlement.carry = settlement.pool;
        settle(settlement);
        settlement = settlementOfCarry(_leaves(2), 1);
        assertEq(settlement.pool, 700_008, "the carry is the pool");
        settle(settlement);
        requireFunds(200_001, 100_000, 700_008 - 3_000, AMOUNT);
        assertEq(
            vault.distributionOf(2),
            hashRoot(_leaves(2).root(1), 3_000, 1, uint40(block.timestamp + ROOT_DELAY)),
            "hash of the payout root"
        );
    }

    function test_settle__receipt_nobody_credited__is_refused() external {
        Settlement memory settlement = _settlement();
        settlement.receipts = alone("invented");
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

    /* ------------------------------------------------- months ------------------------------------------------- */

    /// @dev What months must be is the ledger's to say, and tested there; here, that its word counts.
    function test_settle__months_that_the_ledger_refuses__are_refused() external {
        Settlement memory settlement = _settlement();
        settlement.months = new Month[](0);
        _refuse(settlement, abi.encodeWithSelector(IEnergyLedger.EnergyLedger_MonthCountOutOfRange.selector, 0, 64));
        settlement.months = months();
        settlement.months[0].month = MonthNumber.wrap(7);
        _refuse(
            settlement,
            abi.encodeWithSelector(IEnergyLedger.EnergyLedger_MonthNotFinal.selector, CONFIGURATION, 7)
        );
        settlement.months[0].configuration = "other";
        _refuse(
            settlement,
            abi.encodeWithSelector(IEnergyLedger.EnergyLedger_OtherCommunity.selector, bytes32("other"), bytes32(0))
        );
    }

    function test_settle__month_corrected_after_signing__is_refused() external {
        Settlement memory settlement = _settlement();
        bytes memory signed = signedSettlement(settlement);
        _correctFirstDay();
        vm.warp(block.timestamp + FINALITY_DELAY);
        vm.expectRevert(abi.encodeWithSelector(ICommunityVault.CommunityVault_MonthsCorrected.selector, 1, 0));
        vault.settle(settlement, signed);
        settlement.corrections = 1;
        settle(settlement);
        assertEq(vault.distributionCount(), 1, "settled as it stands");
    }

    function test_settle__settled_month_corrected__takes_up_the_adjustment() external {
        settle(_settlement());
        _correctFirstDay();
        vm.warp(block.timestamp + FINALITY_DELAY);
        Settlement memory settlement = settlementOfCarry(new Leaf[](0), 0);
        _refuse(
            settlement, abi.encodeWithSelector(ICommunityVault.CommunityVault_MonthsCorrected.selector, 2, 0)
        );
        // One that the month has seen, and the same one behind the adjustment.
        settlement.corrections = 2;
        bytes memory signed = signedSettlement(settlement);
        Told memory told = _told(settlement);
        (told.sharedWh, told.adjustmentWh) = (DAY_COUNT * 24 * 700 - 24 * 100, -24 * 100);
        _expectSettled(2, told);
        vault.settle(settlement, signed);
    }

    function test_settle__hidden_day__is_told() external {
        DayReport memory replaced = reportOf(FIRST_DAY, 1_000, 700);
        DayReport memory replacement = reportOf(FIRST_DAY, 0, 0);
        replacement.predecessor = Typed.hash(replaced);
        replacement.hourTotals = abi.encode(keccak256("hidden"));
        correct(COMMUNITY, replaced, replacement);
        vm.warp(block.timestamp + FINALITY_DELAY);
        Settlement memory settlement = settlementOfCarry(new Leaf[](0), 0);
        settlement.corrections = 1;
        bytes memory signed = signedSettlement(settlement);
        Told memory told = _told(settlement);
        (told.sharedWh, told.hiddenDays) = ((DAY_COUNT - 1) * 24 * 700, 1);
        _expectSettled(1, told);
        vault.settle(settlement, signed);
    }

    /// @dev Shares are those of the energy month, not of the day on which it is settled.
    function test_settle__shares_changed_since__stay_those_of_the_month() external {
        vm.prank(GOVERNOR);
        ledger.setShares(COMMUNITY, Shares({producersBps: 0, socialBps: 10_000, gridBps: 0}));
        vm.warp(block.timestamp + 62 days);
        settle(_settlement());
        requireFunds(200_001, 100_000, 700_008 - 3_000, AMOUNT);
    }

    function _correctFirstDay() private {
        DayReport memory replaced = reportOf(FIRST_DAY, 1_000, 700);
        DayReport memory replacement = reportOf(FIRST_DAY, 600, 700);
        replacement.predecessor = Typed.hash(replaced);
        correct(COMMUNITY, replaced, replacement);
    }

    /* ------------------------------------------------ authority ----------------------------------------------- */

    function test_settle__pause__is_refused() external {
        Settlement memory settlement = _settlement();
        vm.prank(GUARDIAN);
        ledger.setPaused(COMMUNITY, true);
        _refuse(settlement, abi.encodeWithSelector(ICommunityRegistry.CommunityRegistry_Paused.selector, COMMUNITY));
        vm.prank(GUARDIAN);
        ledger.setPaused(COMMUNITY, false);
        settle(settlement);
        assertEq(vault.distributionCount(), 1, "after the pause");
    }

    function test_settle__signed_for_the_epoch_before__is_refused() external {
        Settlement memory settlement = _settlement();
        address removed = vm.addr(keys[4]);
        vm.prank(GUARDIAN);
        ledger.removeReporter(COMMUNITY, removed);
        _refuse(
            settlement,
            abi.encodeWithSelector(ICommunityRegistry.CommunityRegistry_OtherEpoch.selector, COMMUNITY, 1, 2)
        );
        settlement.epoch = 2;
        settle(settlement);
        assertEq(vault.distributionCount(), 1, "by those who are left");
    }

    function test_settle__vault_that_was_succeeded__is_refused() external {
        address former = address(vault);
        Settlement memory settlement = _settlement();
        bytes memory signed = signedSettlement(settlement);
        succeed(terms());
        vm.expectRevert(abi.encodeWithSelector(IEnergyLedger.EnergyLedger_NotVault.selector, COMMUNITY, former));
        ICommunityVault(former).settle(settlement, signed);
        // What is left of its carry is not lost: the governor can name it again.
        vm.prank(GOVERNOR);
        ledger.setVault(COMMUNITY, former);
        ICommunityVault(former).settle(settlement, signed);
        assertEq(ICommunityVault(former).distributionCount(), 1, "named again");
    }

    /// @dev Both vaults are of one community and have the same reporters.
    function test_settle__signed_for_another_vault__is_refused() external {
        Settlement memory settlement = _settlement();
        bytes memory signed = signedSettlement(settlement);
        succeed(terms());
        vm.expectPartialRevert(ICommunityRegistry.CommunityRegistry_NotAReporter.selector);
        vault.settle(settlement, signed);
    }

    function testFuzz_settle__any_field_changed_after_signing__is_refused(uint256 field) external {
        Settlement memory settlement = _settlement();
        bytes memory signed = signedSettlement(settlement);
        field = bound(field, 0, 8);
        if (field == 0) settlement.receipts = alone(credit(AMOUNT));
        if (field == 1) settlement.months[0].configuration = "other";
        if (field == 2) settlement.months[0].month = MonthNumber.wrap(0);
        if (field == 3) settlement.evidence = "other";
        if (field == 4) settlement.root = "other";
        if (field == 5) ++settlement.depth;
        if (field == 6) ++settlement.carry;
        if (field == 7) ++settlement.pool;
        if (field == 8) ++settlement.corrections;
        // Other bytes were signed by other keys, which are strangers.
        vm.expectPartialRevert(ICommunityRegistry.CommunityRegistry_NotAReporter.selector);
        vault.settle(settlement, signed);
    }

    /// @dev What a settlement of undisturbed months tells, without revenue.
    function _told(Settlement memory settlement) private view returns (Told memory told) {
        told.root = settlement.root;
        told.depth = settlement.depth;
        told.pool = settlement.pool;
        told.carry = settlement.carry;
        told.sharedWh = DAY_COUNT * 24 * 700;
        told.validAt = uint40(block.timestamp + ROOT_DELAY);
        told.receipts = settlement.receipts;
    }

    function _expectSettled(uint256 distribution, Told memory told) private {
        // Of a struct with an array, the encoding begins with a word that says where it starts; an event's does not.
        bytes memory data = abi.encode(told);
        bytes32 topic = ICommunityVault.Settled.selector;
        vm.expectEmit(address(vault));
        assembly ("memory-safe") {
            log3(add(data, 64), sub(mload(data), 32), topic, distribution, "evidence")
        }
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

    function _refuse(Settlement memory settlement, bytes memory reason) private {
        bytes memory signed = signedSettlement(settlement);
        vm.expectRevert(reason);
        vault.settle(settlement, signed);
    }
}
