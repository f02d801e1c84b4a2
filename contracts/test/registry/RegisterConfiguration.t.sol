// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICommunityRegistry} from "../../src/interfaces/ICommunityRegistry.sol";
import {Energy} from "../support/Energy.sol";

/// registerConfiguration
/// ├── it should bind an id of community and area to the community, for good
/// ├── given the area is zero, it should refuse
/// └── given the area is registered, it should refuse; another community may have the same area
contract RegisterConfigurationTest is Energy {
    function setUp() external {
        foundLedger();
    }

    function testFuzz_registerConfiguration__new_area__is_bound(bytes32 area) external {
        vm.assume(area != 0 && area != AREA);
        bytes32 configuration = keccak256(abi.encode(COMMUNITY, area));
        assertEq(ledger.communityOf(configuration), 0, "not yet");
        vm.expectEmit(address(ledger));
        emit ICommunityRegistry.ConfigurationRegistered(COMMUNITY, configuration, area);
        vm.prank(ADMINISTRATOR);
        assertEq(ledger.registerConfiguration(COMMUNITY, area), configuration, "id");
        assertEq(ledger.configurationId(COMMUNITY, area), configuration, "foretold");
        assertEq(ledger.communityOf(configuration), COMMUNITY, "community");
    }

    function test_registerConfiguration__area_zero__is_refused() external {
        vm.expectRevert(abi.encodeWithSelector(ICommunityRegistry.CommunityRegistry_InvalidArea.selector, bytes32(0)));
        vm.prank(ADMINISTRATOR);
        ledger.registerConfiguration(COMMUNITY, 0);
    }

    function test_registerConfiguration__registered_area__is_refused() external {
        vm.expectRevert(
            abi.encodeWithSelector(ICommunityRegistry.CommunityRegistry_ConfigurationKnown.selector, CONFIGURATION)
        );
        vm.prank(ADMINISTRATOR);
        ledger.registerConfiguration(COMMUNITY, AREA);
    }

    function test_registerConfiguration__same_area_of_two_communities__are_two() external {
        bytes32 other = registerCommunity("other");
        assertEq(ledger.communityOf(configurationOf(other)), other, "the other one's");
        assertEq(ledger.communityOf(CONFIGURATION), COMMUNITY, "the first one's");
    }
}
