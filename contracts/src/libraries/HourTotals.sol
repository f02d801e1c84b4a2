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
    /// The caller has checked that the length is a whole number of hours, 25 at most: no sum leaves 64 bits.
    function sum(bytes calldata hourTotals)
        internal
        pure
        returns (uint256 injectedWh, uint256 withdrawnWh, uint256 sharedWh)
    {
        // Written in assembly because it is most of what a post computes.
        assembly ("memory-safe") {
            let end := add(hourTotals.offset, hourTotals.length)
            for { let hour := hourTotals.offset } lt(hour, end) { hour := add(hour, BYTES_PER_HOUR) } {
                let word := calldataload(hour)
                let injected := shr(216, word)
                let withdrawn := and(shr(176, word), 0xffffffffff)
                injectedWh := add(injectedWh, injected)
                withdrawnWh := add(withdrawnWh, withdrawn)
                // The smaller one: injected, exchanged for withdrawn where that is less.
                let exchange := mul(lt(withdrawn, injected), xor(injected, withdrawn))
                sharedWh := add(sharedWh, xor(injected, exchange))
            }
        }
    }
}
