"""The homes of the public Fontana data: exact netting, every defect a finding."""

from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle.sources.citylearn import net_wh
from oracle.sources.fontana import Fontana, gaps, half_up_wh, net_kwh, read_fontana, sum_kwh
from tests.oracle.sources.conftest import append, edit

ENERGY = "a number of kWh from 0 to 500000"
energies = st.decimals(0, 500_000, places=18)


def sentences(path: Path) -> list[str]:
    homes, findings = read_fontana(path)
    assert (homes is None) == bool(findings)
    return [str(finding) for finding in findings]


@pytest.mark.parametrize(
    ("consumption", "generation", "injected", "withdrawn"),
    [
        ("0.5", "1.25", "0.75", "0"),
        ("2", "0.5", "0", "1.5"),
        ("9.9e-08", "0", "0", "9.9e-08"),
        ("1", "1.0", "0", "0"),
    ],
)
def test_net__one_side_is_zero(consumption: str, generation: str, injected: str, withdrawn: str) -> None:
    expected = (Decimal(injected), Decimal(withdrawn))
    assert net_kwh(Decimal(consumption), Decimal(generation)) == expected


def attounits(energy_kwh: Decimal) -> int:
    """Exact whole number of 10^-18 kWh."""
    return int(energy_kwh.scaleb(18))


@given(energies, energies)
def test_net__difference__is_exact(consumption: Decimal, generation: Decimal) -> None:
    injected, withdrawn = net_kwh(consumption, generation)
    scale = 10**18
    assert int(injected * scale) - int(withdrawn * scale) == int(generation * scale) - int(
        consumption * scale
    )
    assert min(injected, withdrawn) == 0


@pytest.mark.parametrize(
    ("kwh", "wh"),
    [("0.0004", 0), ("0.0005", 1), ("0.00049999999999999999999999", 0), ("1.2345", 1235), ("2e-3", 2)],
)
def test_half_up__wh(kwh: str, wh: int) -> None:
    assert half_up_wh(Decimal(kwh)) == wh


def test_fontana__good_file__has_its_homes(energy_file: Path) -> None:
    homes, _ = read_fontana(energy_file)
    assert homes is not None
    assert [(home.number, home.pv_milliwatt) for home in homes.homes] == [(3, 4_000_000), (7, 5_500_000)]
    assert (homes.hours, homes.last_line) == (744, 1489)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (
            "0,7,1,3,4.0,abc,1.0",
            f'consumption_kwh "abc" is not {ENERGY}',
        ),
        (
            "0,7,1,3,4.0,0.5,nan",
            f'pv_generation_kwh "nan" is not {ENERGY}',
        ),
        (
            "0,7,1,3,4.0,-0.5,1.0",
            f'consumption_kwh "-0.5" is not {ENERGY}',
        ),
        ("0,7,1,3,4.0,,1.0", f'consumption_kwh "" is not {ENERGY}'),
        (
            "0,7,1,3,4.0,1e-99,1",
            f'consumption_kwh "1e-99" is not {ENERGY}',
        ),
        (
            "0,7,1,3,4.0,500001,1",
            f'consumption_kwh "500001" is not {ENERGY}',
        ),
        ("0,7,1,3,0,0.5,1.0", 'pv_kwp "0" is not a power in kW above 0'),
        ("0,7,1,3.5,4.0,0.5,1.0", 'building "3.5" is not a whole number'),
        ("1.0,7,1,3,4.0,0.5,1.0", 'hour_index "1.0" is not a whole number'),
        ("9000,7,1,3,4.0,0.5,1.0", "hour_index 9000 lies beyond the 8784 hours of a year"),
    ],
)
def test_fontana__bad_cell__names_line_and_cell(energy_file: Path, line: str, sentence: str) -> None:
    edit(energy_file, 2, line)
    assert sentences(energy_file) == [f"energy_long.csv:2: {sentence}"]


