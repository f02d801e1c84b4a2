// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {ICommunityVault} from "./interfaces/ICommunityVault.sol";
import {PackedLeaves} from "./libraries/PackedLeaves.sol";
import {PlainToken} from "./libraries/PlainToken.sol";
import {SumTree} from "./libraries/SumTree.sol";
import {Treasury} from "./Treasury.sol";
import {Branch, Distribution} from "./types/Payout.sol";

/// @dev The payouts of a vault's distributions: each leaf of a tree is paid through its own channel, at most once.
abstract contract PayoutBook is Treasury {
    using PackedLeaves for bytes;
    using PlainToken for IERC20Metadata;
    using SafeCast for uint256;

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
    function push(Branch calldata branch) external nonReentrant {
        // Check: the leaves stand in the tree, and nobody has stopped pushing.
        if (_ledger.isPaused(_community)) revert CommunityVault_Paused();
        _requireBranch(branch);

        // Effect: open wallet and social leaves count as paid.
        (uint32 distribution, uint32 start) = (branch.distribution, branch.start);
        (uint256 paid,) = _wordsOf(branch);
        Batch memory batch = _sort(branch.leaves, paid);
        _markPaid(distribution, start, batch.wallets | batch.social);
        _book(batch.toWallets, batch.toSocial);

        // Interaction: transfers; those that fail are taken back.
        uint256 balanceBefore = _balance();
        uint256 failed = batch.wallets == 0 ? 0 : _payWallets(branch.leaves, batch.wallets);
        uint64 kept = _sumOf(branch.leaves, failed);
        _requireTaken(balanceBefore, batch.toWallets - kept);
        if (failed != 0) _takeBack(distribution, start, failed, kept);
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
    function claim(Branch calldata branch) external nonReentrant {
        // Check: one wallet or social leaf of the tree.
        bytes calldata leaf = branch.leaves;
        (uint32 distribution, uint32 index) = (branch.distribution, branch.start);
        _requireOneLeaf(branch);
        Batch memory batch = _sort(leaf, 0);
        if (batch.wallets | batch.social == 0) revert CommunityVault_NotClaimable(distribution, index);

        // Effect: unless it was paid before.
        _takeLeaf(distribution, index);
        _book(batch.toWallets, batch.toSocial);
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
    function _sort(bytes calldata leaves, uint256 alreadyPaid) internal view returns (Batch memory batch) {
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

    /// @dev Paid and reserved bits of a branch, of whose leaves bit i stands for leaf start + i.
    function _wordsOf(Branch calldata branch) internal view returns (uint256 paid, uint256 reserved) {
        (uint256 word, uint256 shift) = (branch.start / LEAVES_PER_WORD, branch.start % LEAVES_PER_WORD);
        return (_paid[branch.distribution][word] >> shift, _reserved[branch.distribution][word] >> shift);
    }

    /// @dev Marks one leaf as paid, which must not be paid yet.
    function _takeLeaf(uint32 distribution, uint32 index) internal {
        mapping(uint256 word => uint256) storage words = _paid[distribution];
        uint256 word = words[index / LEAVES_PER_WORD];
        uint256 bit = 1 << (index % LEAVES_PER_WORD);
        if (word & bit != 0) revert CommunityVault_AlreadyPaid(distribution, index);
        words[index / LEAVES_PER_WORD] = word | bit;
    }

    /// @dev Marks leaves of one word as paid; bit i stands for leaf start + i.
    function _markPaid(uint32 distribution, uint32 start, uint256 leaves) internal {
        _paid[distribution][start / LEAVES_PER_WORD] |= leaves << (start % LEAVES_PER_WORD);
    }

    /// @dev Counts what goes out as gone, and what goes to social purposes to its fund, which stays here. A path ends
    /// in exactly what the distribution promises, so its leaves never take what is held for others.
    function _book(uint64 out, uint64 toSocial) internal {
        _release(out);
        if (toSocial != 0) _funds.social = (uint256(_funds.social) + toSocial).toUint56();
    }

    /// @dev Undoes _markPaid and _book within the same transaction, for leaves whose transfer failed.
    function _takeBack(uint32 distribution, uint32 start, uint256 leaves, uint64 kept) private {
        _paid[distribution][start / LEAVES_PER_WORD] &= ~(leaves << (start % LEAVES_PER_WORD));
        _funds.held += uint56(kept);
    }

    function _isAddress(bytes32 payee) internal pure returns (bool) {
        return uint256(payee) <= type(uint160).max;
    }

    function _toAddress(bytes32 payee) internal pure returns (address) {
        // _isAddress has checked that the upper 96 bits are zero.
        return address(uint160(uint256(payee)));
    }

    /* -------------------------------------------------- bank -------------------------------------------------- */

    /// @inheritdoc ICommunityVault
    function reserve(Branch calldata branch, uint256 selection) external onlyTreasurer nonReentrant {
        // Check: the selected leaves stand in the tree, are bank leaves, and are open.
        _requireSelected(branch, selection);
        (uint256 paid, uint256 reserved) = _wordsOf(branch);
        for (uint256 i = 0; selection >> i != 0; ++i) {
            uint256 bit = 1 << i;
            if (selection & bit == 0) continue;
            (uint32 distribution, uint256 index) = (branch.distribution, branch.start + i);
            if (branch.leaves.channelOf(i) != PackedLeaves.BANK) {
                revert CommunityVault_NotABankLeaf(distribution, index);
            }
            if (paid & bit != 0) revert CommunityVault_AlreadyPaid(distribution, index);
            if (reserved & bit != 0) revert CommunityVault_AlreadyReserved(distribution, index);
        }

        // Effect:
        _flipReserved(branch, selection);
        emit BankReserved(branch.distribution, branch.start, selection);
    }

    /// @inheritdoc ICommunityVault
    function release(Branch calldata branch, uint256 selection) external onlyTreasurer nonReentrant {
        // Check: the selected leaves stand in the tree and are reserved, which only bank leaves can be.
        _requireSelected(branch, selection);
        (, uint256 reserved) = _wordsOf(branch);
        for (uint256 i = 0; selection >> i != 0; ++i) {
            if (selection & ~reserved & (1 << i) != 0) {
                revert CommunityVault_NotReserved(branch.distribution, branch.start + i);
            }
        }

        // Effect:
        _flipReserved(branch, selection);
        emit BankReleased(branch.distribution, branch.start, selection);
    }

    /// @inheritdoc ICommunityVault
    function confirm(Branch calldata branch, bytes32[] calldata bankReferences) external onlyTreasurer nonReentrant {
        // Check: the leaves stand in the tree.
        _requireBranch(branch);
        if (bankReferences.length != branch.leaves.count()) {
            revert CommunityVault_ReferenceCountDiffers(bankReferences.length, branch.leaves.count());
        }

        // Effect: reserved leaves with a reference become paid.
        (uint256 confirmed, uint64 amount) = _confirmed(branch, bankReferences);
        _flipReserved(branch, confirmed);
        _markPaid(branch.distribution, branch.start, confirmed);
        _book(amount, 0);

        // Interaction: what the bank paid out is the treasurer's.
        if (_hasToken()) _pay(treasurer(), amount);
    }

    /// @dev Bits and sum of the leaves that have a reference; all must be reserved.
    function _confirmed(Branch calldata branch, bytes32[] calldata bankReferences)
        private
        returns (uint256 confirmed, uint64 amount)
    {
        (, uint256 reserved) = _wordsOf(branch);
        for (uint256 i = 0; i < bankReferences.length; ++i) {
            if (bankReferences[i] == 0) continue;
            uint256 bit = 1 << i;
            if (reserved & bit == 0) revert CommunityVault_NotReserved(branch.distribution, branch.start + i);
            confirmed |= bit;
            uint64 confirmedAmount = branch.leaves.amountOf(i);
            amount += confirmedAmount;
            // start + i is an index, which has 32 bits.
            emit BankConfirmed(branch.distribution, uint32(branch.start + i), bankReferences[i], confirmedAmount);
        }
        if (confirmed == 0) revert CommunityVault_NothingSelected();
    }

    function _flipReserved(Branch calldata branch, uint256 leaves) private {
        _reserved[branch.distribution][branch.start / LEAVES_PER_WORD] ^= leaves << (branch.start % LEAVES_PER_WORD);
    }

    function _requireSelected(Branch calldata branch, uint256 selection) private view {
        _requireBranch(branch);
        if (selection == 0) revert CommunityVault_NothingSelected();
        uint256 leaves = branch.leaves.count();
        if (selection >> leaves != 0) revert CommunityVault_SelectionBeyondLeaves(selection, leaves);
    }

    /* -------------------------------------------------- paths ------------------------------------------------- */

    /// @dev Reverts unless the leaves stand side by side in the distribution's tree, from an aligned start, and can be
    /// paid: their path must end in the distribution's root and in exactly what it promises.
    function _requireBranch(Branch calldata branch) internal view {
        Distribution memory opened = _opened(branch.distribution);
        (bytes32 root, uint256 funded) = _topOf(opened.depth, branch.start, branch.leaves, branch.proof);
        _requireRoot(branch.distribution, opened, root, funded);
        if (block.timestamp < opened.validAt) {
            revert CommunityVault_NotYetValid(branch.distribution, opened.validAt);
        }
    }

    /// @dev Root and sum that leaves lead to in a tree of the depth.
    function _topOf(uint8 depth, uint32 start, bytes calldata leaves, bytes calldata proof)
        private
        pure
        returns (bytes32 root, uint256 funded)
    {
        uint256 height = _batchHeight(depth, start, proof.length);
        uint256 count = leaves.count();
        if (count == 0 || count > 1 << height) revert CommunityVault_LeafCountOutOfRange(count, 1 << height);
        (bytes32 hash, uint256 sum) = SumTree.fold(leaves, start, 0, height);
        return SumTree.climb(hash, sum, start >> height, proof);
    }

    /// @dev The same for a branch of a single leaf.
    function _requireOneLeaf(Branch calldata branch) internal view {
        if (branch.leaves.length != PackedLeaves.BYTES_PER_LEAF) {
            revert CommunityVault_LeafCountOutOfRange(branch.leaves.count(), 1);
        }
        _requireBranch(branch);
    }

    /// @dev A distribution that exists.
    function _opened(uint32 distribution) internal view returns (Distribution memory opened) {
        opened = _distributions[distribution];
        if (opened.validAt == 0) revert CommunityVault_UnknownDistribution(distribution);
    }

    /// @dev Reverts unless root and sum are the distribution's. A sum that left 64 bits is no distribution's.
    function _requireRoot(uint32 distribution, Distribution memory opened, bytes32 root, uint256 funded)
        internal
        pure
    {
        if (opened.seal == _seal(root, funded)) return;
        if (opened.seal == 0) revert CommunityVault_Cancelled(distribution);
        revert CommunityVault_OtherRoot(distribution, root, funded);
    }

    function _seal(bytes32 root, uint256 funded) internal pure returns (bytes26) {
        return bytes26(keccak256(abi.encode(root, funded)));
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
    function distributionOf(uint32 distribution) external view returns (Distribution memory) {
        return _distributions[distribution];
    }

    /// @inheritdoc ICommunityVault
    function statusOf(uint32 distribution, uint32 index) external view returns (bool paid, bool reserved) {
        (uint256 word, uint256 bit) = (index / LEAVES_PER_WORD, 1 << (index % LEAVES_PER_WORD));
        return (_paid[distribution][word] & bit != 0, _reserved[distribution][word] & bit != 0);
    }
}
