// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {CommunityVault} from "../../src/CommunityVault.sol";
import {ICommunityVault} from "../../src/interfaces/ICommunityVault.sol";
import {IEnergyLedger} from "../../src/interfaces/IEnergyLedger.sol";
import {HostileToken} from "../../src/mocks/HostileToken.sol";
import {MonthNumber} from "../../src/types/Energy.sol";
import {Settlement} from "../../src/types/Payout.sol";
import {MoneyTest} from "../support/MoneyTest.sol";
import {Leaf, PayoutTree} from "../support/PayoutTree.sol";

/// @dev A ledger that calls its vault while it is asked for a month.
contract CallingLedger {
    bytes4 public answered;

    function settleMonth(bytes32, MonthNumber) external returns (uint256, uint256) {
        try ICommunityVault(msg.sender).push(1, 0, "", "") {}
        catch (bytes memory reason) {
            answered = bytes4(reason);
        }
        return (0, 0);
    }
}

/// call into the vault in the middle of its own call to the token or the ledger
/// ├── from push, claim, confirm and credit, into every function that moves anything: it should be refused
/// ├── from settle: it should be refused
/// └── the outer call should end as if nothing had been tried
contract ReentrancyTest is MoneyTest {
    using PayoutTree for Leaf[];

    address private constant ANNA = address(0xA11A);

    Leaf[] private _leaves;
    uint32 private _distribution;
    bytes private _packed;

    /// @dev The token itself is the treasurer, or its calls would be refused for that alone.
    function setUp() public override {
        super.setUp();
        ICommunityVault.VaultArguments memory arguments = terms();
        arguments.treasurer = address(token);
        foundAnother(arguments);
        _leaves.push(PayoutTree.wallet(ANNA, 100));
        _leaves.push(PayoutTree.bank(1, 1_000));
        _distribution = distribute(_leaves, 1);
        _packed = _leaves.packBelow(1, 0);
        setManner(ANNA, HostileToken.Manner.CALLS_BACK);
    }

    function test_claim__call_into_any_function__is_refused() external {
        bytes[7] memory calls = _calls();
        for (uint256 i = 0; i < calls.length; ++i) {
            token.setCallback(address(vault), calls[i]);
            if (i == 0) {
                vault.claim(_distribution, 0, _leaves.packBelow(0, 0), _leaves.proof(1, 0, 0));
            } else {
                _leaves[0].amount += 1;
                _distribution = distribute(_leaves, 1);
                _packed = _leaves.packBelow(1, 0);
                vault.claim(_distribution, 0, _leaves.packBelow(0, 0), _leaves.proof(1, 0, 0));
            }
            _requireRefused();
        }
        assertEq(token.balanceOf(ANNA), 7 * 100 + 21, "each claim once");
    }

    function test_push__call_into_any_function__is_refused() external {
        token.setCallback(address(vault), _calls()[1]);
        vault.push(_distribution, 0, _packed, "");
        _requireRefused();
        assertEq(token.balanceOf(ANNA), 100, "once");
    }

    function test_confirm__call_into_the_vault__is_refused() external {
        _asTreasurer(abi.encodeCall(vault.reserve, (_distribution, 0, _packed, "", 2)));
        setManner(address(token), HostileToken.Manner.CALLS_BACK);
        token.setCallback(address(vault), _calls()[1]);
        bytes32[] memory references = new bytes32[](2);
        references[1] = "reference";
        _asTreasurer(abi.encodeCall(vault.confirm, (_distribution, 0, _packed, "", references)));
        _requireRefused();
        assertEq(token.balanceOf(address(token)), 1_000, "once");
    }

    function test_credit__call_into_the_vault__is_refused() external {
        token.mint(address(token), 10);
        token.execute(address(token), abi.encodeCall(token.approve, (address(vault), 20)));
        setManner(address(token), HostileToken.Manner.CALLS_BACK);
        token.setCallback(address(vault), abi.encodeCall(vault.credit, ("inner", 10)));
        _asTreasurer(abi.encodeCall(vault.credit, ("outer", 10)));
        _requireRefused();
        (uint64 amount,) = vault.creditOf("inner");
        assertEq(amount, 0, "the inner credit");
    }

    function test_settle__call_into_the_vault__is_refused() external {
        CallingLedger calling = new CallingLedger();
        ICommunityVault.VaultArguments memory arguments = terms();
        arguments.ledger = IEnergyLedger(address(calling));
        vault = new CommunityVault(arguments);
        settle(settlementOf(credit(100), new Leaf[](0), 0));
        assertEq(
            calling.answered(),
            ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector,
            "what the ledger was told"
        );
    }

    function _calls() private view returns (bytes[7] memory calls) {
        Settlement memory settlement;
        bytes memory proof = _leaves.proof(1, 0, 0);
        calls[0] = abi.encodeCall(vault.claim, (_distribution, 0, _leaves.packBelow(0, 0), proof));
        calls[1] = abi.encodeCall(vault.push, (_distribution, 0, _packed, ""));
        calls[2] = abi.encodeCall(vault.settle, (settlement, new bytes[](0)));
        calls[3] = abi.encodeCall(vault.credit, ("receipt", 1));
        calls[4] = abi.encodeCall(vault.reserve, (_distribution, 0, _packed, "", 2));
        calls[5] = abi.encodeCall(vault.release, (_distribution, 0, _packed, "", 2));
        calls[6] = abi.encodeCall(vault.confirm, (_distribution, 0, _packed, "", new bytes32[](2)));
    }

    function _asTreasurer(bytes memory call_) private {
        token.execute(address(vault), call_);
    }

    function _requireRefused() private view {
        (bool given, bool succeeded, bytes4 selector) = token.answer();
        assertTrue(given && !succeeded, "called back, in vain");
        assertEq(selector, ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector, "what the token was told");
    }
}
