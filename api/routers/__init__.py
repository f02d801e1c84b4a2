"""Thin routers: parse, one use case, present."""

from api.routers import (
    asker,
    bank,
    communities,
    distributions,
    energy,
    health,
    imports,
    ledger,
    lists,
    members,
    payouts,
    plants,
    readings,
    settlements,
    verifier,
)

ROUTERS = (
    health.router,
    verifier.router,
    asker.router,
    communities.router,
    members.router,
    plants.router,
    imports.router,
    readings.router,
    energy.router,
    settlements.router,
    distributions.router,
    payouts.router,
    bank.router,
    ledger.router,
    lists.router,
)
