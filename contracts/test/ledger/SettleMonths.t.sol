// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICommunityRegistry} from "../../src/interfaces/ICommunityRegistry.sol";
import {IEnergyLedger} from "../../src/interfaces/IEnergyLedger.sol";
import {VaultStub} from "../../src/mocks/VaultStub.sol";
import {DayReport, Month, MonthNumber, SettledMonths, Shares} from "../../src/types/Energy.sol";
import {Settling} from "../support/Settling.sol";

/// settleMonths
/// ├── it should give the months' shared energy, hidden days and shares to the vault, as often as it asks
/// ├── it should take 1 to 64 months in strictly ascending order
/// ├── given another caller, signature, epoch or a pause, it should refuse
/// ├── given a day is missing, or the finality delay has not passed, it should refuse
/// ├── given a month of another community, it should refuse
/// └── given months of different shares, it should refuse; whether the difference is in one or the other
contract SettleMonthsTest is Settling {
    uint256 private constant MONTH_WH = DAY_COUNT * 24 * 700;
    bytes32 private constant OTHER_AREA = "AC001E00002";

    function setUp() external {
        foundSettling();
    }

    function test_settleMonths__final_month__is_read_and_closed() external {
        finalizeMonth(COMMUNITY);
        for (uint256 i = 0; i < 2; ++i) {
            _expectSettled(MONTH_WH, 0);
            SettledMonths memory settled = settle(monthOf(CONFIGURATION));
            assertEq(settled.sharedWh, MONTH_WH, "shared");
            assertSigned(settled.adjustmentWh, 0, "adjustment");
            assertEq(settled.corrections, 0, "corrections");
            assertEq(settled.hiddenDays, 0, "hidden days");
            assertEq(settled.shares.producersBps, PRODUCERS_BPS, "producers' share");
            assertEq(settled.shares.socialBps, SOCIAL_BPS, "social share");
            assertEq(settled.shares.gridBps, GRID_BPS, "grid's share");
            assertTrue(ledger.totalsOf(CONFIGURATION, MONTH).settled, "settled");
        }
    }

    function test_settleMonths__hidden_days__are_counted_and_not_shared() external {
        DayReport[] memory reports = monthReports(0);
        reports[3].hourTotals = abi.encodePacked(keccak256("hidden"));
        reports[7].hourTotals = abi.encodePacked(keccak256("hidden"));
        post(COMMUNITY, reports);
        vm.warp(block.timestamp + FINALITY_DELAY);
        _expectSettled(MONTH_WH - 2 * 24 * 700, 2);
        SettledMonths memory settled = settle(monthOf(CONFIGURATION));
        assertEq(settled.sharedWh, MONTH_WH - 2 * 24 * 700, "shared");
        assertEq(settled.hiddenDays, 2, "hidden days");
    }

    function test_settleMonths__several_months_and_configurations__are_added_up() external {
        (Month memory first, Month memory second) = _twoConfigurations();
        SettledMonths memory settled = settle(twoMonths(first, second));
        assertEq(settled.sharedWh, 2 * MONTH_WH, "shared");
        assertTrue(ledger.totalsOf(first.configuration, MONTH).settled, "the first is settled");
        assertTrue(ledger.totalsOf(second.configuration, MONTH).settled, "the second too");
    }

    function test_settleMonths__corrections_of_all_months__are_added_up() external {
        post(COMMUNITY, monthReports(0));
        _postMarch();
        DayReport memory replaced = reportOf(FIRST_DAY, 1_000, 700);
        DayReport memory replacement = reportOf(FIRST_DAY, 1_000, 600);
        replacement.predecessor = ledger.hashReport(replaced);
        correct(COMMUNITY, replaced, replacement);
        replaced = reportOf(FIRST_DAY + 28, 1_000, 700);
        replacement = reportOf(FIRST_DAY + 28, 1_000, 650);
        replacement.predecessor = ledger.hashReport(replaced);
        correct(COMMUNITY, replaced, replacement);
        vm.warp(block.timestamp + FINALITY_DELAY);

        SettledMonths memory settled = settle(_februaryAndMarch());
        assertEq(settled.corrections, 2, "corrections");
        assertEq(settled.sharedWh, MONTH_WH - 24 * 100 + (30 * 24 + 23) * 700 - 24 * 50, "shared");
    }

    function testFuzz_settleMonths__other_caller__is_refused(address caller) external {
        vm.assume(caller != address(stub));
        finalizeMonth(COMMUNITY);
        bytes memory signed = signedSettlement();
        vm.expectRevert(abi.encodeWithSelector(IEnergyLedger.EnergyLedger_NotVault.selector, COMMUNITY, caller));
        vm.prank(caller);
        ledger.settleMonths(COMMUNITY, monthOf(CONFIGURATION), 1, SETTLEMENT, signed);
    }

    function test_settleMonths__community_without_vault__is_refused() external {
        bytes32 other = registerCommunity("other");
        finalizeMonth(other);
        bytes memory signed = signedSettlement();
        vm.expectRevert(abi.encodeWithSelector(IEnergyLedger.EnergyLedger_NotVault.selector, other, address(this)));
        ledger.settleMonths(other, monthOf(configurationOf(other)), 1, SETTLEMENT, signed);
    }

    function test_settleMonths__former_vault__is_refused() external {
        finalizeMonth(COMMUNITY);
        address successor = address(new VaultStub(ledger, COMMUNITY));
        vm.prank(GOVERNOR);
        ledger.setVault(COMMUNITY, successor);
        settleRefused(
            monthOf(CONFIGURATION),
            abi.encodeWithSelector(IEnergyLedger.EnergyLedger_NotVault.selector, COMMUNITY, address(stub))
        );
    }

    function test_settleMonths__signed_for_another_digest__is_refused() external {
        finalizeMonth(COMMUNITY);
        bytes memory signed = signedSettlement();
        vm.expectPartialRevert(ICommunityRegistry.CommunityRegistry_NotAReporter.selector);
        stub.settleMonths(monthOf(CONFIGURATION), 1, keccak256("other"), signed);
    }

    function test_settleMonths__too_few_signatures__are_refused() external {
        finalizeMonth(COMMUNITY);
        bytes memory signed = signAll(THRESHOLD - 1, SETTLEMENT);
        vm.expectRevert(
            abi.encodeWithSelector(
                ICommunityRegistry.CommunityRegistry_TooFewSignatures.selector, THRESHOLD - 1, THRESHOLD
            )
        );
        stub.settleMonths(monthOf(CONFIGURATION), 1, SETTLEMENT, signed);
    }

    function test_settleMonths__other_epoch__is_refused() external {
        finalizeMonth(COMMUNITY);
        bytes memory signed = signedSettlement();
        vm.expectRevert(
            abi.encodeWithSelector(ICommunityRegistry.CommunityRegistry_OtherEpoch.selector, COMMUNITY, 2, 1)
        );
        stub.settleMonths(monthOf(CONFIGURATION), 2, SETTLEMENT, signed);
    }

    function test_settleMonths__paused__is_refused() external {
        finalizeMonth(COMMUNITY);
        vm.prank(GUARDIAN);
        ledger.setPaused(COMMUNITY, true);
        settleRefused(
            monthOf(CONFIGURATION),
            abi.encodeWithSelector(ICommunityRegistry.CommunityRegistry_Paused.selector, COMMUNITY)
        );
    }

    function test_settleMonths__none_or_sixty_five_months__are_refused() external {
        for (uint256 count = 0; count <= 65; count += 65) {
            settleRefused(
                new Month[](count),
                abi.encodeWithSelector(IEnergyLedger.EnergyLedger_MonthCountOutOfRange.selector, count, 64)
            );
        }
    }

    function test_settleMonths__sixty_four_months__are_the_most() external {
        Month[] memory named = new Month[](64);
        DayReport[] memory reports = monthReports(0);
        for (uint256 i = 0; i < 64; ++i) {
            named[i] = _finalizeIn(bytes32(i + 1), reports);
        }
        vm.warp(block.timestamp + FINALITY_DELAY);
        assertEq(settle(_sorted(named)).sharedWh, 64 * MONTH_WH, "shared");
    }

    function test_settleMonths__any_missing_day__is_not_final() external {
        for (uint32 missing = 0; missing < DAY_COUNT - 1; ++missing) {
            DayReport[] memory reports = monthReports(1);
            reports[missing] = reportOf(FIRST_DAY + uint32(DAY_COUNT) - 1, 1, 1);
            Month memory named = _finalizeIn(bytes32(uint256(missing) + 1), reports);
            vm.warp(block.timestamp + FINALITY_DELAY);
            _requireNotFinal(named.configuration);
        }
    }

    function test_settleMonths__one_second_early__is_not_final() external {
        finalizeMonth(COMMUNITY);
        assertTrue(ledger.isFinal(CONFIGURATION, MONTH), "final at the end of the delay");
        vm.warp(block.timestamp - 1);
        _requireNotFinal(CONFIGURATION);
    }

    function test_settleMonths__empty_month__is_not_final() external {
        _requireNotFinal(CONFIGURATION);
    }

    function test_settleMonths__month_named_twice__is_refused() external {
        finalizeMonth(COMMUNITY);
        Month memory named = monthOf(CONFIGURATION)[0];
        settleRefused(twoMonths(named, named), _notAscending());
    }

    function test_settleMonths__months_or_configurations_descend__is_refused() external {
        (Month memory first, Month memory second) = _twoConfigurations();
        settleRefused(twoMonths(second, first), _notAscending());
        first.month = MonthNumber.wrap(MonthNumber.unwrap(MONTH) - 1);
        settleRefused(twoMonths(Month(first.configuration, MONTH), first), _notAscending());
    }

    function test_settleMonths__later_month_of_a_lower_configuration__is_refused() external {
        (Month memory first, Month memory second) = _twoConfigurations();
        first.month = monthAfter(1);
        settleRefused(twoMonths(second, first), _notAscending());
    }

    function test_settleMonths__second_month_is_not_final__settles_none() external {
        finalizeMonth(COMMUNITY);
        settleRefused(
            _februaryAndMarch(),
            abi.encodeWithSelector(IEnergyLedger.EnergyLedger_MonthNotFinal.selector, CONFIGURATION, monthAfter(1))
        );
        assertTrue(!ledger.totalsOf(CONFIGURATION, MONTH).settled, "not settled");
    }

    function test_settleMonths__configuration_of_another_community__is_refused() external {
        bytes32 other = registerCommunity("other");
        finalizeMonth(other);
        settleRefused(
            monthOf(configurationOf(other)),
            abi.encodeWithSelector(IEnergyLedger.EnergyLedger_OtherCommunity.selector, configurationOf(other), other)
        );
    }

    /// @dev The reporters may report about any area; only a registered one is settled.
    function test_settleMonths__unregistered_configuration__is_refused() external {
        bytes32 configuration = keccak256(abi.encode(COMMUNITY, OTHER_AREA));
        ledger.post(signedBatchIn(OTHER_AREA, COMMUNITY, monthReports(0)));
        vm.warp(block.timestamp + FINALITY_DELAY);
        assertTrue(ledger.isFinal(configuration, MONTH), "final");
        settleRefused(
            monthOf(configuration),
            abi.encodeWithSelector(IEnergyLedger.EnergyLedger_OtherCommunity.selector, configuration, 0)
        );
    }

    function test_settleMonths__months_of_different_shares__are_refused() external {
        Shares[2] memory changes = [
            Shares({producersBps: 6_999, socialBps: 2_001, gridBps: 1_000}),
            Shares({producersBps: 6_999, socialBps: 2_000, gridBps: 1_001})
        ];
        for (uint256 i = 0; i < changes.length; ++i) {
            foundSettling();
            _changeSharesFromMarch(changes[i]);
            post(COMMUNITY, monthReports(0));
            _postMarch();
            vm.warp(block.timestamp + FINALITY_DELAY);
            settleRefused(
                _februaryAndMarch(),
                abi.encodeWithSelector(IEnergyLedger.EnergyLedger_SharesDiffer.selector, MONTH, monthAfter(1))
            );
        }
    }

    function test_settleMonths__each_month_alone__has_the_shares_of_its_time() external {
        _changeSharesFromMarch(Shares({producersBps: 5_000, socialBps: 3_000, gridBps: 2_000}));
        post(COMMUNITY, monthReports(0));
        _postMarch();
        vm.warp(block.timestamp + FINALITY_DELAY);
        Month[] memory both = _februaryAndMarch();
        assertEq(settle(monthOf(CONFIGURATION)).shares.socialBps, SOCIAL_BPS, "February's");
        Month[] memory march = new Month[](1);
        march[0] = both[1];
        SettledMonths memory settled = settle(march);
        assertEq(settled.shares.producersBps, 5_000, "March's producers");
        assertEq(settled.shares.socialBps, 3_000, "March's social share");
        assertEq(settled.shares.gridBps, 2_000, "March's grid");
    }

    /* ------------------------------------------------- internals ---------------------------------------------- */

    function _expectSettled(uint256 sharedWh, uint256 hiddenDays) private {
        vm.expectEmit(address(ledger));
        emit IEnergyLedger.MonthSettled(CONFIGURATION, MONTH, sharedWh, hiddenDays);
    }

    /// @dev Registers another area of the community and posts reports about it.
    function _finalizeIn(bytes32 area, DayReport[] memory reports) private returns (Month memory) {
        vm.prank(ADMINISTRATOR);
        bytes32 configuration = ledger.registerConfiguration(COMMUNITY, area);
        ledger.post(signedBatchIn(area, COMMUNITY, reports));
        return Month({configuration: configuration, month: MONTH});
    }

    /// @dev MONTH of two final configurations in ascending order.
    function _twoConfigurations() private returns (Month memory first, Month memory second) {
        (first, second) = (monthOf(CONFIGURATION)[0], _finalizeIn(OTHER_AREA, monthReports(0)));
        finalizeMonth(COMMUNITY);
        if (second.configuration < first.configuration) (first, second) = (second, first);
    }

    /// @dev March 2023; its clock goes forward on the 26th.
    function _postMarch() private {
        DayReport[] memory reports = new DayReport[](31);
        for (uint32 i = 0; i < 31; ++i) {
            reports[i] = reportOf(FIRST_DAY + 28 + i, 1_000, 700);
        }
        reports[25].hourTotals = flatHours(1_000, 700, 23);
        post(COMMUNITY, reports);
    }

    function _februaryAndMarch() private pure returns (Month[] memory) {
        return twoMonths(
            Month({configuration: CONFIGURATION, month: MONTH}),
            Month({configuration: CONFIGURATION, month: monthAfter(1)})
        );
    }

    /// @dev Changes the shares in February 2023, and goes back to the present.
    function _changeSharesFromMarch(Shares memory shares) private {
        vm.warp(uint256(FIRST_DAY) * 1 days);
        vm.prank(GOVERNOR);
        ledger.setShares(COMMUNITY, shares);
        vm.warp(NOW);
    }

    function _requireNotFinal(bytes32 configuration) private {
        assertTrue(!ledger.isFinal(configuration, MONTH), "not final");
        settleRefused(
            monthOf(configuration),
            abi.encodeWithSelector(IEnergyLedger.EnergyLedger_MonthNotFinal.selector, configuration, MONTH)
        );
    }

    function _notAscending() private pure returns (bytes memory) {
        return abi.encodeWithSelector(IEnergyLedger.EnergyLedger_MonthsNotAscending.selector, 1);
    }

    function _sorted(Month[] memory named) private pure returns (Month[] memory) {
        for (uint256 i = 1; i < named.length; ++i) {
            for (uint256 j = i; j > 0 && named[j].configuration < named[j - 1].configuration; --j) {
                (named[j], named[j - 1]) = (named[j - 1], named[j]);
            }
        }
        return named;
    }
}
