// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";

/// @title A plain cumulative Merkle claim: the root says what each account was ever promised, a claim pays the rest.
/// @dev To be measured against, never deployed: its owner decides alone, the revenue is not divided, a root may promise
/// more than is there, and nobody but the members themselves pays.
contract CumulativeClaims {
    error CumulativeClaims_NotOwner(address caller);
    error CumulativeClaims_WrongProof(address account, uint256 cumulative);
    error CumulativeClaims_NothingToClaim(address account);
    error CumulativeClaims_TransferRefused();

    event RootSet(bytes32 root, uint256 amount);
    event Claimed(address indexed account, uint256 amount);

    address private immutable _owner;
    IERC20 private immutable _token;
    bytes32 private _root;
    mapping(address account => uint256) private _claimed;

    constructor(IERC20 token) {
        _owner = msg.sender;
        _token = token;
    }

    /// @notice Takes in the money of a period and replaces the root.
    function settle(bytes32 root, uint256 amount) external {
        if (msg.sender != _owner) revert CumulativeClaims_NotOwner(msg.sender);
        _root = root;
        emit RootSet(root, amount);
        if (!_token.transferFrom(msg.sender, address(this), amount)) revert CumulativeClaims_TransferRefused();
    }

    /// @notice Pays an account what it was promised and has not claimed. Anyone may call.
    function claim(address account, uint256 cumulative, bytes32[] calldata proof) external {
        bytes32 leaf = keccak256(bytes.concat(keccak256(abi.encode(account, cumulative))));
        if (!MerkleProof.verifyCalldata(proof, _root, leaf)) revert CumulativeClaims_WrongProof(account, cumulative);
        uint256 claimed = _claimed[account];
        if (claimed >= cumulative) revert CumulativeClaims_NothingToClaim(account);

        _claimed[account] = cumulative;
        uint256 amount = cumulative - claimed;
        emit Claimed(account, amount);
        if (!_token.transfer(account, amount)) revert CumulativeClaims_TransferRefused();
    }
}
