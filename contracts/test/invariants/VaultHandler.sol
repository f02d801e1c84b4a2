// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICommunityVault} from "../../src/interfaces/ICommunityVault.sol";
import {HostileToken} from "../../src/mocks/HostileToken.sol";
import {Branch, Fund, PayoutRoot, Settlement} from "../../src/types/Payout.sol";
import {Leaf, PayoutTree} from "../support/PayoutTree.sol";
import {VaultGhosts} from "./VaultGhosts.sol";

/// @dev Drives a vault with drawn actions, honest and hostile. Every action foretells its outcome: an unexpected
/// success or refusal fails the run.
contract VaultHandler is VaultGhosts {
    using PayoutTree for Leaf[];

    uint256 private constant PROMISES_MOST = 40;
    uint256 private constant LEAVES_MOST = 8;
    uint256 private constant SETTLED_AT_FIRST = 3;
    uint256 private constant CREDIT_LEAST = 1_000;
    uint256 private constant CREDIT_MOST = 1e14;

    bytes32[] private _freshReceipts;
    bytes32[] private _formerReceipts;

    /// @dev Of the first credit nothing is ever made: there is always something that the token can take a fee from.
    /// Runs are short, and begin with leaves to pay.
    constructor() {
        foundCommunity();
        credit(uint64(CREDIT_LEAST));
        credited = CREDIT_LEAST;
        for (uint256 i = 0; i < SETTLED_AT_FIRST; ++i) {
            creditReceipt(uint64(draw(i, 0)));
            settleReceipt(draw(i, 1), 1, true);
            wait_(ROOT_DELAY);
        }
    }

    /* ------------------------------------------------- receipts ----------------------------------------------- */

    function creditReceipt(uint64 amount) public {
        amount = uint64(bound(amount, CREDIT_LEAST, CREDIT_MOST));
        _freshReceipts.push(credit(amount));
        credited += amount;
    }

    /// @dev A token that takes a fee, answers false, or does not answer, brings nothing in.
    function creditByHostileToken(uint64 amount, uint256 which) external {
        amount = uint64(bound(amount, CREDIT_LEAST, CREDIT_MOST));
        token.mint(TREASURER, amount);
        received[TREASURER] += amount;
        vm.prank(TREASURER);
        token.approve(address(vault), amount);
        setManner(TREASURER, _refusing(which));
        vm.prank(TREASURER);
        try vault.credit(keccak256("hostile"), amount) {
            assertTrue(false, "a hostile token must not bring a credit");
        } catch {}
        setManner(TREASURER, HostileToken.Manner.PLAIN);
    }

    function voidReceipt() external {
        if (_freshReceipts.length == 0) return;
        bytes32 receipt = _takeReceipt();
        (uint64 amount,) = vault.creditOf(receipt);
        vm.prank(TREASURER);
        vault.voidCredit(receipt);
        voided += amount;
        received[TREASURER] += amount;
    }

    /// @dev What was used or voided cannot be voided.
    function voidReceiptAgain(uint256 which) external {
        if (_formerReceipts.length == 0) return;
        bytes32 receipt = _formerReceipts[which % _formerReceipts.length];
        vm.prank(TREASURER);
        try vault.voidCredit(receipt) {
            assertTrue(false, "a receipt was voided after its use");
        } catch {}
    }

    function donate(uint64 amount) external {
        amount = uint64(bound(amount, 1, CREDIT_MOST));
        token.mint(address(vault), amount);
        donated += amount;
    }

    function takeDonation() external {
        try vault.takeDonation() {
            assertTrue(donated != 0, "nothing was given");
        } catch {
            assertTrue(donated == 0, "a gift was refused");
        }
        social += donated;
        donationsTaken += donated;
        donated = 0;
    }

    /* ------------------------------------------ settlements and cancellations --------------------------------- */

    /// @dev Settles a fresh receipt or none over drawn leaves. A dishonest root, every fourth, promises its leaves more
    /// than the pool.
    function settleReceipt(uint256 seed, uint256 honesty, bool withReceipt) public {
        if (_promises.length >= PROMISES_MOST || _paused) return;
        bool honest = honesty % 4 != 0;
        if (withReceipt && _freshReceipts.length == 0) return;
        uint8 depth = 3 + uint8(seed % 2);
        Settlement memory settlement;
        uint64 amount = 0;
        if (withReceipt) {
            bytes32 receipt = _takeReceipt();
            (amount,) = vault.creditOf(receipt);
            settlement = settlementOf(receipt, new Leaf[](0), depth);
        } else {
            settlement = settlementOfCarry(new Leaf[](0), depth);
        }
        uint64 funded = uint64(bound(draw(seed, 1), 0, settlement.pool));
        Leaf[] memory leaves = drawLeaves(seed, funded, LEAVES_MOST);
        if (!honest) leaves[0].amount += 1;
        settlement.root = leaves.root(depth);
        settlement.carry = settlement.pool - funded;
        settle(settlement);
        remember(leaves, settlement, honest);
        used += amount;
        social += uint256(amount) * SOCIAL_BPS / 10_000;
        grid += uint256(amount) * GRID_BPS / 10_000;
        carry = settlement.carry;
    }

    function settleReceiptAgain(uint256 seed) external {
        uint32 count = vault.distributionCount();
        if (count == 0 || _paused) return;
        Settlement memory settlement = settlementOf(credit(uint64(CREDIT_LEAST)), new Leaf[](0), 0);
        _freshReceipts.push(settlement.receipts[0]);
        credited += CREDIT_LEAST;
        settlement.distribution = uint32(bound(seed, 1, count));
        bytes memory signed = signedSettlement(settlement);
        vm.expectPartialRevert(ICommunityVault.CommunityVault_WrongDistribution.selector);
        vault.settle(settlement, signed);
    }

    function cancel(uint256 which) external {
        if (_promises.length == 0) return;
        which = bound(which, 0, _promises.length - 1);
        Promise_ storage promised = _promises[which];
        bool due = !isSingle[which] && !promised.cancelled && block.timestamp < promised.validAt;
        PayoutRoot memory payoutRoot = PayoutRoot(promised.root, promised.funded, promised.depth, promised.validAt);
        vm.prank(GUARDIAN);
        try vault.cancel(promised.number, payoutRoot) {
            assertTrue(due, "cancelled what cannot be");
            promised.cancelled = true;
            carry += promised.funded;
            unpaid -= promised.funded;
        } catch {
            assertTrue(!due, "a cancellation was refused");
        }
    }

    /* ------------------------------------------------- payments ----------------------------------------------- */

    function push(uint256 which, uint256 level, uint256 position) external {
        if (_promises.length == 0) return;
        which = bound(which, 0, _promises.length - 1);
        Promise_ storage promised = _promises[which];
        level = bound(level, 0, promised.depth);
        position = bound(position, 0, (promised.leaves.length - 1) >> level);
        Branch memory branch = pathOf(which, level, position);
        uint256 end = branch.start + branch.leaves.length / 61;
        if (_paused || !isPayable(which) || takesMore(which, branch.start, end - branch.start)) {
            try vault.push(branch) {
                assertTrue(false, "a push that must be refused");
            } catch {}
            return;
        }
        vault.push(branch);
        for (uint256 i = branch.start; i < end; ++i) {
            if (statusOf[which][i] == Status.OPEN && pushPaid(which, i)) rememberPayment(which, i);
        }
    }

    function claim(uint256 which, uint256 index) external {
        if (_promises.length == 0) return;
        (which, index) = _drawLeaf(which, index);
        Leaf memory leaf = _promises[which].leaves[index];
        bool due = isPayable(which) && statusOf[which][index] == Status.OPEN && claimPays(leaf);
        try vault.claim(pathOf(which, 0, index)) {
            assertTrue(due, "a claim paid what was not due");
            rememberPayment(which, index);
        } catch {
            assertTrue(!due, "a claim of what was due was refused");
        }
    }

    function reserve(uint256 which, uint256 index) external {
        _bank(which, index, Status.OPEN, Status.RESERVED);
    }

    function release(uint256 which, uint256 index) external {
        _bank(which, index, Status.RESERVED, Status.OPEN);
    }

    function confirm(uint256 which, uint256 index) external {
        _bank(which, index, Status.RESERVED, Status.GONE);
    }

    /* ---------------------------------------------- single payouts -------------------------------------------- */

    /// @dev To a drawn leaf or, now and then, to one that is larger or of the social channel, which must be refused.
    function move(uint256 which, uint256 index, uint256 seed) external {
        if (_promises.length == 0 || _promises.length >= PROMISES_MOST) return;
        (which, index) = _drawLeaf(which, index);
        (Leaf memory leaf, bool fits) = _drawTarget(which, index, seed);
        address owner = ownerOf(_promises[which].leaves[index]);
        bytes memory signed = signedMove(keyOf(owner), _promises[which].number, uint32(index), leaf);
        bool due = fits && isPayable(which) && statusOf[which][index] == Status.OPEN && owner != address(0);
        try vault.move(pathOf(which, 0, index), PayoutTree.pack(leaf), signed) {
            assertTrue(due, "a leaf moved that must not");
            rememberMove(which, index, leaf, block.timestamp);
        } catch {
            assertTrue(!due, "a move was refused");
        }
    }

    function redirect(uint256 which, uint256 index, uint256 seed) external {
        if (_promises.length == 0 || _promises.length >= PROMISES_MOST) return;
        (which, index) = _drawLeaf(which, index);
        (Leaf memory leaf, bool fits) = _drawTarget(which, index, seed);
        bool due = fits && isPayable(which) && statusOf[which][index] == Status.OPEN;
        Branch memory branch = pathOf(which, 0, index);
        vm.prank(GOVERNOR);
        try vault.redirect(branch, PayoutTree.pack(leaf), "resolution") {
            assertTrue(due, "a leaf was redirected that must not");
            uint256 single = rememberMove(which, index, leaf, block.timestamp + REFUSAL_PERIOD);
            _promises[single].redirected = true;
            _promises[single].former = _promises[which].leaves[index];
        } catch {
            assertTrue(!due, "a redirection was refused");
        }
    }

    function refuse(uint256 which) external {
        if (_promises.length == 0 || _promises.length >= PROMISES_MOST) return;
        which = _seekRedirected(bound(which, 0, _promises.length - 1));
        Promise_ storage promised = _promises[which];
        Leaf memory former = promised.redirected ? promised.former : promised.leaves[0];
        address owner = ownerOf(former);
        bool due = promised.redirected && block.timestamp < promised.validAt && owner != address(0);
        vm.prank(owner == address(0) ? GOVERNOR : owner);
        try vault.refuseRedirection(promised.number, PayoutTree.pack(former)) {
            assertTrue(due, "a refusal that must not be");
            rememberRefusal(which);
        } catch {
            assertTrue(!due, "a refusal was refused");
        }
    }

    function announceSweep(uint256 which) external {
        if (_promises.length == 0) return;
        which = bound(which, 0, _promises.length - 1);
        _promises[which].announcedAt = block.timestamp;
        vm.prank(GOVERNOR);
        vault.announceSweep(_promises[which].number, "resolution");
    }

    function sweep(uint256 which, uint256 level, uint256 position) external {
        if (_promises.length == 0) return;
        which = _seekAnnounced(bound(which, 0, _promises.length - 1));
        Promise_ storage promised = _promises[which];
        level = bound(level, 0, promised.depth);
        Branch memory branch = pathOf(which, level, bound(position, 0, (promised.leaves.length - 1) >> level));
        bool due = isSweepable(which);
        try vault.sweep(branch) {
            assertTrue(due, "swept too early");
        } catch {
            assertTrue(!due, "a sweep was refused");
            return;
        }
        for (uint256 i = branch.start; i < branch.start + branch.leaves.length / 61; ++i) {
            if (statusOf[which][i] == Status.OPEN) rememberSweep(which, i);
        }
    }

    /// @dev Of what the fund has or, now and then, of more.
    function spend(bool fromGrid, uint64 amount, uint256 seed) external {
        if (_promises.length >= PROMISES_MOST) return;
        uint256 available = fromGrid ? grid : social;
        amount = uint64(bound(amount, 0, available + available / 8));
        Leaf memory leaf = drawPayable(seed, amount);
        vm.prank(GOVERNOR);
        try vault.spend(fromGrid ? Fund.Grid : Fund.Social, PayoutTree.pack(leaf), "resolution") {
            assertTrue(amount <= available, "more was spent than there is");
            if (fromGrid) grid -= amount;
            else social -= amount;
            rememberSpending(leaf);
        } catch {
            assertTrue(amount > available, "a spending was refused");
        }
    }

    /* ------------------------------------------------ the world ----------------------------------------------- */

    function setRecipientManner(uint256 recipient, uint256 manner) external {
        HostileToken.Manner[8] memory drawn = [
            HostileToken.Manner.PLAIN,
            HostileToken.Manner.REVERTS,
            HostileToken.Manner.RETURNS_FALSE,
            HostileToken.Manner.MOVES_AND_RETURNS_FALSE,
            HostileToken.Manner.RETURNS_NOTHING,
            HostileToken.Manner.RETURNS_TWO,
            HostileToken.Manner.TAKES_FEE_ON_TOP,
            HostileToken.Manner.CALLS_BACK
        ];
        setManner(recipientAt(recipient), drawn[manner % drawn.length]);
    }

    /// @dev What the token calls in the middle of a transfer: a claim of a drawn leaf.
    function setCallback(uint256 which, uint256 index) external {
        if (_promises.length == 0) return;
        (which, index) = _drawLeaf(which, index);
        token.setCallback(address(vault), abi.encodeCall(vault.claim, (pathOf(which, 0, index))));
    }

    function setPaused(uint256 drawn) external {
        _paused = drawn % 8 == 0;
        vm.prank(GUARDIAN);
        ledger.setPaused(COMMUNITY, _paused);
    }

    function wait_(uint256 seconds_) public {
        vm.warp(block.timestamp + bound(seconds_, 1, ROOT_DELAY));
    }

    function waitForLong(uint256 seconds_) external {
        vm.warp(block.timestamp + bound(seconds_, NOTICE_PERIOD, 2 * CLAIM_PERIOD));
    }

    /// @dev The last act of a run: all recipients are plain again and time has passed; every leaf of every honest
    /// promise is paid by its own channel (L1).
    function payAllThatIsOpen() external {
        for (uint256 i = 0; i < RECIPIENTS; ++i) {
            setManner(recipientAt(i), HostileToken.Manner.PLAIN);
        }
        vm.warp(block.timestamp + REFUSAL_PERIOD);
        for (uint256 which = 0; which < _promises.length; ++which) {
            if (!isPayable(which)) continue;
            for (uint256 i = 0; i < _promises[which].leaves.length; ++i) {
                _payOpen(which, i);
            }
        }
    }

    /* ------------------------------------------------- internals ---------------------------------------------- */

    function _payOpen(uint256 which, uint256 index) private {
        if (statusOf[which][index] == Status.GONE) return;
        if (_promises[which].leaves[index].channel == PayoutTree.BANK) {
            if (statusOf[which][index] == Status.OPEN) _bank(which, index, Status.OPEN, Status.RESERVED);
            return _bank(which, index, Status.RESERVED, Status.GONE);
        }
        vault.claim(pathOf(which, 0, index));
        rememberPayment(which, index);
    }

    /// @dev One step of a bank leaf; from any other state it must be refused.
    function _bank(uint256 which, uint256 index, Status from, Status to) private {
        if (_promises.length == 0) return;
        (which, index) = _drawLeaf(which, index);
        if (from == Status.RESERVED) index = _seekReserved(which, index);
        bool due = isPayable(which) && _promises[which].leaves[index].channel == PayoutTree.BANK
            && statusOf[which][index] == from;
        bytes memory call_ = _bankCall(pathOf(which, 0, index), from, to);
        vm.prank(TREASURER);
        (bool made,) = address(vault).call(call_);
        assertTrue(made == due, "a bank leaf steps exactly when it may");
        if (!made) return;
        if (to == Status.GONE) rememberPayment(which, index);
        else statusOf[which][index] = to;
    }

    function _bankCall(Branch memory branch, Status from, Status to) private view returns (bytes memory) {
        if (from == Status.OPEN) return abi.encodeCall(vault.reserve, (branch, 1));
        if (to == Status.OPEN) return abi.encodeCall(vault.release, (branch, 1));
        return abi.encodeCall(vault.confirm, (branch, alone("reference")));
    }

    /// @dev What a leaf is to become, and whether it may.
    function _drawTarget(uint256 which, uint256 index, uint256 seed) private view returns (Leaf memory leaf, bool) {
        uint64 amount = _promises[which].leaves[index].amount;
        uint256 kind = draw(seed, 1) % 8;
        if (kind == 0) return (PayoutTree.social(amount), false);
        leaf = drawPayable(draw(seed, 2), kind == 1 ? amount + 1 : amount);
        return (leaf, kind != 1);
    }

    function _drawLeaf(uint256 which, uint256 index) private view returns (uint256, uint256) {
        which = bound(which, 0, _promises.length - 1);
        return (which, bound(index, 0, _promises[which].leaves.length - 1));
    }

    /// @dev The first redirected payout from the drawn one on, or the drawn one; few are, and a draw would miss them.
    function _seekRedirected(uint256 which) private view returns (uint256) {
        for (uint256 i = 0; i < _promises.length; ++i) {
            uint256 next = (which + i) % _promises.length;
            if (_promises[next].redirected) return next;
        }
        return which;
    }

    /// @dev The same for a sweep that was announced.
    function _seekAnnounced(uint256 which) private view returns (uint256) {
        for (uint256 i = 0; i < _promises.length; ++i) {
            uint256 next = (which + i) % _promises.length;
            if (_promises[next].announcedAt != 0) return next;
        }
        return which;
    }

    /// @dev The same for a reserved leaf.
    function _seekReserved(uint256 which, uint256 index) private view returns (uint256) {
        uint256 count = _promises[which].leaves.length;
        for (uint256 i = 0; i < count; ++i) {
            if (statusOf[which][(index + i) % count] == Status.RESERVED) return (index + i) % count;
        }
        return index;
    }

    function _takeReceipt() private returns (bytes32 receipt) {
        receipt = _freshReceipts[_freshReceipts.length - 1];
        _freshReceipts.pop();
        _formerReceipts.push(receipt);
    }

    function _refusing(uint256 which) private pure returns (HostileToken.Manner) {
        if (which % 4 == 0) return HostileToken.Manner.TAKES_FEE_FROM_AMOUNT;
        if (which % 4 == 1) return HostileToken.Manner.RETURNS_FALSE;
        return which % 4 == 2 ? HostileToken.Manner.MOVES_AND_RETURNS_FALSE : HostileToken.Manner.REVERTS;
    }
}
