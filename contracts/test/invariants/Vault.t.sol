// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CommunityVault} from "../../src/CommunityVault.sol";
import {HostileToken} from "../../src/mocks/HostileToken.sol";
import {InvariantTest} from "../support/InvariantTest.sol";
import {VaultHandler} from "./VaultHandler.sol";

/// whatever is credited, settled, pushed, claimed, reserved, released and confirmed, in whatever order, with a token
/// and recipients that misbehave
/// ├── money is conserved: between receipts, funds and promises; between the vault and its token
/// ├── a leaf is paid once and stays paid, by its own channel
/// ├── a distribution never changes and never pays more than was funded
/// └── at the end, every open leaf of an honest distribution can still be paid
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
        assertEq(social, _handler.social(), "social = shares of the receipts + social leaves paid");
        assertEq(grid, _handler.grid(), "grid = shares of the receipts");
        assertEq(carry, _handler.carry(), "carry = the latest settlement's");
        uint256 unused = _handler.credited() - _handler.used();
        assertEq(
            held, uint256(social) + grid + carry + unused + _open(), "held = social + grid + carry + unused + open"
        );
    }

    /// C2: what the vault says it holds, it holds; gifts aside, nothing more.
    function invariant_held_is_the_token_s_balance() external view {
        (,,, uint64 held) = _vault.funds();
        assertEq(held, _handler.credited() - _handler.paidOut(), "held = credited - paid out");
        assertEq(_token.balanceOf(address(_vault)), held + _handler.donated(), "tokens = held + gifts");
    }

    /// C3: no root pays more than its pool.
    function invariant_paid_is_within_funded() external view {
        for (uint256 i = 0; i < _handler.promiseCount(); ++i) {
            (, uint64 funded, uint64 paid,,) = _vault.distributionOf(uint32(i + 1));
            assertEq(paid, _handler.paid(i), "paid = sum of the leaves paid");
            assertTrue(paid <= funded, "paid <= funded");
        }
    }

    /// D1: no leaf is paid twice, or unpaid again; recipients have exactly what their leaves say.
    function invariant_leaves_are_paid_once() external view {
        for (uint256 i = 0; i < _handler.RECIPIENTS(); ++i) {
            address recipient = _handler.recipientAt(i);
            assertEq(_token.balanceOf(recipient), _handler.received(recipient), "a recipient's tokens");
        }
        for (uint256 i = 0; i < _handler.promiseCount(); ++i) {
            uint256 leafCount = _handler.promiseAt(i).leaves.length;
            for (uint256 j = 0; j < leafCount; ++j) {
                (bool paid, bool reserved) = _vault.statusOf(uint32(i + 1), uint32(j));
                VaultHandler.Status status = _handler.statusOf(i, j);
                assertTrue(paid == (status == VaultHandler.Status.PAID), "paid");
                assertTrue(reserved == (status == VaultHandler.Status.RESERVED), "reserved");
            }
        }
    }

    /// D4, O7: a root, its sum and the time from which it is valid never change.
    function invariant_distributions_never_change() external view {
        assertEq(_vault.distributionCount(), _handler.promiseCount(), "distributions");
        for (uint256 i = 0; i < _handler.promiseCount(); ++i) {
            VaultHandler.Promise_ memory promised = _handler.promiseAt(i);
            (bytes32 root, uint64 funded,, uint40 validAt, uint8 depth) = _vault.distributionOf(uint32(i + 1));
            assertEq(root, promised.root, "root");
            assertEq(funded, promised.funded, "funded");
            assertEq(validAt, promised.validAt, "valid from");
            assertEq(depth, promised.depth, "depth");
        }
    }

    /// L1: nothing of an honest distribution is stranded.
    function afterInvariant() external {
        _handler.payAllThatIsOpen();
        for (uint256 i = 0; i < _handler.promiseCount(); ++i) {
            (, uint64 funded, uint64 paid,,) = _vault.distributionOf(uint32(i + 1));
            bool honest = _handler.promiseAt(i).honest;
            assertEq(paid, honest ? funded : 0, "all of it, or nothing of a dishonest root");
        }
        this.invariant_receipts_are_divided_exactly();
        this.invariant_held_is_the_token_s_balance();
        this.invariant_leaves_are_paid_once();
    }

    function _open() private view returns (uint256 open) {
        for (uint256 i = 0; i < _handler.promiseCount(); ++i) {
            (, uint64 funded, uint64 paid,,) = _vault.distributionOf(uint32(i + 1));
            open += funded - paid;
        }
    }
}
