// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EnergyLedger} from "../../src/EnergyLedger.sol";
import {ICommunityRegistry} from "../../src/interfaces/ICommunityRegistry.sol";
import {Batch, Day, DayReport, MonthNumber, Shares} from "../../src/types/Energy.sol";
import {Reporters} from "./Reporters.sol";
import {Typed} from "./Typed.sol";

/// @dev A ledger with one community of one configuration, and reports for it that the reporters signed.
abstract contract Energy is Reporters {
    address internal constant ADMINISTRATOR = address(0xAD01);
    address internal constant GOVERNOR = address(0x6001);
    address internal constant GUARDIAN = address(0x6A01);
    bytes32 internal constant SALT = "CER";
    bytes32 internal constant AREA = "AC001E00001";
    bytes32 internal constant COMMUNITY = keccak256(abi.encode(ADMINISTRATOR, SALT));
    bytes32 internal constant CONFIGURATION = keccak256(abi.encode(COMMUNITY, AREA));
    uint16 internal constant PRODUCERS_BPS = 7_000;
    uint16 internal constant SOCIAL_BPS = 2_000;
    uint16 internal constant GRID_BPS = 1_000;
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
        ledger = new EnergyLedger(FINALITY_DELAY);
        registerCommunity(SALT);
    }

    /// @dev A community of the usual terms, with a configuration in AREA.
    function registerCommunity(bytes32 salt) internal returns (bytes32 community) {
        ICommunityRegistry.CommunityTerms memory terms_ = communityTerms();
        vm.prank(ADMINISTRATOR);
        community = ledger.registerCommunity(salt, terms_);
        vm.prank(ADMINISTRATOR);
        ledger.registerConfiguration(community, AREA);
    }

    function communityTerms() internal view returns (ICommunityRegistry.CommunityTerms memory) {
        return ICommunityRegistry.CommunityTerms({
            governor: GOVERNOR,
            guardian: GUARDIAN,
            reporters: reporterAccounts(),
            threshold: THRESHOLD,
            smallestGroup: 3,
            shares: Shares({producersBps: PRODUCERS_BPS, socialBps: SOCIAL_BPS, gridBps: GRID_BPS})
        });
    }

    /// @dev Binds a community to its first vault.
    function setVault(bytes32 community, address vault_) internal {
        vm.prank(ADMINISTRATOR);
        ledger.setVault(community, vault_);
    }

    /// @dev Id of a community's configuration in AREA.
    function configurationOf(bytes32 community) internal pure returns (bytes32) {
        return keccak256(abi.encode(community, AREA));
    }

    function epochOf(bytes32 community) internal view returns (uint32 epoch) {
        (,, epoch) = ledger.reportersOf(community);
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

    /// @dev Reports of the community's configuration in AREA, which the reporters signed for its present epoch.
    function signedBatch(bytes32 community, DayReport[] memory reports) internal view returns (Batch memory batch) {
        batch = Batch({community: community, area: AREA, epoch: epochOf(community), reports: reports, signatures: ""});
        batch.signatures = signaturesOf(batch);
    }

    /// @dev What the reporters sign for a batch.
    function signaturesOf(Batch memory batch) internal view returns (bytes memory) {
        bytes32 configuration = keccak256(abi.encode(batch.community, batch.area));
        return
            signatures(
                "Condivisa EnergyLedger", address(ledger), Typed.hash(configuration, batch.epoch, batch.reports)
            );
    }

    function post(bytes32 community, DayReport[] memory reports) internal {
        ledger.post(signedBatch(community, reports));
    }

    function correct(bytes32 community, DayReport memory replaced, DayReport memory replacement) internal {
        ledger.correct(signedBatch(community, alone(replacement)), alone(replaced));
    }

    /// @dev Reports of all days of MONTH but the last `missing`: 1,000 Wh injected and 700 Wh withdrawn an hour.
    function monthReports(uint256 missing) internal pure returns (DayReport[] memory reports) {
        reports = new DayReport[](DAY_COUNT - missing);
        for (uint32 i = 0; i < reports.length; ++i) {
            reports[i] = reportOf(FIRST_DAY + i, 1_000, 700);
        }
    }

    function finalizeMonth(bytes32 community) internal {
        post(community, monthReports(0));
        vm.warp(block.timestamp + FINALITY_DELAY);
    }
}
