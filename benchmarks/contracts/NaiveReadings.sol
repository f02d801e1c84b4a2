// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Every member's reading of every hour in a storage slot of its own: what a ledger must not do.
/// @dev To be measured against, never deployed: readings are personal data. As cheap as this design gets: one slot an
/// hour, 10 bytes of calldata, no signatures, no event, no check but the caller.
contract NaiveReadings {
    error NaiveReadings_NotReporter(address caller);

    uint256 private constant BYTES_PER_READING = 10;

    address private immutable _reporter;
    mapping(uint256 hourNumber => mapping(uint256 member => uint256)) private _readings;

    constructor() {
        _reporter = msg.sender;
    }

    /// @notice Stores readings of consecutive members of one hour, and goes on with the next hour after the last
    /// member.
    /// @param members Members of the community.
    /// @param first Number of the first reading: hour * members + member.
    /// @param readings For each, uint40 injected Wh and uint40 withdrawn Wh.
    function post(uint256 members, uint256 first, bytes calldata readings) external {
        if (msg.sender != _reporter) revert NaiveReadings_NotReporter(msg.sender);
        (uint256 hourNumber, uint256 member) = (first / members, first % members);
        mapping(uint256 => uint256) storage ofHour = _readings[hourNumber];
        for (uint256 i = 0; i < readings.length; i += BYTES_PER_READING) {
            if (member == members) {
                member = 0;
                ofHour = _readings[++hourNumber];
            }
            ofHour[member++] = uint80(bytes10(readings[i:i + BYTES_PER_READING]));
        }
    }

    /// @notice A reading: injected Wh in the upper 40 of 80 bits, withdrawn Wh in the lower.
    function readingOf(uint256 hourNumber, uint256 member) external view returns (uint256) {
        return _readings[hourNumber][member];
    }
}
