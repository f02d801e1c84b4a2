// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Energy of a day, from the packed totals of its hours.
library HourTotals {
    /// uint40 injected Wh and uint40 withdrawn Wh.
    uint256 internal constant BYTES_PER_HOUR = 10;
    /// A hash stands in the totals' place; no day has as few hours.
    uint256 private constant BYTES_HIDDEN = 32;

    function areHidden(bytes calldata hourTotals) internal pure returns (bool) {
        return hourTotals.length == BYTES_HIDDEN;
    }

    /// @dev Sums of a day in Wh; an hour's shared energy is the smaller of what was injected and withdrawn in it.
    /// The caller has checked that the length is a whole number of hours.
    function sum(bytes calldata hourTotals)
        internal
        pure
        returns (uint256 injectedWh, uint256 withdrawnWh, uint256 sharedWh)
    {
        // Offsets stay below the length, and the sums of a day's 25 hours of 40 bits far below 2^256.
        unchecked {
            for (uint256 offset = 0; offset < hourTotals.length; offset += BYTES_PER_HOUR) {
                uint256 hour;
                assembly ("memory-safe") {
                    hour := calldataload(add(hourTotals.offset, offset))
                }
                uint256 injected = hour >> 216;
                uint256 withdrawn = (hour >> 176) & type(uint40).max;
                injectedWh += injected;
                withdrawnWh += withdrawn;
                sharedWh += injected < withdrawn ? injected : withdrawn;
            }
        }
    }
}
