"""The published list of a configuration's day, from the database alone; it names no POD and shows no reading.

It stays the same when keys are deleted: what is erased is who the entries were, not that they add up.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from oracle.errors import NotPosted
from oracle.records import SignedReport
from oracle.usecases.receipts import Contracts, contracts_of, report_document
from oracle.work import ReadingWork
from settlement.domain.errors import NotFound

LIST_KIND = "condivisa/readings-list/1"


def readings_list(
    work: ReadingWork, community_id: UUID, configuration_id: UUID, day: date
) -> Mapping[str, Any]:
    """The list behind the report that the ledger holds of the day.

    Raises NotFound when the community has no such configuration, NotPosted when the ledger has no report of
    the day, NotDeployed.
    """
    community = work.communities.get(community_id)
    configurations = community.configurations if community is not None else ()
    configuration = next((row for row in configurations if row.id == configuration_id), None)
    if configuration is None:
        raise NotFound("configuration", configuration_id)
    report = work.reports.accepted(configuration_id, day, day).get(day)
    if report is None:
        raise NotPosted(f"the ledger has no report of {day} yet")
    assert configuration.ledger_id is not None, "a posted configuration has its name on the ledger"
    return list_document(work, contracts_of(work, community_id), configuration.ledger_id, report)


def list_document(
    work: ReadingWork, contracts: Contracts, configuration: bytes, report: SignedReport
) -> Mapping[str, Any]:
    """The list behind a report of the configuration of that name (32 bytes) on the ledger."""
    return _opening(work, report) | {
        "kind": LIST_KIND,
        "chain_id": contracts.chain_id,
        "ledger": _hex(contracts.ledger),
        "configuration": _hex(configuration),
        "day": report.day.isoformat(),
        "report": report_document(report),
        "entries": [{"id": _hex(row.id), "commitment": _hex(row.commitment)} for row in report.entries],
    }


def _opening(work: ReadingWork, report: SignedReport) -> dict[str, Any]:
    """What opens hidden hour totals, once the ledger was shown them."""
    kept = work.hidden_days.of(report.report) if report.hidden else None
    if kept is None or kept.opened_at is None:
        return {}
    opening = {"salt": kept.salt, "hours": kept.hour_totals, "blinding": kept.blinding}
    return {"opening": {name: _hex(octets) for name, octets in opening.items()}}


def _hex(octets: bytes) -> str:
    return "0x" + octets.hex()
