"""Bodies that are right: a test states only what differs."""

from typing import Any

from tests.api.world import World


def community(**differing: Any) -> dict[str, Any]:
    """A community to register."""
    return {
        "name": "Nuova",
        "legal_type": "association",
        "status": "pending",
        "configurations": [{"code": "CP1", "area_code": "AC001E00777", "zone": "NORD"}],
    } | differing


def member(code: str = "N1", pod: str = "IT001E00000777", **differing: Any) -> dict[str, Any]:
    """A member with a POD in the configuration of "Prova"."""
    return {
        "code": code,
        "legal_category": "NATURAL_PERSON",
        "member_type": "consumer",
        "pods": [{"pod": pod, "configuration": "", "valid_from": "2025-01-01"}],
    } | differing


def update(body: dict[str, Any], **differing: Any) -> dict[str, Any]:
    """The same without what names the thing: what a PUT takes."""
    named = ("code", "name", "configurations")
    return {key: value for key, value in body.items() if key not in named} | differing


def plant(code: str = "NEW", pod: str = "IT001E00000002", **differing: Any) -> dict[str, Any]:
    """A plant behind the POD of P2."""
    return {
        "code": code,
        "pod": pod,
        "source": "photovoltaic",
        "power_kw": "4.5",
        "entry_into_operation": "2024-06-01",
        "region": "Piemonte",
    } | differing


def share(first: str = "2024-07-01", after: str = "2024-07-08") -> dict[str, Any]:
    """A period to settle."""
    return {"from": first, "to": after}


def distribution(world: World, **differing: Any) -> dict[str, Any]:
    """A receipt of 200 euro to be divided by the settled week."""
    receipt = {
        "kind": "balance",
        "received_on": "2025-02-28",
        "gross_eur": "210.50",
        "fee_withheld_eur": "10.50",
        "bank_reference": "TRN 2",
    }
    return {
        "receipt": receipt | differing,
        "settlements": [str(world.settlement.id)],
        "acknowledged": ["RECEIVED_ABOVE_COMPUTED"],
    }
