"""What may change of a community besides its members and plants."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from community.domain.errors import FieldNotChangeable
from community.domain.records import CommunityRecord
from community.ports import UnitOfWork
from settlement.domain.errors import NotFound

CHANGEABLE = frozenset(
    {
        "legal_type",
        "status",
        "gse_compliance_status",
        "boundary",
        "max_radius_m",
        "extra",
        "rule_set",
        "attribution",
        "allocation",
        "storage_policy",
        "late_request_policy",
        "parameters_micro",
        "shares_bps",
    }
)
"""Fields of CommunityRecord that an update may set; they count for periods that are closed afterwards."""


def update_community(work: UnitOfWork, community_id: UUID, changes: Mapping[str, Any]) -> CommunityRecord:
    """Set the named fields; returns the community afterwards.

    Raises NotFound, and FieldNotChangeable for the name, and for the shares of a community whose vault
    stands on the ledger: the vault holds them for good.
    """
    work.lock(f"community:{community_id}")
    record = work.communities.get(community_id)
    if record is None:
        raise NotFound("community", community_id)
    refused = sorted(set(changes) - CHANGEABLE)
    shares = changes.get("shares_bps", record.shares_bps)
    if record.ledger_id is not None and shares != record.shares_bps:
        refused.append("shares_bps, which the vault on the ledger holds")
    if refused:
        raise FieldNotChangeable(refused)
    work.communities.update(community_id, {**changes, **_kept_sources(record, changes)})
    updated = work.communities.get(community_id)
    assert updated is not None
    return updated


def _kept_sources(record: CommunityRecord, changes: Mapping[str, Any]) -> Mapping[str, Any]:
    """Resolutions behind parameters that keep their values; one that is set anew has none."""
    if "parameters_micro" not in changes:
        return {}
    kept = {
        name: source
        for name, source in record.parameter_sources.items()
        if changes["parameters_micro"].get(name) == record.parameters_micro[name]
    }
    return {"parameter_sources": kept}
