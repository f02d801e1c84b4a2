"""Is a statement the one that a payout's receipt names? Files alone, no chain and no database."""

import hashlib
import json
from typing import Any


def statement_difference(statement: bytes, receipt: bytes) -> str | None:
    """What keeps the statement from being the receipt's, or None. ValueError for what is no JSON object.

    The receipt is checked against the chain; the statement stands or falls with its hash in the receipt, and
    its amount must be the leaf's.
    """
    said, known = _object(statement, "statement"), _object(receipt, "receipt")
    wanted, found = known.get("statement", {}).get("sha256"), hashlib.sha256(statement).hexdigest()
    if wanted is None:
        return "the receipt names no statement"
    if wanted != found:
        return f"SHA-256 of the statement is {found}, the receipt names {wanted}"
    pairs = {
        "distribution": (said.get("distribution"), known.get("distribution")),
        "index": ((said.get("payout") or {}).get("index"), known.get("index")),
        "amount": (said.get("account_eur", {}).get("payout"), known.get("leaf", {}).get("amount_eur")),
    }
    for name, (here, there) in pairs.items():
        if here != there:
            return f"{name} of the statement is {here}, of the receipt {there}"
    return None


def _object(content: bytes, name: str) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except ValueError as error:
        raise ValueError(f"the {name} is not JSON: {error}") from None
    if not isinstance(found, dict) or not all(isinstance(found.get(key, {}), dict) for key in _TABLES):
        raise ValueError(f"the {name} is not a JSON object of the expected form")
    return found


_TABLES = ("statement", "leaf", "account_eur")