def test_fontana__several_defects__are_all_named(energy_file: Path) -> None:
    edit(energy_file, 2, "x,7,1,3,4.0,y,z")
    edit(energy_file, 9, "3,7,1")
    assert [sentence.split(" ")[0] for sentence in sentences(energy_file)] == ["energy_long.csv:2:"] * 3 + [
        "energy_long.csv:9:"
    ]


def test_fontana__hour_twice__names_both_lines(energy_file: Path) -> None:
    append(energy_file, "5,7,1,3,4.0,0.5,1.0")
    assert sentences(energy_file) == [
        "energy_long.csv:1490: building 3 has hour_index 5 twice, first in line 12"
    ]


def test_fontana__pv_power_changes__is_a_finding(energy_file: Path) -> None:
    edit(energy_file, 4, "1,7,1,3,4.5,0.5,1.0")
    assert sentences(energy_file) == ["energy_long.csv:4: pv_kwp of building 3 differs from line 2"]


def test_fontana__missing_column__is_a_finding(energy_file: Path) -> None:
    edit(energy_file, 1, "hour_index,month,hour_1_24,building,pv_kwp,consumption_kwh,generation")
    assert sentences(energy_file)[0].startswith(
        'energy_long.csv:1: the column "pv_generation_kwh" is missing'
    )


def test_fontana__header_only__is_a_finding(energy_file: Path) -> None:
    energy_file.write_text(energy_file.read_text().splitlines()[0] + "\n")
    assert sentences(energy_file) == ["energy_long.csv:1: the file has no readings"]


def test_gaps__hour_missing__names_home_hour_and_the_line_before(energy_file: Path) -> None:
    edit(energy_file, 12, None)
    homes, _ = read_fontana(energy_file)
    assert homes is not None
    assert [str(gap) for gap in gaps(homes, range(744))] == [
        "energy_long.csv:10: building 3 has no hour_index 5"
    ]
    assert gaps(homes, range(6, 706)) == []


def test_gaps__first_hour_missing__names_the_header(energy_file: Path) -> None:
    edit(energy_file, 3, None)
    homes, _ = read_fontana(energy_file)
    assert homes is not None
    assert [str(gap) for gap in gaps(homes, range(744))] == [
        "energy_long.csv:1: building 7 has no hour_index 0"
    ]


@pytest.mark.shared
def test_fontana__public_data__gives_the_published_gross_energy(public_homes: Fontana) -> None:
    consumption = sum_kwh(energy for home in public_homes.homes for energy in home.consumption_kwh.values())
    generation = sum_kwh(energy for home in public_homes.homes for energy in home.generation_kwh.values())
    assert (f"{consumption:.3f}", f"{generation:.3f}") == ("169644.031", "103425.402")


@pytest.mark.shared
def test_fontana__public_data__nets_to_the_published_totals(public_homes: Fontana) -> None:
    injected, withdrawn = [Decimal(0)] * 8760, [Decimal(0)] * 8760
    for home in public_homes.homes:
        for hour in range(8760):
            net = net_kwh(home.consumption_kwh[hour], home.generation_kwh[hour])
            injected[hour] += net[0]
            withdrawn[hour] += net[1]
    shared = sum(map(min, injected, withdrawn))
    figures = (f"{sum(withdrawn):.3f}", f"{sum(injected):.3f}", f"{shared:.3f}")
    assert figures == ("112121.123", "45902.494", "17695.722")


@pytest.mark.shared
def test_fontana__public_data_in_wh__stays_within_half_a_wh_per_reading(public_homes: Fontana) -> None:
    net = np.array([net_wh(home, range(8760)) for home in public_homes.homes])
    readings_not_zero = np.count_nonzero(net, axis=(0, 2))
    off = np.abs(net.sum(axis=(0, 2)) - np.array([45_902_494, 112_121_123]))
    assert (off <= readings_not_zero // 2).all()
    assert np.minimum(*net.sum(axis=0)).sum() == 17_695_784
