// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";

import {Settlement} from "../types/Payout.sol";
import {IEnergyLedger} from "./IEnergyLedger.sol";
import {IReporterQuorum} from "./IReporterQuorum.sol";

/// @title A community's money: receipts, distributions and payouts.
/// @notice All amounts are micro-euro. The unit is a plain ERC-20 euro with six decimals or, with token zero, a
/// bookkeeping euro: a counter in this contract. The treasurer credits what the community's bank account received; a
/// settlement signed by the reporters joins receipts with final energy months of the ledger, divides their sum into
/// producers', social and grid shares, and promises the producers' share as a tree of payouts. Each leaf is paid
/// through its own channel at most once. Social and grid funds accumulate here.
///
/// Leaves are given side by side, 61 bytes each: uint8 channel, bytes32 payee, address owner, uint64 micro-euro.
/// Channel 0, wallet: the payee is an address, left-padded. Channel 1, bank: the payee is keccak256(salt ‖ IBAN), the
/// owner the member's address or zero. Channel 2, social: payee is zero. Only bank leaves have an owner: another leaf
/// that names one can never be paid. A proof is the list of siblings, bottom-up, 40 bytes each: bytes32 hash, uint64
/// sum. Bit i of a bitmap stands for leaf start + i.
/// @dev Warning: with the bookkeeping euro the vault proves the record, not the bank balance. With a token the vault
/// trusts it to be a plain ERC-20; a token that lies about balances can only harm the vaults that chose it.
interface ICommunityVault is IReporterQuorum {
    struct VaultArguments {
        IEnergyLedger ledger;
        bytes32 community;
        address treasurer;
        /// Zero for the bookkeeping euro.
        IERC20Metadata token;
        address[] reporters;
        uint8 threshold;
        uint16 producersBps;
        uint16 socialBps;
        uint16 gridBps;
        /// Seconds from the acceptance of a payout root until it can be paid from.
        uint40 rootDelay;
    }

    event ReceiptCredited(bytes32 indexed receipt, uint64 amount);
    event Settled(
        uint32 indexed distribution,
        bytes32 indexed evidence,
        bytes32 root,
        uint8 depth,
        uint64 amount,
        uint64 producers,
        uint64 social,
        uint64 grid,
        uint64 pool,
        uint64 carry,
        uint256 sharedWh,
        uint40 validAt
    );
    event BatchPaid(
        uint32 indexed distribution,
        uint32 start,
        uint256 paid,
        uint256 failed,
        uint64 toWallets,
        uint64 toSocial
    );
    event LeafClaimed(uint32 indexed distribution, uint32 indexed index, uint64 amount);
    event BankReserved(uint32 indexed distribution, uint32 start, uint256 selection);
    event BankReleased(uint32 indexed distribution, uint32 start, uint256 selection);
    event BankConfirmed(uint32 indexed distribution, uint32 indexed index, bytes32 bankReference, uint64 amount);

    error CommunityVault_InvalidLedger(address ledger);
    error CommunityVault_InvalidTreasurer(address treasurer);
    error CommunityVault_WrongDecimals(address token, uint8 decimals);
    error CommunityVault_SharesNotWhole(uint256 sumBps);
    error CommunityVault_DelayTooLong(uint40 delay, uint40 most);
    error CommunityVault_NotTreasurer(address caller);
    error CommunityVault_NotSelf(address caller);

    error CommunityVault_ZeroCredit(bytes32 receipt);
    error CommunityVault_AlreadyCredited(bytes32 receipt);
    error CommunityVault_WrongTokenAmount(uint256 received, uint256 expected);
    error CommunityVault_TransferRefused(address recipient, uint256 amount);
    error CommunityVault_TokenTookMore(uint256 balanceBefore, uint256 balanceAfter, uint256 amount);

    error CommunityVault_WrongDistribution(uint32 distribution, uint32 expected);
    error CommunityVault_ReceiptCountOutOfRange(uint256 receipts, uint256 most);
    error CommunityVault_ReceiptNotCredited(bytes32 receipt);
    error CommunityVault_ReceiptUsed(bytes32 receipt);
    error CommunityVault_MonthCountOutOfRange(uint256 months, uint256 most);
    error CommunityVault_MonthsNotAscending(uint256 position);
    error CommunityVault_MonthsCorrected(uint256 corrections, uint256 expected);
    error CommunityVault_TreeTooDeep(uint8 depth, uint256 most);
    error CommunityVault_WrongPool(uint64 pool, uint256 expected);
    error CommunityVault_CarryAbovePool(uint64 carry, uint64 pool);

    error CommunityVault_UnknownDistribution(uint32 distribution);
    error CommunityVault_NotYetValid(uint32 distribution, uint40 validAt);
    error CommunityVault_MalformedProof(uint256 length, uint8 depth);
    error CommunityVault_UnalignedBatch(uint32 start, uint256 height);
    error CommunityVault_LeafCountOutOfRange(uint256 leaves, uint256 most);
    error CommunityVault_WrongRoot(bytes32 computed, bytes32 root);
    error CommunityVault_WrongSum(uint256 computed, uint64 funded);
    error CommunityVault_AlreadyPaid(uint32 distribution, uint256 index);
    error CommunityVault_NotClaimable(uint32 distribution, uint256 index);
    error CommunityVault_TooLittleGas(uint256 left, uint256 needed);

