"""`condivisa rules`: what the law says on a day, what differs, and a community's own rules end to end."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.rules import app
from tests.cli.processes import run, state_folder
from tests.cli.small_case import write_small_case

NAME = "Small community of 6"
runner = CliRunner()


@pytest.fixture
def state() -> Iterator[Path]:
    """An empty state directory."""
    with state_folder() as folder:
        yield folder


def rules(*arguments: str | Path) -> Result:
    return runner.invoke(app, [str(argument) for argument in arguments])


def listed(*arguments: str) -> dict:
    return json.loads(rules(*arguments, "--json").stdout)


def test_list__theme_on_a_day__marks_gaps_and_unverified_values() -> None:
    lines = rules("list", "--theme", "market", "--on", "2026-10-04").stdout.splitlines()
    marks = {line.split()[0]: line.split()[-1] for line in lines if line.startswith("  ")}
    assert marks["rid_minimum_pv_eur_per_mwh"] == "GAP"
    assert marks["rid_fee_pv_eur_per_kw_year"] == "UNVERIFIED"
    assert marks["ssp_request_until"] == "2025-09-26"


def test_list__as_json__has_the_seed_limits_and_inherits_the_law() -> None:
    found = {row["key"]: row for row in listed("list", "--set", "seed", "--on", "2026-01-01")["rules"]}
    assert (found["plant_max_kw"]["value"], found["plant_max_kw"]["status"]) == ("100", "S")
    assert (found["class1_base_eur_per_mwh"]["value"], found["class1_base_eur_per_mwh"]["status"]) == (
        "80",
        "V",
    )
    assert found["tras_e_eur_per_mwh"]["value"] is None
    assert "not published" in found["tras_e_eur_per_mwh"]["gap"]


def test_diff__two_sets__shows_the_limits_of_the_specification() -> None:
    changes = {
        row["key"]: row for row in listed("diff", "cacer-2024", "seed", "--on", "2026-01-01")["changes"]
    }
    assert changes["plant_max_kw"]["before"]["value"] == "1000"
    assert changes["plant_max_kw"]["after"]["value"] == "100"
    assert changes["community_max_kw"]["before"] is None
    assert "class1_base_eur_per_mwh" not in changes


def test_diff__two_days__shows_what_a_decree_changed() -> None:
    shown = rules("diff", "cacer-2024", "--on", "2025-06-25", "--to", "2025-06-26").stdout
    assert "pnrr_municipality_population_below" in shown
    assert "5000 inhabitants" in shown
    assert "-> 50000 inhabitants" in shown


def test_diff__same_sides__is_refused_with_a_remedy() -> None:
    result = rules("diff", "cacer-2024", "--on", "2025-06-25")
    assert result.exit_code == 2
    assert "another day with --to" in result.stderr


def test_explain__gap__states_reason_source_history_and_formula() -> None:
    shown = rules("explain", "tras_e_eur_per_mwh", "--on", "2025-06-01").stdout
    assert "none: not published in a source we read" in shown
    assert "2024-01-01 to 2024-12-31  10.57 EUR/MWh" in shown
    assert "shared energy of the year x TRAS_E" in shown


def test_explain__unknown_key__names_near_ones() -> None:
    result = rules("explain", "plant_max", "--on", "2025-06-01")
    assert result.exit_code == 2
    assert "plant_max_kw?" in result.stderr


def test_explain__no_day__is_refused() -> None:
    assert rules("explain", "plant_max_kw", "--on", "June").exit_code == 2


@pytest.mark.node
def test_propose_and_adopt__settled_period__shows_the_effect_and_stays(tmp_path: Path, state: Path) -> None:
    case = write_small_case(tmp_path / "case")
    assert run("import", case, "--state", state).returncode == 0
    own = tmp_path / "own.toml"
    own.write_text(
        '[[rules]]\nkey = "class1_base_eur_per_mwh"\nvalue = "20"\nunit = "EUR/MWh"\n'
        'source = "Assembly of 2023-03-01, resolution 1"\n'
    )
    empty = run("rules", "propose", NAME, own, "--state", state)
    assert "No period is settled yet" in empty.stdout, empty.stderr
    assert run("publish", NAME, "--from", "2023-02-01", "--state", state).returncode == 0

    first = run("rules", "propose", NAME, own, "--state", state)
    assert first.returncode == 0, first.stderr
    assert "2023-02-01 to 2023-02-28, EUR as settled -> as proposed" in first.stdout
    # Price 95: min(120, 80 + 85) + 10 = 130 EUR/MWh becomes 20 + 85 + 10 = 115. Shared by the plants that
    # share at all: 232.96, 248.64, 206.64 and 217.28 kWh; each amount half-up to the cent.
    assert "premium     117.71 -> 104.13 (-13.58)" in first.stdout

    seed = run("rules", "effect", "--set", "seed", "--state", state).stdout
    assert "cacer-2024 -> seed" in seed
    assert "premium     117.71 -> 117.71 (+0.00)" in seed  # other limits, not another tariff

    adopted = run("rules", "adopt", NAME, own, "--state", state)
    assert "adopted class1_base_eur_per_mwh, for periods that begin on" in adopted.stdout, adopted.stderr
    assert "adopted before" in run("rules", "adopt", NAME, own, "--state", state).stdout
    assert run("rules", "propose", NAME, own, "--state", state).stdout == first.stdout


def test_adopt__rule_of_the_law__is_refused_by_line_and_remedy(tmp_path: Path, state: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text('[[rules]]\nkey = "premium_years"\nvalue = "25"\nunit = "years"\nsource = "Assembly 1"\n')
    done = run("rules", "adopt", NAME, own, "--state", state)
    assert done.returncode == 2
    assert done.stderr.startswith(
        'own.toml:2: "premium_years" is a rule that no community may set; a community may'
    )
    assert not state.exists()
