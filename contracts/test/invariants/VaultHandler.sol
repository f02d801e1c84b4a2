// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CommunityVault} from "../../src/CommunityVault.sol";
import {ICommunityVault} from "../../src/interfaces/ICommunityVault.sol";
import {HostileToken} from "../../src/mocks/HostileToken.sol";
import {Settlement} from "../../src/types/Payout.sol";
import {Money} from "../support/Money.sol";
import {Leaf, PayoutTree} from "../support/PayoutTree.sol";

/// @dev Drives a vault with drawn actions, honest and hostile, and remembers what must have come of them (ghosts).
/// Every action foretells its outcome: an unexpected success or refusal fails the run.
contract VaultHandler is Money {
    using PayoutTree for Leaf[];

    enum Status {
        OPEN,
        RESERVED,
        PAID
    }

    /// @dev A distribution as it was signed.
    struct Promise_ {
        Leaf[] leaves;
        bytes32 root;
        uint64 funded;
        uint40 validAt;
        uint8 depth;
        bool honest;
    }

    uint256 public constant RECIPIENTS = 4;
    uint256 private constant DISTRIBUTIONS_MOST = 12;
    uint256 private constant LEAVES_MOST = 8;
    /// Grid maintenance keeps enough of each for the token to take its fee from.
    uint256 private constant CREDIT_LEAST = 1_000;
    uint256 private constant CREDIT_MOST = 1e15;

    Promise_[] private _promises;
    mapping(uint256 distribution => mapping(uint256 index => Status)) public statusOf;
    bytes32[] private _freshReceipts;

    /// Ghost sums in micro-euro.
    uint256 public credited;
    uint256 public used;
    uint256 public social;
    uint256 public grid;
    uint256 public carry;
    uint256 public paidOut;
    uint256 public donated;
    mapping(address recipient => uint256) public received;
    mapping(uint256 distribution => uint256) public paid;

    constructor() {
        foundCommunity();
    }

    /* ------------------------------------------------- actions ------------------------------------------------ */

    function creditReceipt(uint64 amount) external {
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

    /// @dev Settles a fresh receipt over drawn leaves. A dishonest root promises its leaves more than the pool.
    function settleReceipt(uint256 seed, bool honest) external {
        if (_freshReceipts.length == 0 || _promises.length == DISTRIBUTIONS_MOST) return;
        bytes32 receipt = _freshReceipts[_freshReceipts.length - 1];
        _freshReceipts.pop();
        (uint64 amount,) = vault.creditOf(receipt);
        uint8 depth = 3 + uint8(seed % 2);
        Settlement memory settlement = settlementOf(receipt, new Leaf[](0), depth);
        uint64 funded = uint64(bound(draw(seed, 1), 0, settlement.pool));
        Leaf[] memory leaves = _drawLeaves(seed, funded);
        if (!honest) leaves[0].amount += 1;
        settlement.root = leaves.root(depth);
        settlement.carry = settlement.pool - funded;
        settle(settlement);
        _remember(leaves, settlement, honest);
        used += amount;
        social += uint256(amount) * SOCIAL_BPS / 10_000;
        grid += uint256(amount) * GRID_BPS / 10_000;
        carry = settlement.carry;
    }

    function settleReceiptAgain(uint256 seed) external {
        if (_promises.length == 0 || _promises.length == DISTRIBUTIONS_MOST) return;
        Settlement memory settlement = settlementOf(credit(uint64(CREDIT_LEAST)), new Leaf[](0), 0);
        _freshReceipts.push(settlement.receipts[0]);
        credited += CREDIT_LEAST;
        settlement.distribution = uint32(bound(seed, 1, _promises.length));
        bytes[] memory signed = signedSettlement(settlement);
        vm.expectPartialRevert(ICommunityVault.CommunityVault_WrongDistribution.selector);
        vault.settle(settlement, signed);
    }

    function push(uint256 which, uint256 level, uint256 position) external {
        if (_promises.length == 0) return;
        which = bound(which, 0, _promises.length - 1);
        Promise_ storage promised = _promises[which];
        level = bound(level, 0, promised.depth);
        position = bound(position, 0, (promised.leaves.length - 1) >> level);
        (bytes memory packed, bytes memory proof) = _path(promised, level, position);
        uint32 start = uint32(position << level);
        if (!_payable(promised)) return _refusePush(which, start, packed, proof);
        if (_takesMore(which, start, packed.length / 61)) return _refusePush(which, start, packed, proof);
        vault.push(uint32(which + 1), start, packed, proof);
        for (uint256 i = start; i < start + packed.length / 61; ++i) {
            if (statusOf[which][i] == Status.OPEN && _pushPaid(which, i)) _pay(which, i);
        }
    }

    function claim(uint256 which, uint256 index) external {
        if (_promises.length == 0) return;
        which = bound(which, 0, _promises.length - 1);
        Promise_ storage promised = _promises[which];
        index = bound(index, 0, promised.leaves.length - 1);
        (bytes memory packed, bytes memory proof) = _path(promised, 0, index);
        bool due = _payable(promised) && statusOf[which][index] == Status.OPEN && _claimPays(promised.leaves[index]);
        try vault.claim(uint32(which + 1), uint32(index), packed, proof) {
            assertTrue(due, "a claim paid what was not due");
            _pay(which, index);
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
        _bank(which, index, Status.RESERVED, Status.PAID);
    }

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
        which = bound(which, 0, _promises.length - 1);
        index = bound(index, 0, _promises[which].leaves.length - 1);
        (bytes memory packed, bytes memory proof) = _path(_promises[which], 0, index);
        token.setCallback(
            address(vault), abi.encodeCall(vault.claim, (uint32(which + 1), uint32(index), packed, proof))
        );
    }

    function donate(uint64 amount) external {
        token.mint(address(vault), amount);
        donated += amount;
    }

    function wait_(uint256 seconds_) external {
        vm.warp(block.timestamp + bound(seconds_, 1, ROOT_DELAY));
    }

    /* -------------------------------------------------- ghosts ------------------------------------------------ */

    function community() external view returns (CommunityVault, HostileToken) {
        return (vault, token);
    }

    function promiseCount() external view returns (uint256) {
        return _promises.length;
    }

    function promiseAt(uint256 which) external view returns (Promise_ memory) {
        return _promises[which];
    }

    function recipientAt(uint256 recipient) public pure returns (address) {
        return address(uint160(0xAAA0 + recipient % RECIPIENTS));
    }

    /// @dev The last act of a run: all recipients are plain again and time has passed; every leaf of every honest
    /// distribution is paid by its own channel (L1).
    function payAllThatIsOpen() external {
        for (uint256 i = 0; i < RECIPIENTS; ++i) {
            setManner(recipientAt(i), HostileToken.Manner.PLAIN);
        }
        vm.warp(block.timestamp + ROOT_DELAY);
        for (uint256 which = 0; which < _promises.length; ++which) {
            for (uint256 i = 0; _promises[which].honest && i < _promises[which].leaves.length; ++i) {
                _payOpen(which, i);
            }
        }
    }

    /* ------------------------------------------------- internals ---------------------------------------------- */

    function _payOpen(uint256 which, uint256 index) private {
        if (statusOf[which][index] == Status.PAID) return;
        if (_promises[which].leaves[index].channel == PayoutTree.BANK) {
            if (statusOf[which][index] == Status.OPEN) _bank(which, index, Status.OPEN, Status.RESERVED);
            return _bank(which, index, Status.RESERVED, Status.PAID);
        }
        (bytes memory packed, bytes memory proof) = _path(_promises[which], 0, index);
        vault.claim(uint32(which + 1), uint32(index), packed, proof);
        _pay(which, index);
    }

    /// @dev One move of a bank leaf; from any other state it must be refused.
    function _bank(uint256 which, uint256 index, Status from, Status to) private {
        if (_promises.length == 0) return;
        which = bound(which, 0, _promises.length - 1);
        Promise_ storage promised = _promises[which];
        index = bound(index, 0, promised.leaves.length - 1);
        bool due =
            _payable(promised) && promised.leaves[index].channel == PayoutTree.BANK && statusOf[which][index] == from;
        bytes memory call_ = _bankCall(which, index, from, to);
        vm.prank(TREASURER);
        (bool made,) = address(vault).call(call_);
        assertTrue(made == due, "a bank leaf moves exactly when it may");
        if (!made) return;
        if (to == Status.PAID) _pay(which, index);
        else statusOf[which][index] = to;
    }

    function _bankCall(uint256 which, uint256 index, Status from, Status to) private view returns (bytes memory) {
        (bytes memory packed, bytes memory proof) = _path(_promises[which], 0, index);
        (uint32 distribution, uint32 start) = (uint32(which + 1), uint32(index));
        if (from == Status.OPEN) return abi.encodeCall(vault.reserve, (distribution, start, packed, proof, 1));
        if (to == Status.OPEN) return abi.encodeCall(vault.release, (distribution, start, packed, proof, 1));
        return abi.encodeCall(vault.confirm, (distribution, start, packed, proof, single("reference")));
    }

    function _refusePush(uint256 which, uint32 start, bytes memory packed, bytes memory proof) private {
        try vault.push(uint32(which + 1), start, packed, proof) {
            assertTrue(false, "a push that must be refused");
        } catch {}
    }

    /// @dev Ghost of a payment.
    function _pay(uint256 which, uint256 index) private {
        Leaf memory leaf = _promises[which].leaves[index];
        assertTrue(statusOf[which][index] != Status.PAID, "a leaf was paid twice");
        statusOf[which][index] = Status.PAID;
        paid[which] += leaf.amount;
        if (leaf.channel == PayoutTree.SOCIAL) {
            social += leaf.amount;
            return;
        }
        paidOut += leaf.amount;
        bool toBank = leaf.channel == PayoutTree.BANK;
        received[toBank ? TREASURER : address(uint160(uint256(leaf.payee)))] += leaf.amount;
    }

    function _payable(Promise_ storage promised) private view returns (bool) {
        return promised.honest && block.timestamp >= promised.validAt;
    }

    /// @dev Whether a claim transfers or credits; a token that calls back is refused, and then pays.
    function _claimPays(Leaf memory leaf) private view returns (bool) {
        if (leaf.channel != PayoutTree.WALLET) return leaf.channel == PayoutTree.SOCIAL;
        HostileToken.Manner manner = _mannerOf(leaf);
        return manner == HostileToken.Manner.PLAIN || manner == HostileToken.Manner.CALLS_BACK;
    }

    /// @dev Whether the push just made paid the leaf. Calling back may take more gas than a push allows, so there the
    /// vault is asked: its word must agree with the token's balances all the same.
    function _pushPaid(uint256 which, uint256 index) private view returns (bool) {
        Leaf memory leaf = _promises[which].leaves[index];
        bool asked = leaf.channel == PayoutTree.WALLET && _mannerOf(leaf) == HostileToken.Manner.CALLS_BACK;
        (bool paid_,) = vault.statusOf(uint32(which + 1), uint32(index));
        return asked ? paid_ : _claimPays(leaf);
    }

    /// @dev Whether the batch holds an open wallet on whose transfer the token takes more than it was told to.
    function _takesMore(uint256 which, uint256 start, uint256 count) private view returns (bool) {
        for (uint256 i = start; i < start + count; ++i) {
            Leaf memory leaf = _promises[which].leaves[i];
            bool open = leaf.channel == PayoutTree.WALLET && statusOf[which][i] == Status.OPEN;
            if (open && _mannerOf(leaf) == HostileToken.Manner.TAKES_FEE_ON_TOP) return true;
        }
        return false;
    }

    function _mannerOf(Leaf memory leaf) private view returns (HostileToken.Manner) {
        return manners[address(uint160(uint256(leaf.payee)))];
    }

    function _path(Promise_ storage promised, uint256 level, uint256 position)
        private
        view
        returns (bytes memory packed, bytes memory proof)
    {
        Leaf[] memory leaves = promised.leaves;
        return (leaves.packBelow(level, position), leaves.proof(promised.depth, level, position));
    }

    function _remember(Leaf[] memory leaves, Settlement memory settlement, bool honest) private {
        Promise_ storage promised = _promises.push();
        for (uint256 i = 0; i < leaves.length; ++i) {
            promised.leaves.push(leaves[i]);
        }
        promised.root = settlement.root;
        promised.funded = settlement.pool - settlement.carry;
        promised.validAt = uint40(block.timestamp + ROOT_DELAY);
        promised.depth = settlement.depth;
        promised.honest = honest;
    }

    /// @dev Leaves of all channels that add up to the funded sum; several may have one payee.
    function _drawLeaves(uint256 seed, uint64 funded) private pure returns (Leaf[] memory leaves) {
        leaves = new Leaf[](1 + draw(seed, 2) % LEAVES_MOST);
        for (uint256 i = 0; i < leaves.length; ++i) {
            uint256 drawn = draw(seed, 10 + i);
            uint64 amount = i + 1 == leaves.length ? funded : uint64(bound(drawn, 0, funded / 3));
            funded -= amount;
            uint256 kind = drawn % 5;
            if (kind < 3) leaves[i] = PayoutTree.wallet(recipientAt(drawn >> 8), amount);
            else if (kind == 3) leaves[i] = PayoutTree.bank(drawn, amount);
            else leaves[i] = PayoutTree.social(amount);
        }
    }

    function _refusing(uint256 which) private pure returns (HostileToken.Manner) {
        if (which % 4 == 0) return HostileToken.Manner.TAKES_FEE_FROM_AMOUNT;
        if (which % 4 == 1) return HostileToken.Manner.RETURNS_FALSE;
        return which % 4 == 2 ? HostileToken.Manner.MOVES_AND_RETURNS_FALSE : HostileToken.Manner.REVERTS;
    }
}
