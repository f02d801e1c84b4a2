"""Small files in the layouts of the public sources, and the sources themselves where they are at hand."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from oracle.sources.fontana import Fontana, read_fontana
from oracle.sources.zonal_prices import ZonalPrices, read_zonal_prices
from settlement.domain.calendar import ROME

SHARED_DATA = Path(__file__).parents[4] / "shared" / "data"
ENERGY_HEADER = "hour_index,month,hour_1_24,building,pv_kwp,consumption_kwh,pv_generation_kwh"
PRICE_HEADER = "data,ora,utc,mercato,NORD,SUD"
JANUARY_HOURS = 744


def _public_folder(name: str) -> Path:
    """A folder of the public data beside the project; the test is skipped where it is absent."""
    if not (SHARED_DATA / name).is_dir():
        pytest.skip(f"the public data set {name} is not beside the project")
    return SHARED_DATA / name


@pytest.fixture(scope="session")
def public_homes() -> Fontana:
    """The 17 homes, read whole."""
    homes, findings = read_fontana(_public_folder("citylearn_fontana17"))
    assert findings == []
    assert homes is not None
    return homes


@pytest.fixture(scope="session")
def public_prices() -> ZonalPrices:
    """Prices of zone NORD in 2024."""
    prices, findings = read_zonal_prices(_public_folder("prices_it_zonal_2024"), "NORD")
    assert findings == []
    assert prices is not None
    return prices


@pytest.fixture
def energy_file(tmp_path: Path) -> Path:
    """Two homes, January 2024 to the hour: home 3 injects 500 Wh every hour, home 7 withdraws 1500 Wh."""
    lines = [ENERGY_HEADER]
    for hour in range(JANUARY_HOURS):
        lines.append(f"{hour},7,1,3,4.0,0.5,1.0")
        lines.append(f"{hour},7,1,7,5.5,2.0,0.5")
    path = tmp_path / "energy_long.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture
def price_file(tmp_path: Path) -> Path:
    """NORD at 100.5 €/MWh in every hour of January 2024."""
    first = datetime(2023, 12, 31, 23, tzinfo=UTC)
    lines = [PRICE_HEADER]
    for index in range(JANUARY_HOURS):
        hour = first + timedelta(hours=index)
        lines.append(f"{hour.astimezone(ROME):%Y-%m-%d,%H:%M},{hour:%Y-%m-%dT%H:%M:%SZ},MGP,100.5,-3.25")
    path = tmp_path / "prezzi_zonali_2024.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def edit(path: Path, line: int, text: str | None) -> None:
    """Replace a line of a file (header = 1), or drop it."""
    lines = path.read_text().splitlines()
    lines[line - 1 : line] = [] if text is None else [text]
    path.write_text("\n".join(lines) + "\n")


def append(path: Path, text: str) -> None:
    """Add a line."""
    path.write_text(path.read_text() + text + "\n")
