"""Market services and GSE's figures of a settled period over HTTP."""

from fastapi.testclient import TestClient
from httpx import Response

from settlement.domain.canonical import canonical_json
from settlement.domain.market.report import market_document
from settlement.domain.rounding import decimal_text
from tests.api.conftest import bearer
from tests.api.world import World

SPAN = "2024-07-01T00:00+02:00,2024-07-08T00:00+02:00"
HEADER = "from,to,configuration,plant,figure,value\n"


def address(world: World, name: str) -> str:
    return f"{world.path}/settlements/{world.settlement.id}/{name}"


def send(client: TestClient, world: World, *rows: str) -> Response:
    """Upload figures of GSE."""
    headers = bearer(world.tokens["administrator"]) | {"Content-Type": "text/csv"}
    body = HEADER + "".join(f"{row}\n" for row in rows)
    return client.post(address(world, "gse-figures"), content=body, headers=headers)


def test_market__settled__is_what_the_case_gives(shared_client: TestClient, shared_world: World) -> None:
    headers = bearer(shared_world.tokens["auditor"])
    answer = shared_client.get(address(shared_world, "market"), headers=headers)
    assert answer.status_code == 200
    assert answer.content == canonical_json(market_document(shared_world.case))


def test_net_metering__law_in_force__is_refused_with_the_reason(
    shared_client: TestClient, shared_world: World
) -> None:
    headers = bearer(shared_world.tokens["auditor"])
    path = address(shared_world, "net-metering?national=110&services=60")
    answer = shared_client.get(path, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (409, "NET_METERING_REFUSED")
    assert "2025-05-29" in answer.json()["detail"]


def test_figures__equal_to_ours__agree(shared_client: TestClient, shared_world: World) -> None:
    shared = decimal_text(shared_world.settlement.shared_wh, 3)
    answer = send(shared_client, shared_world, f"{SPAN},,,shared_kwh,{shared}")
    assert answer.status_code == 200, answer.text
    assert (answer.json()["agreeing"], answer.json()["divergent"]) == (1, [])


def test_figures__one_hour_differs__is_the_first_hour(shared_client: TestClient, shared_world: World) -> None:
    hour = "2024-07-03T12:00+02:00,2024-07-03T13:00+02:00"
    found = send(shared_client, shared_world, f"{hour},,,shared_kwh,999999.5").json()
    assert found["first_hour"]["start"] == "2024-07-03T12:00:00+02:00"
    assert found["first_hour"]["gse"] == "999999.500"
    assert found["first_hour"]["ours"] is not None


def test_figures__unknown_plant__is_refused_with_its_line(
    shared_client: TestClient, shared_world: World
) -> None:
    answer = send(shared_client, shared_world, f"{SPAN},,P9,shared_kwh,1")
    assert (answer.status_code, answer.json()["code"]) == (422, "FIGURES_MALFORMED")
    assert [(row["place"], row["line"]) for row in answer.json()["findings"]] == [("figures.csv", 2)]


def test_advance__stated_hours__follows_the_draft(shared_client: TestClient, shared_world: World) -> None:
    headers = bearer(shared_world.tokens["auditor"])
    answer = shared_client.get(address(shared_world, "gse-advance?hours=1250"), headers=headers).json()
    # SUN: 0.05 MW · 1250 h / 12 · 49 % · (80 + 10) EUR/MWh = 229.6875; TOWN has 0.0995 MW.
    assert answer["verified"] is False
    assert {row["plant"]: row["eur"] for row in answer["plants"]} == {"SUN": "229.69", "TOWN": "457.08"}


def test_deadlines__plants_of_today__have_their_last_day(
    shared_client: TestClient, shared_world: World
) -> None:
    headers = bearer(shared_world.tokens["auditor"])
    rows = shared_client.get(f"{shared_world.path}/gse-deadlines", headers=headers).json()["plants"]
    # In operation on 10 and 20 January 2024, before the decree: 120 days from 8 April 2024.
    assert {row["plant"]: (row["last_day"], row["late"], row["admitted"]) for row in rows} == {
        "SUN": ("2024-08-06", False, True),
        "TOWN": ("2024-08-06", False, True),
    }
