"""division.json of a community whose month is settled again and again, against the auditor's program.

The database is real; of settlements only weights, enterprises and the cap count, which the test states.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, text

from community.store.unit_of_work import UnitOfWork
from oracle.audit.division import Division, Receipt, divide_again
from oracle.store.unit_of_work import OracleReadOnlyUnitOfWork
from oracle.usecases.pack_division import division_document
from settlement.domain.canonical import canonical_json
from settlement.domain.identifiers import uuid7
from settlement.domain.records import Distribution, StoredSettlement
from tests.oracle.audit.test_division import statement
from tests.settlement.store import world
from tests.settlement.usecases import shop

EURO = shop.EURO
FINDINGS = ["RECEIVED_ABOVE_COMPUTED", "RECEIVED_BELOW_COMPUTED", "SHORTFALL", "ENTERPRISE_CAP"]


class Books:
    """A community with days that are settled by stated weights; P1 is an enterprise."""

    def __init__(self, engine: Engine) -> None:
        case = world.case()
        self.engine = engine
        self.community_id: UUID = shop.stocked(engine, case)
        self.first = shop.close(engine, self.community_id, case)
        self.newest = self.first
        self.stated: dict[UUID, tuple[Mapping[str, int], int | None]] = {}
        self.divisions: list[Division] = []
        self.made: list[tuple[Distribution, list[StoredSettlement], dict[str, Any]]] = []

    def settle(self, weights: Mapping[str, int], cap_eur: int | None = None) -> None:
        """The same days by other weights."""
        cap = None if cap_eur is None else cap_eur * EURO
        made = uuid7()
        newer = replace(
            self.newest, id=made, supersedes=self.newest.id, reason="better", evidence=made.bytes * 2,
            enterprise_cap_micro_eur=cap,
        )  # fmt: skip
        with UnitOfWork(self.engine) as work:
            rows = [
                replace(row, weight=weights.get(row.member, 0), enterprise=row.member == "P1")
                for row in work.settlements.members(self.first.id)
            ]
            work.settlements.add(newer, rows, [])
            work.commit()
        self.stated[made] = ({row.member: row.weight for row in rows}, cap)
        self.newest = newer

    def divide(self, eur: int) -> dict[str, Any]:
        """A receipt by the newest weights; its division comes out."""
        number = len(self.divisions) + 1
        receipt = shop.receive(self.engine, self.community_id, shop.terms(f"CRO {number}", eur))
        settlements = [self.newest]
        distribution = shop.share_out(
            self.engine, self.community_id, [receipt.id], [self.newest.id], acknowledged=FINDINGS
        )
        told = self.document(distribution, settlements)
        self.divisions.append(self.audited(told, eur, settlements))
        self.made.append((distribution, settlements, told))
        return told

    def document(self, distribution: Distribution, settlements: list[StoredSettlement]) -> dict[str, Any]:
        """The division as it is told now."""
        with OracleReadOnlyUnitOfWork(self.engine) as work:
            return division_document(work, distribution, settlements)

    def audited(self, told: dict[str, Any], eur: int, settlements: list[StoredSettlement]) -> Division:
        """The auditor's division, by the weights that were stated."""
        named = {}
        for row in settlements:
            weights, cap = self.stated[row.id]
            found = statement(Counter(weights), cap, enterprise="P1")
            named["0x" + row.evidence.hex()] = found
        receipts = [Receipt(bytes(32), eur * EURO)]
        return divide_again(canonical_json(told), len(self.divisions) + 1, receipts, named)

    def left(self, member: str, on: str | None) -> None:
        """A member has left, or is back."""
        with self.engine.begin() as connection:
            connection.execute(
                text(
                    "UPDATE community_members SET joined_on = '2024-01-01', left_on = :day, status = :status "
                    "WHERE code = :code"
                ),
                {"day": on, "status": "left" if on else "active", "code": member},
            )


@pytest.fixture
def books(engine: Engine) -> Books:
    """P1, an enterprise that may have 50 EUR, and P2 halve 140 EUR of the first receipt."""
    made = Books(engine)
    made.settle({"P1": 1, "P2": 1}, 50)
    made.divide(200)
    return made


def amounts(rows: list[dict[str, str]], key: str) -> dict[str, str]:
    return {row["member"]: row[key] for row in rows}


def test_division__lower_cap__moves_the_rest_to_the_social_fund(books: Books) -> None:
    books.settle({"P1": 1, "P2": 1}, 30)
    told = books.divide(100)
    (correction,) = told["corrections"]
    assert amounts(correction["members"], "after_eur") == {
        "P1": "30.000000", "P2": "70.000000", "": "40.000000",
    }  # fmt: skip
    assert correction["enterprises"] == {"cap_eur": "30.000000", "paid_before": []}
    assert told["enterprises"]["cap_eur"] == "0.000000"
    assert told["enterprises"]["paid_before"] == [{"distribution": 1, "entitlement_eur": "30.000000"}]


def test_division__two_distributions_corrected__the_second_counts_what_the_first_has_now(
    books: Books,
) -> None:
    books.settle({"P1": 1, "P2": 2}, 50)
    books.divide(100)
    books.settle({"P1": 1, "P2": 6, "P3": 1}, 25)
    told = books.divide(100)
    assert [row["distribution"] for row in told["corrections"]] == [1, 2]
    first, second = told["corrections"]
    assert amounts(first["members"], "before_eur")["P1"] == "46.666667"
    assert amounts(first["members"], "after_eur")["P1"] == "17.500000"
    assert second["enterprises"]["paid_before"] == [{"distribution": 1, "entitlement_eur": "17.500000"}]
    assert books.divisions[-1].accounts.divided_again == 2


def test_division__corrected_again_and_again__earlier_ones_are_told_as_before(books: Books) -> None:
    for weights in ({"P1": 1, "P2": 2}, {"P1": 1, "P2": 6, "P3": 1}, {"P3": 1}):
        books.settle(weights, 25)
        books.divide(100)
    books.settle({"P2": 1})
    assert len(books.made) == 4
    for distribution, settlements, told in books.made:
        assert books.document(distribution, settlements) == told


def test_division__weights_of_nobody__send_everything_back_to_the_pool_and_out_again(books: Books) -> None:
    books.settle({})
    told = books.divide(100)
    (correction,) = told["corrections"]
    assert correction["unallocated_eur"] == "140.000000"
    assert told["unallocated_eur"] == "210.000000"
    books.settle({"P3": 1})
    last = books.divide(100)
    assert last["before"]["unallocated_eur"] == "210.000000"
    assert last["unallocated_eur"] == "0.000000"


def test_division__member_that_left_and_is_back__owes_in_its_balance_again(books: Books) -> None:
    books.settle({"P3": 1})
    books.left("P2", "2024-08-31")
    gone = books.divide(100)
    assert amounts(gone["departures"], "owed_eur") == {"P2": "70.000000"}
    assert gone["previous"]["outside_eur"] == "70.000000"
    books.left("P2", None)
    back = books.divide(100)
    assert amounts(back["departures"], "owed_eur") == {"P2": "-70.000000"}
    assert (back["before"]["outside_eur"], back["previous"]["outside_eur"]) == ("70.000000", "0.000000")
    assert amounts(back["members"], "balance_eur")["P2"] == "-70.000000"
