// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CommunityVault} from "../../src/CommunityVault.sol";
import {HostileToken} from "../../src/mocks/HostileToken.sol";
import {Branch, Settlement} from "../../src/types/Payout.sol";
import {Money} from "../support/Money.sol";
import {Leaf, PayoutTree} from "../support/PayoutTree.sol";

/// @dev What must have come of all that was done to a vault (ghosts).
abstract contract VaultGhosts is Money {
    using PayoutTree for Leaf[];

    /// Gone: paid, swept, or in another leaf's shape elsewhere.
    enum Status {
        OPEN,
        RESERVED,
        GONE
    }

    /// @dev A distribution or single payout as it was opened.
    struct Promise_ {
        uint32 number;
        Leaf[] leaves;
        bytes32 root;
        uint64 funded;
        uint40 validAt;
        uint8 depth;
        bool honest;
        bool cancelled;
        uint256 announcedAt;
        /// Of a redirected payout, until it is refused: the leaf that it took the place of.
        bool redirected;
        Leaf former;
    }

    /// @dev A leaf of a settlement, or a fund's spending, through all its moves.
    struct Origin {
        uint256 which;
        bool paid;
    }

    uint256 public constant RECIPIENTS = 4;
    uint256 private constant FIRST_KEY = 0xAAA0;
    uint256 internal constant CLAIM_PERIOD = 1_827 days;
    uint256 internal constant NOTICE_PERIOD = 60 days;
    uint40 internal constant REFUSAL_PERIOD = 14 days;

    Promise_[] internal _promises;
    mapping(uint256 which => mapping(uint256 index => Status)) public statusOf;
    mapping(uint256 which => mapping(uint256 index => uint256)) private _originOf;
    Origin[] private _origins;
    mapping(uint256 which => bool) public isSingle;
    bool internal _paused;

    /// Ghost sums in micro-euro.
    uint256 public credited;
    uint256 public used;
    uint256 public voided;
    uint256 public social;
    uint256 public grid;
    uint256 public carry;
    uint256 public paidOut;
    /// What was given and not yet taken, and what was.
    uint256 public donated;
    uint256 public donationsTaken;
    /// What distributions and single payouts promise and nobody has.
    uint256 public unpaid;
    mapping(address recipient => uint256) public received;
    /// What left a promise, and what was paid of it over all its moves.
    mapping(uint256 which => uint256) public gone;
    mapping(uint256 which => uint256) public paid;

    /* -------------------------------------------------- views ------------------------------------------------- */

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
        return vm.addr(FIRST_KEY + recipient % RECIPIENTS);
    }

    /// @dev What the slot of a promise must hold.
    function slotOf(uint256 which) external view returns (bytes32) {
        Promise_ storage promised = _promises[which];
        if (promised.cancelled) return CANCELLED;
        return hashRoot(promised.root, promised.funded, promised.depth, promised.validAt);
    }

    /* ------------------------------------------------- promises ----------------------------------------------- */

    function remember(Leaf[] memory leaves, Settlement memory settlement, bool honest) internal {
        Promise_ storage promised = _promises.push();
        for (uint256 i = 0; i < leaves.length; ++i) {
            promised.leaves.push(leaves[i]);
            _originOf[_promises.length - 1][i] = _newOrigin(_promises.length - 1);
        }
        promised.number = settlement.distribution;
        promised.root = settlement.root;
        promised.funded = settlement.pool - settlement.carry;
        promised.validAt = uint40(block.timestamp + ROOT_DELAY);
        promised.depth = settlement.depth;
        promised.honest = honest;
        unpaid += promised.funded;
    }

    /// @dev A fund's spending, which is its own origin.
    function rememberSpending(Leaf memory leaf) internal {
        _rememberSingle(leaf, block.timestamp, _newOrigin(_promises.length));
        unpaid += leaf.amount;
    }

    /// @dev A single payout in the place of a leaf, which is gone.
    function rememberMove(uint256 which, uint256 index, Leaf memory leaf, uint256 validAt)
        internal
        returns (uint256 single)
    {
        _leave(which, index);
        return _rememberSingle(leaf, validAt, _originOf[which][index]);
    }

    /// @dev A single payout to the former payee, in the place of a redirected one.
    function rememberRefusal(uint256 which) internal {
        Promise_ storage refused = _promises[which];
        refused.cancelled = true;
        refused.redirected = false;
        _rememberSingle(refused.former, block.timestamp, _originOf[which][0]);
    }

    function _rememberSingle(Leaf memory leaf, uint256 validAt, uint256 origin) private returns (uint256 single) {
        single = _promises.length;
        Promise_ storage promised = _promises.push();
        promised.leaves.push(leaf);
        promised.number = FIRST_SINGLE + vault.singleCount() - 1;
        promised.root = PayoutTree.hashLeaf(leaf, 0);
        promised.funded = leaf.amount;
        promised.validAt = uint40(validAt);
        promised.honest = true;
        isSingle[single] = true;
        _originOf[single][0] = origin;
    }

    function _newOrigin(uint256 which) private returns (uint256) {
        _origins.push(Origin({which: which, paid: false}));
        return _origins.length - 1;
    }

    /// @dev Marks a leaf as gone, which can happen once.
    function _leave(uint256 which, uint256 index) private {
        assertTrue(statusOf[which][index] != Status.GONE, "a leaf left twice");
        statusOf[which][index] = Status.GONE;
        gone[which] += _promises[which].leaves[index].amount;
    }

    /// @dev Marks a leaf as paid, for the first and only time over all its moves.
    function _settleLeaf(uint256 which, uint256 index) private returns (Leaf memory leaf) {
        _leave(which, index);
        leaf = _promises[which].leaves[index];
        Origin storage origin = _origins[_originOf[which][index]];
        assertTrue(!origin.paid, "a leaf was paid twice");
        origin.paid = true;
        paid[origin.which] += leaf.amount;
        unpaid -= leaf.amount;
    }

    /// @dev Ghost of a payment by the leaf's own channel.
    function rememberPayment(uint256 which, uint256 index) internal {
        Leaf memory leaf = _settleLeaf(which, index);
        if (leaf.channel == PayoutTree.SOCIAL) {
            social += leaf.amount;
            return;
        }
        paidOut += leaf.amount;
        bool toBank = leaf.channel == PayoutTree.BANK;
        received[toBank ? TREASURER : address(uint160(uint256(leaf.payee)))] += leaf.amount;
    }

    function rememberSweep(uint256 which, uint256 index) internal {
        social += _settleLeaf(which, index).amount;
    }

    /* ------------------------------------------------ foretelling --------------------------------------------- */

    function isPayable(uint256 which) internal view returns (bool) {
        Promise_ storage promised = _promises[which];
        return promised.honest && !promised.cancelled && block.timestamp >= promised.validAt;
    }

    function isSweepable(uint256 which) internal view returns (bool) {
        Promise_ storage promised = _promises[which];
        return isPayable(which) && promised.announcedAt != 0
            && block.timestamp >= promised.announcedAt + NOTICE_PERIOD
            && block.timestamp >= promised.validAt + CLAIM_PERIOD;
    }

    /// @dev Whether a claim transfers or credits; a token that calls back is refused, and then pays.
    function claimPays(Leaf memory leaf) internal view returns (bool) {
        if (leaf.channel != PayoutTree.WALLET) return leaf.channel == PayoutTree.SOCIAL;
        HostileToken.Manner manner = _mannerOf(leaf);
        return manner == HostileToken.Manner.PLAIN || manner == HostileToken.Manner.CALLS_BACK;
    }

    /// @dev Whether the push just made paid the leaf. Calling back may take more gas than a push allows, so there the
    /// vault is asked: its word must agree with the token's balances all the same.
    function pushPaid(uint256 which, uint256 index) internal view returns (bool) {
        Leaf memory leaf = _promises[which].leaves[index];
        bool asked = leaf.channel == PayoutTree.WALLET && _mannerOf(leaf) == HostileToken.Manner.CALLS_BACK;
        (bool isPaid,) = vault.statusOf(_promises[which].number, uint32(index));
        return asked ? isPaid : claimPays(leaf);
    }

    /// @dev Whether the batch holds an open wallet on whose transfer the token takes more than it was told to.
    function takesMore(uint256 which, uint256 start, uint256 count) internal view returns (bool) {
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

    /* --------------------------------------------------- leaves ----------------------------------------------- */

    function pathOf(uint256 which, uint256 level, uint256 position) internal view returns (Branch memory) {
        Promise_ storage promised = _promises[which];
        Leaf[] memory leaves = promised.leaves;
        return Branch({
            distribution: promised.number,
            depth: promised.depth,
            validAt: promised.validAt,
            start: uint32(position << level),
            leaves: leaves.packBelow(level, position),
            proof: leaves.proof(promised.depth, level, position)
        });
    }

    /// @dev Who may move a leaf; zero if nobody may.
    function ownerOf(Leaf memory leaf) internal pure returns (address) {
        if (leaf.channel == PayoutTree.BANK) return leaf.owner;
        return leaf.channel == PayoutTree.WALLET ? address(uint160(uint256(leaf.payee))) : address(0);
    }

    /// @dev The key of a recipient; for nobody, any other.
    function keyOf(address owner) internal pure returns (uint256) {
        for (uint256 i = 0; i < RECIPIENTS; ++i) {
            if (recipientAt(i) == owner) return FIRST_KEY + i;
        }
        return FIRST_KEY + RECIPIENTS;
    }

    /// @dev A leaf of any channel but social, to one of the recipients; the bank accounts of some have no owner.
    function drawPayable(uint256 drawn, uint64 amount) internal pure returns (Leaf memory) {
        if (drawn % 2 == 0) return PayoutTree.wallet(recipientAt(drawn >> 8), amount);
        address owner = drawn % 8 == 1 ? address(0) : recipientAt(drawn >> 8);
        return PayoutTree.bankOf(owner, drawn, amount);
    }

    /// @dev Leaves of all channels that add up to the funded sum; several may have one payee.
    function drawLeaves(uint256 seed, uint64 funded, uint256 most) internal pure returns (Leaf[] memory leaves) {
        leaves = new Leaf[](1 + draw(seed, 2) % most);
        for (uint256 i = 0; i < leaves.length; ++i) {
            uint256 drawn = draw(seed, 10 + i);
            uint64 amount = i + 1 == leaves.length ? funded : uint64(bound(drawn, 0, funded / 3));
            funded -= amount;
            leaves[i] = drawn % 5 == 4 ? PayoutTree.social(amount) : drawPayable(drawn / 5, amount);
        }
    }
}
