// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {SSTORE2} from "solady/src/utils/SSTORE2.sol";

import {ICommunityRegistry} from "./interfaces/ICommunityRegistry.sol";
import {ICommunityVault} from "./interfaces/ICommunityVault.sol";
import {IEnergyLedger} from "./interfaces/IEnergyLedger.sol";
import {CivilCalendar} from "./libraries/CivilCalendar.sol";
import {HashTree} from "./libraries/HashTree.sol";
import {RevenueSplit} from "./libraries/RevenueSplit.sol";
import {MonthNumber, Shares} from "./types/Energy.sol";

/// @dev See ICommunityRegistry. It lives at the ledger's address: a contract of its own would cost every post the
/// access to another account.
abstract contract CommunityRegistry is ICommunityRegistry {
    /// What a post reads, in one storage slot. The reporters are the code of an account that can only be read: one
    /// access, where each in storage would cost as much as one.
    struct Quorum {
        address reporters;
        uint8 threshold;
        uint32 epoch;
        bool paused;
        uint8 smallestGroup;
    }

    /// What a settlement reads, in one storage slot. Producers have what is left of the shares.
    struct Terms {
        address vault;
        MonthNumber sharesFrom;
        uint16 socialBps;
        uint16 gridBps;
        /// Corrections of settled months since the last settlement.
        uint32 adjustments;
    }

    struct FormerShares {
        MonthNumber from;
        uint16 socialBps;
        uint16 gridBps;
    }

    struct Community {
        Quorum quorum;
        Terms terms;
        int256 adjustmentWh;
        /// Shares of earlier months, in the order of their months.
        FormerShares[] formerShares;
        address administrator;
        address offeredTo;
        address governor;
        address guardian;
        bytes32 roster;
        uint32 members;
        mapping(address account => bool) anchoring;
    }

    /// Bounds the loops over reporters and signatures.
    uint256 private constant MAX_REPORTERS = 16;
    uint256 private constant BYTES_PER_ADDRESS = 20;
    uint256 private constant BYTES_PER_SIGNATURE = 65;

    mapping(bytes32 community => Community) internal _communities;
    mapping(bytes32 configuration => bytes32 community) internal _communityOf;

    modifier onlyAdministrator(bytes32 community) {
        if (msg.sender != _communities[community].administrator) {
            revert CommunityRegistry_NotAdministrator(community, msg.sender);
        }
        _;
    }

    modifier onlyGovernor(bytes32 community) {
        if (msg.sender != _communities[community].governor) {
            revert CommunityRegistry_NotGovernor(community, msg.sender);
        }
        _;
    }

    /* ---------------------------------------------- registration ---------------------------------------------- */

    /// @inheritdoc ICommunityRegistry
    function registerCommunity(bytes32 salt, CommunityTerms calldata given) external returns (bytes32 community) {
        community = communityId(msg.sender, salt);
        Community storage entry = _communities[community];
        if (entry.administrator != address(0)) revert CommunityRegistry_AlreadyRegistered(community);

        entry.administrator = msg.sender;
        emit CommunityRegistered(community, msg.sender, salt);
        _setGovernor(community, given.governor);
        _setGuardian(community, given.guardian);
        _setReporters(community, given.reporters, given.threshold);
        _setSmallestGroup(community, given.smallestGroup);
        _setShares(community, MonthNumber.wrap(0), given.shares);
    }

    /* --------------------------------------------- the administrator ------------------------------------------ */

    /// @inheritdoc ICommunityRegistry
    function offerAdministration(bytes32 community, address account) external {
        Community storage entry = _communities[community];
        if (msg.sender != entry.administrator && msg.sender != entry.governor) {
            revert CommunityRegistry_NotAdministrator(community, msg.sender);
        }
        entry.offeredTo = account;
        emit AdministrationOffered(community, account);
    }

    /// @inheritdoc ICommunityRegistry
    function acceptAdministration(bytes32 community) external {
        Community storage entry = _communities[community];
        if (msg.sender != entry.offeredTo) revert CommunityRegistry_NotOffered(community, msg.sender);
        entry.administrator = msg.sender;
        entry.offeredTo = address(0);
        emit AdministrationAccepted(community, msg.sender);
    }

    /// @inheritdoc ICommunityRegistry
    function registerConfiguration(bytes32 community, bytes32 area)
        external
        onlyAdministrator(community)
        returns (bytes32 configuration)
    {
        if (area == 0) revert CommunityRegistry_InvalidArea(area);
        configuration = configurationId(community, area);
        if (_communityOf[configuration] != 0) revert CommunityRegistry_ConfigurationKnown(configuration);
        _communityOf[configuration] = community;
        emit ConfigurationRegistered(community, configuration, area);
    }

    /// @inheritdoc ICommunityRegistry
    function setRoster(bytes32 community, bytes32 root, uint32 members) external onlyAdministrator(community) {
        _communities[community].roster = root;
        _communities[community].members = members;
        emit RosterSet(community, root, members);
    }

    /// @inheritdoc ICommunityRegistry
    function setAnchoring(bytes32 community, address account, bool allowed) external onlyAdministrator(community) {
        _communities[community].anchoring[account] = allowed;
        emit AnchoringSet(community, account, allowed);
    }

    /// @inheritdoc ICommunityRegistry
    function setVault(bytes32 community, address vault) external {
        // Check: who may, and that the vault is one of this ledger and community.
        Community storage entry = _communities[community];
        address previous = entry.terms.vault;
        if (previous == address(0)) {
            if (msg.sender != entry.administrator) revert CommunityRegistry_NotAdministrator(community, msg.sender);
        } else if (msg.sender != entry.governor) {
            revert CommunityRegistry_NotGovernor(community, msg.sender);
        }
        if (!_isVaultOf(community, vault)) revert CommunityRegistry_InvalidVault(community, vault);

        // Effect:
        entry.terms.vault = vault;
        emit VaultSet(community, vault, previous);
    }

    function _isVaultOf(bytes32 community, address vault) private view returns (bool) {
        if (vault.code.length == 0) return false;
        try ICommunityVault(vault).ledger() returns (IEnergyLedger ledger) {
            if (address(ledger) != address(this)) return false;
        } catch {
            return false;
        }
        try ICommunityVault(vault).community() returns (bytes32 served) {
            return served == community;
        } catch {
            return false;
        }
    }

    /* ------------------------------------------- the members' governor ---------------------------------------- */

    /// @inheritdoc ICommunityRegistry
    function setReporters(bytes32 community, address[] calldata reporters, uint8 threshold)
        external
        onlyGovernor(community)
    {
        _setReporters(community, reporters, threshold);
    }

    /// @inheritdoc ICommunityRegistry
    function setShares(bytes32 community, Shares calldata shares) external onlyGovernor(community) {
        MonthNumber next = MonthNumber.wrap(MonthNumber.unwrap(CivilCalendar.monthAt(block.timestamp)) + 1);
        Terms storage terms = _communities[community].terms;
        // A second change before the first takes effect replaces it.
        if (MonthNumber.unwrap(terms.sharesFrom) != MonthNumber.unwrap(next)) {
            _communities[community].formerShares
                .push(FormerShares({from: terms.sharesFrom, socialBps: terms.socialBps, gridBps: terms.gridBps}));
        }
        _setShares(community, next, shares);
    }

    /// @inheritdoc ICommunityRegistry
    function setSmallestGroup(bytes32 community, uint8 persons) external onlyGovernor(community) {
        _setSmallestGroup(community, persons);
    }

    /// @inheritdoc ICommunityRegistry
    function setGovernor(bytes32 community, address governor) external onlyGovernor(community) {
        _setGovernor(community, governor);
    }

    /// @inheritdoc ICommunityRegistry
    function setGuardian(bytes32 community, address guardian) external onlyGovernor(community) {
        _setGuardian(community, guardian);
    }

    /// @inheritdoc ICommunityRegistry
    function nameSuccessor(bytes32 community, address successor) external onlyGovernor(community) {
        emit SuccessorNamed(community, successor);
    }

    function _setGovernor(bytes32 community, address governor) private {
        if (governor == address(0)) revert CommunityRegistry_InvalidRole(community, governor);
        _communities[community].governor = governor;
        emit GovernorSet(community, governor);
    }

    function _setGuardian(bytes32 community, address guardian) private {
        if (guardian == address(0)) revert CommunityRegistry_InvalidRole(community, guardian);
        _communities[community].guardian = guardian;
        emit GuardianSet(community, guardian);
    }

    function _setSmallestGroup(bytes32 community, uint8 persons) private {
        _communities[community].quorum.smallestGroup = persons;
        emit SmallestGroupSet(community, persons);
    }

    function _setShares(bytes32 community, MonthNumber from, Shares calldata shares) private {
        uint256 sumBps = uint256(shares.producersBps) + shares.socialBps + shares.gridBps;
        if (sumBps != RevenueSplit.WHOLE_BPS) revert CommunityRegistry_SharesNotWhole(sumBps);
        Terms storage terms = _communities[community].terms;
        terms.sharesFrom = from;
        terms.socialBps = shares.socialBps;
        terms.gridBps = shares.gridBps;
        emit SharesSet(community, from, shares);
    }

    function _setReporters(bytes32 community, address[] memory reporters, uint8 threshold) private {
        if (reporters.length > MAX_REPORTERS) {
            revert CommunityRegistry_TooManyReporters(reporters.length, MAX_REPORTERS);
        }
        if (threshold == 0 || threshold > reporters.length) {
            revert CommunityRegistry_ThresholdOutOfRange(threshold, reporters.length);
        }
        address previous = address(0);
        for (uint256 i = 0; i < reporters.length; ++i) {
            if (reporters[i] <= previous) revert CommunityRegistry_ReportersNotAscending(previous, reporters[i]);
            previous = reporters[i];
        }
        _storeReporters(community, reporters, threshold);
    }

    /// @dev Begins a new epoch.
    function _storeReporters(bytes32 community, address[] memory reporters, uint8 threshold) private {
        bytes memory packed;
        for (uint256 i = 0; i < reporters.length; ++i) {
            packed = bytes.concat(packed, bytes20(reporters[i]));
        }
        Quorum storage quorum = _communities[community].quorum;
        quorum.reporters = SSTORE2.write(packed);
        quorum.threshold = threshold;
        quorum.epoch += 1;
        emit ReportersSet(community, quorum.epoch, reporters, threshold);
    }

    /* ------------------------------------------------ the guardian -------------------------------------------- */

    /// @inheritdoc ICommunityRegistry
    function removeReporter(bytes32 community, address reporter) external {
        if (msg.sender != _communities[community].guardian) {
            revert CommunityRegistry_NotGuardian(community, msg.sender);
        }
        if (!isReporter(community, reporter)) revert CommunityRegistry_UnknownReporter(community, reporter);
        Quorum storage quorum = _communities[community].quorum;
        address[] memory reporters = _reportersOf(quorum);
        address[] memory kept = new address[](reporters.length - 1);
        uint256 count = 0;
        for (uint256 i = 0; i < reporters.length; ++i) {
            if (reporters[i] == reporter) continue;
            kept[count] = reporters[i];
            ++count;
        }
        _storeReporters(community, kept, quorum.threshold);
    }

    /// @inheritdoc ICommunityRegistry
    function setPaused(bytes32 community, bool paused) external {
        Community storage entry = _communities[community];
        if (msg.sender != entry.guardian && msg.sender != entry.governor) {
            revert CommunityRegistry_NotGuardian(community, msg.sender);
        }
        entry.quorum.paused = paused;
        emit PauseSet(community, paused);
    }

    /* ------------------------------------------------- anchors ------------------------------------------------ */

    /// @inheritdoc ICommunityRegistry
    function anchor(bytes32 community, bytes32 topic, bytes32 digest) external {
        if (!mayAnchor(community, msg.sender)) revert CommunityRegistry_MayNotAnchor(community, msg.sender);
        emit Anchored(community, topic, msg.sender, digest);
    }

    /* -------------------------------------------------- quorum ------------------------------------------------ */

    /// @dev Reverts unless enough distinct reporters of the epoch, and nobody else, signed the digest. Reporters are
    /// in ascending order and so must their signatures be: one walk finds all signers, each at most once.
    /// OpenZeppelin's ECDSA refuses malleable (high-s) and malformed signatures.
    function _requireQuorum(bytes32 community, uint32 epoch, bytes32 digest, bytes calldata signatures) internal view {
        Quorum memory quorum = _communities[community].quorum;
        if (quorum.threshold == 0) revert CommunityRegistry_UnknownCommunity(community);
        if (quorum.paused) revert CommunityRegistry_Paused(community);
        if (quorum.epoch != epoch) revert CommunityRegistry_OtherEpoch(community, epoch, quorum.epoch);
        if (signatures.length % BYTES_PER_SIGNATURE != 0) {
            revert CommunityRegistry_MalformedSignatures(signatures.length);
        }
        uint256 count = signatures.length / BYTES_PER_SIGNATURE;
        if (count < quorum.threshold) revert CommunityRegistry_TooFewSignatures(count, quorum.threshold);
        bytes memory reporters = SSTORE2.read(quorum.reporters);
        uint256 walked = 0;
        for (uint256 i = 0; i < count; ++i) {
            address signer = _signer(digest, signatures, i);
            address reporter;
            do {
                if (walked == reporters.length) revert CommunityRegistry_NotAReporter(signer);
                // The word that ends with the address; the length's word stands before the first.
                assembly ("memory-safe") {
                    walked := add(walked, BYTES_PER_ADDRESS)
                    reporter := and(mload(add(reporters, walked)), 0xffffffffffffffffffffffffffffffffffffffff)
                }
            } while (reporter != signer);
        }
    }

    /// @dev Who made the signature at a position that is within the bytes.
    function _signer(bytes32 digest, bytes calldata signatures, uint256 i) private pure returns (address) {
        bytes32 r;
        bytes32 s;
        uint8 v;
        assembly ("memory-safe") {
            let signature := add(signatures.offset, mul(i, BYTES_PER_SIGNATURE))
            r := calldataload(signature)
            s := calldataload(add(signature, 32))
            v := byte(0, calldataload(add(signature, 64)))
        }
        return ECDSA.recover(digest, v, r, s);
    }

    function _reportersOf(Quorum storage quorum) private view returns (address[] memory reporters) {
        if (quorum.reporters == address(0)) return reporters;
        bytes memory packed = SSTORE2.read(quorum.reporters);
        reporters = new address[](packed.length / BYTES_PER_ADDRESS);
        for (uint256 i = 0; i < reporters.length; ++i) {
            address reporter;
            assembly ("memory-safe") {
                reporter := shr(96, mload(add(add(packed, 32), mul(i, BYTES_PER_ADDRESS))))
            }
            reporters[i] = reporter;
        }
    }

    /* -------------------------------------------------- views ------------------------------------------------- */

    /// @inheritdoc ICommunityRegistry
    function administratorOf(bytes32 community) external view returns (address) {
        return _communities[community].administrator;
    }

    /// @inheritdoc ICommunityRegistry
    function offeredTo(bytes32 community) external view returns (address) {
        return _communities[community].offeredTo;
    }

    /// @inheritdoc ICommunityRegistry
    function governorOf(bytes32 community) external view returns (address) {
        return _communities[community].governor;
    }

    /// @inheritdoc ICommunityRegistry
    function guardianOf(bytes32 community) external view returns (address) {
        return _communities[community].guardian;
    }

    /// @inheritdoc ICommunityRegistry
    function reportersOf(bytes32 community)
        external
        view
        returns (address[] memory reporters, uint8 threshold, uint32 epoch)
    {
        Quorum storage quorum = _communities[community].quorum;
        return (_reportersOf(quorum), quorum.threshold, quorum.epoch);
    }

    /// @inheritdoc ICommunityRegistry
    function isReporter(bytes32 community, address account) public view returns (bool) {
        address[] memory reporters = _reportersOf(_communities[community].quorum);
        for (uint256 i = 0; i < reporters.length; ++i) {
            if (reporters[i] == account) return true;
        }
        return false;
    }

    /// @inheritdoc ICommunityRegistry
    function isPaused(bytes32 community) external view returns (bool) {
        return _communities[community].quorum.paused;
    }

    /// @inheritdoc ICommunityRegistry
    function smallestGroupOf(bytes32 community) external view returns (uint8) {
        return _communities[community].quorum.smallestGroup;
    }

    /// @inheritdoc ICommunityRegistry
    function sharesOf(bytes32 community, MonthNumber month) public view returns (Shares memory) {
        Terms storage terms = _communities[community].terms;
        if (MonthNumber.unwrap(month) >= MonthNumber.unwrap(terms.sharesFrom)) {
            return _shares(terms.socialBps, terms.gridBps);
        }
        // The first entry holds from month zero on.
        FormerShares[] storage former = _communities[community].formerShares;
        uint256 i = former.length - 1;
        while (MonthNumber.unwrap(month) < MonthNumber.unwrap(former[i].from)) --i;
        return _shares(former[i].socialBps, former[i].gridBps);
    }

    function _shares(uint16 socialBps, uint16 gridBps) private pure returns (Shares memory) {
        return Shares({
            producersBps: uint16(RevenueSplit.WHOLE_BPS) - socialBps - gridBps,
            socialBps: socialBps,
            gridBps: gridBps
        });
    }

    /// @inheritdoc ICommunityRegistry
    function vaultOf(bytes32 community) external view returns (address) {
        return _communities[community].terms.vault;
    }

    /// @inheritdoc ICommunityRegistry
    function rosterOf(bytes32 community) external view returns (bytes32 root, uint32 members) {
        return (_communities[community].roster, _communities[community].members);
    }

    /// @inheritdoc ICommunityRegistry
    function isMember(bytes32 community, address account, bytes32 salt, uint256 position, bytes32[] calldata proof)
        public
        view
        returns (bool)
    {
        return HashTree.climb(HashTree.memberLeaf(salt, account), position, proof) == _communities[community].roster;
    }

    /// @inheritdoc ICommunityRegistry
    function mayAnchor(bytes32 community, address account) public view returns (bool) {
        Community storage entry = _communities[community];
        return account == entry.administrator || entry.anchoring[account];
    }

    /// @inheritdoc ICommunityRegistry
    function communityOf(bytes32 configuration) external view returns (bytes32) {
        return _communityOf[configuration];
    }

    /// @inheritdoc ICommunityRegistry
    function communityId(address administrator, bytes32 salt) public pure returns (bytes32) {
        return keccak256(abi.encode(administrator, salt));
    }

    /// @inheritdoc ICommunityRegistry
    function configurationId(bytes32 community, bytes32 area) public pure returns (bytes32) {
        return keccak256(abi.encode(community, area));
    }
}
