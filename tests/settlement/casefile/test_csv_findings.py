"""Every finding of readings.csv and prices.csv, at the line of its row."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.settlement.casefile.folders import COMMUNITY, PRICES, READINGS, findings_of, replaced, stamps

READ, PRICE = "readings.csv", "prices.csv"
FIRST = "2024-06-30T22:00Z,IT001E00000001,injected,1000"
LAST = "2024-07-01T02:00+02:00,IT001E00000002,withdrawn,1500\n"

# (name, text to replace, replacement, line, part of the sentence)
READING_CHANGES = [
    ("separator", "interval_start,pod,direction,wh", "interval_start;pod;direction;wh", 1, "semicolons"),
    (
        "column missing",
        "interval_start,pod,direction,wh",
        "interval_start,pod,direction",
        1,
        "column wh is missing",
    ),
    ("column unknown", "direction,wh", "direction,wh,kwh", 1, '"kwh" is unknown'),
    ("column twice", "direction,wh", "direction,wh,wh", 1, "named twice"),
    ("column with blank", "direction,wh", "direction, wh", 1, '" wh" is unknown'),
    ("too few fields", FIRST, FIRST[:-5], 2, "3 fields, the header names 4"),
    ("too many fields", FIRST, FIRST + ",measured", 2, "5 fields, the header names 4"),
    ("blank line that is not empty", FIRST, " \n" + FIRST, 2, "1 fields"),
    ("separator of a row", FIRST, FIRST.replace(",", ";"), 2, "1 fields"),
    ("timestamp without offset", "22:00Z", "22:00", 2, "not YYYY-MM-DDTHH:MM"),
    ("timestamp with blank", "2024-06-30T22:00Z", "2024-06-30 22:00Z", 2, "not YYYY-MM-DDTHH:MM"),
    ("timestamp in small letters", "2024-06-30T22:00Z", "2024-06-30t22:00z", 2, "not YYYY-MM-DDTHH:MM"),
    ("timestamp with fraction", "22:00Z", "22:00:00.0Z", 2, "not YYYY-MM-DDTHH:MM"),
    ("timestamp in other digits", "2024-06-30T22", "٢٠٢٤-06-30T22", 2, "not YYYY-MM-DDTHH:MM"),
    ("day that does not exist", "2024-06-30", "2024-06-31", 2, "does not exist"),
    ("hour that does not exist", "T22:00Z", "T24:00Z", 2, "does not exist"),
    ("minute that does not exist", "T22:00Z", "T22:60Z", 2, "does not exist"),
    ("offset that does not exist", "T22:00Z", "T22:00+24:00", 2, "does not exist"),
    ("off the quarter-hour", "T22:00Z", "T22:10Z", 2, "not the beginning of a quarter-hour"),
    ("a second late", "T22:00Z", "T22:00:01Z", 2, "not the beginning of a quarter-hour"),
    ("offset off the quarter-hour", "T22:00Z", "T22:00+00:07", 2, "not the beginning of a quarter-hour"),
    ("pod odd", "IT001E00000001,injected,1000", "IT01E00000001,injected,1000", 2, "form of a POD code"),
    (
        "pod with blank",
        "IT001E00000001,injected,1000",
        "IT001E00000001 ,injected,1000",
        2,
        "form of a POD code",
    ),
    (
        "pod in quotes",
        "IT001E00000001,injected,1000",
        '"IT001E00000001",injected,1000',
        2,
        "form of a POD code",
    ),
    ("pod not listed", "IT001E00000001,injected,1000", "IT001E00000009,injected,1000", 2, "is not listed"),
    ("direction unknown", "injected,1000", "immessa,1000", 2, "neither injected nor withdrawn"),
    ("direction in capitals", "injected,1000", "Injected,1000", 2, "neither injected nor withdrawn"),
    ("wh empty", "injected,1000", "injected,", 2, "not whole Wh"),
    ("wh negative", "injected,1000", "injected,-1", 2, "not whole Wh"),
    ("wh with plus", "injected,1000", "injected,+1", 2, "not whole Wh"),
    ("wh decimal", "injected,1000", "injected,1.0", 2, "not whole Wh"),
    ("wh with blank", "injected,1000", "injected,1000 ", 2, "not whole Wh"),
    ("wh in other digits", "injected,1000", "injected,١٠", 2, "not whole Wh"),
    ("wh too large", "injected,1000", "injected,500000001", 2, "above 500000000"),
    ("wh far too large", "injected,1000", "injected," + "9" * 30, 2, "above 500000000"),
    ("duplicate", LAST, LAST + LAST, 11, "repeats an interval"),
    (
        "duplicate by another offset",
        LAST,
        LAST + LAST.replace("02:00+02:00", "00:00Z"),
        11,
        "repeats an interval",
    ),
    ("first interval missing", FIRST + "\n", "", 1, "first missing is 2024-07-01T00:00+02:00"),
    ("last interval missing", LAST, "", 9, "first missing is 2024-07-01T02:00+02:00"),
]


@pytest.mark.parametrize(
    ("old", "new", "line", "part"),
    [row[1:] for row in READING_CHANGES],
    ids=[row[0] for row in READING_CHANGES],
)
def test_readings__one_clause_broken__is_found_at_its_line(
    tmp_path: Path, old: str, new: str, line: int, part: str
) -> None:
    found = findings_of(tmp_path, replaced(READ, old, new))
    assert [row for row in found if (row.file, row.line) == (READ, line) and part in row.sentence], found


PRICE_CHANGES = [
    ("separator", "start,zone,eur", "start\tzone\teur", 1, "column"),
    ("tabs", "interval_start,zone,eur_per_mwh", "interval_start\tzone\teur_per_mwh", 1, "tabs"),
    ("column unknown", "zone,eur", "zone,currency,eur", 1, '"currency" is unknown'),
    ("price with comma", "95.5", "95,5", 2, "4 fields"),
    ("price with plus", "95.5", "+95.5", 2, "not a decimal"),
    ("price with exponent", "95.5", "9e1", 2, "not a decimal"),
    ("price without digits", "95.5", "95.", 2, "not a decimal"),
    ("price with seven decimals", "95.5", "95.5000000", 2, "at most 6 places"),
    ("price empty", "95.5", "", 2, "not a decimal"),
    ("price not a number", "95.5", "nan", 2, "not a decimal"),
    ("price in other digits", "95.5", "٩٥", 2, "not a decimal"),
    ("price too large", "95.5", "100000.000001", 2, "beyond 100000"),
    ("price too small", ",-1", ",-100000.000001", 3, "beyond 100000"),
    ("zone unknown", "NORD,95.5", "PUN,95.5", 2, '"PUN", not one of'),
    ("zone in small letters", "NORD,95.5", "nord,95.5", 2, '"nord", not one of'),
    ("timestamp odd", "2024-07-01T00:00:00+02:00", "2024-07-01T00:00:00", 2, "not YYYY-MM-DDTHH:MM"),
    ("off the quarter-hour", "2024-07-01T00:00:00", "2024-07-01T00:01:00", 2, "not the beginning"),
    ("hour missing", "2024-07-01T01:00:00+02:00,NORD,-1\n", "", 2, "first missing is 2024-07-01T01:00+02:00"),
    (
        "quarters missing",
        "T01:00:00+02:00,NORD,-1",
        "T01:15:00+02:00,NORD,-1",
        2,
        "missing is 2024-07-01T00:15",
    ),
    ("repeated", "T01:00:00+02:00,NORD,-1", "T00:00:00+02:00,NORD,95.5", 3, "repeats the interval"),
    ("defect in a zone not needed", "NORD,-1", "SICI,x", 3, "not a decimal"),
]


@pytest.mark.parametrize(
    ("old", "new", "line", "part"), [row[1:] for row in PRICE_CHANGES], ids=[row[0] for row in PRICE_CHANGES]
)
def test_prices__one_clause_broken__is_found_at_its_line(
    tmp_path: Path, old: str, new: str, line: int, part: str
) -> None:
    found = findings_of(tmp_path, replaced(PRICE, old, new))
    assert [row for row in found if (row.file, row.line) == (PRICE, line) and part in row.sentence], found


@pytest.mark.parametrize("name", [READ, PRICE])
@pytest.mark.parametrize(
    ("content", "line", "part"),
    [
        (None, 1, "is missing"),
        (b"", 1, "is empty"),
        (b"\xef\xbb\xbf", 1, "is empty"),
        (b"\n\r\n", 1, "is empty"),
        ("interval_start,pod".encode("utf-16"), 1, "not valid UTF-8"),
    ],
)
def test_csv__unreadable__is_one_finding(
    tmp_path: Path, name: str, content: bytes | None, line: int, part: str
) -> None:
    (finding,) = findings_of(tmp_path, {name: content})
    assert (finding.file, finding.line) == (name, line)
    assert part in finding.sentence


@pytest.mark.parametrize("name", [READ, PRICE])
def test_csv__a_row_not_utf8__is_found_at_its_line(tmp_path: Path, name: str) -> None:
    text = {READ: READINGS, PRICE: PRICES}[name].encode()
    found = findings_of(tmp_path, {name: text + b"\xff\xfe\n"})
    assert [(row.line, row.sentence) for row in found] == [
        (text.count(b"\n") + 1, "the row is not valid UTF-8")
    ]


def test_csv__a_folder_in_its_place__is_a_finding(tmp_path: Path) -> None:
    (tmp_path / READ).mkdir()
    (finding,) = findings_of(tmp_path, {READ: None})
    assert "cannot be read" in finding.sentence


def test_readings__several_defects_of_one_row__are_all_found(tmp_path: Path) -> None:
    found = findings_of(tmp_path, replaced(READ, FIRST, "x,y,z,w"))
    assert len([row for row in found if row.line == 2]) == 4


def test_readings__header_alone__names_every_pod_that_has_none(tmp_path: Path) -> None:
    found = findings_of(tmp_path, {READ: READINGS.splitlines()[0]})
    assert [row.line for row in found] == [1, 1]
    assert "IT001E00000001, on which a plant stands, has no reading injected" in found[0].sentence
    assert "IT001E00000002 has no reading injected or withdrawn" in found[1].sentence


def test_readings__plant_on_a_pod_that_only_withdraws__lacks_injections(tmp_path: Path) -> None:
    text = "".join(line for line in READINGS.splitlines(keepends=True) if "injected" not in line)
    (finding,) = findings_of(tmp_path, {READ: text})
    assert (finding.line, "on which a plant stands, has no reading injected" in finding.sentence) == (1, True)


def test_readings__gap__names_the_last_row_before_it_in_time(tmp_path: Path) -> None:
    lines = READINGS.splitlines(keepends=True)
    moved = [lines[0], lines[3], *lines[4:], lines[1]]
    (finding,) = findings_of(tmp_path, {READ: "".join(moved)})
    assert finding.line == len(moved)
    assert (
        "lacks 1 of 3 readings of 60 minutes; the first missing is 2024-07-01T01:00+02:00" in finding.sentence
    )


def test_readings__one_quarter_among_hours__makes_the_series_quarter_hourly(tmp_path: Path) -> None:
    found = findings_of(tmp_path, replaced(READ, LAST, LAST + LAST.replace("02:00+02", "02:15+02")))
    (finding,) = found
    assert (
        "lacks 8 of 12 readings of 15 minutes; the first missing is 2024-07-01T00:15+02:00"
        in finding.sentence
    )
    assert finding.line == 8


@pytest.mark.parametrize("wh", ["", "5"])
def test_readings__quality_missing__is_a_finding_and_no_absence(tmp_path: Path, wh: str) -> None:
    lines = READINGS.splitlines()
    text = "\n".join([lines[0] + ",quality", *(line + ",measured" for line in lines[1:])])
    text = text.replace(FIRST + ",measured", FIRST.replace("1000", wh) + ",missing")
    (finding,) = findings_of(tmp_path, {READ: text})
    assert (finding.line, "missing is not zero" in finding.sentence) == (2, True)


@pytest.mark.parametrize(
    ("row", "other"),
    [
        (FIRST.strip().replace("1000", "x"), "wh"),
        (FIRST.strip().replace("injected", "injectd"), "direction"),
        (FIRST.strip().replace("IT001E00000001", "IT001E00000009"), "not listed"),
    ],
)
def test_readings__quality_missing_beside_another_defect__are_both_found(
    tmp_path: Path, row: str, other: str
) -> None:
    lines = READINGS.splitlines()
    text = "\n".join([lines[0] + ",quality", *(line + "," for line in lines[1:]), row + ",missing"])
    sentences = [
        found.sentence for found in findings_of(tmp_path, {READ: text}) if found.line == len(lines) + 1
    ]
    assert any("missing is not zero" in sentence for sentence in sentences)
    assert any(other in sentence for sentence in sentences)


def test_readings__leading_zeros__are_digits_like_others(tmp_path: Path) -> None:
    assert findings_of(tmp_path, replaced(READ, "injected,1000", f"injected,{'0' * 5000}1000")) == []


@pytest.mark.parametrize("name", [READ, PRICE])
def test_csv__lines_that_end_in_cr_alone__are_one_finding(tmp_path: Path, name: str) -> None:
    text = {READ: READINGS, PRICE: PRICES}[name].replace("\n", "\r")
    (finding,) = findings_of(tmp_path, {name: text})
    assert (finding.file, finding.line, "end in CR alone" in finding.sentence) == (name, 1, True)


@pytest.mark.parametrize(("quality", "count"), [("estimated", 0), ("", 0), ("Measured", 1), ("valid", 1)])
def test_readings__quality__is_one_of_three(tmp_path: Path, quality: str, count: int) -> None:
    lines = READINGS.splitlines()
    text = "\n".join(
        [lines[0] + ",quality", lines[1] + "," + quality, *(line + ",measured" for line in lines[2:])]
    )
    found = findings_of(tmp_path, {READ: text})
    assert len(found) == count


def test_readings__outside_the_period__are_checked_for_form_alone(tmp_path: Path) -> None:
    outside = "2024-07-01T03:00+02:00,IT009E99999999,injected,5\n" * 2
    assert findings_of(tmp_path, {READ: READINGS + outside}) == []
    (finding,) = findings_of(tmp_path, {READ: READINGS + outside.replace(",5", ",x", 1)})
    assert finding.line == 11


def test_readings__outside_the_validity_of_the_pod__is_a_finding(tmp_path: Path) -> None:
    text = COMMUNITY.replace("valid_to = 2025-01-01", "valid_to = 2024-07-01")
    found = findings_of(tmp_path, {"community.toml": text})
    assert [row.line for row in found] == [8, 9, 10]
    assert "when no row of it is valid" in found[0].sentence


def test_readings__pod_valid_after_the_period__needs_none(tmp_path: Path) -> None:
    rows = '\n[[pods]]\ncode = "IT001E00000003"\nmember = "CO"\nvalid_from = 2024-07-02\n'
    assert findings_of(tmp_path, {"community.toml": COMMUNITY + rows}) == []


def test_readings__injection_before_the_plant_is_in_operation__is_a_finding(tmp_path: Path) -> None:
    late = COMMUNITY.replace("2024-05-10", "2024-07-02")
    found = findings_of(tmp_path, {"community.toml": late})
    assert [row.line for row in found] == [2, 3, 4]
    zeros = READINGS.replace("injected,1000", "injected,0").replace("injected,2000", "injected,0")
    (finding,) = findings_of(tmp_path, {"community.toml": late, READ: zeros})
    assert "injected 3000 Wh at 2024-07-01T02:00+02:00, when no plant" in finding.sentence


def test_readings__injection_at_a_pod_without_plant__is_a_finding_unless_zero(tmp_path: Path) -> None:
    hours = stamps(datetime(2024, 6, 30, 22, tzinfo=UTC), 3, 60)
    rows = "".join(f"{hour},IT001E00000002,injected,{index % 2}\n" for index, hour in enumerate(hours))
    (finding,) = findings_of(tmp_path, {READ: READINGS + rows})
    assert finding.line == 12


def test_readings__a_pod_row_with_defects__does_not_make_its_readings_defective(tmp_path: Path) -> None:
    text = COMMUNITY.replace("valid_to = 2025-01-01", 'valid_to = "2025-01-01"')
    (finding,) = findings_of(tmp_path, {"community.toml": text})
    assert finding.file == "community.toml"


def test_prices__a_day_with_quarters__needs_four_rows_for_each_of_its_hours(tmp_path: Path) -> None:
    quarters = stamps(datetime(2024, 6, 30, 22, tzinfo=UTC), 12, 15)
    rows = [f"{instant},NORD,{index}\n" for index, instant in enumerate(quarters)]
    head = PRICES.splitlines(keepends=True)[0]
    assert findings_of(tmp_path, {PRICE: head + "".join(rows)}) == []
    (finding,) = findings_of(tmp_path, {PRICE: head + "".join(rows[:-2])})
    assert (
        finding.line,
        "lacks 2 of 12 prices; the first missing is 2024-07-01T02:30+02:00" in finding.sentence,
    ) == (11, True)


def test_prices__rows_of_other_zones_and_days__are_ignored(tmp_path: Path) -> None:
    other = "2024-07-01T00:00:00+02:00,SUD,1\n" * 2 + "2024-07-01T00:15:00+02:00,SUD,1\n"
    later = "2024-07-01T03:15:00+02:00,NORD,1\n" * 2
    assert findings_of(tmp_path, {PRICE: PRICES + other + later}) == []
