"""Bad readings.csv and prices.csv, clause by clause.

Lines of the readings of `plain`: 2–5 POD 1 injected, 6–9 POD 1 withdrawn, 10–25 POD 2 withdrawn by
quarter-hours; of its prices: 2–5. `winter` has one hour less.
"""

from __future__ import annotations

from tests.reference.bad import PRICES, READINGS, TOML, Bad, added, dropped, instant, row, toml, whole
from tests.reference.good_case import GOOD, POD_1, POD_2

AT = "2024-07-01T00:00:00+02:00"
HEADER = "interval_start,pod,direction,wh"
ROWS = GOOD["plain"][READINGS].split("\n", 1)[1]
PRICE_ROWS = GOOD["plain"][PRICES].split("\n", 1)[1]


def stamped(name: str, timestamp: str) -> Bad:
    return row(f"time_{name}", 2, f"{timestamp},{POD_1},injected,1000", ("interval_start", timestamp))


def amount(name: str, wh: str) -> Bad:
    return row(f"wh_{name}", 2, f"{AT},{POD_1},injected,{wh}", ("wh", wh))


def with_quality(name: str, fields: str) -> Bad:
    """The first row of a file with a quality column."""
    rows = "".join(f"{line},measured\n" for line in ROWS.splitlines()[1:])
    return whole(name, READINGS, f"{HEADER},quality\n{AT},{POD_1},injected,{fields}\n{rows}", 2, "quality")


READINGS_FORM = [
    whole("readings_empty", READINGS, "", 1),
    whole("readings_blank", READINGS, "\n\n", 1),
    whole("readings_header_only", READINGS, HEADER + "\n", 1, POD_1, "injected"),
    whole("readings_header_missing", READINGS, ROWS, 1),
    whole("readings_semicolons", READINGS, GOOD["plain"][READINGS].replace(",", ";"), 1),
    whole("readings_tabs", READINGS, GOOD["plain"][READINGS].replace(",", "\t"), 1),
    whole("readings_without_wh", READINGS, f"interval_start,pod,direction\n{ROWS}", 1, "wh"),
    whole("readings_unknown_column", READINGS, f"{HEADER},meter\n{ROWS}", 1, "meter"),
    whole("readings_column_misspelt", READINGS, f"interval_start,pod,direction,Wh\n{ROWS}", 1, "Wh"),
    whole("readings_column_twice", READINGS, f"{HEADER},wh\n{ROWS}", 1, "wh"),
    row("readings_row_short", 3, f"2024-07-01T01:00:00+02:00,{POD_1},injected"),
    row("readings_row_long", 3, f"2024-07-01T01:00:00+02:00,{POD_1},injected,1000,measured"),
    stamped("without_offset", "2024-07-01T00:00:00"),
    stamped("date_only", "2024-07-01"),
    stamped("space_between", "2024-07-01 00:00:00+02:00"),
    stamped("month_13", "2024-13-01T00:00:00+02:00"),
    stamped("30_february", "2024-02-30T00:00:00+01:00"),
    stamped("hour_24", "2024-06-30T24:00:00+02:00"),
    stamped("fraction", "2024-07-01T00:00:00.000+02:00"),
    stamped("off_second", "2024-07-01T00:00:30+02:00"),
    stamped("off_quarter", "2024-07-01T00:10:00+02:00"),
    stamped("offset_without_colon", "2024-07-01T00:00:00+0200"),
    stamped("offset_of_a_day", "2024-07-01T00:00:00+25:00"),
    stamped("offset_minutes_60", "2024-07-01T00:00:00+01:60"),
    stamped("offset_hours_only", "2024-07-01T00:00:00+02"),
    stamped("lower_z", "2024-06-30T22:00:00z"),
    stamped("other_digits", "２０２４-07-01T00:00:00+02:00"),
    stamped("slashes", "2024/07/01T00:00:00+02:00"),
    stamped("week_date", "2024-W27-1T00:00:00+02:00"),
    stamped("basic_format", "20240701T000000+02:00"),
    stamped("space_around", f" {AT}"),
    row("pod_malformed", 2, f"{AT},IT001E0000001,injected,1000", "IT001E0000001"),
    row("direction_unknown", 2, f"{AT},{POD_1},in,1000", "direction"),
    row("direction_upper_case", 2, f"{AT},{POD_1},INJECTED,1000", "direction"),
    row("direction_empty", 2, f"{AT},{POD_1},,1000", "direction"),
    amount("negative", "-1"),
    amount("minus_zero", "-0"),
    amount("plus", "+1000"),
    amount("decimal", "1000.0"),
    amount("exponent", "1e3"),
    amount("above_500000000", "500000001"),
    amount("very_long", "9" * 5000),
    amount("empty", ""),
    amount("space", "1 000"),
    amount("leading_space", " 1000"),
    amount("underscore", "1_000"),
    amount("other_digits", "١٠"),
    amount("superscript", "5²"),
    with_quality("quality_unknown", "1000,guessed"),
    with_quality("quality_missing", "1000,missing"),
    with_quality("quality_missing_without_wh", ",missing"),
    with_quality("quality_upper_case", "1000,MEASURED"),
    whole(
        "quality_measured_without_wh",
        READINGS,
        f"{HEADER},quality\n{AT},{POD_1},injected,,measured\n"
        + "".join(f"{line},\n" for line in ROWS.splitlines()[1:]),
        2,
        "wh",
    ),
    added("form_outside_the_period", f"2023-01-01T00:00:00+01:00,{POD_1},injected,-5", "wh"),
    added(
        "time_outside_the_period",
        f"2023-01-01T00:07:00+01:00,{POD_1},injected,5",
        ("interval_start", "00:07"),
    ),
]

