// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";

import {CommunityVault} from "../../src/CommunityVault.sol";
import {ICommunityVault} from "../../src/interfaces/ICommunityVault.sol";
import {HostileToken} from "../../src/mocks/HostileToken.sol";
import {Month, Settlement} from "../../src/types/Payout.sol";
import {Energy} from "./Energy.sol";
import {Leaf, PayoutTree} from "./PayoutTree.sol";
import {Typed} from "./Typed.sol";

/// @dev A community with a final month, a vault, and a token that misbehaves only when told to.
abstract contract Money is Energy {
    using PayoutTree for Leaf[];

    address internal constant TREASURER = address(0x7EA5);
    uint40 internal constant ROOT_DELAY = 2 days;
    uint16 internal constant PRODUCERS_BPS = 7_000;
    uint16 internal constant SOCIAL_BPS = 2_000;
    uint16 internal constant GRID_BPS = 1_000;

    HostileToken internal token;
    CommunityVault internal vault;

    /// How the token treats each account.
    mapping(address account => HostileToken.Manner) internal manners;

    uint256 private _receiptCount;

    function foundCommunity() internal {
        foundLedger();
        token = new HostileToken(6);
        vault = new CommunityVault(terms());
        register(CONFIGURATION, address(vault));
        finalizeMonth(CONFIGURATION);
    }

    /// @dev The terms of the community; a test changes what it is about.
    function terms() internal view returns (ICommunityVault.VaultArguments memory) {
        return ICommunityVault.VaultArguments({
            ledger: ledger,
            community: "CER",
            treasurer: TREASURER,
            token: token,
            reporters: reporterAccounts(),
            threshold: THRESHOLD,
            producersBps: PRODUCERS_BPS,
            socialBps: SOCIAL_BPS,
            gridBps: GRID_BPS,
            rootDelay: ROOT_DELAY
        });
    }

    /// @dev A vault with the bookkeeping euro in place of the token.
    function keepBooksOnly() internal {
        ICommunityVault.VaultArguments memory changed = terms();
        changed.token = IERC20Metadata(address(0));
        foundAnother(changed);
    }

    /// @dev A second community on the same ledger, with a final month of its own.
    function foundAnother(ICommunityVault.VaultArguments memory arguments) internal {
        vault = new CommunityVault(arguments);
        register(configuration(), address(vault));
        finalizeMonth(configuration());
    }

    /// @dev The first vault's configuration, or one named after another vault.
    function configuration() internal view returns (bytes32) {
        return ledger.vaultOf(CONFIGURATION) == address(vault) || ledger.vaultOf(CONFIGURATION) == address(0)
            ? CONFIGURATION
            : bytes32(uint256(uint160(address(vault))));
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
        returns (Settlement memory)
    {
        (uint64 amount,) = vault.creditOf(receipt);
        (,, uint64 carryBefore,) = vault.funds();
        uint64 pool = uint64(producersShare(amount) + carryBefore);
        return Settlement({
            distribution: vault.distributionCount() + 1,
            receipts: single(receipt),
            months: months(),
            corrections: 0,
            evidence: "evidence",
            root: leaves.root(depth),
            depth: depth,
            pool: pool,
            carry: pool - leaves.total()
        });
    }

    function producersShare(uint256 amount) internal view returns (uint256) {
        (, uint256 socialBps, uint256 gridBps) = vault.shares();
        return amount - amount * socialBps / 10_000 - amount * gridBps / 10_000;
    }

    function single(bytes32 word) internal pure returns (bytes32[] memory words) {
        words = new bytes32[](1);
        words[0] = word;
    }

    function months() internal view returns (Month[] memory named) {
        named = new Month[](1);
        named[0] = Month({configuration: configuration(), month: MONTH});
    }

    function signedSettlement(Settlement memory settlement) internal view returns (bytes[] memory) {
        return signatures("Condivisa CommunityVault", address(vault), Typed.hash(settlement));
    }

    function settle(Settlement memory settlement) internal {
        vault.settle(settlement, signedSettlement(settlement));
    }

    /// @dev Distributes ten times what the leaves need over the leaves, and waits until they can be paid.
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

    function setManner(address account, HostileToken.Manner manner) internal {
        manners[account] = manner;
        token.setManner(account, manner);
    }
}
