// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";

import {CommunityVault} from "../../src/CommunityVault.sol";
import {ICommunityVault} from "../../src/interfaces/ICommunityVault.sol";
import {HostileToken} from "../../src/mocks/HostileToken.sol";
import {Month} from "../../src/types/Energy.sol";
import {Branch, PayoutRoot, Settlement} from "../../src/types/Payout.sol";
import {Energy} from "./Energy.sol";
import {Leaf, PayoutTree} from "./PayoutTree.sol";
import {Typed} from "./Typed.sol";

/// @dev A community with a final month, a vault, and a token that misbehaves only when told to.
abstract contract Money is Energy {
    using PayoutTree for Leaf[];

    address internal constant TREASURER = address(0x7EA5);
    uint40 internal constant ROOT_DELAY = 2 days;
    /// The number of the first single payout.
    uint32 internal constant FIRST_SINGLE = 1 << 31;
    /// What a cancelled distribution's slot holds.
    bytes32 internal constant CANCELLED = bytes32(uint256(1));

    HostileToken internal token;
    CommunityVault internal vault;

    /// How the token treats each account.
    mapping(address account => HostileToken.Manner) internal manners;
    /// The vault's payout roots, which it keeps as hashes.
    mapping(uint32 distribution => PayoutRoot) internal rootOf;

    uint256 private _receiptCount;

    function foundCommunity() internal {
        foundLedger();
        token = new HostileToken(6);
        vault = new CommunityVault(terms());
        setVault(COMMUNITY, address(vault));
        finalizeMonth(COMMUNITY);
    }

    /// @dev The terms of the vault; a test changes what it is about.
    function terms() internal view returns (ICommunityVault.VaultArguments memory) {
        return ICommunityVault.VaultArguments({
            ledger: ledger, community: COMMUNITY, treasurer: TREASURER, token: token, rootDelay: ROOT_DELAY
        });
    }

    /// @dev A vault with the bookkeeping euro in place of the token.
    function keepBooksOnly() internal {
        ICommunityVault.VaultArguments memory changed = terms();
        changed.token = IERC20Metadata(address(0));
        succeed(changed);
    }

    /// @dev Another vault of the community, which takes over from the first.
    function succeed(ICommunityVault.VaultArguments memory arguments) internal {
        vault = new CommunityVault(arguments);
        vm.prank(GOVERNOR);
        ledger.setVault(COMMUNITY, address(vault));
    }

    /// @dev Credits a new receipt.
    function credit(uint64 amount) internal returns (bytes32 receipt) {
        receipt = keccak256(abi.encode("receipt", ++_receiptCount));
        address treasurer = vault.treasurer();
        if (address(vault.token()) != address(0)) {
            token.mint(treasurer, amount);
            vm.prank(treasurer);
            token.approve(address(vault), amount);
        }
        vm.prank(treasurer);
        vault.credit(receipt, amount);
    }

    /// @dev A settlement of one receipt over the final month, which leaves to the leaves what they add up to.
    function settlementOf(bytes32 receipt, Leaf[] memory leaves, uint8 depth)
        internal
        view
        returns (Settlement memory settlement)
    {
        (uint64 amount,) = vault.creditOf(receipt);
        settlement = settlementOfCarry(leaves, depth);
        settlement.receipts = alone(receipt);
        settlement.pool += uint64(producersShare(amount));
        settlement.carry = settlement.pool - leaves.total();
    }

    /// @dev A settlement without receipts: what is left of the carry stays carry.
    function settlementOfCarry(Leaf[] memory leaves, uint8 depth) internal view returns (Settlement memory) {
        (,, uint64 carryBefore,) = vault.funds();
        uint64 total = leaves.total();
        return Settlement({
            distribution: vault.distributionCount() + 1,
            epoch: epochOf(COMMUNITY),
            receipts: new bytes32[](0),
            months: months(),
            corrections: 0,
            evidence: "evidence",
            root: leaves.root(depth),
            depth: depth,
            pool: carryBefore,
            carry: carryBefore > total ? carryBefore - total : 0
        });
    }

    function producersShare(uint256 amount) internal pure returns (uint256) {
        return amount - amount * SOCIAL_BPS / 10_000 - amount * GRID_BPS / 10_000;
    }

    function alone(bytes32 word) internal pure returns (bytes32[] memory words) {
        words = new bytes32[](1);
        words[0] = word;
    }

    function alone(Leaf memory leaf) internal pure returns (Leaf[] memory leaves) {
        leaves = new Leaf[](1);
        leaves[0] = leaf;
    }

    function months() internal pure returns (Month[] memory named) {
        named = new Month[](1);
        named[0] = Month({configuration: CONFIGURATION, month: MONTH});
    }

    function signedSettlement(Settlement memory settlement) internal view returns (bytes memory) {
        return signatures("Condivisa CommunityVault", address(vault), Typed.hash(settlement));
    }

    function settle(Settlement memory settlement) internal {
        vault.settle(settlement, signedSettlement(settlement));
        rootOf[settlement.distribution] = PayoutRoot({
            root: settlement.root,
            funded: settlement.pool - settlement.carry,
            depth: settlement.depth,
            validAt: uint40(block.timestamp) + ROOT_DELAY
        });
    }

    /// @dev Distributes a part of ten times what the leaves need over the leaves, and waits until they can be paid.
    function distribute(Leaf[] memory leaves, uint8 depth) internal returns (uint32 distribution) {
        settle(settlementOf(credit(leaves.total() * 10 + 10), leaves, depth));
        vm.warp(block.timestamp + ROOT_DELAY);
        return vault.distributionCount();
    }

    /// @dev Distributes a root of any making, which promises `funded`.
    function distributeRoot(bytes32 root, uint8 depth, uint64 funded) internal returns (uint32 distribution) {
        Settlement memory settlement = settlementOf(credit(funded * 2), new Leaf[](0), depth);
        settlement.root = root;
        settlement.carry = settlement.pool - funded;
        settle(settlement);
        vm.warp(block.timestamp + ROOT_DELAY);
        return settlement.distribution;
    }

    /* ------------------------------------------------- branches ----------------------------------------------- */

    /// @dev The leaves below a node of a distribution's tree.
    function branchOf(uint32 distribution, Leaf[] memory leaves, uint256 level, uint256 position)
        internal
        view
        returns (Branch memory)
    {
        uint8 depth = rootOf[distribution].depth;
        return Branch({
            distribution: distribution,
            depth: depth,
            validAt: rootOf[distribution].validAt,
            start: uint32(position << level),
            leaves: leaves.packBelow(level, position),
            proof: leaves.proof(depth, level, position)
        });
    }

    /// @dev All leaves of a distribution of at most 256.
    function wholeOf(uint32 distribution, Leaf[] memory leaves) internal view returns (Branch memory) {
        return branchOf(distribution, leaves, rootOf[distribution].depth, 0);
    }

    function singleBranch(uint32 single, Leaf memory leaf, uint40 validAt) internal pure returns (Branch memory) {
        return Branch({
            distribution: single, depth: 0, validAt: validAt, start: 0, leaves: PayoutTree.pack(leaf), proof: ""
        });
    }

    /// @dev A single payout that was opened just now, to be paid at once.
    function singleBranch(uint32 single, Leaf memory leaf) internal view returns (Branch memory) {
        return singleBranch(single, leaf, uint40(block.timestamp));
    }

    /// @dev What a distribution's slot holds.
    function hashRoot(bytes32 root, uint256 funded, uint8 depth, uint40 validAt) internal pure returns (bytes32) {
        return keccak256(abi.encode(root, funded, depth, validAt));
    }

    /// @dev What a single payout's slot holds.
    function hashSingle(Leaf memory leaf, uint256 validAt) internal pure returns (bytes32) {
        return hashRoot(PayoutTree.hashLeaf(leaf, 0), leaf.amount, 0, uint40(validAt));
    }

    /// @dev A member's signature for the leaf that is to take another's place.
    function signedMove(uint256 key, uint32 distribution, uint32 index, Leaf memory leaf)
        internal
        view
        returns (bytes memory)
    {
        bytes32 structHash = Typed.hashMove(distribution, index, PayoutTree.pack(leaf));
        return signature(key, Typed.digest(Typed.separator("Condivisa CommunityVault", address(vault)), structHash));
    }

    function setManner(address account, HostileToken.Manner manner) internal {
        manners[account] = manner;
        token.setManner(account, manner);
    }

    /* ------------------------------------------------ assertions ---------------------------------------------- */

    function requireFunds(uint256 social, uint256 grid, uint256 carry, uint256 held) internal view {
        (uint64 isSocial, uint64 isGrid, uint64 isCarry, uint64 isHeld) = vault.funds();
        assertEq(isSocial, social, "social");
        assertEq(isGrid, grid, "grid");
        assertEq(isCarry, carry, "carry");
        assertEq(isHeld, held, "held");
    }

    function requireStatus(uint32 distribution, uint32 index, bool paid, bool reserved) internal view {
        (bool isPaid, bool isReserved) = vault.statusOf(distribution, index);
        assertTrue(isPaid == paid, paid ? "paid" : "not paid");
        assertTrue(isReserved == reserved, reserved ? "reserved" : "not reserved");
    }

    function requireOpen(uint32 distribution, uint32 index) internal view {
        requireStatus(distribution, index, false, false);
    }

    function heldNow() internal view returns (uint64 held) {
        (,,, held) = vault.funds();
    }

    function socialNow() internal view returns (uint64 social) {
        (social,,,) = vault.funds();
    }
}
