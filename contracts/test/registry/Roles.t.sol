// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICommunityRegistry} from "../../src/interfaces/ICommunityRegistry.sol";
import {VaultStub} from "../../src/mocks/VaultStub.sol";
import {Shares} from "../../src/types/Energy.sol";
import {Energy} from "../support/Energy.sol";

/// roles
/// ├── each function of the registry should obey the roles that it is for, and refuse every other caller by name
/// ├── a role of one community should have no power over another
/// └── governor and guardian are set by the governor; zero is refused
contract RolesTest is Energy {
    /// @dev What may be done, by whom. Bits of `allowed` are positions in _callers.
    struct Act {
        bytes call_;
        uint256 allowed;
        bytes4 refusal;
    }

    uint256 private constant ADMINISTRATION = 1;
    uint256 private constant GOVERNANCE = 2;
    uint256 private constant GUARD = 4;
    uint256 private constant ANCHORER = 8;

    bytes32 private _other;
    address[] private _callers;
    Act[] private _acts;

    function setUp() external {
        foundLedger();
        _found(COMMUNITY);
        _foundOther();
        _callers = [ADMINISTRATOR, GOVERNOR, GUARDIAN, address(0xA7C), address(0x7EA5), vm.addr(keys[0])];
        _listActs();
    }

    function test_roles__every_caller_and_function__obeys_its_roles_alone() external {
        for (uint256 i = 0; i < _acts.length; ++i) {
            for (uint256 caller = 0; caller < _callers.length; ++caller) {
                _requireObeyed(_acts[i], _callers[caller], (_acts[i].allowed >> caller) & 1 != 0);
            }
        }
    }

    function testFuzz_roles__stranger__may_do_nothing(address stranger) external {
        // Nobody can send from it, and it is whom administration is offered to while it is offered to nobody.
        vm.assume(stranger != address(0));
        for (uint256 i = 0; i < 4; ++i) {
            vm.assume(stranger != _callers[i]);
        }
        for (uint256 i = 0; i < _acts.length; ++i) {
            _requireObeyed(_acts[i], stranger, false);
        }
    }

    /// @dev The other community has roles of its own: those of the first may do nothing there.
    function test_roles__of_another_community__may_do_nothing() external {
        for (uint256 i = 0; i < _acts.length; ++i) {
            bytes memory call_ = _acts[i].call_;
            bytes32 other = _other;
            assembly ("memory-safe") {
                mstore(add(call_, 36), other)
            }
            for (uint256 caller = 0; caller < _callers.length; ++caller) {
                vm.prank(_callers[caller]);
                (bool made, bytes memory reason) = address(ledger).call(call_);
                assertTrue(!made, "refused");
                _requireReason(reason, abi.encodeWithSelector(_acts[i].refusal, other, _callers[caller]));
            }
        }
    }

    function test_setGovernor__successor__takes_over() external {
        vm.expectEmit(address(ledger));
        emit ICommunityRegistry.GovernorSet(COMMUNITY, address(0x6002));
        vm.prank(GOVERNOR);
        ledger.setGovernor(COMMUNITY, address(0x6002));
        assertEq(ledger.governorOf(COMMUNITY), address(0x6002), "governor");
        vm.expectRevert(
            abi.encodeWithSelector(ICommunityRegistry.CommunityRegistry_NotGovernor.selector, COMMUNITY, GOVERNOR)
        );
        vm.prank(GOVERNOR);
        ledger.setGovernor(COMMUNITY, GOVERNOR);
    }

    function test_setGuardian__successor__takes_over() external {
        vm.expectEmit(address(ledger));
        emit ICommunityRegistry.GuardianSet(COMMUNITY, address(0x6A02));
        vm.prank(GOVERNOR);
        ledger.setGuardian(COMMUNITY, address(0x6A02));
        assertEq(ledger.guardianOf(COMMUNITY), address(0x6A02), "guardian");
        vm.expectRevert(
            abi.encodeWithSelector(ICommunityRegistry.CommunityRegistry_NotGuardian.selector, COMMUNITY, GUARDIAN)
        );
        vm.prank(GUARDIAN);
        ledger.setPaused(COMMUNITY, true);
    }

    function test_setGovernor_and_setGuardian__zero__is_refused() external {
        bytes memory reason =
            abi.encodeWithSelector(ICommunityRegistry.CommunityRegistry_InvalidRole.selector, COMMUNITY, address(0));
        vm.expectRevert(reason);
        vm.prank(GOVERNOR);
        ledger.setGovernor(COMMUNITY, address(0));
        vm.expectRevert(reason);
        vm.prank(GOVERNOR);
        ledger.setGuardian(COMMUNITY, address(0));
    }

    function test_setSmallestGroup__governor__is_told() external {
        vm.expectEmit(address(ledger));
        emit ICommunityRegistry.SmallestGroupSet(COMMUNITY, 12);
        vm.prank(GOVERNOR);
        ledger.setSmallestGroup(COMMUNITY, 12);
        assertEq(ledger.smallestGroupOf(COMMUNITY), 12, "smallest group");
    }

    function test_nameSuccessor__governor__is_told() external {
        vm.expectEmit(address(ledger));
        emit ICommunityRegistry.SuccessorNamed(COMMUNITY, address(0x1ED6E2));
        vm.prank(GOVERNOR);
        ledger.nameSuccessor(COMMUNITY, address(0x1ED6E2));
    }

    /* ------------------------------------------------- internals ---------------------------------------------- */

    /// @dev An account that may anchor, and a first vault, so that setVault is the governor's.
    function _found(bytes32 community) private {
        vm.prank(ADMINISTRATOR);
        ledger.setAnchoring(community, address(0xA7C), true);
        setVault(community, address(new VaultStub(ledger, community)));
    }

    function _foundOther() private {
        ICommunityRegistry.CommunityTerms memory given = communityTerms();
        (given.governor, given.guardian) = (address(0xB1), address(0xB2));
        vm.prank(address(0xB0));
        _other = ledger.registerCommunity("other", given);
        address vault = address(new VaultStub(ledger, _other));
        vm.prank(address(0xB0));
        ledger.setVault(_other, vault);
    }

    function _listActs() private {
        bytes4 refusal = ICommunityRegistry.CommunityRegistry_NotAdministrator.selector;
        _list(
            abi.encodeCall(ledger.offerAdministration, (COMMUNITY, address(0xAB))),
            ADMINISTRATION | GOVERNANCE,
            refusal
        );
        _list(abi.encodeCall(ledger.registerConfiguration, (COMMUNITY, "new")), ADMINISTRATION, refusal);
        _list(abi.encodeCall(ledger.setRoster, (COMMUNITY, "root", 3)), ADMINISTRATION, refusal);
        _list(abi.encodeCall(ledger.setAnchoring, (COMMUNITY, address(0xAB), true)), ADMINISTRATION, refusal);

        refusal = ICommunityRegistry.CommunityRegistry_NotGovernor.selector;
        address vault = address(new VaultStub(ledger, COMMUNITY));
        Shares memory shares = Shares({producersBps: 10_000, socialBps: 0, gridBps: 0});
        _list(abi.encodeCall(ledger.setVault, (COMMUNITY, vault)), GOVERNANCE, refusal);
        _list(abi.encodeCall(ledger.setReporters, (COMMUNITY, reporterAccounts(), 2)), GOVERNANCE, refusal);
        _list(abi.encodeCall(ledger.setShares, (COMMUNITY, shares)), GOVERNANCE, refusal);
        _list(abi.encodeCall(ledger.setSmallestGroup, (COMMUNITY, 5)), GOVERNANCE, refusal);
        _list(abi.encodeCall(ledger.setGovernor, (COMMUNITY, GOVERNOR)), GOVERNANCE, refusal);
        _list(abi.encodeCall(ledger.setGuardian, (COMMUNITY, GUARDIAN)), GOVERNANCE, refusal);
        _list(abi.encodeCall(ledger.nameSuccessor, (COMMUNITY, address(0xAB))), GOVERNANCE, refusal);

        refusal = ICommunityRegistry.CommunityRegistry_NotGuardian.selector;
        _list(abi.encodeCall(ledger.removeReporter, (COMMUNITY, vm.addr(keys[4]))), GUARD, refusal);
        _list(abi.encodeCall(ledger.setPaused, (COMMUNITY, true)), GUARD | GOVERNANCE, refusal);

        refusal = ICommunityRegistry.CommunityRegistry_MayNotAnchor.selector;
        _list(abi.encodeCall(ledger.anchor, (COMMUNITY, "topic", "digest")), ADMINISTRATION | ANCHORER, refusal);

        refusal = ICommunityRegistry.CommunityRegistry_NotOffered.selector;
        _list(abi.encodeCall(ledger.acceptAdministration, (COMMUNITY)), 0, refusal);
    }

    function _list(bytes memory call_, uint256 allowed, bytes4 refusal) private {
        _acts.push(Act({call_: call_, allowed: allowed, refusal: refusal}));
    }

    /// @dev Tries an act and takes it back.
    function _requireObeyed(Act memory act, address caller, bool due) private {
        try this.tryAct(act.call_, caller) {
            assertTrue(false, "tryAct always reverts");
        } catch (bytes memory answer) {
            (bool made, bytes memory reason) = abi.decode(answer, (bool, bytes));
            assertTrue(made == due, "a function obeys exactly its roles");
            if (!due) _requireReason(reason, abi.encodeWithSelector(act.refusal, COMMUNITY, caller));
        }
    }

    function tryAct(bytes calldata call_, address caller) external {
        vm.prank(caller);
        (bool made, bytes memory reason) = address(ledger).call(call_);
        bytes memory answer = abi.encode(made, reason);
        assembly ("memory-safe") {
            revert(add(answer, 32), mload(answer))
        }
    }

    function _requireReason(bytes memory reason, bytes memory expected) private pure {
        assertEq(keccak256(reason), keccak256(expected), "refused by name");
    }
}
