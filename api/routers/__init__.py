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
    members,
    payouts,
    plants,
    readings,
    rules,
    settlements,
    verifier,
)

ROUTERS = (
    health.router,
    verifier.router,
    asker.router,
    communities.router,
    rules.router,
    rules.own,
    members.router,
    plants.router,
    imports.router,
    readings.router,
    energy.router,
    settlements.router,
    distributions.router,
    payouts.router,
    ledger.router,
    lists.router,
)
