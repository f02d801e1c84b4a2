// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @dev A token that misbehaves on transfers to or from chosen accounts.
contract HostileToken is ERC20 {
    enum Manner {
        PLAIN,
        REVERTS,
        RETURNS_FALSE,
        MOVES_AND_RETURNS_FALSE,
        RETURNS_NOTHING,
        RETURNS_TWO,
        RETURNS_SHORT,
        REVERTS_WITH_BOMB,
        RETURNS_BOMB,
        BURNS_GAS,
        TAKES_FEE_FROM_AMOUNT,
        TAKES_FEE_ON_TOP,
        CALLS_BACK,
        NEEDS_ALLOWANCE
    }

    error HostileToken_Refused();

    uint256 public constant FEE = 1;
    /// Nearly all that a push allows: what is left of 60,000 gas when the transfer has begun.
    uint256 private constant WANTED_GAS = 59_400;
    uint8 private immutable _decimals;

    /// What the vault answered to the latest call back; in one slot, because a push allows little gas for it.
    struct Answer {
        bool given;
        bool succeeded;
        bytes4 selector;
    }

    mapping(address account => Manner) private _manners;
    address private _callee;
    bytes private _call;
    Answer public answer;

    constructor(uint8 decimals_) ERC20("Hostile", "HOSTILE") {
        _decimals = decimals_;
    }

    function decimals() public view override returns (uint8) {
        return _decimals;
    }

    function mint(address account, uint256 amount) external {
        _mint(account, amount);
    }

    function setManner(address account, Manner manner) external {
        _manners[account] = manner;
    }

    /// @dev What the token does in the middle of a transfer of manner CALLS_BACK.
    function setCallback(address callee, bytes calldata call_) external {
        _callee = callee;
        _call = call_;
        answer = Answer({given: false, succeeded: true, selector: 0});
    }

    /// @dev Calls as the token itself.
    function execute(address callee, bytes calldata call_) external {
        (bool succeeded,) = callee.call(call_);
        if (!succeeded) revert HostileToken_Refused();
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        uint256 gasGiven = gasleft();
        Manner manner = _manners[to];
        if (manner == Manner.NEEDS_ALLOWANCE && gasGiven < WANTED_GAS) revert HostileToken_Refused();
        if (manner == Manner.TAKES_FEE_ON_TOP) _burn(msg.sender, FEE);
        if (manner != Manner.RETURNS_FALSE) super.transfer(to, amount);
        if (manner == Manner.TAKES_FEE_FROM_AMOUNT) _burn(to, FEE);
        return _answer(manner);
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        Manner manner = _manners[from];
        if (manner != Manner.RETURNS_FALSE) super.transferFrom(from, to, amount);
        if (manner == Manner.TAKES_FEE_FROM_AMOUNT) _burn(to, FEE);
        return _answer(manner);
    }

    function _answer(Manner manner) private returns (bool) {
        if (manner == Manner.REVERTS) revert HostileToken_Refused();
        if (manner == Manner.RETURNS_FALSE || manner == Manner.MOVES_AND_RETURNS_FALSE) return false;
        if (manner == Manner.RETURNS_NOTHING) _return(0, 0);
        if (manner == Manner.RETURNS_TWO) _return(2, 32);
        if (manner == Manner.RETURNS_SHORT) _return(type(uint256).max, 31);
        if (manner == Manner.RETURNS_BOMB) _return(1, 100_000);
        if (manner == Manner.REVERTS_WITH_BOMB) {
            assembly ("memory-safe") {
                revert(0, 100000)
            }
        }
        if (manner == Manner.BURNS_GAS) {
            while (true) {}
        }
        if (manner == Manner.CALLS_BACK) _callBack();
        return true;
    }

    function _callBack() private {
        (bool succeeded, bytes memory result) = _callee.call(_call);
        answer = Answer({given: true, succeeded: succeeded, selector: bytes4(result)});
    }

    function _return(uint256 word, uint256 size) private pure {
        assembly ("memory-safe") {
            mstore(0, word)
            return(0, size)
        }
    }
}
