// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Registered reporters, of whom m must sign what a contract accepts.
/// @notice Reporters and threshold are fixed at deployment. Signatures are EIP-712, so they are bound to this chain
/// and this contract, and through the contract's address to its set of reporters.
interface IReporterQuorum {
    error ReporterQuorum_ThresholdOutOfRange(uint256 threshold, uint256 reporters);
    error ReporterQuorum_TooManyReporters(uint256 reporters, uint256 most);
    error ReporterQuorum_InvalidReporter(address reporter);
    error ReporterQuorum_TooFewSignatures(uint256 signatures, uint256 threshold);
    error ReporterQuorum_TooManySignatures(uint256 signatures, uint256 most);
    error ReporterQuorum_SignersNotAscending(address previous, address signer);
    error ReporterQuorum_NotAReporter(address signer);

    /// @notice All reporters, in the order given at deployment.
    function reporters() external view returns (address[] memory);

    /// @notice Whether an address is a reporter.
    function isReporter(address account) external view returns (bool);

    /// @notice Number of distinct reporters that must sign.
    function threshold() external view returns (uint8);

    /// @notice EIP-712 domain separator on the current chain.
    function domainSeparator() external view returns (bytes32);
}
