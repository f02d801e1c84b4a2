"""Every clause of the case format, broken once: exit code 2, the finding's line and words, nothing written.

What a reader must accept (byte-order mark, empty lines, other offsets …) is tested beside it, and exit code 3
for a rule parameter that is missing.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.reference.bad import PRICES, READINGS, TOML, Bad
from tests.reference.bad_community import BAD_COMMUNITIES
from tests.reference.bad_rows import BAD_ROWS
from tests.reference.good_case import GOOD, POD_1, POD_2
from tests.reference.production import Outcome, run_settle

SENTINEL = b"an older settlement"
ALL_BAD = BAD_COMMUNITIES + BAD_ROWS
Texts = dict[str, str]


def lay(folder: Path, texts: Texts) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_bytes(text.encode())
    return folder


def run_over_older(folder: Path, texts: Texts) -> Outcome:
    """Run in a folder that holds an older settlement."""
    lay(folder, texts)
    (folder / "settlement.json").write_bytes(SENTINEL)
    return run_settle(folder)


def assert_nothing_written(folder: Path, outcome: Outcome) -> None:
    assert outcome.settlement == SENTINEL
    names = {path.name for path in folder.iterdir()}
    assert names == {TOML, READINGS, PRICES, "settlement.json"}


def is_expected(bad: Bad, finding: tuple[str, int, str]) -> bool:
    file, line, sentence = finding
    choices = [(word,) if isinstance(word, str) else word for word in bad.words]
    said = all(any(word in sentence for word in choice) for choice in choices)
    return file == bad.file and line in bad.lines and said


@pytest.mark.parametrize("bad", ALL_BAD, ids=lambda bad: bad.name)
def test_settle__one_clause_broken__a_finding_at_its_line(bad: Bad, tmp_path: Path) -> None:
    outcome = run_over_older(tmp_path, bad.texts)
    assert outcome.exit_code == 2, outcome.stderr
    expected = f"{bad.file}:{sorted(bad.lines)} with {bad.words}, got:\n{outcome.stderr}"
    assert any(is_expected(bad, finding) for finding in outcome.findings), expected
    assert_nothing_written(tmp_path, outcome)


def test_bad_cases__names__unique() -> None:
    names = [bad.name for bad in ALL_BAD]
    assert len(names) == len(set(names)) >= 120


@pytest.mark.parametrize("file", [TOML, READINGS, PRICES])
def test_settle__file_absent__a_finding(file: str, tmp_path: Path) -> None:
    lay(tmp_path, GOOD["plain"])
    (tmp_path / file).unlink()
    outcome = run_settle(tmp_path)
    assert outcome.exit_code == 2
    assert file in [finding[0] for finding in outcome.findings]
    assert outcome.settlement is None


@pytest.mark.parametrize(("file", "line"), [(TOML, 12), (READINGS, 3), (PRICES, 4)])
def test_settle__not_utf_8__a_finding_at_its_line(file: str, line: int, tmp_path: Path) -> None:
    lay(tmp_path, GOOD["plain"])
    rows = (tmp_path / file).read_bytes().split(b"\n")
    rows[line - 1] = rows[line - 1][:-2] + b"\xe8" + rows[line - 1][-2:]
    (tmp_path / file).write_bytes(b"\n".join(rows))
    outcome = run_settle(tmp_path)
    assert outcome.exit_code == 2
    assert file in [finding[0] for finding in outcome.findings]
    assert outcome.settlement is None


def test_settle__three_files_broken__all_findings_at_once(tmp_path: Path) -> None:
    texts = {
        TOML: GOOD["plain"][TOML].replace('grant_pct = "25"', 'grant_pct = "41"'),
        READINGS: GOOD["plain"][READINGS].replace("withdrawn,300", "withdrawn,-3", 2),
        PRICES: GOOD["plain"][PRICES].replace("NORD,95.5", "NORD,dear", 1),
    }
    outcome = run_over_older(tmp_path, texts)
    assert outcome.exit_code == 2
    places = {(file, line) for file, line, _ in outcome.findings}
    assert {(READINGS, 10), (READINGS, 11), (PRICES, 2)} <= places
    assert {TOML, READINGS, PRICES} == {file for file, _ in places}


def test_settle__bad_input_with_out__the_folder_stays_empty(tmp_path: Path) -> None:
    bad = ALL_BAD[0]
    out = tmp_path / "out"
    out.mkdir()
    assert run_settle(lay(tmp_path / "case", bad.texts), out).exit_code == 2
    assert list(out.iterdir()) == []


# --- exit code 3 -----------------------------------------------------------------------------------------


def moved_to(year: int, texts: Texts) -> Texts:
    return {name: text.replace("2025-0", f"{year}-0") for name, text in texts.items()}


@pytest.mark.parametrize("year", [2022, 2025, 2026, 2031])
def test_settle__no_tras_e_for_the_year__exit_3_naming_it(year: int, tmp_path: Path) -> None:
    texts = moved_to(year, GOOD["year"])
    texts[TOML] = texts[TOML].replace("2024-01-0", "2020-01-0")
    outcome = run_over_older(tmp_path, texts)
    assert outcome.exit_code == 3, outcome.stderr
    assert "tras_e_eur_per_mwh" in outcome.stderr
    assert_nothing_written(tmp_path, outcome)


def test_settle__no_tras_e_and_nothing_shared__still_exit_3(tmp_path: Path) -> None:
    texts = GOOD["year"] | {READINGS: GOOD["year"][READINGS].replace(",1000", ",0").replace(",300", ",0")}
    outcome = run_over_older(tmp_path, texts)
    assert outcome.exit_code == 3, outcome.stderr
    assert "tras_e_eur_per_mwh" in outcome.stderr
    assert_nothing_written(tmp_path, outcome)


def test_settle__findings_and_no_tras_e__findings_first(tmp_path: Path) -> None:
    texts = GOOD["year"] | {PRICES: GOOD["year"][PRICES].replace("NORD,95.5", "NORD,dear", 1)}
    outcome = run_over_older(tmp_path, texts)
    assert outcome.exit_code == 2
    assert (PRICES, 2) in [finding[:2] for finding in outcome.findings]
    assert_nothing_written(tmp_path, outcome)


def test_settle__injection_without_plant_and_no_tras_e__findings_first(tmp_path: Path) -> None:
    toml = GOOD["year"][TOML].replace("= 2024-01-10", "= 2025-07-02").replace("= 2022-03-01", "= 2025-07-02")
    outcome = run_over_older(tmp_path, GOOD["year"] | {TOML: toml})
    assert outcome.exit_code == 2
    assert (READINGS, 2) in [finding[:2] for finding in outcome.findings]


def test_settle__tras_e_by_override__settles(tmp_path: Path) -> None:
    toml = GOOD["year"][TOML].replace("[parameters]\n", '[parameters]\ntras_e_eur_per_mwh = "8.22"\n')
    assert run_settle(lay(tmp_path, GOOD["year"] | {TOML: toml})).exit_code == 0


# --- what must be accepted ---------------------------------------------------------------------------------


def change(file: str, old: str, new: str) -> Callable[[Texts], Texts]:
    def apply(texts: Texts) -> Texts:
        assert old in texts[file]
        return texts | {file: texts[file].replace(old, new)}

    return apply


def more(file: str, rows: str) -> Callable[[Texts], Texts]:
    return lambda texts: texts | {file: texts[file] + rows}


def each_csv(edit: Callable[[str], str]) -> Callable[[Texts], Texts]:
    return lambda texts: texts | {file: edit(texts[file]) for file in (READINGS, PRICES)}


def reversed_columns(text: str) -> str:
    return "".join(",".join(reversed(line.split(","))) + "\n" for line in text.splitlines())


SAME_MEANING = {
    "byte_order_mark": each_csv(lambda text: "\ufeff" + text),
    "crlf": each_csv(lambda text: text.replace("\n", "\r\n")),
    "byte_order_mark_and_crlf": each_csv(lambda text: "\ufeff" + text.replace("\n", "\r\n")),
    "empty_lines": each_csv(lambda text: text.replace("\n", "\n\n")),
    "no_final_newline": each_csv(lambda text: text.rstrip("\n")),
    "columns_in_other_order": each_csv(reversed_columns),
    "rows_in_other_order": each_csv(
        lambda text: "\n".join([*sorted(text.split("\n"), reverse=True)]).strip()
    ),
    "no_seconds": each_csv(lambda text: text.replace(":00+02:00", "+02:00")),
    "other_offset": each_csv(
        lambda text: re.sub(r"07-01T00:(\d\d):00\+02:00", r"06-30T15:\1:00-07:00", text)
    ),
    "row_before_all_time": more(READINGS, f"0001-01-01T00:00:00+01:00,{POD_1},injected,9\n"),
    "row_after_all_time": more(READINGS, f"9999-12-31T23:45:00-01:00,{POD_1},injected,9\n"),
    "prices_before_and_after_all_time": more(
        PRICES, "0001-01-01T00:00:00+01:00,NORD,9\n9999-12-31T23:45:00-01:00,NORD,9\n"
    ),
    "pod_for_ever": change(
        TOML,
        "valid_from = 2024-01-02\nvalid_to = 2040-01-01",
        "valid_from = 0001-01-01\nvalid_to = 9999-12-31",
    ),
    "amount_with_many_zeros": change(READINGS, "injected,1000", f"injected,{'0' * 30}1000"),
    "largest_offset": each_csv(lambda text: text.replace("T02:00:00+02:00", "T14:00:00+14:00")),
    "negative_zero_offset": each_csv(lambda text: text.replace("T02:00:00+02:00", "T00:00:00-00:00")),
    "rows_outside_the_period": more(READINGS, f"2024-07-01T04:15:00+02:00,{POD_1},injected,9\n"),
    "prices_outside_the_period": more(PRICES, "2024-07-01T04:15:00+02:00,NORD,9\n"),
    "prices_of_another_zone": more(PRICES, "2024-07-01T00:00:00+02:00,SARD,-9.5\n"),
    "amount_with_leading_zeros": change(READINGS, "injected,1000", "injected,0001000"),
    "price_with_zeros": change(PRICES, "95.5", "0095.500000"),
    "quality_column": each_csv(
        lambda text: (
            text
            if "zone" in text
            else text.replace("direction,wh", "direction,wh,quality")
            .replace("000\n", "000,estimated\n")
            .replace("300\n", "300,\n")
        )
    ),
    "power_as_integer": change(TOML, 'power_kw = "50"', "power_kw = 50"),
    "grant_as_integer": change(TOML, 'grant_pct = "25"', "grant_pct = 25"),
    "from_in_utc": change(TOML, "from = 2024-07-01T00:00:00+02:00", "from = 2024-06-30T22:00:00Z"),
    "defaults_left_out": change(TOML, 'attribution = "ENTRY_ORDER"\nallocation = "SHARED_INJECTION"\n', ""),
    "crlf_in_toml": change(TOML, "\n", "\r\n"),
    "pod_without_end": change(TOML, "valid_to = 2040-01-01\n", ""),
    "row_of_another_time": change(
        TOML,
        '[[plants]]\nid = "P1"',
        f'[[pods]]\ncode = "{POD_1}"\nmember = "TB"\nvalid_from = 2040-01-01\n\n[[plants]]\nid = "P1"',
    ),
    "pod_of_another_time": change(
        TOML,
        '[[plants]]\nid = "P1"',
        f'[[pods]]\ncode = "{POD_2}Z"\nmember = "TB"\nvalid_from = 2024-07-02\n\n[[plants]]\nid = "P1"',
    ),
}


@pytest.mark.parametrize("edit", SAME_MEANING.values(), ids=SAME_MEANING.keys())
def test_settle__other_writing_same_meaning__same_bytes(
    edit: Callable[[Texts], Texts], tmp_path: Path
) -> None:
    good = run_settle(lay(tmp_path / "good", GOOD["plain"]))
    other = run_settle(lay(tmp_path / "other", edit(GOOD["plain"])))
    assert (other.exit_code, other.stderr) == (0, good.stderr)
    assert other.settlement == good.settlement


ACCEPTED = {
    "power_at_the_limit": change(TOML, '"950.5"', '"1000"'),
    "grant_of_40": change(TOML, 'grant_pct = "25"', 'grant_pct = "40"'),
    "seed_limits": lambda texts: (
        texts
        | {
            TOML: texts[TOML]
            .replace("cacer-2024", "seed")
            .replace('"950.5"', '"100"')
            .replace('"50"', '"100.0"')
        }
    ),
    "member_without_pod": change(
        TOML, '[[plants]]\nid = "P1"', '[[members]]\nid = "XX"\ncategory = "SME"\n\n[[plants]]\nid = "P1"'
    ),
    "pod_with_control_character": lambda texts: {
        name: text.replace(POD_2, f"{POD_2}K") for name, text in texts.items()
    },
    "no_plants": lambda texts: (
        texts
        | {
            TOML: texts[TOML][: texts[TOML].index("[[plants]]")],
            READINGS: texts[READINGS].replace("injected,1000", "injected,0"),
        }
    ),
    "zero_injection_before_entry": lambda texts: (
        texts
        | {
            TOML: texts[TOML].replace("= 2024-01-10", "= 2024-07-02").replace("= 2022-03-01", "= 2024-07-02"),
            READINGS: texts[READINGS].replace("injected,1000", "injected,0"),
        }
    ),
    "plant_of_the_far_future": change(TOML, "= 2024-01-10", "= 9990-01-10"),
    "price_at_the_limits": change(PRICES, "00:00:00+02:00,NORD,95.5", "00:00:00+02:00,NORD,-100000.000000"),
    "amount_at_the_limit": change(READINGS, "injected,1000", "injected,500000000"),
}


@pytest.mark.parametrize("edit", ACCEPTED.values(), ids=ACCEPTED.keys())
def test_settle__at_a_limit__accepted(edit: Callable[[Texts], Texts], tmp_path: Path) -> None:
    outcome = run_settle(lay(tmp_path, edit(GOOD["plain"])))
    assert outcome.exit_code == 0, outcome.stderr


@pytest.mark.parametrize("base", ["plain", "areas", "summer", "winter"])
def test_settle__good_case__exit_0_and_no_findings(base: str, tmp_path: Path) -> None:
    outcome = run_settle(lay(tmp_path, GOOD[base]))
    assert outcome.exit_code == 0, outcome.stderr
    assert outcome.findings == []


@pytest.mark.parametrize(("base", "exit_code", "said"), [("plain", 0, ""), ("year", 3, "tras_e_eur_per_mwh")])
def test_settle__as_a_command__same_exit_codes(base: str, exit_code: int, said: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "cli.settle", str(lay(tmp_path, GOOD[base])), "--out", str(tmp_path)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (result.returncode, said in result.stderr) == (exit_code, True)
    assert (tmp_path / "settlement.json").exists() == (exit_code == 0)


def test_settle__out__written_there_and_only_there(tmp_path: Path) -> None:
    case = lay(tmp_path / "case", GOOD["plain"])
    outcome = run_settle(case, tmp_path / "out")
    assert outcome.exit_code == 0, outcome.stderr
    assert outcome.settlement is not None
    assert {path.name for path in case.iterdir()} == {TOML, READINGS, PRICES}
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["settlement.json"]
