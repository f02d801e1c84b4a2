// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Day, DayReport} from "../../src/types/Energy.sol";
import {Settling} from "../support/Settling.sol";
import {Typed} from "../support/Typed.sol";

/// @dev What must have become of each community's configuration in MONTH: a model that adds up anew each time.
abstract contract LedgerGhosts is Settling {
    uint256 public constant COMMUNITIES = 3;
    uint256 private constant DISPUTE_EXTENSION = 7 days;

    /// @dev An accepted report, whose hours are all alike.
    struct Accepted {
        bytes32 id;
        bytes32 predecessor;
        uint40 injectedWh;
        uint40 withdrawnWh;
        bool hidden;
        bool opened;
    }

    mapping(uint256 community => uint256) public windowEnd;
    mapping(uint256 community => uint256) public corrections;
    mapping(uint256 community => int256) public pendingWh;
    mapping(uint256 community => uint256) public pendingCorrections;
    mapping(uint256 community => bool) public settled;
    mapping(uint256 community => bool) public disputed;
    mapping(uint256 community => bool) public paused;
    /// How often the reporters changed.
    mapping(uint256 community => uint256) public changes;
    mapping(uint256 community => mapping(uint256 reporter => bool)) private _removed;

    mapping(uint256 community => bytes32) private _ids;
    mapping(uint256 community => mapping(uint256 day => Accepted)) private _accepted;
    /// All ids that a day's slot has held, oldest first.
    mapping(uint256 community => mapping(uint256 day => bytes32[])) private _chain;

    /* ------------------------------------------------- writing ------------------------------------------------ */

    function name(uint256 community, bytes32 id) internal {
        _ids[community] = id;
    }

    function accept(uint256 community, DayReport memory report, uint40 injectedWh, uint40 withdrawnWh, bool hidden)
        internal
    {
        uint256 day = Day.unwrap(report.day) - FIRST_DAY;
        _accepted[community][day] = Accepted({
            id: Typed.hash(report),
            predecessor: report.predecessor,
            injectedWh: injectedWh,
            withdrawnWh: withdrawnWh,
            hidden: hidden,
            opened: false
        });
        _chain[community][day].push(Typed.hash(report));
        windowEnd[community] = block.timestamp + FINALITY_DELAY;
    }

    function exchange(uint256 community, DayReport memory report, uint40 injectedWh, uint40 withdrawnWh, bool hidden)
        internal
    {
        (,, uint256 before,) = totals(community);
        accept(community, report, injectedWh, withdrawnWh, hidden);
        (,, uint256 afterwards,) = totals(community);
        ++corrections[community];
        _adjust(community, before, afterwards);
    }

    function open(uint256 community, uint256 day) internal {
        (,, uint256 before,) = totals(community);
        _accepted[community][day].opened = true;
        ++corrections[community];
        (,, uint256 afterwards,) = totals(community);
        _adjust(community, before, afterwards);
    }

    /// @dev What a settled month's shared energy changed by waits for the next settlement.
    function _adjust(uint256 community, uint256 before, uint256 afterwards) private {
        if (!settled[community]) return;
        pendingWh[community] += int256(afterwards) - int256(before);
        ++pendingCorrections[community];
    }

    function settle(uint256 community) internal {
        settled[community] = true;
        pendingWh[community] = 0;
        pendingCorrections[community] = 0;
    }

    function remove(uint256 community, uint256 reporter) internal {
        _removed[community][reporter] = true;
        ++changes[community];
    }

    function appoint(uint256 community) internal {
        for (uint256 i = 0; i < REPORTER_COUNT; ++i) {
            _removed[community][i] = false;
        }
        ++changes[community];
    }

    /* ------------------------------------------------- reading ------------------------------------------------ */

    function communityAt(uint256 community) public view returns (bytes32) {
        return _ids[community];
    }

    function configurationAt(uint256 community) public view returns (bytes32) {
        return configurationOf(_ids[community]);
    }

    function isAccepted(uint256 community, uint256 day) public view returns (bool) {
        return _accepted[community][day].id != 0;
    }

    function acceptedAt(uint256 community, uint256 day) public view returns (Accepted memory) {
        return _accepted[community][day];
    }

    /// @dev The id that a day's slot held first, or so many corrections later; zero beyond the last.
    function chainAt(uint256 community, uint256 day, uint256 position) external view returns (bytes32) {
        bytes32[] storage chain = _chain[community][day];
        return position < chain.length ? chain[position] : bytes32(0);
    }

    function chainLength(uint256 community, uint256 day) external view returns (uint256) {
        return _chain[community][day].length;
    }

    function isListed(uint256 community, uint256 reporter) public view returns (bool) {
        return !_removed[community][reporter];
    }

    /// @dev Whether what the first reporters sign is accepted: they are all listed, and nothing is paused.
    function signable(uint256 community) public view returns (bool) {
        for (uint256 i = 0; i < THRESHOLD; ++i) {
            if (_removed[community][i]) return false;
        }
        return !paused[community];
    }

    function reporterAt(uint256 reporter) external view returns (address) {
        return vm.addr(keys[reporter]);
    }

    function finalFrom(uint256 community) public view returns (uint256) {
        return windowEnd[community] + (disputed[community] ? DISPUTE_EXTENSION : 0);
    }

    function isFinal(uint256 community) public view returns (bool) {
        return missing(community) == 0 && block.timestamp >= finalFrom(community);
    }

    function missing(uint256 community) public view returns (uint256 count) {
        for (uint256 day = 0; day < DAY_COUNT; ++day) {
            if (!isAccepted(community, day)) ++count;
        }
    }

    /// @dev Sums over the accepted reports whose hours are known, and how many hide theirs.
    function totals(uint256 community)
        public
        view
        returns (uint256 injectedWh, uint256 withdrawnWh, uint256 sharedWh, uint256 hiddenDays)
    {
        for (uint256 day = 0; day < DAY_COUNT; ++day) {
            Accepted storage report = _accepted[community][day];
            if (report.hidden && !report.opened) {
                ++hiddenDays;
                continue;
            }
            (uint256 injected, uint256 withdrawn) = (report.injectedWh, report.withdrawnWh);
            injectedWh += 24 * injected;
            withdrawnWh += 24 * withdrawn;
            sharedWh += 24 * (injected < withdrawn ? injected : withdrawn);
        }
    }
}
