"""Thin routers: parse, one use case, present."""

from api.routers import (
    asker,
    communities,
    distributions,
    energy,
    health,
    imports,
    ledger,
    lists,
    market,
    members,
    payouts,
    plants,
    readings,
    settlements,
    statements,
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
    market.router,
    distributions.router,
    statements.router,
    payouts.router,
    ledger.router,
    lists.router,
)
