// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MonthNumber, Shares} from "../types/Energy.sol";

/// @title Communities: who administers, governs, guards and reports, and by which terms.
/// @notice Anyone may register a community and is its administrator. Its id is derived from administrator and salt, and
/// a configuration's id from community and area code, so nobody can take another's.
///
/// The administrator keeps the books: roster, configurations, authorised accounts. The governor carries out the
/// resolutions of the members: it should be a timelock, such as CommunityTimelock, but any account passes here. The
/// guardian only ever stops: it removes a reporter at once, pauses, and cancels. Each may be a contract, such as a
/// wallet of several keys: all authority lies in the caller's address.
/// @dev Energy and money of one community never depend on another's roles.
interface ICommunityRegistry {
    struct CommunityTerms {
        address governor;
        address guardian;
        /// 1 to 16, in strictly ascending order.
        address[] reporters;
        uint8 threshold;
        /// Below how many persons hour totals are hidden; a rule for reporters, which no chain can check.
        uint8 smallestGroup;
        Shares shares;
    }

    event CommunityRegistered(bytes32 indexed community, address indexed administrator, bytes32 salt);
    event AdministrationOffered(bytes32 indexed community, address indexed administrator);
    event AdministrationAccepted(bytes32 indexed community, address indexed administrator);
    event GovernorSet(bytes32 indexed community, address indexed governor);
    event GuardianSet(bytes32 indexed community, address indexed guardian);
    event ReportersSet(bytes32 indexed community, uint32 epoch, address[] reporters, uint8 threshold);
    event SmallestGroupSet(bytes32 indexed community, uint8 persons);
    event SharesSet(bytes32 indexed community, MonthNumber indexed from, Shares shares);
    event VaultSet(bytes32 indexed community, address indexed vault, address indexed previous);
    event ConfigurationRegistered(bytes32 indexed community, bytes32 indexed configuration, bytes32 area);
    event RosterSet(bytes32 indexed community, bytes32 root, uint32 members);
    event PauseSet(bytes32 indexed community, bool paused);
    event SuccessorNamed(bytes32 indexed community, address indexed successor);
    event AnchoringSet(bytes32 indexed community, address indexed account, bool allowed);
    event Anchored(bytes32 indexed community, bytes32 indexed topic, address indexed account, bytes32 digest);

    error CommunityRegistry_NotAdministrator(bytes32 community, address caller);
    error CommunityRegistry_NotGovernor(bytes32 community, address caller);
    error CommunityRegistry_NotGuardian(bytes32 community, address caller);
    error CommunityRegistry_NotOffered(bytes32 community, address caller);
    error CommunityRegistry_MayNotAnchor(bytes32 community, address caller);
    error CommunityRegistry_InvalidRole(bytes32 community, address account);
    error CommunityRegistry_AlreadyRegistered(bytes32 community);
    error CommunityRegistry_UnknownCommunity(bytes32 community);
    error CommunityRegistry_ConfigurationKnown(bytes32 configuration);
    error CommunityRegistry_InvalidArea(bytes32 area);
    error CommunityRegistry_InvalidVault(bytes32 community, address vault);
    error CommunityRegistry_SharesNotWhole(uint256 sumBps);
    error CommunityRegistry_ThresholdOutOfRange(uint256 threshold, uint256 reporters);
    error CommunityRegistry_TooManyReporters(uint256 reporters, uint256 most);
    error CommunityRegistry_ReportersNotAscending(address previous, address reporter);
    error CommunityRegistry_UnknownReporter(bytes32 community, address reporter);
    error CommunityRegistry_Paused(bytes32 community);
    error CommunityRegistry_OtherEpoch(bytes32 community, uint32 signed, uint32 current);
    error CommunityRegistry_MalformedSignatures(uint256 length);
    error CommunityRegistry_TooFewSignatures(uint256 signatures, uint256 threshold);
    error CommunityRegistry_NotAReporter(address signer);

    /// @notice Registers a community; the caller is its administrator.
    /// Requirements: the salt is new for the caller; governor and guardian are not zero; reporters, threshold and
    /// shares as in setReporters and setShares.
    /// @return community keccak256 of administrator and salt, 32 bytes each.
    function registerCommunity(bytes32 salt, CommunityTerms calldata terms) external returns (bytes32 community);

    /* --------------------------------------------- the administrator ------------------------------------------ */

    /// @notice Offers administration to another account, which must accept it; zero withdraws the offer.
    /// Requirements: the caller is the administrator or the governor.
    function offerAdministration(bytes32 community, address account) external;

    /// @notice Takes over the administration that was offered to the caller.
    function acceptAdministration(bytes32 community) external;

