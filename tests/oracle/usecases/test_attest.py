"""Hour totals and the list of a day, from readings to what is signed.

attest_days
├── it should sum every POD of the configuration per civil hour, quarter-hours included
├── it should give days of 23 and 25 hours their own length
├── it should take a POD on its valid days only
├── it should ask for the keys of a month once, for all its PODs
├── it should list each POD of the day once, in the order of ids, and the list should add up to the totals
├── given a storage that stands alone it should leave out what does not count as withdrawn
├── given a correction it should hide every POD's day anew
└── given an hour beyond 40 bits it should refuse and name day and hour
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from oracle.attest.day_list import DayList, entry_leaf, is_ascending
from oracle.attest.hash_tree import root_of
from oracle.attest.hours import decode_hours
from oracle.attest.messages import NO_PREDECESSOR, report_id
from oracle.errors import TotalTooLarge
from oracle.usecases.attest import DayAttestation, HourTable, attest_days, open_entry
from settlement.domain.calendar import month_number
from settlement.domain.case import Case, Direction
from settlement.domain.engine import settle
from tests.settlement.store.world import PERSONS, case, pod_of

DAY = date(2024, 7, 2)


def keys(pods: Collection[str], month: int) -> dict[str, bytes]:
    """A key for each POD and month, by formula."""
    return {pod: (pod.encode() + month.to_bytes(4, "big")).ljust(32, b"\0") for pod in pods}


def test_attest_days__month__totals_are_those_of_the_settlement() -> None:
    given = case()
    days = [date(2024, 7, number) for number in (1, 2, 3)]
    attested = list(attest_days(given, "", days, keys))

    (energy,) = settle(given).configurations
    assert [wh for day in attested for wh in day.injected_wh] == energy.injected_wh.tolist()
    assert [wh for day in attested for wh in day.withdrawn_wh] == energy.withdrawn_wh.tolist()


def test_attest_days__two_configurations__each_has_its_own_pods() -> None:
    given = case(two_areas=True)
    found = {code: next(attest_days(given, code, [DAY], keys)) for code in ("a", "b")}
    assert set(found["a"].pods) & set(found["b"].pods) == set()
    assert len(found["a"].pods) + len(found["b"].pods) == 7
    energies = {row.id: row for row in settle(given).configurations}
    for code, attestation in found.items():
        assert list(attestation.withdrawn_wh) == energies[code].withdrawn_wh[24:48].tolist()


def test_attest_days__storage_stands_alone__its_withdrawals_are_left_out_as_in_the_settlement() -> None:
    given = case()
    pods = tuple(replace(row, storage=row.member == "TOWN") for row in given.community.pods)
    given = replace(given, community=replace(given.community, pods=pods))
    (attestation,) = attest_days(given, "", [DAY], keys)
    (energy,) = settle(given).configurations
    assert list(attestation.withdrawn_wh) == energy.withdrawn_wh[24:48].tolist()
    assert pod_of("TOWN") in attestation.pods
    assert not any(HourTable(given, "").pod_day(pod_of("TOWN"), DAY).withdrawn_wh)


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2024, 3, 31), 23), (date(2024, 7, 2), 24), (date(2024, 10, 27), 25)]
)
def test_attest_days__change_of_clocks__the_day_keeps_its_hours(day: date, hours: int) -> None:
    given = case(day, date.fromordinal(day.toordinal() + 1))
    (attestation,) = attest_days(given, "", [day], keys)

    assert len(attestation.injected_wh) == hours
    injected, withdrawn = decode_hours(attestation.report().hours)
    assert (tuple(injected), tuple(withdrawn)) == (attestation.injected_wh, attestation.withdrawn_wh)


def test_attest_days__every_pod__its_entry_leads_to_the_root() -> None:
    given = case()
    (attestation,) = attest_days(given, "", [DAY], keys)
    table, report = HourTable(given, ""), attestation.report()
    assert sorted(attestation.pods) == sorted(pod_of(member) for member in (*PERSONS, "TOWN"))
    assert report.pods == len(attestation.pods)
    for position, pod in enumerate(attestation.pods):
        key = keys([pod], month_number(DAY))[pod]
        own = open_entry(table.pod_day(pod, DAY), DAY, key, NO_PREDECESSOR)
        proof = attestation.list.tree.proof(position)
        assert root_of(position, entry_leaf(own.entry), proof) == report.root


def test_attest_days__list__rises_by_id_and_opens_to_the_totals() -> None:
    (attestation,) = attest_days(case(), "", [DAY], keys)
    assert is_ascending(attestation.list.entries)
    assert attestation.list.adds_up_to(
        attestation.blinding, attestation.injected_wh, attestation.withdrawn_wh
    )


def test_attest_days__days_of_a_month__have_one_roster_and_other_commitments() -> None:
    one, other = attest_days(case(), "", [DAY, date(2024, 7, 3)], keys)
    assert one.report().roster == other.report().roster
    commitments = [{row.commitment for row in day.list.entries} for day in (one, other)]
    assert commitments[0] & commitments[1] == set()


def test_attest_days__two_months__no_id_returns() -> None:
    given = case(date(2024, 7, 31), date(2024, 8, 2))
    july, august = attest_days(given, "", [date(2024, 7, 31), date(2024, 8, 1)], keys)
    assert {row.id for row in july.list.entries} & {row.id for row in august.list.entries} == set()


def test_attest_days__correction__names_what_it_replaces_and_hides_every_day_anew() -> None:
    given = case()
    (first,) = attest_days(given, "", [DAY], keys)
    predecessor = report_id(first.report())
    (second,) = attest_days(given, "", [DAY], keys, {DAY: predecessor})
    assert second.report().predecessor == predecessor
    assert second.report().roster == first.report().roster
    pairs = zip(first.list.entries, second.list.entries, strict=True)
    assert all(before.commitment != after.commitment for before, after in pairs)


def test_attest_days__pod_leaves_on_a_day__is_not_in_its_report() -> None:
    given = case()
    leaving = pod_of("P4")
    rows = [replace(row, valid_to=DAY) if row.code == leaving else row for row in given.community.pods]
    given = replace(given, community=replace(given.community, pods=tuple(rows)))
    before, after = attest_days(given, "", [date(2024, 7, 1), DAY], keys)
    assert leaving in before.pods
    assert leaving not in after.pods


def test_attest_days__keys__are_asked_once_a_month_for_all_its_pods() -> None:
    asked: list[tuple[int, int]] = []

    def counting(pods: Collection[str], month: int) -> dict[str, bytes]:
        asked.append((month, len(pods)))
        return keys(pods, month)

    given = case(date(2024, 7, 30), date(2024, 8, 3))
    days = [date(2024, 7, 30), date(2024, 7, 31), date(2024, 8, 1), date(2024, 8, 2)]
    assert len(list(attest_days(given, "", days, counting))) == 4
    assert asked == [(month_number(days[0]), 7), (month_number(days[2]), 7)]


def test_attest_days__no_pods__totals_are_zero_and_the_root_is_empty() -> None:
    given = case()
    given = Case(replace(given.community, pods=(), plants=()), (), given.prices)
    (attestation,) = attest_days(given, "", [DAY], keys)
    assert attestation.injected_wh == (0,) * 24
    report = attestation.report()
    assert (report.root, report.roster, report.pods, report.blinding) == (bytes(32), bytes(32), 0, bytes(32))


def test_report__hour_beyond_40_bits__names_day_and_hour() -> None:
    hours = ((0,) * 24, (*[0] * 5, 2**40, *[0] * 18))
    attestation = DayAttestation(DAY, NO_PREDECESSOR, *hours, (), bytes(32), DayList([]))
    with pytest.raises(TotalTooLarge, match="2024-07-02, hour 5: 1099511627776 Wh exceed"):
        attestation.report()


def test_report__list_that_does_not_add_up__is_never_handed_out() -> None:
    (attestation,) = attest_days(case(), "", [DAY], keys)
    more = (attestation.injected_wh[0] + 1, *attestation.injected_wh[1:])
    with pytest.raises(AssertionError):
        replace(attestation, injected_wh=more).report()


def test_report__one_wh_more__is_another_report() -> None:
    given = case()
    (before,) = attest_days(given, "", [DAY], keys)
    series = list(given.series)
    wh: np.ndarray[tuple[int], np.dtype[np.int32]] = series[0].wh.copy()
    wh[30] += 1
    series[0] = replace(series[0], wh=wh)
    (after,) = attest_days(replace(given, series=tuple(series)), "", [DAY], keys)
    assert series[0].direction in Direction
    assert report_id(before.report()) != report_id(after.report())
    assert before.report().roster == after.report().roster
    pairs = zip(before.list.entries, after.list.entries, strict=True)
    assert sum(entry != other for entry, other in pairs) == 1