    error CommunityVault_NothingSelected();
    error CommunityVault_SelectionBeyondLeaves(uint256 selection, uint256 leaves);
    error CommunityVault_NotABankLeaf(uint32 distribution, uint256 index);
    error CommunityVault_AlreadyReserved(uint32 distribution, uint256 index);
    error CommunityVault_NotReserved(uint32 distribution, uint256 index);
    error CommunityVault_ReferenceCountDiffers(uint256 references, uint256 leaves);

    /// @notice Credits what the bank account received against the hash of its receipt.
    /// Requirements: the caller is the treasurer; the amount is not zero; the receipt is new. With a token, the
    /// treasurer has approved the amount, and exactly the amount arrives.
    function credit(bytes32 receipt, uint64 amount) external;

    /// @notice Distributes receipts over energy months and accepts the payout root.
    /// Requirements: the reporters signed; distributions settle in sequence; 1 to 16 receipts, each credited and not
    /// used before; 1 to 64 months in strictly ascending order of (configuration, month), each final in the ledger, none
    /// corrected since the reporters signed;
    /// the pool is the producers' share plus the previous carry; the carry does not exceed it.
    /// @dev Anyone may relay. The root can be paid from when the root delay has passed. What it promises is checked by
    /// every payment: a path must end in the stored root and in exactly pool - carry.
    /// @param signatures 65 bytes (r, s, v) each, in strictly ascending order of their signers.
    function settle(Settlement calldata settlement, bytes[] calldata signatures) external;

    /// @notice Pays an aligned batch of leaves: wallets by transfer, social leaves by credit to the social fund.
    /// Requirements: the leaves start at a multiple of 2^j and stand in the tree with the given proof, where 2^j is
    /// the width that the proof leaves over, at most 256; leaves that are missing on the right are padding.
    /// @dev Anyone may call. Bank leaves and paid leaves are skipped. A transfer has a fixed gas allowance; if it
    /// reverts or the token answers anything but true, nothing of it is kept, its leaf stays payable and the others are
    /// paid, if the gas suffices. With too little gas for an allowance, or if the token took more than it was told to,
    /// all is reverted. Many answers that are neither true nor a revert cost more than a transaction may use: then a
    /// narrower batch pays.
    function push(uint32 distribution, uint32 start, bytes calldata leaves, bytes calldata proof) external;

    /// @notice Pays one wallet or social leaf.
    /// Requirements: a wallet leaf, where the vault has a token, or a social leaf; it is not paid and stands in the tree
    /// with the given proof; the transfer succeeds.
    /// @dev Anyone may call; the leaf's payee receives. The transfer may use all gas of the call, so no change of gas
    /// prices can strand a leaf.
    function claim(uint32 distribution, uint32 index, bytes calldata leaf, bytes calldata proof) external;

    /// @notice Reserves bank leaves for a payment order.
    /// Requirements: the caller is the treasurer; every selected leaf is a bank leaf, neither paid nor reserved; leaves
    /// and proof as in push.
    function reserve(
        uint32 distribution,
        uint32 start,
        bytes calldata leaves,
        bytes calldata proof,
        uint256 selection
    ) external;

    /// @notice Releases reserved bank leaves whose payment was rejected.
    /// Requirements: as in reserve, but every selected leaf is reserved.
    function release(
        uint32 distribution,
        uint32 start,
        bytes calldata leaves,
        bytes calldata proof,
        uint256 selection
    ) external;

    /// @notice Confirms that reserved bank leaves were paid by the bank.
    /// Requirements: the caller is the treasurer; one reference for each leaf, zero for a leaf that is not confirmed
    /// now; every confirmed leaf is reserved; leaves and proof as in push.
    /// @dev The bookkeeping counter is reduced or, with a token, the sum goes to the treasurer's account.
    /// @param bankReferences Hashes of the bank's references.
    function confirm(
        uint32 distribution,
        uint32 start,
        bytes calldata leaves,
        bytes calldata proof,
        bytes32[] calldata bankReferences
    ) external;

    /// @notice A distribution's payout root; zeros if there is none.
    /// @return root Root hash of the payout tree.
    /// @return funded What the tree promises: pool - carry.
    /// @return paid What has been paid of it.
    /// @return validAt Timestamp from which it can be paid.
    /// @return depth Depth of the tree.
    function distributionOf(uint32 distribution)
        external
        view
        returns (bytes32 root, uint64 funded, uint64 paid, uint40 validAt, uint8 depth);

    /// @notice Number of distributions so far, which is the latest one's number.
    function distributionCount() external view returns (uint32);

    /// @notice Whether a leaf is paid, or reserved for a payment order; neither means open.
    function statusOf(uint32 distribution, uint32 index) external view returns (bool paid, bool reserved);

    /// @notice What a receipt brought, and whether a distribution has used it.
    function creditOf(bytes32 receipt) external view returns (uint64 amount, bool used);

    /// @notice Social fund, grid maintenance fund, carry of the latest distribution, and all that the vault holds.
    /// Adds up over all distributions: not for callers on the chain.
    /// @dev held = social + grid + carry + credits not yet used + what distributions have promised and not paid.
    function funds() external view returns (uint64 social, uint64 grid, uint64 carry, uint64 held);

    /// @notice Shares of revenue in basis points.
    function shares() external view returns (uint16 producersBps, uint16 socialBps, uint16 gridBps);

    function ledger() external view returns (IEnergyLedger);

    function community() external view returns (bytes32);

    function treasurer() external view returns (address);

    /// @notice The euro token; zero for the bookkeeping euro.
    function token() external view returns (IERC20Metadata);

    function rootDelay() external view returns (uint40);
}
