"""The OpenAPI 3.1 description: what FastAPI derives, put right where it does not fit our errors."""

from typing import Any

from fastapi import FastAPI

from api.problems import MEDIA_TYPE

DESCRIPTION = """\
Condivisa settles renewable energy communities: metered hours to shared energy, shared energy to money, money
to payouts, each step checkable without trusting the operator.

**Numbers.** Energy is whole Wh. Amounts are text: euro with six decimals. Instants are ISO 8601 with offset;
days are Europe/Rome days, and a period's `to` is the day after its last one.

**Access.** Every address but /health, /ready, /verify and /openapi.json needs a bearer token
(`condivisa db token create`). A *member* sees its own figures and the community's sums, an *administrator*
all of its community, an *auditor* everything under member codes, without wallets and IBANs, and changes
nothing. What is out of reach answers 404, like what does not exist. A *device* has a key of its own, which
opens the two addresses that it sends to and nothing else.

**Errors** are RFC 9457 problem details with a stable `code`; `findings` lists every defect with its place.
"""

TAGS = [
    {"name": "health", "description": "Open: is the service there?"},
    {"name": "verification", "description": "Open: the page that checks a receipt against the chain"},
    {"name": "access", "description": "What the token opens"},
    {"name": "communities", "description": "Communities and the terms that they settle by"},
    {"name": "rules", "description": "The law as dated data, and what communities adopt themselves"},
    {"name": "members", "description": "Members and their points of delivery"},
    {"name": "plants", "description": "Production plants"},
    {"name": "readings", "description": "Metered energy and market prices: import, and receipts with proof"},
    {
        "name": "quality",
        "description": "How good readings are: reports, held days, named estimates",
    },
    {"name": "energy", "description": "Sharing a period, balance, forecast"},
    {"name": "settlements", "description": "Settled periods"},
    {"name": "market", "description": "Beside the incentive: time bands, what GSE buys, GSE's own figures"},
    {"name": "distributions", "description": "Money that arrived, divided"},
    {"name": "accounts", "description": "The books in double entry"},
    {"name": "payouts", "description": "Receipts of payouts, with proof"},
    {"name": "bank", "description": "Payment files for the bank, and its statements"},
    {"name": "ledger", "description": "What was written to the chain"},
    {"name": "devices", "description": "Meters, inverters and batteries that send by themselves"},
    {"name": "alerts", "description": "What somebody must look at"},
    {"name": "jobs", "description": "Long work: ordered, done by workers, with progress and history"},
]


_PROBLEM = "#/components/schemas/Problem"


def describe(app: FastAPI) -> dict[str, Any]:
    """The description that /openapi.json serves and that is committed."""
    if app.openapi_schema is None:
        app.openapi_schema = _refined(FastAPI.openapi(app))
    return app.openapi_schema


def _refined(schema: dict[str, Any]) -> dict[str, Any]:
    for operations in schema["paths"].values():
        for operation in operations.values():
            # FastAPI's own 422 is never sent: every error is a problem, described under "default".
            operation["responses"].pop("422", None)
            operation["responses"]["default"]["content"] = {MEDIA_TYPE: {"schema": {"$ref": _PROBLEM}}}
    for name in ("HTTPValidationError", "ValidationError"):
        schema["components"]["schemas"].pop(name, None)
    return schema
