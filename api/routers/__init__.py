"""Thin routers: parse, one use case, present."""

from api.routers import (
    accounts,
    asker,
    communities,
    distributions,
    drafts,
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
    drafts.router,
    accounts.router,
    payouts.router,
    ledger.router,
    lists.router,
)
