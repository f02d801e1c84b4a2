// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICommunityVault} from "../../src/interfaces/ICommunityVault.sol";
import {Branch} from "../../src/types/Payout.sol";
import {MoneyTest} from "../support/MoneyTest.sol";
import {Leaf, PayoutTree} from "../support/PayoutTree.sol";

/// root of a tree whose nodes lie about their sums
/// ├── it should never pay more than was funded, whatever the amounts and the lies
/// ├── given sums that wrap around 64 bits to the funded sum, it should pay nothing
/// └── given a root that promises one micro-euro more or less than was funded, it should pay nothing
contract MaliciousRootTest is MoneyTest {
    using PayoutTree for Leaf[];

    uint256 private constant DEPTH = 3;
    address private constant THIEF = address(0x7415F);

    /// Nodes by level and position, as a cheat would build them.
    bytes32[8][4] private _hashes;
    uint64[8][4] private _sums;

    function testFuzz_claim__tree_that_lies__never_pays_more_than_funded(
        uint64[8] memory amounts,
        uint256 lies,
        uint64 funded,
        bool wide
    ) external {
        funded = uint64(bound(funded, 1, 1_000));
        for (uint256 i = 0; i < 8; ++i) {
            // Small amounts make sums that nearly fit, wide ones make sums that wrap around.
            if (!wide) amounts[i] %= funded;
        }
        _build(amounts, lies, funded);
        uint32 distribution = distributeRoot(_hashes[DEPTH][0], uint8(DEPTH), funded);
        uint256 paid = 0;
        for (uint32 i = 0; i < 8; ++i) {
            if (_tryClaim(distribution, i, amounts[i])) paid += amounts[i];
        }
        _requirePaid(paid, funded);
    }

    function testFuzz_push__tree_that_lies__never_pays_more_than_funded(
        uint64[8] memory amounts,
        uint256 lies,
        uint64 funded
    ) external {
        funded = uint64(bound(funded, 1, 1_000));
        for (uint256 i = 0; i < 8; ++i) {
            amounts[i] %= funded;
        }
        _build(amounts, lies, funded);
        uint32 distribution = distributeRoot(_hashes[DEPTH][0], uint8(DEPTH), funded);
        uint256 paid = 0;
        for (uint32 i = 0; i < 8; i += 2) {
            bytes memory pair = bytes.concat(_leaf(amounts[i]), _leaf(amounts[i + 1]));
            try vault.push(_branch(distribution, i, pair, _proof(1, i / 2))) {
                paid += uint256(amounts[i]) + amounts[i + 1];
            } catch {}
        }
        _requirePaid(paid, funded);
    }

    /// @dev What such a tree can pay at most: its honest half. The other half's sum was made to fit.
    function test_claim__half_of_the_tree_lies__pays_the_honest_half() external {
        uint64[8] memory amounts = [uint64(10), 20, 5, 25, 1_000, 1_000, 1_000, 1_000];
        _build(amounts, 1 << (8 * 2 + 1), 100);
        uint32 distribution = distributeRoot(_hashes[DEPTH][0], uint8(DEPTH), 100);
        for (uint32 i = 0; i < 8; ++i) {
            assertTrue(_tryClaim(distribution, i, amounts[i]) == (i < 4), "the honest half alone");
        }
        _requirePaid(60, 100);
    }

    function test_claim__sums_that_wrap_around_64_bits__pay_nothing() external {
        // In 64 bits these leaves add up to 5.
        Leaf[] memory leaves = new Leaf[](2);
        leaves[0] = PayoutTree.wallet(THIEF, type(uint64).max);
        leaves[1] = PayoutTree.wallet(THIEF, 6);
        bytes32 root = PayoutTree.hashNode(
            PayoutTree.hashLeaf(leaves[0], 0), leaves[0].amount, PayoutTree.hashLeaf(leaves[1], 1), leaves[1].amount
        );
        uint32 distribution = distributeRoot(root, 1, 5);
        Branch memory branch = wholeOf(distribution, leaves);
        bytes memory reason = abi.encodeWithSelector(
            ICommunityVault.CommunityVault_OtherRoot.selector, distribution, root, uint256(type(uint64).max) + 6
        );
        vm.expectRevert(reason);
        vault.push(branch);
        branch = branchOf(distribution, leaves, 0, 1);
        vm.expectRevert(reason);
        vault.claim(branch);
    }

    function testFuzz_claim__root_of_another_sum__pays_nothing(uint64 promised, uint64 funded) external {
        (promised, funded) = (promised >> 12, uint64(bound(funded, 1, type(uint64).max >> 12)));
        vm.assume(promised != funded);
        Leaf[] memory leaves = new Leaf[](1);
        leaves[0] = PayoutTree.wallet(THIEF, promised);
        uint32 distribution = distributeRoot(leaves.root(0), 0, funded);
        Branch memory branch = wholeOf(distribution, leaves);
        vm.expectRevert(
            abi.encodeWithSelector(
                ICommunityVault.CommunityVault_OtherRoot.selector, distribution, leaves.root(0), promised
            )
        );
        vault.claim(branch);
    }

    /// @dev Each node commits to sums of its children that lie where a bit of `lies` is set: there, the sum is what
    /// the funded sum has left for it.
    function _build(uint64[8] memory amounts, uint256 lies, uint64 funded) private {
        for (uint256 i = 0; i < 8; ++i) {
            _hashes[0][i] = PayoutTree.hashLeaf(PayoutTree.wallet(THIEF, amounts[i]), i);
            _sums[0][i] = (lies >> i) & 1 != 0 ? funded / 8 : amounts[i];
        }
        for (uint256 level = 1; level <= DEPTH; ++level) {
            for (uint256 i = 0; i < 8 >> level; ++i) {
                (uint64 left, uint64 right) = (_sums[level - 1][2 * i], _sums[level - 1][2 * i + 1]);
                _hashes[level][i] =
                    PayoutTree.hashNode(_hashes[level - 1][2 * i], left, _hashes[level - 1][2 * i + 1], right);
                unchecked {
                    bool lie = (lies >> (8 * level + i)) & 1 != 0;
                    _sums[level][i] = lie ? funded - (_sums[level][0] * uint64(i)) : left + right;
                }
            }
        }
    }

    function _proof(uint256 level, uint256 position) private view returns (bytes memory proof) {
        for (; level < DEPTH; ++level) {
            proof = abi.encodePacked(proof, _hashes[level][position ^ 1], _sums[level][position ^ 1]);
            position /= 2;
        }
    }

    function _leaf(uint64 amount) private pure returns (bytes memory) {
        return PayoutTree.pack(PayoutTree.wallet(THIEF, amount));
    }

    function _tryClaim(uint32 distribution, uint32 index, uint64 amount) private returns (bool) {
        try vault.claim(_branch(distribution, index, _leaf(amount), _proof(0, index))) {
            return true;
        } catch {
            return false;
        }
    }

    function _branch(uint32 distribution, uint32 start, bytes memory packed, bytes memory proof)
        private
        view
        returns (Branch memory)
    {
        return Branch({
            distribution: distribution,
            depth: uint8(DEPTH),
            validAt: rootOf[distribution].validAt,
            start: start,
            leaves: packed,
            proof: proof
        });
    }

    function _requirePaid(uint256 expected, uint64 funded) private view {
        uint256 paid = token.balanceOf(THIEF);
        assertEq(paid, expected, "paid");
        assertTrue(paid <= funded, "paid <= funded");
        assertEq(token.balanceOf(address(vault)), heldNow(), "held = tokens");
        assertEq(heldNow(), uint256(funded) * 2 - paid, "what is left");
    }
}
