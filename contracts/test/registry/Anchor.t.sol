// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICommunityRegistry} from "../../src/interfaces/ICommunityRegistry.sol";
import {Energy} from "../support/Energy.sol";

/// anchor
/// ├── it should record topic and digest of the administrator and of those whom it let
/// └── given an account may anchor no longer, or the office went to another, it should refuse
contract AnchorTest is Energy {
    address private constant ANCHORER = address(0xA7C);

    function setUp() external {
        foundLedger();
    }

    function testFuzz_anchor__administrator__is_recorded(bytes32 topic, bytes32 digest) external {
        _requireAnchored(ADMINISTRATOR, topic, digest);
    }

    function test_anchor__account_that_may__is_recorded_until_it_may_not() external {
        assertTrue(!ledger.mayAnchor(COMMUNITY, ANCHORER), "not yet");
        _allow(true);
        assertTrue(ledger.mayAnchor(COMMUNITY, ANCHORER), "may anchor");
        _requireAnchored(ANCHORER, "log", "digest");
        _allow(false);
        assertTrue(!ledger.mayAnchor(COMMUNITY, ANCHORER), "no longer");
        _requireRefused(COMMUNITY, ANCHORER);
    }

    function test_anchor__account_of_another_community__is_refused() external {
        bytes32 other = registerCommunity("other");
        _allow(true);
        _requireRefused(other, ANCHORER);
    }

    function test_anchor__former_administrator__is_refused() external {
        vm.prank(ADMINISTRATOR);
        ledger.offerAdministration(COMMUNITY, address(0xAD02));
        vm.prank(address(0xAD02));
        ledger.acceptAdministration(COMMUNITY);
        _requireRefused(COMMUNITY, ADMINISTRATOR);
        _requireAnchored(address(0xAD02), "log", "digest");
    }

    function _allow(bool allowed) private {
        vm.expectEmit(address(ledger));
        emit ICommunityRegistry.AnchoringSet(COMMUNITY, ANCHORER, allowed);
        vm.prank(ADMINISTRATOR);
        ledger.setAnchoring(COMMUNITY, ANCHORER, allowed);
    }

    function _requireAnchored(address caller, bytes32 topic, bytes32 digest) private {
        vm.expectEmit(address(ledger));
        emit ICommunityRegistry.Anchored(COMMUNITY, topic, caller, digest);
        vm.prank(caller);
        ledger.anchor(COMMUNITY, topic, digest);
    }

    function _requireRefused(bytes32 community, address caller) private {
        vm.expectRevert(
            abi.encodeWithSelector(ICommunityRegistry.CommunityRegistry_MayNotAnchor.selector, community, caller)
        );
        vm.prank(caller);
        ledger.anchor(community, "log", "digest");
    }
}
