// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {CommunityVault} from "../../src/CommunityVault.sol";
import {ICommunityVault} from "../../src/interfaces/ICommunityVault.sol";
import {IEnergyLedger} from "../../src/interfaces/IEnergyLedger.sol";
import {HostileToken} from "../../src/mocks/HostileToken.sol";
import {Month, SettledMonths} from "../../src/types/Energy.sol";
import {Branch, Fund, PayoutRoot, Settlement} from "../../src/types/Payout.sol";
import {MoneyTest} from "../support/MoneyTest.sol";
import {Leaf, PayoutTree} from "../support/PayoutTree.sol";

/// @dev A ledger that calls its vault while it is asked for months.
contract CallingLedger {
    bytes4 public answered;

    function settleMonths(bytes32, Month[] calldata, uint32, bytes32, bytes calldata)
        external
        returns (SettledMonths memory months)
    {
        try ICommunityVault(msg.sender).takeDonation() {}
        catch (bytes memory reason) {
            answered = bytes4(reason);
        }
        months.shares.producersBps = 10_000;
    }
}

/// call into the vault in the middle of its own call to the token or the ledger
/// ├── from push, claim, confirm, credit, voidCredit and rescueToken, into every function that moves money: it should
/// │   be refused
/// ├── from settle: it should be refused
/// └── the outer call should end as if nothing had been tried
contract ReentrancyTest is MoneyTest {
    using PayoutTree for Leaf[];

    address private constant ANNA = address(0xA11A);
    uint256 private constant CALLS = 15;

    Leaf[] private _leaves;
    uint32 private _distribution;
    Branch private _branch;

    /// @dev The token itself is treasurer, governor and guardian, or its calls would be refused for that alone.
    function setUp() public override {
        super.setUp();
        ICommunityVault.VaultArguments memory arguments = terms();
        arguments.treasurer = address(token);
        succeed(arguments);
        vm.prank(GOVERNOR);
        ledger.setGuardian(COMMUNITY, address(token));
        vm.prank(GOVERNOR);
        ledger.setGovernor(COMMUNITY, address(token));
        _leaves.push(PayoutTree.wallet(ANNA, 100));
        _leaves.push(PayoutTree.bank(1, 1_000));
        _open();
        setManner(ANNA, HostileToken.Manner.CALLS_BACK);
    }

    function _open() private {
        _distribution = distribute(_leaves, 1);
        _branch = wholeOf(_distribution, _leaves);
    }

    function test_claim__call_into_any_function__is_refused() external {
        for (uint256 i = 0; i < CALLS; ++i) {
            token.setCallback(address(vault), _calls()[i]);
            vault.claim(branchOf(_distribution, _leaves, 0, 0));
            _requireRefused();
            _open();
        }
        assertEq(token.balanceOf(ANNA), CALLS * 100, "each claim once");
    }

    function test_push__call_into_the_vault__is_refused() external {
        token.setCallback(address(vault), _calls()[1]);
        vault.push(_branch);
        _requireRefused();
        assertEq(token.balanceOf(ANNA), 100, "once");
    }

    function test_confirm__call_into_the_vault__is_refused() external {
        _asToken(abi.encodeCall(vault.reserve, (_branch, 2)));
        setManner(address(token), HostileToken.Manner.CALLS_BACK);
        token.setCallback(address(vault), _calls()[1]);
        bytes32[] memory references = new bytes32[](2);
        references[1] = "reference";
        _asToken(abi.encodeCall(vault.confirm, (_branch, references)));
        _requireRefused();
        assertEq(token.balanceOf(address(token)), 1_000, "once");
    }

    function test_voidCredit__call_into_the_vault__is_refused() external {
        bytes32 receipt = credit(10);
        setManner(address(token), HostileToken.Manner.CALLS_BACK);
        token.setCallback(address(vault), abi.encodeCall(vault.voidCredit, (receipt)));
        _asToken(abi.encodeCall(vault.voidCredit, (receipt)));
        _requireRefused();
        assertEq(token.balanceOf(address(token)), 10, "once");
    }

    function test_rescueToken__call_into_the_vault__is_refused() external {
        HostileToken other = new HostileToken(6);
        other.mint(address(vault), 10);
        other.setManner(ANNA, HostileToken.Manner.CALLS_BACK);
        other.setCallback(address(vault), _calls()[1]);
        _asToken(abi.encodeCall(vault.rescueToken, (address(other), ANNA, 10)));
        (bool given, bool succeeded, bytes4 selector) = other.answer();
        assertTrue(given && !succeeded, "called back, in vain");
        assertEq(selector, ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector, "what it was told");
    }

    function test_credit__call_into_the_vault__is_refused() external {
        token.mint(address(token), 10);
        token.execute(address(token), abi.encodeCall(token.approve, (address(vault), 20)));
        setManner(address(token), HostileToken.Manner.CALLS_BACK);
        token.setCallback(address(vault), abi.encodeCall(vault.credit, ("inner", 10)));
        _asToken(abi.encodeCall(vault.credit, ("outer", 10)));
        _requireRefused();
        (uint64 amount,) = vault.creditOf("inner");
        assertEq(amount, 0, "the inner credit");
    }

    function test_settle__call_into_the_vault__is_refused() external {
        CallingLedger calling = new CallingLedger();
        ICommunityVault.VaultArguments memory arguments = terms();
        arguments.ledger = IEnergyLedger(address(calling));
        vault = new CommunityVault(arguments);
        Settlement memory settlement = settlementOf(credit(100), new Leaf[](0), 0);
        (settlement.pool, settlement.carry) = (100, 100);
        settle(settlement);
        assertEq(
            calling.answered(),
            ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector,
            "what the ledger was told"
        );
    }

    /// @dev Every function but announceSweep and setTreasurer, which touch no money.
    function _calls() private view returns (bytes[CALLS] memory calls) {
        Settlement memory settlement;
        PayoutRoot memory payoutRoot;
        bytes memory leaf = PayoutTree.pack(_leaves[0]);
        calls[0] = abi.encodeCall(vault.claim, (branchOf(_distribution, _leaves, 0, 0)));
        calls[1] = abi.encodeCall(vault.push, (_branch));
        calls[2] = abi.encodeCall(vault.settle, (settlement, ""));
        calls[3] = abi.encodeCall(vault.credit, ("receipt", 1));
        calls[4] = abi.encodeCall(vault.reserve, (_branch, 2));
        calls[5] = abi.encodeCall(vault.release, (_branch, 2));
        calls[6] = abi.encodeCall(vault.confirm, (_branch, new bytes32[](2)));
        calls[7] = abi.encodeCall(vault.voidCredit, ("receipt"));
        calls[8] = abi.encodeCall(vault.takeDonation, ());
        calls[9] = abi.encodeCall(vault.rescueToken, (address(token), ANNA, 1));
        calls[10] = abi.encodeCall(vault.cancel, (_distribution, payoutRoot));
        calls[11] = abi.encodeCall(vault.move, (_branch, leaf, ""));
        calls[12] = abi.encodeCall(vault.redirect, (_branch, leaf, 0));
        calls[13] = abi.encodeCall(vault.sweep, (_branch));
        calls[14] = abi.encodeCall(vault.spend, (Fund.Social, leaf, 0));
    }

    function _asToken(bytes memory call_) private {
        token.execute(address(vault), call_);
    }

    function _requireRefused() private view {
        (bool given, bool succeeded, bytes4 selector) = token.answer();
        assertTrue(given && !succeeded, "called back, in vain");
        assertEq(selector, ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector, "what the token was told");
    }
}
