"""What messages to the ledger's side say of days: one reading of their payloads for both sides."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

Days = Mapping[UUID, Sequence[date]]


def days_payload(settlement_id: UUID, days: Days) -> dict[str, Any]:
    """Payload that names a settlement and days of its configurations."""
    named = {
        str(configuration): [day.isoformat() for day in wanted] for configuration, wanted in days.items()
    }
    return {"settlement_id": str(settlement_id), "days": named}


def named_configurations(payload: Mapping[str, Any]) -> list[UUID]:
    """Configurations of which the payload names days."""
    names = payload["days"] if "days" in payload else [payload["configuration_id"]]
    return [UUID(name) for name in names]


def named_days(payload: Mapping[str, Any], configuration_id: UUID) -> list[date]:
    """Days of a configuration that the payload names, single ones or from a first to a last, ascending."""
    if "days" in payload:
        return [date.fromisoformat(text) for text in payload["days"].get(str(configuration_id), [])]
    first, last = date.fromisoformat(payload["first_day"]), date.fromisoformat(payload["last_day"])
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
