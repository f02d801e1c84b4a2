// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title Transfers that believe nothing but a plain true.
library PlainToken {
    /// @dev Asks for a transfer with at most the given gas.
    /// Of a longer answer only the first word is copied: no token can make the caller pay for its memory.
    /// @return made Whether the token answered true.
    /// @return undone Whether the call reverted, so that nothing of it is left. Neither: who knows.
    function tryTransfer(IERC20 token, uint256 gasAllowed, address recipient, uint256 amount)
        internal
        returns (bool made, bool undone)
    {
        uint256 selector = uint256(uint32(IERC20.transfer.selector));
        assembly ("memory-safe") {
            // The message is written behind all that is in use, and forgotten.
            let message := mload(0x40)
            mstore(message, shl(224, selector))
            mstore(add(message, 4), recipient)
            mstore(add(message, 36), amount)
            undone := iszero(call(gasAllowed, token, 0, message, 68, 0, 32))
            made := and(iszero(undone), and(gt(returndatasize(), 31), eq(mload(0), 1)))
        }
    }
}
