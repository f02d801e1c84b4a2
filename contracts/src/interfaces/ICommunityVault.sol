// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";

import {Branch, Distribution, Fund, Settlement} from "../types/Payout.sol";
import {IEnergyLedger} from "./IEnergyLedger.sol";

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
/// that names one can only be moved. A proof is the list of siblings, bottom-up, 40 bytes each: bytes32 hash, uint64
/// sum. Bit i of a bitmap stands for leaf start + i.
///
/// Distributions are numbered from 1. From 2^31 on stand single payouts: a leaf that moved to another channel or payee,
/// or a fund's spending. Each is a distribution of one leaf, and paid like all others.
///
/// Roles are those of the community at the ledger, but for the treasurer, who keeps the bank account.
/// @dev Warning: with the bookkeeping euro the vault proves the record, not the bank balance. With a token the vault
/// trusts it to be a plain ERC-20; a token that lies about balances can only harm the vaults that chose it.
interface ICommunityVault {
    struct VaultArguments {
        IEnergyLedger ledger;
        bytes32 community;
        address treasurer;
        /// Zero for the bookkeeping euro.
        IERC20Metadata token;
        /// Seconds from the acceptance of a payout root until it can be paid from.
        uint40 rootDelay;
    }

    event ReceiptCredited(bytes32 indexed receipt, uint64 amount);
    event CreditVoided(bytes32 indexed receipt, uint64 amount);
    event DonationTaken(uint64 amount);
    event TreasurerSet(address indexed treasurer);
    event TokenRescued(address indexed token, address indexed recipient, uint256 amount);
    event ReceiptUsed(bytes32 indexed receipt, uint32 indexed distribution);
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
        int256 adjustmentWh,
        uint256 hiddenDays,
        uint40 validAt
    );
    event DistributionCancelled(uint32 indexed distribution, uint64 funded);
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
    event SinglePayoutOpened(uint32 indexed distribution, bytes leaf, uint40 validAt);
    event LeafMoved(uint32 indexed distribution, uint32 indexed index, uint32 indexed single);
    event LeafRedirected(
        uint32 indexed distribution,
        uint32 indexed index,
        uint32 indexed single,
        bytes32 resolution
    );
    event RedirectionRefused(uint32 indexed refused, uint32 indexed single);
    event SweepAnnounced(uint32 indexed distribution, bytes32 resolution);
    event LeavesSwept(uint32 indexed distribution, uint32 start, uint256 swept, uint64 amount);
    event FundSpent(Fund indexed fund, uint32 indexed single, uint64 amount, bytes32 resolution);

    error CommunityVault_InvalidLedger(address ledger);
    error CommunityVault_InvalidTreasurer(address treasurer);
    error CommunityVault_WrongDecimals(address token, uint8 decimals);
    error CommunityVault_DelayTooLong(uint40 delay, uint40 most);
    error CommunityVault_NotTreasurer(address caller);
    error CommunityVault_NotGovernor(address caller);
    error CommunityVault_NotGuardian(address caller);
    error CommunityVault_NotSelf(address caller);
    error CommunityVault_NotOwner(address owner);
    error CommunityVault_Paused();

    error CommunityVault_ZeroCredit(bytes32 receipt);
    error CommunityVault_AlreadyCredited(bytes32 receipt);
    error CommunityVault_WrongTokenAmount(uint256 received, uint256 expected);
    error CommunityVault_TransferRefused(address recipient, uint256 amount);
    error CommunityVault_TokenTookMore(uint256 balanceBefore, uint256 balanceAfter, uint256 amount);
    error CommunityVault_NoDonation();
    error CommunityVault_OwnToken(address token);

    error CommunityVault_WrongDistribution(uint32 distribution, uint32 expected);
    error CommunityVault_ReceiptCountOutOfRange(uint256 receipts, uint256 most);
    error CommunityVault_ReceiptNotCredited(bytes32 receipt);
    error CommunityVault_ReceiptUsed(bytes32 receipt);
    error CommunityVault_MonthsCorrected(uint256 corrections, uint256 expected);
    error CommunityVault_TreeTooDeep(uint8 depth, uint256 most);
    error CommunityVault_WrongPool(uint64 pool, uint256 expected);
    error CommunityVault_CarryAbovePool(uint64 carry, uint64 pool);
    error CommunityVault_CarryInUse();
    error CommunityVault_FundTooSmall(Fund fund, uint64 amount, uint64 available);

    error CommunityVault_UnknownDistribution(uint32 distribution);
    error CommunityVault_Cancelled(uint32 distribution);
    error CommunityVault_AlreadyValid(uint32 distribution, uint40 validAt);
    error CommunityVault_NotYetValid(uint32 distribution, uint40 validAt);
    error CommunityVault_MalformedProof(uint256 length, uint8 depth);
    error CommunityVault_UnalignedBatch(uint32 start, uint256 height);
    error CommunityVault_LeafCountOutOfRange(uint256 leaves, uint256 most);
    error CommunityVault_OtherRoot(uint32 distribution, bytes32 root, uint256 funded);
    error CommunityVault_AlreadyPaid(uint32 distribution, uint256 index);
    error CommunityVault_NotClaimable(uint32 distribution, uint256 index);
    error CommunityVault_TooLittleGas(uint256 left, uint256 needed);

    error CommunityVault_NothingSelected();
    error CommunityVault_SelectionBeyondLeaves(uint256 selection, uint256 leaves);
    error CommunityVault_NotABankLeaf(uint32 distribution, uint256 index);
    error CommunityVault_AlreadyReserved(uint32 distribution, uint256 index);
    error CommunityVault_NotReserved(uint32 distribution, uint256 index);
    error CommunityVault_ReferenceCountDiffers(uint256 references, uint256 leaves);

    error CommunityVault_NeverPayable(bytes leaf);
    error CommunityVault_OtherAmount(uint64 amount, uint64 expected);
    error CommunityVault_NotRedirected(uint32 distribution);
    error CommunityVault_NotAnnounced(uint32 distribution);
    error CommunityVault_TooEarly(uint256 from);

    /* ------------------------------------------------- receipts ----------------------------------------------- */

    /// @notice Credits what the bank account received against the hash of its receipt.
    /// Requirements: the caller is the treasurer; the amount is not zero; the receipt is new. With a token, the
    /// treasurer has approved the amount, and exactly the amount arrives.
    function credit(bytes32 receipt, uint64 amount) external;

    /// @notice Takes back a credit that was wrong; a token amount goes back to the treasurer.
    /// Requirements: the caller is the treasurer; the receipt is credited, and no distribution has used it.
    function voidCredit(bytes32 receipt) external;

    /// @notice Adds to the social fund what the vault has of its token beyond what it holds for others.
    /// Requirements: there is some.
    function takeDonation() external;

    /// @notice Sends on what arrived here of a foreign token. Requirements: the caller is the governor.
    function rescueToken(address foreign, address recipient, uint256 amount) external;

    /// @notice Requirements: the caller is the governor; the account is not zero.
    function setTreasurer(address account) external;

    /* ----------------------------------------------- distributions -------------------------------------------- */

    /// @notice Distributes receipts over energy months and accepts the payout root.
    /// Requirements: the ledger gives the months, for which the reporters signed; distributions settle in sequence; at
    /// most 16 receipts, each credited and not used before; no month was corrected since the reporters signed; the pool
    /// is the producers' share plus the previous carry; the carry does not exceed it.
    /// @dev Anyone may relay. The root can be paid from when the root delay has passed. What it promises is checked by
    /// every payment: a path must end in the stored root and in exactly pool - carry. Without receipts it divides the
    /// carry anew, as after a cancellation.
    /// @param signatures 65 bytes (r, s, v) each, in strictly ascending order of their signers.
    function settle(Settlement calldata settlement, bytes calldata signatures) external;

    /// @notice Cancels a distribution before it can be paid from: what it promised becomes carry. Its receipts stay
    /// used, its shares of the funds stay where they are, and the adjustment that it took up stays in its event alone.
    /// Requirements: the caller is the guardian; the distribution is not yet valid, with this root and this sum.
    function cancel(uint32 distribution, bytes32 root, uint64 funded) external;

    /// @notice Pays an aligned batch of leaves: wallets by transfer, social leaves by credit to the social fund.
    /// Requirements: the leaves start at a multiple of 2^j and stand in the tree with the given proof, where 2^j is
    /// the width that the proof leaves over, at most 256; leaves that are missing on the right are padding; the
    /// community is not paused.
    /// @dev Anyone may call. Bank leaves and paid leaves are skipped. A transfer has a fixed gas allowance; if it
    /// reverts or the token answers anything but true, nothing of it is kept, its leaf stays payable and the others are
    /// paid, if the gas suffices. With too little gas for an allowance, or if the token took more than it was told to,
    /// all is reverted. Many answers that are neither true nor a revert cost more than a transaction may use: then a
    /// narrower batch pays.
    function push(Branch calldata branch) external;

    /// @notice Pays one wallet or social leaf.
    /// Requirements: a wallet leaf, where the vault has a token, or a social leaf; it is not paid and stands in the
    /// tree with the given proof; the transfer succeeds.
    /// @dev Anyone may call; the leaf's payee receives. The transfer may use all gas of the call, so no change of gas
    /// prices can strand a leaf.
    function claim(Branch calldata branch) external;

    /// @notice Reserves bank leaves for a payment order.
    /// Requirements: the caller is the treasurer; every selected leaf is a bank leaf, neither paid nor reserved; leaves
    /// and proof as in push.
    function reserve(Branch calldata branch, uint256 selection) external;

    /// @notice Releases reserved bank leaves whose payment was rejected.
    /// Requirements: as in reserve, but every selected leaf is reserved.
    function release(Branch calldata branch, uint256 selection) external;

    /// @notice Confirms that reserved bank leaves were paid by the bank.
    /// Requirements: the caller is the treasurer; one reference for each leaf, zero for a leaf that is not confirmed
    /// now; every confirmed leaf is reserved; leaves and proof as in push.
    /// @dev The bookkeeping counter is reduced or, with a token, the sum goes to the treasurer's account.
    /// @param bankReferences Hashes of the bank's references.
    function confirm(Branch calldata branch, bytes32[] calldata bankReferences) external;

    /* ---------------------------------------------- single payouts -------------------------------------------- */

    /// @notice Moves an unpaid leaf to another channel or payee, as its owner wishes: a single payout takes its place.
    /// Requirements: the branch is one leaf, neither paid nor reserved; its owner, the wallet's address or the bank
    /// leaf's owner, signed Move(distribution, index, Leaf); the new leaf can be paid and has the same amount.
    /// @dev Anyone may relay, at any time until the leaf is paid or moved otherwise. A contract's signature is asked of
    /// it (ERC-1271).
    function move(Branch calldata branch, bytes calldata leaf, bytes calldata signature) external;

    /// @notice Gives an unpaid leaf another payee when its owner lost the key: a single payout takes its place, which
    /// can be paid from after 14 days, unless the owner refuses.
    /// Requirements: the caller is the governor; branch and new leaf as in move; the leaf has an owner.
    /// @param resolution Hash of the members' resolution.
    function redirect(Branch calldata branch, bytes calldata leaf, bytes32 resolution) external;

    /// @notice Refuses a redirection: a single payout to the former payee takes the place of the redirected one.
    /// Requirements: the caller owns the former leaf; the redirected payout is not yet valid.
    /// @param formerLeaf The leaf that was redirected.
    function refuseRedirection(uint32 single, bytes calldata formerLeaf) external;

    /// @notice Announces that what a distribution has not paid goes to the social fund 60 days later.
    /// Requirements: the caller is the governor.
    function announceSweep(uint32 distribution, bytes32 resolution) external;

    /// @notice Gives unpaid leaves to the social fund; paid and reserved ones are skipped.
    /// Requirements: the sweep was announced at least 60 days ago, and 60 days after the announcement the leaves could
    /// be paid for 5 years; leaves and proof as in push.
    /// @dev Anyone may call. Until then every leaf can still be paid.
    function sweep(Branch calldata branch) external;

    /// @notice Spends from a fund by resolution: a single payout.
    /// Requirements: the caller is the governor; the fund has the amount; the leaf can be paid, and not into the social
    /// fund; the carry is spent only from a vault that another one has succeeded, where nothing else could use it.
    /// @param resolution Hash of the members' resolution.
    function spend(Fund fund, bytes calldata leaf, bytes32 resolution) external;

    /* -------------------------------------------------- views ------------------------------------------------- */

    /// @notice A distribution's seal over root and promised sum, its depth and the time from which it can be paid;
    /// zeros if there is none, and a seal of zero if it was cancelled.
    function distributionOf(uint32 distribution) external view returns (Distribution memory);

    /// @notice Number of distributions so far, which is the latest one's number.
    function distributionCount() external view returns (uint32);

    /// @notice Number of single payouts so far: the latest one's number is 2^31 less one more.
    function singleCount() external view returns (uint32);

    /// @notice Whether a leaf is paid, or reserved for a payment order; neither means open.
    function statusOf(uint32 distribution, uint32 index) external view returns (bool paid, bool reserved);

    /// @notice The former leaf's hash of a redirected single payout, and until when its owner may refuse; zeros where
    /// nothing was redirected.
    function redirectionOf(uint32 single) external view returns (bytes32 formerLeaf, uint40 validAt);

    /// @notice When a sweep was announced; zero if it was not.
    function sweepAnnouncedAt(uint32 distribution) external view returns (uint40);

    /// @notice What a receipt brought, and whether a distribution has used it.
    function creditOf(bytes32 receipt) external view returns (uint64 amount, bool used);

    /// @notice Social fund, grid maintenance fund, carry of the latest distribution, and all that the vault holds.
    /// @dev held = social + grid + carry + credits not yet used + what distributions have promised and not paid.
    function funds() external view returns (uint64 social, uint64 grid, uint64 carry, uint64 held);

    function ledger() external view returns (IEnergyLedger);

    function community() external view returns (bytes32);

    function treasurer() external view returns (address);

    /// @notice The euro token; zero for the bookkeeping euro.
    function token() external view returns (IERC20Metadata);

    function rootDelay() external view returns (uint40);

    /// @notice EIP-712 domain separator on the current chain.
    function domainSeparator() external view returns (bytes32);
}
