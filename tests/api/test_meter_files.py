"""Files of distributors and markets over HTTP: all of a file or nothing."""

from datetime import date
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from tests.api.conftest import bearer
from tests.api.world import World
from tests.oracle.sources.meters import samples
from tests.oracle.sources.prices import samples as price_samples

POD = "IT001E00000001"
OCTETS = {"Content-Type": "application/octet-stream"}


@pytest.fixture
def admin(world: World) -> dict[str, str]:
    return bearer(world.tokens["administrator"]) | OCTETS


def test_meter_file__portal_export__enters_as_whole_days(
    client: TestClient, world: World, admin: dict[str, str]
) -> None:
    query = f"name=ExportData.csv&pod={POD}&direction=withdrawn"
    raw = samples.e_distribuzione(date(2024, 9, 1))
    response = client.post(f"{world.path}/meter-files?{query}", content=raw, headers=admin)
    assert response.status_code == 200, response.text
    assert response.json()["readings"] == {"new": 1, "unchanged": 0, "corrected": 0}


def test_meter_file__sii_flow__is_checked_against_its_name(
    client: TestClient, world: World, admin: dict[str, str]
) -> None:
    raw = samples.sii(pod=POD)
    for name, status in ((samples.SII_NAME, 200), ("flow.xml", 422)):
        address = f"{world.path}/meter-files?name={quote(name)}"
        assert client.post(address, content=raw, headers=admin).status_code == status


@pytest.mark.parametrize(
    "raw", [b"", b"\x00\xff", b"a,b\n1,2\n", samples.e_distribuzione(), samples.contract()]
)
def test_meter_file__what_cannot_be_used__is_refused(
    raw: bytes, client: TestClient, world: World, admin: dict[str, str]
) -> None:
    response = client.post(f"{world.path}/meter-files?name=x.csv", content=raw, headers=admin)
    assert response.status_code in (409, 422), response.text


def test_price_file__day_of_25_hours__enters_for_the_named_zone(client: TestClient, world: World) -> None:
    root = bearer(world.tokens["root"]) | OCTETS
    address = f"{world.path}/price-files?name=g.csv&zone=NORD"
    done = client.post(address, content=price_samples.gme(), headers=root)
    assert done.json()["prices"] == {"new": 1, "unchanged": 0, "corrected": 0}, done.text
    dropped = client.post(address, content=price_samples.gme(hours=24), headers=root)
    assert (dropped.status_code, dropped.json()["code"]) == (422, "READINGS_MALFORMED")
    other = client.post(f"{world.path}/price-files?name=g.csv&zone=PUN", content=b"", headers=root)
    assert other.status_code == 422
