// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CommunityVault} from "../../src/CommunityVault.sol";
import {ICommunityVault} from "../../src/interfaces/ICommunityVault.sol";
import {IEnergyLedger} from "../../src/interfaces/IEnergyLedger.sol";
import {HostileToken} from "../../src/mocks/HostileToken.sol";
import {MoneyTest} from "../support/MoneyTest.sol";
import {Typed} from "../support/Typed.sol";

/// constructor
/// ├── it should show its arguments
/// ├── given the ledger has no code, it should refuse
/// ├── given the shares are not the whole, it should refuse
/// ├── given a root delay above 90 days, it should refuse
/// ├── given the treasurer is zero, it should refuse
/// └── given the token has not six decimals, it should refuse
contract ConstructTest is MoneyTest {
    function test_constructor__arguments__are_shown() external view {
        (uint16 producersBps, uint16 socialBps, uint16 gridBps) = vault.shares();
        assertEq(producersBps, PRODUCERS_BPS, "producers");
        assertEq(socialBps, SOCIAL_BPS, "social");
        assertEq(gridBps, GRID_BPS, "grid");
        assertEq(address(vault.ledger()), address(ledger), "ledger");
        assertEq(vault.community(), "CER", "community");
        assertEq(vault.treasurer(), TREASURER, "treasurer");
        assertEq(address(vault.token()), address(token), "token");
        assertEq(vault.rootDelay(), ROOT_DELAY, "root delay");
        assertEq(vault.threshold(), THRESHOLD, "threshold");
        assertEq(
            vault.domainSeparator(), Typed.separator("Condivisa CommunityVault", address(vault)), "domain separator"
        );
    }

    function test_constructor__ledger_without_code__is_refused() external {
        ICommunityVault.VaultArguments memory arguments = terms();
        arguments.ledger = IEnergyLedger(address(0xAB));
        vm.expectRevert(
            abi.encodeWithSelector(ICommunityVault.CommunityVault_InvalidLedger.selector, arguments.ledger)
        );
        new CommunityVault(arguments);
    }

    function testFuzz_constructor__shares__must_be_the_whole(uint16 producersBps, uint16 socialBps, uint16 gridBps)
        external
    {
        ICommunityVault.VaultArguments memory arguments = terms();
        (arguments.producersBps, arguments.socialBps, arguments.gridBps) = (producersBps, socialBps, gridBps);
        uint256 sumBps = uint256(producersBps) + socialBps + gridBps;
        vm.assume(sumBps != 10_000);
        vm.expectRevert(abi.encodeWithSelector(ICommunityVault.CommunityVault_SharesNotWhole.selector, sumBps));
        new CommunityVault(arguments);
    }

    function test_constructor__delay_above_90_days__is_refused() external {
        ICommunityVault.VaultArguments memory arguments = terms();
        arguments.rootDelay = 90 days;
        assertEq(new CommunityVault(arguments).rootDelay(), 90 days, "the longest delay");
        ++arguments.rootDelay;
        vm.expectRevert(
            abi.encodeWithSelector(
                ICommunityVault.CommunityVault_DelayTooLong.selector, arguments.rootDelay, uint40(90 days)
            )
        );
        new CommunityVault(arguments);
    }

    function test_constructor__treasurer_zero__is_refused() external {
        ICommunityVault.VaultArguments memory arguments = terms();
        arguments.treasurer = address(0);
        vm.expectRevert(abi.encodeWithSelector(ICommunityVault.CommunityVault_InvalidTreasurer.selector, address(0)));
        new CommunityVault(arguments);
    }

    function testFuzz_constructor__decimals__must_be_six(uint8 decimals) external {
        ICommunityVault.VaultArguments memory arguments = terms();
        arguments.token = new HostileToken(decimals);
        if (decimals != 6) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    ICommunityVault.CommunityVault_WrongDecimals.selector, arguments.token, decimals
                )
            );
        }
        new CommunityVault(arguments);
    }
}
