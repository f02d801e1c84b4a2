"""Reading what was written gives the same case; the order of rows and tables never reaches a result."""

import os
import random
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from settlement.casefile import evidence, manifest, read_case, write_atomically, write_case
from settlement.casefile.manifest import FILES
from settlement.domain.canonical import canonical_json
from settlement.domain.case import (
    Allocation,
    Attribution,
    Case,
    Configuration,
    LateRequestPolicy,
    MemberCategory,
    Source,
    StoragePolicy,
)
from settlement.domain.engine import settle
from tests.settlement.domain.worlds import A, B, C, case, held, micro, plant, sme

HOURS = 5
WH = st.lists(st.integers(0, 500_000_000), min_size=HOURS * 4, max_size=HOURS * 4)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6)
IN_FOLDER = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None
)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Quarter-hourly and hourly PODs, odd names, several configurations or one, odd days and decimals."""
    several = draw(st.booleans())
    homes = ("K1", "K1", "Ω2") if several else ("", "", "")
    names = draw(st.lists(NAMES, min_size=3, max_size=3, unique=True))
    configurations = (Configuration("K1", "AC001E00001", "NORD"), Configuration("Ω2", "AC001E00002", "SUD"))
    quarters = draw(st.booleans())
    count = HOURS * 4 if quarters else HOURS
    overridden = {"parameters_micro": {"fc_north_eur_per_mwh": micro("10.5")}}
    if draw(st.booleans()):
        overridden["parameter_sources"] = {"fc_north_eur_per_mwh": draw(NAMES)}
    made = case(
        injected={A: draw(WH)[:count], B: draw(WH)[:count]},
        withdrawn={B: draw(WH)[:count], C: draw(WH)[:count]},
        resolution_minutes=15 if quarters else 60,
        plants=[
            plant(
                "P1",
                A,
                draw(st.sampled_from(["10", "0.000001", "999.5"])),
                "12.25",
                stop_days=3,
                requested_on=date(2024, 9, 9),
            ),
            plant(draw(NAMES) + "P2", B, source=Source.HYDRO, entry_into_operation=date(2023, 2, 28)),
        ],
        members=[sme(name, category=draw(st.sampled_from(list(MemberCategory)))) for name in names],
        pods=[
            held(pod, name, configuration=home, storage=draw(st.booleans()))
            for pod, name, home in zip((A, B, C), names, homes, strict=True)
        ],
        start=draw(
            st.sampled_from([datetime(2024, 7, 1, 22, tzinfo=UTC), datetime(2024, 10, 26, 23, tzinfo=UTC)])
        ),
        price=[
            price // 4 * 4
            for price in draw(st.lists(st.integers(-(10**11), 10**11), min_size=20, max_size=20))
        ],
        name=draw(NAMES),
        attribution=draw(st.sampled_from(list(Attribution))),
        allocation=draw(st.sampled_from(list(Allocation))),
        storage_policy=draw(st.sampled_from(list(StoragePolicy))),
        late_request_policy=draw(st.sampled_from(list(LateRequestPolicy))),
        revenue_micro_eur=draw(st.none() | st.integers(0, 10**9).map(lambda cents: cents * 10_000)),
        **draw(st.sampled_from([{}, overridden])),
        **({"configurations": configurations} if several else {}),
    )
    return _canonical(made, draw(st.booleans()))


def _canonical(made: Case, estimated: bool) -> Case:
    """Rows in the order of their keys, as read_case gives them."""
    terms = made.community
    ordered = replace(
        terms,
        members=tuple(sorted(terms.members, key=lambda row: row.id)),
        plants=tuple(sorted(terms.plants, key=lambda row: row.id)),
    )
    if estimated:
        made.series[0].estimated[1] = True
    return Case(ordered, made.series, made.prices)


@IN_FOLDER
@given(given_case=cases())
def test_read_case__of_what_was_written__is_the_same_case(tmp_path: Path, given_case: Case) -> None:
    write_case(given_case, tmp_path)
    found, findings = read_case(tmp_path)
    assert findings == []
    assert found == given_case


@IN_FOLDER
@given(given_case=cases(), seed=st.integers())
def test_settle__rows_tables_and_columns_in_any_order__gives_the_same_bytes(
    tmp_path: Path, given_case: Case, seed: int
) -> None:
    write_case(given_case, tmp_path)
    shuffle(tmp_path, random.Random(seed))
    found, findings = read_case(tmp_path)
    assert findings == []
    assert found is not None
    assert canonical_json(settle(found).document()) == canonical_json(settle(given_case).document())


def shuffle(folder: Path, chance: random.Random) -> None:
    """Tables of community.toml, rows and columns of the CSV files in another order."""
    text = (folder / "community.toml").read_bytes().decode()
    top, *tables = re.split(r"^(?=\[)", text, flags=re.MULTILINE)
    chance.shuffle(tables)
    (folder / "community.toml").write_bytes(
        (top + "".join(table.rstrip("\n") + "\n" for table in tables)).encode()
    )
    for name in ("readings.csv", "prices.csv"):
        header, *rows = [line.split(",") for line in (folder / name).read_text().splitlines()]
        order = chance.sample(range(len(header)), len(header))
        chance.shuffle(rows)
        lines = [",".join(row[column] for column in order) for row in [header, *rows]]
        (folder / name).write_text("\r\n".join(lines))


def test_write_case__hourly_prices__stand_once_an_hour(tmp_path: Path) -> None:
    write_case(case(injected={A: [1, 2]}, withdrawn={B: [3, 4]}), tmp_path)
    assert (tmp_path / "prices.csv").read_text() == (
        "interval_start,zone,eur_per_mwh\n2024-07-01T12:00+02:00,NORD,95\n2024-07-01T13:00+02:00,NORD,95\n"
    )
    assert (tmp_path / "readings.csv").read_text().splitlines()[:2] == [
        "interval_start,pod,direction,wh", f"2024-07-01T12:00+02:00,{A},injected,1"
    ]  # fmt: skip


def test_write_case__intervals_without_a_reading__are_left_out(tmp_path: Path) -> None:
    given_case = case(injected={A: [1, 2]}, withdrawn={B: [3, 4]})
    given_case.series[1].present[0] = False
    write_case(given_case, tmp_path)
    assert "withdrawn,3" not in (tmp_path / "readings.csv").read_text()


def test_manifest__of_a_folder_and_of_contents__are_the_same(tmp_path: Path) -> None:
    contents = {name: name.encode() for name in FILES}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    lines = manifest(tmp_path).decode().splitlines()
    assert [line.split("  ")[1] for line in lines] == [
        "community.toml",
        "prices.csv",
        "readings.csv",
        "settlement.json",
    ]
    assert manifest(contents) == manifest(tmp_path)
    assert lines[0].split("  ")[0] == sha256(b"community.toml").hexdigest()
    assert len(evidence(manifest(tmp_path))) == 32
    assert evidence(manifest({**contents, "readings.csv": b"x"})) != evidence(manifest(contents))


def test_write_atomically__failure__leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "new" / "file"
    write_atomically(target, b"old")

    def fail(*_: Any) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        write_atomically(target, b"new")
    assert target.read_bytes() == b"old"
    assert list(target.parent.iterdir()) == [target]


def test_write_atomically__umask__guards_the_file(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        write_atomically(tmp_path / "file", b"private")
    finally:
        os.umask(before)
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o600


def test_series__equality__sees_every_array() -> None:
    one = case(injected={A: [1]}, withdrawn={B: [1]})
    other = case(injected={A: [1]}, withdrawn={B: [1]})
    assert one == other
    other.series[0].estimated[0] = True
    assert one != other
    assert one.prices[0] != replace(one.prices[0], quarter_micro_eur_per_mwh=np.zeros(4, dtype=np.int64))