FIRST = instant("2024-07-01T00:00+02:00", "2024-06-30T22:00")
SECOND = instant("2024-07-01T01:00+02:00", "2024-06-30T23:00")
THIRD = instant("2024-07-01T02:00+02:00", "2024-07-01T00:00")
LAST = instant("2024-07-01T03:00+02:00", "2024-07-01T01:00")
QUARTER = instant("2024-07-01T01:15+02:00", "2024-06-30T23:15")
OFF_HOUR = instant("2024-07-01T00:15+02:00", "2024-06-30T22:15")
WINTER_HOUR = instant("2024-10-27T02:00+01:00", "2024-10-27T01:00")
# What is missing first is 00:15, right after the row of line 2.
ONE_QUARTER = f"2024-07-01T03:15:00+02:00,{POD_1},injected,0\n"

READINGS_SENSE = [
    added("pod_unknown", f"{AT},IT001E00000009,withdrawn,0", "IT001E00000009"),
    added("duplicate", f"{AT},{POD_1},injected,1000", POD_1),
    added("duplicate_in_other_offset", f"2024-06-30T22:00:00Z,{POD_1},injected,1000", POD_1),
    added("duplicate_with_other_value", f"2024-07-01T05:00:00+07:00,{POD_1},injected,7", POD_1),
    added("duplicate_without_seconds", f"2024-07-01T00:00+02:00,{POD_1},injected,1000", POD_1),
    added("duplicate_of_the_last", f"2024-07-01T01:45Z,{POD_2},withdrawn,300", POD_2),
    dropped("gap_first", 2, 2, 1, POD_1, "injected", FIRST),
    dropped("gap_second", 3, 3, 2, POD_1, "injected", SECOND),
    dropped("gap_two_rows", 3, 4, 2, POD_1, "injected", SECOND),
    dropped("gap_last", 9, 9, 8, POD_1, "withdrawn", LAST),
    dropped("gap_quarter", 15, 15, 14, POD_2, "withdrawn", QUARTER),
    dropped("gap_injected_of_a_plant", 2, 5, 1, POD_1, "injected", FIRST),
    dropped("gap_whole_pod", 10, 25, 1, POD_2),
    dropped("gap_clock_change", 12, 15, 11, POD_2, "withdrawn", WINTER_HOUR, base="winter"),
    dropped("gap_clock_change_hourly", 3, 3, 2, POD_1, "injected", WINTER_HOUR, base="winter"),
    whole(
        "gap_in_shuffled_rows",
        READINGS,
        "\n".join([HEADER, *(ROWS.splitlines()[n] for n in (3, 0, 1)), *ROWS.splitlines()[4:], ""]),
        4,
        POD_1,
        "injected",
        THIRD,
    ),
    Bad(
        "one_quarter_in_an_hourly_series",
        GOOD["plain"] | {READINGS: GOOD["plain"][READINGS] + ONE_QUARTER},
        READINGS,
        frozenset({2}),
        (POD_1, "injected", OFF_HOUR),
    ),
]


