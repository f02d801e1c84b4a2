// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICommunityRegistry} from "../../src/interfaces/ICommunityRegistry.sol";
import {MonthNumber, Shares} from "../../src/types/Energy.sol";
import {Energy} from "../support/Energy.sol";

/// setShares
/// ├── it should hold from the next month in Rome on, and say so
/// ├── it should leave to earlier months the shares that they had, through any number of changes
/// ├── given a second change in one month, it should replace the first
/// └── given shares that are not the whole, it should refuse
contract SetSharesTest is Energy {
    /// 2024-12-31 at 22:00 in UTC: when the year ends for the ledger, an hour before it does in Rome.
    uint256 private constant NEW_YEAR = 1_735_682_400;
    /// January 2025.
    uint32 private constant JANUARY = 55 * 12;

    function setUp() external {
        foundLedger();
    }

    function test_setShares__in_december__hold_from_january() external {
        Shares memory shares = _shares(500, 250);
        vm.expectEmit(address(ledger));
        emit ICommunityRegistry.SharesSet(COMMUNITY, MonthNumber.wrap(JANUARY), shares);
        _set(shares);
        _requireShares(0, SOCIAL_BPS, GRID_BPS);
        _requireShares(JANUARY - 1, SOCIAL_BPS, GRID_BPS);
        _requireShares(JANUARY, 500, 250);
        _requireShares(type(uint32).max, 500, 250);
        assertEq(ledger.sharesOf(COMMUNITY, MonthNumber.wrap(JANUARY)).producersBps, 9_250, "producers");
        assertEq(ledger.sharesOf(COMMUNITY, MonthNumber.wrap(0)).producersBps, PRODUCERS_BPS, "and before");
    }

    function test_setShares__last_second_and_first_second_of_a_month__are_a_month_apart() external {
        vm.warp(NEW_YEAR - 1);
        _set(_shares(500, 250));
        _requireShares(JANUARY, 500, 250);
        vm.warp(NEW_YEAR);
        _set(_shares(600, 300));
        _requireShares(JANUARY, 500, 250);
        _requireShares(JANUARY + 1, 600, 300);
    }

    function test_setShares__twice_in_a_month__the_second_replaces_the_first() external {
        _set(_shares(500, 250));
        _set(_shares(600, 300));
        _requireShares(JANUARY - 1, SOCIAL_BPS, GRID_BPS);
        _requireShares(JANUARY, 600, 300);
    }

    /// @dev A model: what each month has is what was set last before it began.
    function testFuzz_setShares__any_changes__hold_for_the_months_after(uint256 seed, uint256 count) external {
        count = bound(count, 1, 8);
        uint32 months = 20;
        uint16[20] memory social;
        uint256 passed = 0;
        for (uint256 i = 0; i < months; ++i) {
            social[i] = SOCIAL_BPS;
        }
        for (uint16 change = 0; change < count; ++change) {
            passed += draw(seed, change) % 3;
            // The middle of the month that is `passed` months after December 2024.
            vm.warp(NEW_YEAR - 15 days + passed * 30 days + passed * 10 hours);
            uint16 bps = uint16(draw(seed, 100 + change) % 10_001);
            _set(_shares(bps, 0));
            for (uint256 i = passed; i < months; ++i) {
                social[i] = bps;
            }
        }
        for (uint32 i = 0; i < months; ++i) {
            assertEq(ledger.sharesOf(COMMUNITY, MonthNumber.wrap(JANUARY + i)).socialBps, social[i], "social");
        }
        _requireShares(JANUARY - 1, SOCIAL_BPS, GRID_BPS);
    }

    function testFuzz_setShares__not_the_whole__are_refused(uint16 producersBps, uint16 socialBps, uint16 gridBps)
        external
    {
        uint256 sumBps = uint256(producersBps) + socialBps + gridBps;
        vm.assume(sumBps != 10_000);
        vm.expectRevert(abi.encodeWithSelector(ICommunityRegistry.CommunityRegistry_SharesNotWhole.selector, sumBps));
        _set(Shares({producersBps: producersBps, socialBps: socialBps, gridBps: gridBps}));
    }

    /// @dev 65,536 more basis points do not make a whole.
    function test_setShares__whole_in_16_bits_only__are_refused() external {
        vm.expectRevert(abi.encodeWithSelector(ICommunityRegistry.CommunityRegistry_SharesNotWhole.selector, 75_536));
        _set(Shares({producersBps: 65_535, socialBps: 10_001, gridBps: 0}));
    }

    function test_setShares__one_community__leaves_the_other_s() external {
        bytes32 other = registerCommunity("other");
        _set(_shares(500, 250));
        assertEq(ledger.sharesOf(other, MonthNumber.wrap(JANUARY)).socialBps, SOCIAL_BPS, "social");
    }

    function _shares(uint16 socialBps, uint16 gridBps) private pure returns (Shares memory) {
        return Shares({producersBps: 10_000 - socialBps - gridBps, socialBps: socialBps, gridBps: gridBps});
    }

    function _set(Shares memory shares) private {
        vm.prank(GOVERNOR);
        ledger.setShares(COMMUNITY, shares);
    }

    function _requireShares(uint32 month, uint256 socialBps, uint256 gridBps) private view {
        Shares memory shares = ledger.sharesOf(COMMUNITY, MonthNumber.wrap(month));
        assertEq(shares.socialBps, socialBps, "social");
        assertEq(shares.gridBps, gridBps, "grid");
    }
}
