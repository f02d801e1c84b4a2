// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EnergyLedger} from "../../src/EnergyLedger.sol";
import {Day, DayReport, MonthNumber} from "../../src/types/Energy.sol";
import {Reporters} from "./Reporters.sol";
import {Typed} from "./Typed.sol";

/// @dev A ledger, and reports for it that the reporters signed.
abstract contract Energy is Reporters {
    bytes32 internal constant CONFIGURATION = "AC001E00001";
    address internal constant REGISTRAR = address(0x4E61);
    uint40 internal constant FINALITY_DELAY = 3 days;

    /// February 2023: the shortest month, without a clock change.
    MonthNumber internal constant MONTH = MonthNumber.wrap(53 * 12 + 1);
    uint32 internal constant FIRST_DAY = 19_389;
    uint256 internal constant DAY_COUNT = 28;

    /// 24 December 2024.
    uint256 internal constant NOW = 1_735_000_000;

    EnergyLedger internal ledger;

    /// @dev A ledger at a time when MONTH is over.
    function foundLedger() internal {
        vm.warp(NOW);
        appointReporters(REPORTER_COUNT);
        ledger = new EnergyLedger(REGISTRAR, reporterAccounts(), THRESHOLD, FINALITY_DELAY);
    }

    function register(bytes32 configuration, address vault) internal {
        vm.prank(REGISTRAR);
        ledger.registerConfiguration(configuration, vault);
    }

    /// @dev The same totals in every hour.
    function flatHours(uint40 injectedWh, uint40 withdrawnWh, uint256 hourCount)
        internal
        pure
        returns (bytes memory hourTotals)
    {
        for (uint256 i = 0; i < hourCount; ++i) {
            hourTotals = abi.encodePacked(hourTotals, injectedWh, withdrawnWh);
        }
    }

    /// @dev A first report of a day of 24 hours.
    function reportOf(uint32 day, uint40 injectedWh, uint40 withdrawnWh) internal pure returns (DayReport memory) {
        return DayReport({
            day: Day.wrap(day),
            predecessor: 0,
            root: keccak256(abi.encode(day)),
            roster: keccak256("roster"),
            pods: 7,
            blinding: keccak256("blinding"),
            hourTotals: flatHours(injectedWh, withdrawnWh, 24)
        });
    }

    function alone(DayReport memory report) internal pure returns (DayReport[] memory reports) {
        reports = new DayReport[](1);
        reports[0] = report;
    }

    function signedBatch(bytes32 configuration, DayReport[] memory reports) internal view returns (bytes[] memory) {
        return signatures("Condivisa EnergyLedger", address(ledger), Typed.hash(configuration, reports));
    }

    function post(bytes32 configuration, DayReport[] memory reports) internal {
        ledger.post(configuration, reports, signedBatch(configuration, reports));
    }

    function correct(bytes32 configuration, DayReport memory replaced, DayReport memory replacement) internal {
        ledger.correct(configuration, replaced, replacement, signedBatch(configuration, alone(replacement)));
    }

    /// @dev Reports of all days of MONTH but the last `missing`: 1,000 Wh injected and 700 Wh withdrawn an hour.
    function monthReports(uint256 missing) internal pure returns (DayReport[] memory reports) {
        reports = new DayReport[](DAY_COUNT - missing);
        for (uint32 i = 0; i < reports.length; ++i) {
            reports[i] = reportOf(FIRST_DAY + i, 1_000, 700);
        }
    }

    function finalizeMonth(bytes32 configuration) internal {
        post(configuration, monthReports(0));
        vm.warp(block.timestamp + FINALITY_DELAY);
    }
}