def quoted(name: str, price: str) -> Bad:
    return row(f"price_{name}", 2, f"{AT},NORD,{price}", ("eur_per_mwh", price), file=PRICES)


LATER = (("= 2024-01-10", "= 2024-07-02"), ("= 2022-03-01", "= 2024-07-02"))


def without_plants(texts: dict[str, str]) -> dict[str, str]:
    toml_text = texts[TOML]
    readings = texts[READINGS].replace("injected,1000", "injected,0")
    return texts | {TOML: toml_text[: toml_text.index("[[plants]]")], READINGS: readings}


PRICES_FORM = [
    whole("prices_empty", PRICES, "", 1),
    whole("prices_header_only", PRICES, "interval_start,zone,eur_per_mwh\n", 1, "NORD", FIRST),
    Bad(
        "prices_absent_though_no_plant_needs_them",
        without_plants(GOOD["plain"] | {PRICES: "interval_start,zone,eur_per_mwh\n"}),
        PRICES,
        frozenset({1}),
        ("NORD", FIRST),
    ),
    whole("prices_header_missing", PRICES, PRICE_ROWS, 1),
    whole("prices_semicolons", PRICES, GOOD["plain"][PRICES].replace(",", ";"), 1),
    whole("prices_without_zone", PRICES, f"interval_start,eur_per_mwh\n{PRICE_ROWS}", 1, "zone"),
    whole("prices_unknown_column", PRICES, f"interval_start,zone,eur_per_mwh,note\n{PRICE_ROWS}", 1, "note"),
    row("prices_row_short", 3, "2024-07-01T01:00:00+02:00,NORD", file=PRICES),
    row("prices_row_long", 3, "2024-07-01T01:00:00+02:00,NORD,95,5", file=PRICES),
    row(
        "prices_time_bad",
        2,
        "2024-07-01T00:00:00,NORD,95.5",
        ("interval_start", "2024-07-01T00:00:00"),
        file=PRICES,
    ),
    row(
        "prices_time_off_quarter",
        2,
        "2024-07-01T00:20:00+02:00,NORD,95.5",
        ("interval_start", "00:20"),
        file=PRICES,
    ),
    row("prices_zone_unknown", 2, f"{AT},NORTH,95.5", "NORTH", file=PRICES),
    row("prices_zone_lower_case", 2, f"{AT},nord,95.5", "nord", file=PRICES),
    added("prices_zone_unknown_outside", "2023-07-01T00:00:00Z,MALT,95.5", "MALT", file=PRICES),
    added("prices_other_zone_bad", f"{AT},SICI,1e2", "eur_per_mwh", file=PRICES),
    added("prices_outside_bad", "2023-07-01T00:00:00Z,NORD,x", "eur_per_mwh", file=PRICES),
    quoted("words", "high"),
    quoted("empty", ""),
    quoted("plus", "+95.5"),
    quoted("exponent", "1e2"),
    quoted("seven_decimals", "95.5000001"),
    quoted("above_100000", "100000.000001"),
    quoted("below_minus_100000", "-100000.000001"),
    quoted("no_digit_before", ".5"),
    quoted("no_digit_after", "95."),
    quoted("two_signs", "--1"),
    quoted("not_a_number", "NaN"),
    quoted("infinite", "Infinity"),
    quoted("two_points", "9.5.5"),
    quoted("other_digits", "９５"),
    quoted("trailing_space", "95.5 "),
]

