// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICommunityRegistry} from "../../src/interfaces/ICommunityRegistry.sol";
import {MonthNumber, Shares} from "../../src/types/Energy.sol";
import {Energy} from "../support/Energy.sol";

/// registerCommunity
/// ├── it should make the caller administrator of an id that is the caller's alone, and say by which terms
/// ├── given the salt is used, it should refuse, also after administration went to another
/// ├── given a role is zero, it should refuse
/// ├── given reporters, threshold or shares that no resolution could set, it should refuse
/// └── given a community is unknown, all views should be empty
contract RegisterCommunityTest is Energy {
    address private constant FOUNDER = address(0xF0);

    function setUp() external {
        foundLedger();
    }

    function testFuzz_register__any_founder_and_salt__is_a_community_of_its_own(address founder, bytes32 salt)
        external
    {
        vm.assume(founder != address(0) && founder != ADMINISTRATOR);
        ICommunityRegistry.CommunityTerms memory given = communityTerms();
        vm.prank(founder);
        bytes32 community = ledger.registerCommunity(salt, given);
        assertEq(community, keccak256(abi.encode(founder, salt)), "id");
        assertEq(ledger.communityId(founder, salt), community, "foretold");
        assertEq(ledger.administratorOf(community), founder, "administrator");
        assertEq(ledger.administratorOf(COMMUNITY), ADMINISTRATOR, "the other one's stays");
    }

    function test_register__terms__are_kept() external {
        ICommunityRegistry.CommunityTerms memory given = communityTerms();
        given.governor = address(0xA1);
        given.guardian = address(0xA2);
        given.threshold = 4;
        given.smallestGroup = 7;
        given.shares = Shares({producersBps: 9_997, socialBps: 2, gridBps: 1});
        bytes32 community = _register("kept", given);
        assertEq(ledger.governorOf(community), given.governor, "governor");
        assertEq(ledger.guardianOf(community), given.guardian, "guardian");
        assertEq(ledger.offeredTo(community), address(0), "nobody is offered administration");
        assertEq(ledger.smallestGroupOf(community), 7, "smallest group");
        assertEq(ledger.vaultOf(community), address(0), "no vault yet");
        assertTrue(!ledger.isPaused(community), "not paused");
        (address[] memory accounts, uint8 threshold, uint32 epoch) = ledger.reportersOf(community);
        assertEq(keccak256(abi.encode(accounts)), keccak256(abi.encode(given.reporters)), "reporters");
        assertEq(threshold, 4, "threshold");
        assertEq(epoch, 1, "the first epoch");
        Shares memory shares = ledger.sharesOf(community, MonthNumber.wrap(0));
        assertEq(keccak256(abi.encode(shares)), keccak256(abi.encode(given.shares)), "shares from the first month");
    }

    function test_register__new_community__is_told() external {
        ICommunityRegistry.CommunityTerms memory given = communityTerms();
        bytes32 community = keccak256(abi.encode(FOUNDER, bytes32("told")));
        _expectNext();
        emit ICommunityRegistry.CommunityRegistered(community, FOUNDER, "told");
        _expectNext();
        emit ICommunityRegistry.GovernorSet(community, GOVERNOR);
        _expectNext();
        emit ICommunityRegistry.GuardianSet(community, GUARDIAN);
        _expectNext();
        emit ICommunityRegistry.ReportersSet(community, 1, given.reporters, THRESHOLD);
        _expectNext();
        emit ICommunityRegistry.SmallestGroupSet(community, 3);
        _expectNext();
        emit ICommunityRegistry.SharesSet(community, MonthNumber.wrap(0), given.shares);
        _register("told", given);
    }

    function test_register__used_salt__is_refused_for_good() external {
        bytes32 community = _register("used", communityTerms());
        vm.prank(FOUNDER);
        ledger.offerAdministration(community, address(0xF1));
        vm.prank(address(0xF1));
        ledger.acceptAdministration(community);
        _requireRefused(
            "used",
            communityTerms(),
            abi.encodeWithSelector(ICommunityRegistry.CommunityRegistry_AlreadyRegistered.selector, community)
        );
        assertEq(ledger.administratorOf(community), address(0xF1), "administrator");
    }

    /// @dev Nobody can stand in the way of a community that is yet to be: its id is its founder's.
    function testFuzz_register__same_salt_of_a_stranger__does_not_squat_the_id(address stranger) external {
        vm.assume(stranger != FOUNDER && stranger != address(0) && stranger != ADMINISTRATOR);
        ICommunityRegistry.CommunityTerms memory given = communityTerms();
        vm.prank(stranger);
        bytes32 squatted = ledger.registerCommunity("CER", given);
        vm.prank(stranger);
        bytes32 configuration = ledger.registerConfiguration(squatted, AREA);
        bytes32 community = _register("CER", given);
        assertTrue(community != squatted, "another community");
        vm.prank(FOUNDER);
        assertTrue(ledger.registerConfiguration(community, AREA) != configuration, "another configuration");
    }

    function test_register__role_is_zero__is_refused() external {
        for (uint256 i = 0; i < 2; ++i) {
            ICommunityRegistry.CommunityTerms memory given = communityTerms();
            if (i == 0) given.governor = address(0);
            else given.guardian = address(0);
            bytes32 community = ledger.communityId(FOUNDER, "zero");
            _requireRefused(
                "zero",
                given,
                abi.encodeWithSelector(
                    ICommunityRegistry.CommunityRegistry_InvalidRole.selector, community, address(0)
                )
            );
            assertEq(ledger.administratorOf(community), address(0), "not registered");
        }
    }

    function test_register__no_reporters_or_threshold__are_refused() external {
        ICommunityRegistry.CommunityTerms memory given = communityTerms();
        given.threshold = 0;
        _requireRefused("none", given, _thresholdOutOfRange(0, REPORTER_COUNT));
        (given.reporters, given.threshold) = (new address[](0), 1);
        _requireRefused("none", given, _thresholdOutOfRange(1, 0));
    }

    function test_register__shares_of_less_than_the_whole__are_refused() external {
        ICommunityRegistry.CommunityTerms memory given = communityTerms();
        given.shares.gridBps -= 1;
        _requireRefused(
            "shares",
            given,
            abi.encodeWithSelector(ICommunityRegistry.CommunityRegistry_SharesNotWhole.selector, 9_999)
        );
    }

    function testFuzz_views__unknown_community__are_empty(bytes32 community) external view {
        vm.assume(community != COMMUNITY);
        assertEq(ledger.administratorOf(community), address(0), "administrator");
        assertEq(ledger.offeredTo(community), address(0), "offered to");
        assertEq(ledger.governorOf(community), address(0), "governor");
        assertEq(ledger.guardianOf(community), address(0), "guardian");
        assertEq(ledger.vaultOf(community), address(0), "vault");
        assertEq(ledger.smallestGroupOf(community), 0, "smallest group");
        (address[] memory accounts, uint8 threshold, uint32 epoch) = ledger.reportersOf(community);
        assertEq(accounts.length, 0, "reporters");
        assertEq(threshold, 0, "threshold");
        assertEq(epoch, 0, "epoch");
        (bytes32 root, uint32 members) = ledger.rosterOf(community);
        assertEq(root, 0, "roster");
        assertEq(members, 0, "members");
        assertTrue(!ledger.isPaused(community), "not paused");
        assertTrue(!ledger.isReporter(community, address(0)), "zero is no reporter");
        assertEq(ledger.communityOf(community), 0, "no configuration");
    }

    function _register(bytes32 salt, ICommunityRegistry.CommunityTerms memory given) private returns (bytes32) {
        vm.prank(FOUNDER);
        return ledger.registerCommunity(salt, given);
    }

    function _requireRefused(bytes32 salt, ICommunityRegistry.CommunityTerms memory given, bytes memory reason)
        private
    {
        vm.expectRevert(reason);
        _register(salt, given);
    }

    function _thresholdOutOfRange(uint256 threshold, uint256 count) private pure returns (bytes memory) {
        return
            abi.encodeWithSelector(
                ICommunityRegistry.CommunityRegistry_ThresholdOutOfRange.selector, threshold, count
            );
    }

    function _expectNext() private {
        vm.expectEmit(address(ledger));
    }
}
