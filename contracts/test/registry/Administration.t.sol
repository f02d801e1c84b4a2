// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICommunityRegistry} from "../../src/interfaces/ICommunityRegistry.sol";
import {Energy} from "../support/Energy.sol";

/// offerAdministration and acceptAdministration
/// ├── it should change hands when the one to whom it was offered accepts, and not before
/// ├── given the offer was withdrawn, or made to another since, it should refuse
/// └── given it was accepted, it should not be accepted again, and the former administrator may do nothing
contract AdministrationTest is Energy {
    address private constant SUCCESSOR = address(0xAD02);

    function setUp() external {
        foundLedger();
    }

    function testFuzz_accept__offered__changes_hands(address successor) external {
        vm.assume(successor != address(0) && successor != ADMINISTRATOR);
        vm.expectEmit(address(ledger));
        emit ICommunityRegistry.AdministrationOffered(COMMUNITY, successor);
        _offer(successor);
        assertEq(ledger.offeredTo(COMMUNITY), successor, "offered");
        assertEq(ledger.administratorOf(COMMUNITY), ADMINISTRATOR, "not yet");

        vm.expectEmit(address(ledger));
        emit ICommunityRegistry.AdministrationAccepted(COMMUNITY, successor);
        vm.prank(successor);
        ledger.acceptAdministration(COMMUNITY);
        assertEq(ledger.administratorOf(COMMUNITY), successor, "administrator");
        assertEq(ledger.offeredTo(COMMUNITY), address(0), "nobody is offered it now");

        vm.expectRevert(
            abi.encodeWithSelector(
                ICommunityRegistry.CommunityRegistry_NotAdministrator.selector, COMMUNITY, ADMINISTRATOR
            )
        );
        _offer(ADMINISTRATOR);
        vm.prank(successor);
        ledger.offerAdministration(COMMUNITY, ADMINISTRATOR);
    }

    function test_accept__offered_but_not_accepted__leaves_the_administrator() external {
        _offer(SUCCESSOR);
        vm.prank(ADMINISTRATOR);
        ledger.setRoster(COMMUNITY, "root", 1);
        (bytes32 root,) = ledger.rosterOf(COMMUNITY);
        assertEq(root, "root", "still in office");
    }

    function testFuzz_accept__not_offered_to_the_caller__is_refused(address caller) external {
        vm.assume(caller != SUCCESSOR);
        _offer(SUCCESSOR);
        _requireNotOffered(caller);
    }

    function test_accept__withdrawn_or_replaced_offer__is_refused() external {
        _offer(SUCCESSOR);
        _offer(address(0));
        _requireNotOffered(SUCCESSOR);
        _offer(SUCCESSOR);
        _offer(address(0xAD03));
        _requireNotOffered(SUCCESSOR);
    }

    function test_accept__a_second_time__is_refused() external {
        _offer(SUCCESSOR);
        vm.prank(SUCCESSOR);
        ledger.acceptAdministration(COMMUNITY);
        _requireNotOffered(SUCCESSOR);
    }

    function test_accept__offer_of_another_community__is_refused() external {
        _offer(SUCCESSOR);
        bytes32 other = registerCommunity("other");
        vm.expectRevert(
            abi.encodeWithSelector(ICommunityRegistry.CommunityRegistry_NotOffered.selector, other, SUCCESSOR)
        );
        vm.prank(SUCCESSOR);
        ledger.acceptAdministration(other);
    }

    function _offer(address account) private {
        vm.prank(ADMINISTRATOR);
        ledger.offerAdministration(COMMUNITY, account);
    }

    function _requireNotOffered(address caller) private {
        vm.expectRevert(
            abi.encodeWithSelector(ICommunityRegistry.CommunityRegistry_NotOffered.selector, COMMUNITY, caller)
        );
        vm.prank(caller);
        ledger.acceptAdministration(COMMUNITY);
    }
}