PRICES_SENSE = [
    added("prices_duplicate", f"{AT},NORD,95.5", "NORD", file=PRICES),
    added("prices_duplicate_in_other_offset", "2024-06-30T22:00Z,NORD,95.5", "NORD", file=PRICES),
    dropped("prices_gap_first", 2, 2, 1, "NORD", FIRST, file=PRICES),
    dropped("prices_gap_middle", 4, 4, 3, "NORD", THIRD, file=PRICES),
    dropped("prices_gap_last", 5, 5, 4, "NORD", LAST, file=PRICES),
    dropped("prices_gap_clock_change", 3, 3, 2, "NORD", WINTER_HOUR, file=PRICES, base="winter"),
    dropped("prices_zone_absent", 6, 9, 1, "SUD", FIRST, file=PRICES, base="areas"),
    whole("prices_only_other_zone", PRICES, GOOD["plain"][PRICES].replace("NORD", "SICI"), 1, "NORD", FIRST),
    Bad(
        "prices_day_with_one_quarter",
        GOOD["plain"] | {PRICES: GOOD["plain"][PRICES] + "2024-07-01T03:45:00+02:00,NORD,95.5\n"},
        PRICES,
        frozenset({2}),
        ("NORD", OFF_HOUR),
    ),
]


def injection_without_plant(name: str, old: str, new: str) -> Bad:
    """Nothing runs at POD 1 in the first hour, and line 2 injects."""
    texts = toml(name, old, new, also=(("= 2022-03-01", "= 2024-07-02"),)).texts
    return Bad(name, texts, READINGS, frozenset({2}), (POD_1,))


def outside_validity(name: str, old: str, new: str, line: int, pod: str) -> Bad:
    """The POD's row is not valid in the period's first hours; its readings are still there."""
    return Bad(name, toml(name, old, new).texts, READINGS, frozenset({line}), (pod,))


PLANTLESS = "".join(
    f"2024-07-01T0{n}:00:00+02:00,{POD_2},injected,{wh}\n" for n, wh in enumerate((1, 0, 0, 0))
)
ACROSS = [
    Bad(
        "gap_injected_of_a_later_plant",
        dropped("", 2, 5, 1).texts | {TOML: toml("", *LATER[0], also=LATER[1:]).texts[TOML]},
        READINGS,
        frozenset({1}),
        (POD_1, "injected"),
    ),
    whole(
        "line_after_empty_lines",
        READINGS,
        GOOD["plain"][READINGS].replace("\n", "\r\n\r\n").replace("injected,1000", "injected,-1", 1),
        3,
        ("wh", "-1"),
    ),
    injection_without_plant("injection_before_entry", "= 2024-01-10", "= 2024-07-02"),
    outside_validity("row_before_valid_from", "valid_from = 2024-01-02", "valid_from = 2024-07-02", 2, POD_1),
    outside_validity("row_after_valid_to", "valid_to = 2040-01-01", "valid_to = 2024-07-01", 2, POD_1),
    outside_validity(
        "quarter_row_before_valid_from", "valid_from = 2024-01-01\n", "valid_from = 2024-07-02\n", 10, POD_2
    ),
    Bad(
        "injection_without_any_plant",
        GOOD["plain"] | {READINGS: GOOD["plain"][READINGS] + PLANTLESS},
        READINGS,
        frozenset({26}),
        (POD_2,),
    ),
]

BAD_ROWS: list[Bad] = READINGS_FORM + READINGS_SENSE + PRICES_FORM + PRICES_SENSE + ACROSS
