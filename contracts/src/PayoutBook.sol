// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";

import {ICommunityVault} from "./interfaces/ICommunityVault.sol";
import {PackedLeaves} from "./libraries/PackedLeaves.sol";
import {PlainToken} from "./libraries/PlainToken.sol";
import {SumTree} from "./libraries/SumTree.sol";
import {Treasury} from "./Treasury.sol";

/// @dev The payouts of a vault's distributions: each leaf of a tree is paid through its own channel, at most once.
abstract contract PayoutBook is Treasury {
    using PackedLeaves for bytes;
    using PlainToken for IERC20Metadata;

    struct Distribution {
        bytes32 root;
        uint64 funded;
        /// Of the funded sum; the second without what went to the social fund, which stays here.
        uint64 paid;
        uint64 paidOut;
        uint40 validAt;
        uint8 depth;
    }

    /// @dev What a push does with its leaves; bit i stands for leaf start + i.
    struct Batch {
        uint256 wallets;
        uint256 social;
        uint256 refused;
        uint64 toWallets;
        uint64 toSocial;
    }

    /// Leaves of one bitmap word: the widest batch.
    uint256 private constant LEAVES_PER_WORD = 256;
    uint256 private constant MAX_BATCH_HEIGHT = 8;

    /// Allowance of one pushed transfer. A plain ERC-20 needs about 25,000 to a fresh recipient, one behind a proxy
    /// with a block list a few thousand more; 256 transfers that revert after burning all of it still fit into the
    /// 16,777,216 gas that a transaction may use (EIP-7825), and so do 256 payouts to fresh recipients of which the
    /// token refuses one without reverting. Where it refuses many, a narrower batch or a claim pays the others.
    uint256 private constant TRANSFER_GAS = 60_000;
    /// Gas that must be left before a transfer so that it gets its whole allowance: the EVM keeps back 1/64 of what is
    /// left (EIP-150), and the call itself costs less than 2,000.
    uint256 private constant TRANSFER_GAS_NEEDED = TRANSFER_GAS * 64 / 63 + 2_000;

    mapping(uint32 distribution => Distribution) internal _distributions;
    mapping(uint32 distribution => mapping(uint256 word => uint256)) private _paid;
    mapping(uint32 distribution => mapping(uint256 word => uint256)) private _reserved;

    /* ------------------------------------------- wallets and social ------------------------------------------- */

    /// @inheritdoc ICommunityVault
    function push(uint32 distribution, uint32 start, bytes calldata leaves, bytes calldata proof)
        external
        nonReentrant
    {
        // Check: the leaves stand in the tree.
        _requireLeaves(distribution, start, leaves, proof);

        // Effect: open wallet and social leaves count as paid.
        uint256 alreadyPaid = _paid[distribution][start / LEAVES_PER_WORD] >> (start % LEAVES_PER_WORD);
        Batch memory batch = _sort(leaves, alreadyPaid);
        _markPaid(distribution, start, batch.wallets | batch.social, batch.toWallets, batch.toSocial);

        // Interaction: transfers; those that fail are taken back.
        uint256 balanceBefore = _balance();
        uint256 failed = batch.wallets == 0 ? 0 : _payWallets(leaves, batch.wallets);
        uint64 kept = _sumOf(leaves, failed);
        _requireTaken(balanceBefore, batch.toWallets - kept);
        if (failed != 0) _unmarkPaid(distribution, start, failed, kept);
        emit BatchPaid({
            distribution: distribution,
            start: start,
            paid: (batch.wallets | batch.social) & ~failed,
            failed: batch.refused | failed,
            toWallets: batch.toWallets - kept,
            toSocial: batch.toSocial
        });
    }

    /// @inheritdoc ICommunityVault
    function claim(uint32 distribution, uint32 index, bytes calldata leaf, bytes calldata proof)
        external
        nonReentrant
    {
        // Check: one unpaid wallet or social leaf of the tree.
        if (leaf.count() != 1) revert CommunityVault_LeafCountOutOfRange(leaf.count(), 1);
        _requireLeaves(distribution, index, leaf, proof);
        Batch memory batch = _sort(leaf, 0);
        if (batch.wallets | batch.social == 0) revert CommunityVault_NotClaimable(distribution, index);
        if (_isPaid(distribution, index)) revert CommunityVault_AlreadyPaid(distribution, index);

        // Effect:
        _markPaid(distribution, index, 1, batch.toWallets, batch.toSocial);
        emit LeafClaimed(distribution, index, leaf.amountOf(0));

        // Interaction:
        if (batch.wallets != 0) _pay(_toAddress(leaf.payeeOf(0)), batch.toWallets);
    }

    /// @notice Makes transfers of a push; a call of its own, so that it can be undone as a whole.
    /// Requirements: the caller is this contract; no transfer has an outcome that only the token knows.
    /// @param wallets Bits of the leaves to pay.
    /// @return failed Bits of the leaves whose transfer reverted.
    function payOut(bytes calldata leaves, uint256 wallets) external returns (uint256 failed) {
        if (msg.sender != address(this)) revert CommunityVault_NotSelf(msg.sender);
        for (uint256 i = 0; wallets >> i != 0; ++i) {
            if ((wallets >> i) & 1 == 0) continue;
            if (gasleft() < TRANSFER_GAS_NEEDED) revert CommunityVault_TooLittleGas(gasleft(), TRANSFER_GAS_NEEDED);
            (address recipient, uint64 amount) = (_toAddress(leaves.payeeOf(i)), leaves.amountOf(i));
            (bool made, bool undone) = token().tryTransfer(TRANSFER_GAS, recipient, amount);
            if (undone) failed |= 1 << i;
            else if (!made) revert CommunityVault_TransferRefused(recipient, amount);
        }
    }

    /// @dev Sorts the leaves that are not yet paid; bank leaves are nobody's business here. A wallet leaf that cannot
    /// be paid at all, because it holds no address or the vault has no token, is refused; so are an unknown channel
    /// and fields that the channel does not have.
    function _sort(bytes calldata leaves, uint256 alreadyPaid) private view returns (Batch memory batch) {
        bool hasToken = _hasToken();
        uint256 leafCount = leaves.count();
        // The path has proved that all amounts add up to at most the funded sum, which has 64 bits.
        unchecked {
            for (uint256 i = 0; i < leafCount; ++i) {
                uint256 channel = leaves.channelOf(i);
                if (channel == PackedLeaves.BANK || (alreadyPaid >> i) & 1 != 0) continue;
                if (leaves.ownerOf(i) != address(0)) {
                    batch.refused |= 1 << i;
                } else if (channel == PackedLeaves.SOCIAL && leaves.payeeOf(i) == 0) {
                    batch.social |= 1 << i;
                    batch.toSocial += leaves.amountOf(i);
                } else if (channel == PackedLeaves.WALLET && hasToken && _isAddress(leaves.payeeOf(i))) {
                    batch.wallets |= 1 << i;
                    batch.toWallets += leaves.amountOf(i);
                } else {
                    batch.refused |= 1 << i;
                }
            }
        }
    }

    /// @dev Pays the wallets together or, when the token leaves an outcome open, each in a call of its own with its own
    /// leaf alone, where the refusal of one undoes nothing but itself. Returns the bits of those that failed.
    function _payWallets(bytes calldata leaves, uint256 wallets) private returns (uint256 failed) {
        (bool done, uint256 reverted) = _tryPayOut(leaves, wallets);
        if (done) return reverted;
        for (uint256 i = 0; wallets >> i != 0; ++i) {
            uint256 bit = 1 << i;
            if (wallets & bit == 0) continue;
            (done, reverted) = _tryPayOut(leaves.leaf(i), 1);
            if (!done || reverted != 0) failed |= bit;
        }
    }

    /// @dev Calls payOut; not done means that the token refused and that nothing of the call is left. Whatever else
    /// undoes it is too little gas, which must never look like a refusal.
    function _tryPayOut(bytes calldata leaves, uint256 wallets) private returns (bool done, uint256 reverted) {
        try this.payOut(leaves, wallets) returns (uint256 bits) {
            return (true, bits);
        } catch (bytes memory reason) {
            if (bytes4(reason) != CommunityVault_TransferRefused.selector) {
                revert CommunityVault_TooLittleGas(gasleft(), TRANSFER_GAS_NEEDED);
            }
            return (false, 0);
        }
    }

    /// @dev Sum of the chosen leaves in micro-euro.
    function _sumOf(bytes calldata leaves, uint256 chosen) private pure returns (uint64 sum) {
        for (uint256 i = 0; chosen >> i != 0; ++i) {
            if ((chosen >> i) & 1 != 0) sum += leaves.amountOf(i);
        }
    }

    function _isPaid(uint32 distribution, uint32 index) private view returns (bool) {
        return (_paid[distribution][index / LEAVES_PER_WORD] >> (index % LEAVES_PER_WORD)) & 1 != 0;
    }

    /// @dev Marks leaves of one word as paid; bit i stands for leaf start + i. What goes out leaves the vault now, what
    /// goes to social purposes stays in its fund.
    function _markPaid(uint32 distribution, uint32 start, uint256 leaves, uint64 out, uint64 toSocial) private {
        _paid[distribution][start / LEAVES_PER_WORD] |= leaves << (start % LEAVES_PER_WORD);
        Distribution storage target = _distributions[distribution];
        uint64 paid = target.paid + out + toSocial;
        // A path ends in exactly the funded sum, so its leaves cannot add up to more.
        assert(paid <= target.funded);
        uint64 paidOut = target.paidOut + out;
        target.paid = paid;
        target.paidOut = paidOut;
        if (toSocial != 0) _funds.social += toSocial;
    }

    /// @dev Undoes _markPaid within the same transaction, for leaves whose transfer failed.
    function _unmarkPaid(uint32 distribution, uint32 start, uint256 leaves, uint64 kept) private {
        _paid[distribution][start / LEAVES_PER_WORD] &= ~(leaves << (start % LEAVES_PER_WORD));
        _distributions[distribution].paid -= kept;
        _distributions[distribution].paidOut -= kept;
    }

    function _isAddress(bytes32 payee) private pure returns (bool) {
        return uint256(payee) <= type(uint160).max;
    }

    function _toAddress(bytes32 payee) private pure returns (address) {
        // _isAddress has checked that the upper 96 bits are zero.
        return address(uint160(uint256(payee)));
    }

    /* -------------------------------------------------- bank -------------------------------------------------- */

    /// @inheritdoc ICommunityVault
    function reserve(
        uint32 distribution,
        uint32 start,
        bytes calldata leaves,
        bytes calldata proof,
        uint256 selection
    ) external onlyTreasurer nonReentrant {
        // Check: the selected leaves stand in the tree, are bank leaves, and are open.
        _requireLeaves(distribution, start, leaves, proof);
        _requireSelection(selection, leaves.count());
        (uint256 word, uint256 shift) = (start / LEAVES_PER_WORD, start % LEAVES_PER_WORD);
        (uint256 paid, uint256 reserved) = (_paid[distribution][word], _reserved[distribution][word]);
        for (uint256 i = 0; i < leaves.count(); ++i) {
            if (selection & (1 << i) == 0) continue;
            uint256 bit = 1 << (i + shift);
            if (leaves.channelOf(i) != PackedLeaves.BANK) revert CommunityVault_NotABankLeaf(distribution, start + i);
            if (paid & bit != 0) revert CommunityVault_AlreadyPaid(distribution, start + i);
            if (reserved & bit != 0) revert CommunityVault_AlreadyReserved(distribution, start + i);
        }

        // Effect:
        _reserved[distribution][word] = reserved | selection << shift;
        emit BankReserved(distribution, start, selection);
    }

    /// @inheritdoc ICommunityVault
    function release(
        uint32 distribution,
        uint32 start,
        bytes calldata leaves,
        bytes calldata proof,
        uint256 selection
    ) external onlyTreasurer nonReentrant {
        // Check: the selected leaves stand in the tree and are reserved, which only bank leaves can be.
        _requireLeaves(distribution, start, leaves, proof);
        _requireSelection(selection, leaves.count());
        (uint256 word, uint256 shift) = (start / LEAVES_PER_WORD, start % LEAVES_PER_WORD);
        uint256 reserved = _reserved[distribution][word];
        for (uint256 i = 0; i < leaves.count(); ++i) {
            bool selected = selection & (1 << i) != 0;
            if (selected && reserved & (1 << (i + shift)) == 0) {
                revert CommunityVault_NotReserved(distribution, start + i);
            }
        }

        // Effect:
        _reserved[distribution][word] = reserved & ~(selection << shift);
        emit BankReleased(distribution, start, selection);
    }

    /// @inheritdoc ICommunityVault
    function confirm(
        uint32 distribution,
        uint32 start,
        bytes calldata leaves,
        bytes calldata proof,
        bytes32[] calldata bankReferences
    ) external onlyTreasurer nonReentrant {
        // Check: the leaves stand in the tree.
        _requireLeaves(distribution, start, leaves, proof);
        if (bankReferences.length != leaves.count()) {
            revert CommunityVault_ReferenceCountDiffers(bankReferences.length, leaves.count());
        }

        // Effect: reserved leaves with a reference become paid.
        uint64 amount = _markConfirmed(distribution, start, leaves, bankReferences);

        // Interaction: what the bank paid out is the treasurer's.
        if (_hasToken()) _pay(treasurer(), amount);
    }

    /// @dev Turns reserved leaves that have a reference into paid ones and returns their sum.
    function _markConfirmed(
        uint32 distribution,
        uint32 start,
        bytes calldata leaves,
        bytes32[] calldata bankReferences
    ) private returns (uint64 amount) {
        (uint256 word, uint256 shift) = (start / LEAVES_PER_WORD, start % LEAVES_PER_WORD);
        uint256 reserved = _reserved[distribution][word];
        uint256 confirmed = 0;
        for (uint256 i = 0; i < leaves.count(); ++i) {
            if (bankReferences[i] == 0) continue;
            uint256 bit = 1 << (i + shift);
            if (reserved & bit == 0) revert CommunityVault_NotReserved(distribution, start + i);
            confirmed |= bit;
            uint64 confirmedAmount = leaves.amountOf(i);
            amount += confirmedAmount;
            // start + i is an index, which has 32 bits.
            emit BankConfirmed(distribution, uint32(start + i), bankReferences[i], confirmedAmount);
        }
        if (confirmed == 0) revert CommunityVault_NothingSelected();
        _reserved[distribution][word] = reserved & ~confirmed;
        _markPaid(distribution, start, confirmed >> shift, amount, 0);
    }

    function _requireSelection(uint256 selection, uint256 leaves) private pure {
        if (selection == 0) revert CommunityVault_NothingSelected();
        if (selection >> leaves != 0) revert CommunityVault_SelectionBeyondLeaves(selection, leaves);
    }

    /* -------------------------------------------------- paths ------------------------------------------------- */

    /// @dev The distribution, which exists and may be paid from.
    function _requireValid(uint32 distribution) private view returns (Distribution storage target) {
        target = _distributions[distribution];
        uint40 validAt = target.validAt;
        if (validAt == 0) revert CommunityVault_UnknownDistribution(distribution);
        if (block.timestamp < validAt) revert CommunityVault_NotYetValid(distribution, validAt);
    }

    /// @dev Reverts unless the leaves stand side by side in the distribution's tree, from an aligned start: their path
    /// must end in the stored root and in exactly the funded sum.
    function _requireLeaves(uint32 distribution, uint32 start, bytes calldata leaves, bytes calldata proof)
        private
        view
    {
        Distribution storage target = _requireValid(distribution);
        uint256 height = _batchHeight(target.depth, start, proof.length);
        if (leaves.count() == 0 || leaves.count() > 1 << height) {
            revert CommunityVault_LeafCountOutOfRange(leaves.count(), 1 << height);
        }
        (bytes32 hash, uint256 sum) = SumTree.fold(leaves, start, 0, height);
        (bytes32 root, uint256 total) = SumTree.climb(hash, sum, start >> height, proof);
        if (root != target.root) revert CommunityVault_WrongRoot(root, target.root);
        if (total != target.funded) revert CommunityVault_WrongSum(total, target.funded);
    }

    /// @dev Height of the subtree that a proof leaves over, from which the batch starts.
    function _batchHeight(uint8 depth, uint32 start, uint256 proofLength) private pure returns (uint256 height) {
        uint256 levels = proofLength / SumTree.BYTES_PER_SIBLING;
        if (proofLength % SumTree.BYTES_PER_SIBLING != 0 || levels > depth || depth - levels > MAX_BATCH_HEIGHT) {
            revert CommunityVault_MalformedProof(proofLength, depth);
        }
        height = depth - levels;
        if (start % (1 << height) != 0 || uint256(start) >> depth != 0) {
            revert CommunityVault_UnalignedBatch(start, height);
        }
    }

    /* -------------------------------------------------- views ------------------------------------------------- */

    /// @inheritdoc ICommunityVault
    function distributionOf(uint32 distribution)
        external
        view
        returns (bytes32 root, uint64 funded, uint64 paid, uint40 validAt, uint8 depth)
    {
        Distribution storage target = _distributions[distribution];
        return (target.root, target.funded, target.paid, target.validAt, target.depth);
    }

    /// @inheritdoc ICommunityVault
    function statusOf(uint32 distribution, uint32 index) external view returns (bool paid, bool reserved) {
        uint256 word = _reserved[distribution][index / LEAVES_PER_WORD];
        return (_isPaid(distribution, index), (word >> (index % LEAVES_PER_WORD)) & 1 != 0);
    }

    /// @inheritdoc ICommunityVault
    function funds() external view returns (uint64 social, uint64 grid, uint64 carry, uint64 held) {
        held = _credited;
        for (uint32 distribution = 1; distribution <= _funds.distributions; ++distribution) {
            held -= _distributions[distribution].paidOut;
        }
        return (_funds.social, _funds.grid, _funds.carry, held);
    }
}
