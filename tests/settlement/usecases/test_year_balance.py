"""What GSE still owes for a year, from settled periods and divided receipts.

year_balance
├── it should add up premium and valorisation of the year, and the gross receipts divided by its periods
├── given no receipt it should owe all of it
└── given periods that do not cover the year it should be provisional
"""

import json
from decimal import Decimal

from community.store.unit_of_work import ReadOnlyUnitOfWork
from settlement.usecases.year_balance import year_balance
from tests.settlement.store import world
from tests.settlement.usecases import shop


def test_balance__advance_divided__is_what_is_left_of_the_incentive(engine) -> None:
    case = world.case()
    community_id = shop.stocked(engine, case)
    settlement = shop.close(engine, community_id, case)
    receipt = shop.receive(engine, community_id, shop.terms(gross_eur=1))
    shop.share_out(engine, community_id, [receipt.id], [settlement.id])
    said = json.loads(settlement.document)
    incentive = Decimal(said["premium_eur"]) + Decimal(said["valorisation_eur"])
    with ReadOnlyUnitOfWork(engine) as work:
        found = year_balance(work, community_id, 2024)
        other = year_balance(work, community_id, 2023)
    assert (found.advances_cents, found.balances_cents) == (100, 0)
    assert found.due_cents == 100 * incentive - 100
    assert not found.is_complete
    assert (other.due_cents, other.is_complete) == (0, False)


def test_balance__nothing_paid__is_all_of_the_incentive(engine) -> None:
    case = world.case()
    community_id = shop.stocked(engine, case)
    settlement = shop.close(engine, community_id, case)
    said = json.loads(settlement.document)
    with ReadOnlyUnitOfWork(engine) as work:
        found = year_balance(work, community_id, 2024)
    assert found.due_cents == 100 * (Decimal(said["premium_eur"]) + Decimal(said["valorisation_eur"]))
