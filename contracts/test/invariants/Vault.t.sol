// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CommunityVault} from "../../src/CommunityVault.sol";
import {HostileToken} from "../../src/mocks/HostileToken.sol";
import {InvariantTest} from "../support/InvariantTest.sol";
import {VaultGhosts} from "./VaultGhosts.sol";
import {VaultHandler} from "./VaultHandler.sol";

/// whatever is credited, voided, settled, cancelled, pushed, claimed, reserved, released, confirmed, moved, redirected,
/// refused, swept, spent and given, in whatever order, with a token and recipients that misbehave
/// ├── money is conserved: between receipts, funds and promises; between the vault and its token
/// ├── a leaf is paid once over all its moves and stays paid, by its own channel
/// ├── a distribution never changes but to be cancelled, never pays more than was funded, and cancelled pays nothing
/// └── at the end, every open leaf of an honest promise can still be paid
contract VaultInvariants is InvariantTest {
    VaultHandler private _handler;
    CommunityVault private _vault;
    HostileToken private _token;

    function setUp() external {
        _handler = new VaultHandler();
        (_vault, _token) = _handler.community();
        target = address(_handler);
        kept.push(VaultHandler.payAllThatIsOpen.selector);
    }

    /// C1, C4: every micro-euro of a receipt is in exactly one place.
    function invariant_receipts_are_divided_exactly() external view {
        (uint64 social, uint64 grid, uint64 carry, uint64 held) = _vault.funds();
        assertEq(social, _handler.social(), "social = shares + social leaves + sweeps + gifts - spendings");
        assertEq(grid, _handler.grid(), "grid = shares of the receipts - spendings");
        assertEq(carry, _handler.carry(), "carry = the latest settlement's + what was cancelled since");
        uint256 unused = _handler.credited() - _handler.voided() - _handler.used();
        assertEq(
            held,
            uint256(social) + grid + carry + unused + _handler.unpaid(),
            "held = social + grid + carry + unused credits + unpaid promises"
        );
    }

    /// C2: what the vault says it holds, it holds; gifts aside, nothing more.
    function invariant_held_is_the_token_s_balance() external view {
        (,,, uint64 held) = _vault.funds();
        assertEq(
            held + _handler.paidOut() + _handler.voided(),
            _handler.credited() + _handler.donationsTaken(),
            "held = credited + gifts taken - paid out - voided"
        );
        assertEq(_token.balanceOf(address(_vault)), held + _handler.donated(), "tokens = held + gifts not taken");
    }

    /// C3: no root pays more than its pool, its leaves' moves included; a cancelled one pays nothing.
    function invariant_paid_is_within_funded() external view {
        for (uint256 i = 0; i < _handler.promiseCount(); ++i) {
            VaultGhosts.Promise_ memory promised = _handler.promiseAt(i);
            assertTrue(_handler.paid(i) <= promised.funded, "paid <= funded");
            assertTrue(_handler.gone(i) <= promised.funded, "gone <= funded");
            bool nothing = promised.cancelled || !promised.honest;
            if (nothing) assertEq(_handler.gone(i), 0, "nothing of a cancelled or dishonest one");
        }
    }

    /// D1: no leaf is paid twice, or unpaid again; recipients have exactly what their leaves say.
    function invariant_leaves_are_paid_once() external view {
        for (uint256 i = 0; i < _handler.RECIPIENTS(); ++i) {
            address recipient = _handler.recipientAt(i);
            assertEq(_token.balanceOf(recipient), _handler.received(recipient), "a recipient's tokens");
        }
        address treasurer = _vault.treasurer();
        assertEq(_token.balanceOf(treasurer), _handler.received(treasurer), "the treasurer's tokens");
        for (uint256 i = 0; i < _handler.promiseCount(); ++i) {
            VaultGhosts.Promise_ memory promised = _handler.promiseAt(i);
            for (uint256 j = 0; j < promised.leaves.length; ++j) {
                (bool paid, bool reserved) = _vault.statusOf(promised.number, uint32(j));
                VaultGhosts.Status status = _handler.statusOf(i, j);
                assertTrue(paid == (status == VaultGhosts.Status.GONE), "paid");
                assertTrue(reserved == (status == VaultGhosts.Status.RESERVED), "reserved");
            }
        }
    }

    /// D4, O7: a root, its sum, its depth and the time from which it is valid never change.
    function invariant_distributions_never_change() external view {
        uint256 singles = 0;
        for (uint256 i = 0; i < _handler.promiseCount(); ++i) {
            assertEq(_vault.distributionOf(_handler.promiseAt(i).number), _handler.slotOf(i), "the slot");
            if (_handler.isSingle(i)) ++singles;
        }
        assertEq(_vault.singleCount(), singles, "single payouts");
        assertEq(_vault.distributionCount(), _handler.promiseCount() - singles, "distributions");
    }

    /// L1: nothing of an honest promise is stranded.
    function afterInvariant() external {
        _handler.payAllThatIsOpen();
        for (uint256 i = 0; i < _handler.promiseCount(); ++i) {
            VaultGhosts.Promise_ memory promised = _handler.promiseAt(i);
            bool payable_ = promised.honest && !promised.cancelled;
            assertEq(_handler.gone(i), payable_ ? promised.funded : 0, "all of it, or nothing");
        }
        this.invariant_receipts_are_divided_exactly();
        this.invariant_held_is_the_token_s_balance();
        this.invariant_paid_is_within_funded();
        this.invariant_leaves_are_paid_once();
    }
}
