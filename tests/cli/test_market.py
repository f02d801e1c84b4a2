"""`condivisa market` and `condivisa gse`: tables for people, JSON for programs, refusals that say why."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.gse import app as gse
from cli.market import app as market
from settlement.domain.canonical import canonical_json
from tests.cli.small_case import write_small_case

GOLDEN = Path(__file__).parents[1] / "golden" / "small"
SPAN = "2025-06-25T21:00+02:00,2025-06-26T01:00+02:00"
runner = CliRunner()


def run(app: object, *arguments: object) -> Result:
    return runner.invoke(app, [str(argument) for argument in arguments])  # type: ignore[arg-type]


@pytest.fixture
def seed(tmp_path: Path) -> Path:
    """The golden community under the specification's rule set."""
    for name in ("community.toml", "readings.csv", "prices.csv"):
        text = (GOLDEN / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text.replace('"cacer-2024"', '"seed"'), encoding="utf-8")
    return tmp_path


def test_services__golden_community__shows_bands_withdrawal_and_fees() -> None:
    result = run(market, "services", GOLDEN)
    assert result.exit_code == 0, result.output
    for shown in ("F1", "8.001 kWh", "3.56 €", "no minimum", "45.00 €"):
        assert shown in result.output


def test_services__json__is_canonical_and_bands_add_up() -> None:
    text = run(market, "services", GOLDEN, "--json").stdout
    document = json.loads(text)
    assert canonical_json(document).decode() == text
    assert document["bands"]["famiglia"]["injected"] == {"F1": 0, "F2": 12_000, "F3": 8_001}
    assert [row["injected_wh"] for row in document["dedicated_withdrawal"]] == [24_000, 20_001]


def test_services__readings_missing__exit_2_with_the_finding(tmp_path: Path) -> None:
    folder = write_small_case(tmp_path)
    readings = folder / "readings.csv"
    lines = readings.read_text(encoding="utf-8").splitlines(keepends=True)
    readings.write_text("".join(lines[:-1]), encoding="utf-8")
    result = run(market, "services", folder)
    assert result.exit_code == 2
    assert re.search(r"readings.csv:\d+: ", result.stderr)


def test_metering__law_in_force__is_refused_with_the_reason() -> None:
    result = run(market, "metering", GOLDEN, "--national", "110", "--services", "60")
    assert result.exit_code == 1
    assert "refuses net metering" in result.stderr


def test_metering__seed__is_simulated(seed: Path) -> None:
    result = run(market, "metering", seed, "--national", "110", "--services", "60", "--json")
    rows = {row["pod"]: row for row in json.loads(result.stdout)["net_metering"]}
    # 12 kWh withdrawn at 110 and exchanged at 60 €/MWh.
    assert rows["IT001E00000001"]["contribution_eur"] == "2.04"


def test_metering__price_with_a_comma__exit_2_naming_it(seed: Path) -> None:
    result = run(market, "metering", seed, "--national", "110,5", "--services", "60")
    assert result.exit_code == 2
    assert "--national is '110,5'" in result.stderr


def test_advance__each_plant__is_marked_unverified() -> None:
    result = run(gse, "advance", GOLDEN, "--hours", "1250")
    assert result.exit_code == 0
    assert "P1: 204.17 EUR a month (unverified)" in result.stdout


def figures(folder: Path, *rows: str) -> Path:
    """A file of GSE's figures."""
    path = folder / "gse.csv"
    path.write_text("from,to,configuration,plant,figure,value\n" + "".join(f"{row}\n" for row in rows))
    return path


def test_compare__equal__exit_0(tmp_path: Path) -> None:
    result = run(gse, "compare", GOLDEN, figures(tmp_path, f"{SPAN},,,shared_kwh,31.002"))
    assert (result.exit_code, result.stdout) == (
        0,
        "1 figures agree, 0 differ, 0 are finer than the settlement\n",
    )


def test_compare__different__exit_1_and_the_first_hour_named(tmp_path: Path) -> None:
    hours = ["2025-06-25T22:00+02:00,2025-06-25T23:00+02:00", "2025-06-25T21:00+02:00,2025-06-25T22:00+02:00"]
    result = run(gse, "compare", GOLDEN, figures(tmp_path, *(f"{hour},,,shared_kwh,999" for hour in hours)))
    assert result.exit_code == 1
    assert "first differing hour: shared_kwh, 2025-06-25T21:00+02:00" in result.stdout


def test_compare__defect__exit_2_with_its_line(tmp_path: Path) -> None:
    result = run(gse, "compare", GOLDEN, figures(tmp_path, f"{SPAN},,P7,shared_kwh,1"))
    assert (result.exit_code, result.stderr) == (2, 'gse.csv:2: the plant "P7" is not one of the case\n')


def test_deadlines__each_plant__is_a_day() -> None:
    result = run(gse, "deadlines", GOLDEN)
    assert result.exit_code == 0
    assert [line.partition(":")[0] for line in result.stdout.splitlines()] == ["P1", "P2"]
    assert "by 20" in result.stdout


@pytest.mark.parametrize(
    ("policy", "sentence"),
    [("TRUNCATE", "premium from 2024-12-01"), ("REJECT", "asked for late on 2024-12-01, no premium")],
)
def test_deadlines__late_request__says_what_it_costs(tmp_path: Path, policy: str, sentence: str) -> None:
    text = (Path(GOLDEN) / "community.toml").read_text(encoding="utf-8")
    late = "requested_on = 2024-12-01\nentry_into_operation = 2024-05-10"
    text = f'late_request_policy = "{policy}"\n' + text.replace("entry_into_operation = 2024-05-10", late)
    for name in ("readings.csv", "prices.csv"):
        (tmp_path / name).write_bytes((Path(GOLDEN) / name).read_bytes())
    (tmp_path / "community.toml").write_text(text, encoding="utf-8")
    first, second = run(gse, "deadlines", tmp_path).stdout.splitlines()
    assert first == f"P1: by 2024-09-07 (unverified); {'asked for late, ' * (policy == 'TRUNCATE')}{sentence}"
    assert "late" not in second
