// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CommunityVault} from "../../src/CommunityVault.sol";
import {ICommunityVault} from "../../src/interfaces/ICommunityVault.sol";
import {IEnergyLedger} from "../../src/interfaces/IEnergyLedger.sol";
import {TestEuro} from "../../src/TestEuro.sol";
import {Branch, Distribution} from "../../src/types/Payout.sol";

/// @dev A ledger of which nothing is settled, and which is never paused.
contract CalmLedger {
    function isPaused(bytes32) external pure returns (bool) {
        return false;
    }
}

/// @dev A vault that takes any distribution for signed.
contract OpenVault is CommunityVault {
    constructor(VaultArguments memory arguments) CommunityVault(arguments) {}

    function open(bytes32 root, uint56 funded) external {
        _distributions[1] = Distribution({seal: _seal(root, funded), depth: 1, validAt: 1});
        _funds.held = funded;
        _funds.distributions = 1;
    }
}

/// @dev Proofs by halmos: any root and funded sum, any leaves and proofs of a tree of two, and a plain token.
contract PayoutBookProof {
    struct Leaf {
        uint8 channel;
        bytes32 payee;
        address owner;
        uint64 amount;
    }

    struct Sibling {
        bytes32 hash;
        uint64 sum;
    }

    TestEuro private _token = new TestEuro();
    OpenVault private _vault;

    constructor() {
        _vault = new OpenVault(
            ICommunityVault.VaultArguments({
                ledger: IEnergyLedger(address(new CalmLedger())),
                community: 0,
                treasurer: address(this),
                token: _token,
                rootDelay: 0
            })
        );
        _token.mint(address(_vault), type(uint64).max);
    }

    /// D1: whatever leaf and proof claimed an index, no leaf and no proof claims it again.
    function check_claim__same_index_again__is_refused(
        bytes32 root,
        uint56 funded,
        bool right,
        Leaf calldata leaf,
        Sibling calldata sibling,
        Leaf calldata otherLeaf,
        Sibling calldata otherSibling
    ) external {
        _vault.open(root, funded);
        if (!_claim(right, leaf, sibling)) return;
        assert(!_claim(right, otherLeaf, otherSibling));
    }

    /// C3: a claim pays its leaf's amount, to its payee or to the social fund, and no more than was funded; given that
    /// nobody has two trees for one seal, which the solver would otherwise assume.
    function check_claim__paid__is_the_leaf_s_amount(
        bytes32 root,
        uint56 funded,
        bool right,
        Leaf calldata leaf,
        Sibling calldata sibling
    ) external {
        _vault.open(root, funded);
        uint256 balanceBefore = _token.balanceOf(address(_vault));
        if (!_claim(right, leaf, sibling)) return;
        if (!_isTop(root, funded, right, leaf, sibling)) return;
        (uint64 social,,, uint64 held) = _vault.funds();
        uint256 left = balanceBefore - _token.balanceOf(address(_vault));
        assert(leaf.channel == 0 || leaf.channel == 2);
        assert(leaf.amount <= funded);
        assert(held == (leaf.channel == 0 ? funded - leaf.amount : funded));
        assert(social == (leaf.channel == 2 ? leaf.amount : 0));
        bool toItself = address(uint160(uint256(leaf.payee))) == address(_vault);
        assert(left == (leaf.channel == 0 && !toItself ? leaf.amount : 0));
    }

    /// D1: a leaf that was claimed is not pushed.
    function check_push__claimed_leaf__is_skipped(
        bytes32 root,
        uint56 funded,
        bool right,
        Leaf calldata leaf,
        Sibling calldata sibling,
        Leaf calldata otherLeaf,
        Sibling calldata otherSibling
    ) external {
        _vault.open(root, funded);
        if (!_claim(right, leaf, sibling)) return;
        (uint64 socialBefore,,, uint64 heldBefore) = _vault.funds();
        _push(right, otherLeaf, otherSibling);
        (uint64 social,,, uint64 held) = _vault.funds();
        assert(held == heldBefore && social == socialBefore);
    }

    /// D1: a reserved bank leaf is confirmed once, and cannot be reserved again.
    function check_confirm__again__is_refused(
        bytes32 root,
        uint56 funded,
        bool right,
        Leaf calldata leaf,
        Sibling calldata sibling
    ) external {
        _vault.open(root, funded);
        if (!_reserve(right, leaf, sibling)) return;
        assert(leaf.channel == 1);
        assert(!_reserve(right, leaf, sibling));
        if (!_confirm(right, leaf, sibling)) return;
        assert(!_confirm(right, leaf, sibling));
        assert(!_reserve(right, leaf, sibling));
    }

    /// @dev Whether leaf and sibling lead to just this root and this sum.
    function _isTop(bytes32 root, uint56 funded, bool right, Leaf calldata leaf, Sibling calldata sibling)
        private
        pure
        returns (bool)
    {
        bytes memory own = abi.encodePacked(
            keccak256(abi.encodePacked(uint8(0), uint32(right ? 1 : 0), _pack(leaf))), leaf.amount
        );
        bytes memory other = _pack(sibling);
        bytes32 top = keccak256(right ? bytes.concat(hex"01", other, own) : bytes.concat(hex"01", own, other));
        return top == root && uint256(leaf.amount) + sibling.sum == funded;
    }

    function _claim(bool right, Leaf calldata leaf, Sibling calldata sibling) private returns (bool) {
        if (right) return _call(abi.encodeCall(_vault.claim, (_branch(1, leaf, sibling))));
        return _call(abi.encodeCall(_vault.claim, (_branch(0, leaf, sibling))));
    }

    function _push(bool right, Leaf calldata leaf, Sibling calldata sibling) private returns (bool) {
        if (right) return _call(abi.encodeCall(_vault.push, (_branch(1, leaf, sibling))));
        return _call(abi.encodeCall(_vault.push, (_branch(0, leaf, sibling))));
    }

    function _reserve(bool right, Leaf calldata leaf, Sibling calldata sibling) private returns (bool) {
        if (right) return _call(abi.encodeCall(_vault.reserve, (_branch(1, leaf, sibling), 1)));
        return _call(abi.encodeCall(_vault.reserve, (_branch(0, leaf, sibling), 1)));
    }

    function _confirm(bool right, Leaf calldata leaf, Sibling calldata sibling) private returns (bool) {
        bytes32[] memory references = new bytes32[](1);
        references[0] = "reference";
        if (right) return _call(abi.encodeCall(_vault.confirm, (_branch(1, leaf, sibling), references)));
        return _call(abi.encodeCall(_vault.confirm, (_branch(0, leaf, sibling), references)));
    }

    /// The solver needs the index as a number, so both are written out; a tree of two has no others.
    function _branch(uint32 index, Leaf calldata leaf, Sibling calldata sibling)
        private
        pure
        returns (Branch memory)
    {
        return Branch({distribution: 1, start: index, leaves: _pack(leaf), proof: _pack(sibling)});
    }

    function _call(bytes memory call_) private returns (bool made) {
        (made,) = address(_vault).call(call_);
    }

    function _pack(Leaf calldata leaf) private pure returns (bytes memory) {
        return abi.encodePacked(leaf.channel, leaf.payee, leaf.owner, leaf.amount);
    }

    function _pack(Sibling calldata sibling) private pure returns (bytes memory) {
        return abi.encodePacked(sibling.hash, sibling.sum);
    }
}
