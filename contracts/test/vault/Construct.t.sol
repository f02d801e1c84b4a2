// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CommunityVault} from "../../src/CommunityVault.sol";
import {ICommunityVault} from "../../src/interfaces/ICommunityVault.sol";
import {IEnergyLedger} from "../../src/interfaces/IEnergyLedger.sol";
import {HostileToken} from "../../src/mocks/HostileToken.sol";
import {MoneyTest} from "../support/MoneyTest.sol";
import {Typed} from "../support/Typed.sol";

/// constructor
/// ├── it should show its arguments, and tell its treasurer
/// ├── given the ledger has no code, it should refuse
/// ├── given a root delay above 90 days, it should refuse
/// ├── given the treasurer is zero, it should refuse
/// └── given the token has not six decimals, it should refuse
contract ConstructTest is MoneyTest {
    function test_constructor__arguments__are_shown() external view {
        assertEq(address(vault.ledger()), address(ledger), "ledger");
        assertEq(vault.community(), COMMUNITY, "community");
        assertEq(vault.treasurer(), TREASURER, "treasurer");
        assertEq(address(vault.token()), address(token), "token");
        assertEq(vault.rootDelay(), ROOT_DELAY, "root delay");
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

    function test_constructor__first_day__nothing_is_held() external view {
        requireFunds(0, 0, 0, 0);
        assertEq(vault.distributionCount(), 0, "distributions");
        assertEq(vault.singleCount(), 0, "single payouts");
        assertEq(vault.distributionOf(1), 0, "no distribution");
    }

    function test_constructor__treasurer__is_told() external {
        ICommunityVault.VaultArguments memory arguments = terms();
        address next = vm.computeCreateAddress(address(this), vm.getNonce(address(this)));
        vm.expectEmit(next);
        emit ICommunityVault.TreasurerSet(TREASURER);
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