    /// @notice Registers a configuration: the members' points of delivery below one primary substation.
    /// Requirements: the caller is the administrator; the area is new to the community and not zero.
    /// @return configuration keccak256 of community and area, 32 bytes each.
    function registerConfiguration(bytes32 community, bytes32 area) external returns (bytes32 configuration);

    /// @notice Sets the root over the members' pseudonymous ids, keccak256(0x06 ‖ salt ‖ address) each, in a tree
    /// whose nodes are keccak256(0x03 ‖ left ‖ right).
    /// Requirements: the caller is the administrator.
    function setRoster(bytes32 community, bytes32 root, uint32 members) external;

    /// @notice Lets an account anchor digests, or no longer. Requirements: the caller is the administrator.
    function setAnchoring(bytes32 community, address account, bool allowed) external;

    /// @notice Binds the community to its vault. Requirements: the vault says that its ledger and community are these;
    /// the caller is the administrator for the first vault and the governor for a successor, while the old one keeps
    /// paying.
    /// @dev Warning: compare its code. A false vault can close the community's months to corrections.
    function setVault(bytes32 community, address vault) external;

    /* ------------------------------------------- the members' governor ---------------------------------------- */

    /// @notice Replaces the reporters; all signatures of the previous epoch are void.
    /// Requirements: the caller is the governor; 1 to 16 reporters in strictly ascending order; a threshold from 1 to
    /// their number.
    function setReporters(bytes32 community, address[] calldata reporters, uint8 threshold) external;

    /// @notice Changes the shares of revenue for energy months that start after this one ends.
    /// Requirements: the caller is the governor; the shares add up to 10,000 basis points.
    function setShares(bytes32 community, Shares calldata shares) external;

    /// @notice Requirements: the caller is the governor.
    function setSmallestGroup(bytes32 community, uint8 persons) external;

    /// @notice Hands the members' resolutions to another executor. Requirements: the caller is the governor.
    function setGovernor(bytes32 community, address governor) external;

    /// @notice Requirements: the caller is the governor.
    function setGuardian(bytes32 community, address guardian) external;

    /// @notice Records that another ledger takes over from this one. Requirements: the caller is the governor.
    function nameSuccessor(bytes32 community, address successor) external;

    /* ------------------------------------------------ the guardian -------------------------------------------- */

    /// @notice Removes a reporter at once; all signatures of the epoch are void. The threshold stays: with too few
    /// reporters left nothing is accepted until a resolution names others.
    /// Requirements: the caller is the guardian.
    function removeReporter(bytes32 community, address reporter) external;

    /// @notice While paused, nothing that reporters sign is accepted and the vault does not push; claims, bank payments
    /// and governance go on. Requirements: the caller is the guardian or the governor.
    function setPaused(bytes32 community, bool paused) external;

    /* ------------------------------------------------- anchors ------------------------------------------------ */

    /// @notice Records a digest under a topic: heads of an audit log, documents, ballots.
    /// Requirements: the caller is the administrator or an account that may anchor.
    function anchor(bytes32 community, bytes32 topic, bytes32 digest) external;

    /* -------------------------------------------------- views ------------------------------------------------- */

    function administratorOf(bytes32 community) external view returns (address);

    /// @notice The account to which administration is offered; zero without an offer.
    function offeredTo(bytes32 community) external view returns (address);

    function governorOf(bytes32 community) external view returns (address);

    function guardianOf(bytes32 community) external view returns (address);

    /// @notice All reporters in ascending order, how many must sign, and the epoch that what they sign names.
    function reportersOf(bytes32 community)
        external
        view
        returns (address[] memory reporters, uint8 threshold, uint32 epoch);

    function isReporter(bytes32 community, address account) external view returns (bool);

    function isPaused(bytes32 community) external view returns (bool);

    function smallestGroupOf(bytes32 community) external view returns (uint8);

    /// @notice The shares of revenue of an energy month.
    function sharesOf(bytes32 community, MonthNumber month) external view returns (Shares memory);

    /// @notice The vault that settles the community's months; zero before there is one.
    function vaultOf(bytes32 community) external view returns (address);

    /// @notice Root over the members' ids, and their number.
    function rosterOf(bytes32 community) external view returns (bytes32 root, uint32 members);

    /// @notice Whether an id of the roster is keccak256(0x06 ‖ salt ‖ account).
    function isMember(bytes32 community, address account, bytes32 salt, uint256 position, bytes32[] calldata proof)
        external
        view
        returns (bool);

    /// @notice Whether an account may anchor.
    function mayAnchor(bytes32 community, address account) external view returns (bool);

    /// @notice The community of a registered configuration; zero otherwise.
    function communityOf(bytes32 configuration) external view returns (bytes32);

    /// @notice Id of a community.
    function communityId(address administrator, bytes32 salt) external pure returns (bytes32);

    /// @notice Id of a configuration.
    function configurationId(bytes32 community, bytes32 area) external pure returns (bytes32);
}
