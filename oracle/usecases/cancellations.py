"""The guardian cancelled a distribution: this side learns of it from the chain and has it divided anew."""

from uuid import UUID

from oracle.usecases.context import Context
from oracle.usecases.pay import pays_wallets
from oracle.usecases.places import place_of
from oracle.work import Work
from settlement.domain.records import Distribution
from settlement.usecases.redivide import cancel_distributions


def take_up_cancellations(context: Context, community_id: UUID) -> str | None:
    """Note what the guardian cancelled, end the messages about it, in one transaction; say so in a sentence.

    Distributions that were planned on top of it and are not on the chain are planned anew. None, and nothing
    written, when no block that counts has a cancellation that is not noted yet.
    """
    vault = place_of(context, community_id).vault
    with context.unit() as work:
        settled = _settled(work, community_id)
        noted = {row.distribution_id for row in work.distributions.cancellations(community_id)}
    open_numbers = [row.number for row in settled if row.id not in noted]
    cancelled = [number for number in open_numbers if context.vault.is_cancelled(vault, number)]
    if not cancelled:
        return None
    # The vault took each settlement with the pool that it has here: what is not noted came after the latest.
    after_number = settled[-1].number
    context.checkpoint("cancelling")
    with context.unit() as work:
        wallets = pays_wallets(work, community_id, before_deployment=False)
        ended = cancel_distributions(work, community_id, cancelled, after_number, wallets=wallets)
        _end_messages(work, community_id, ended)
        work.commit()
    context.checkpoint("cancelled")
    anew = [row.number for row in ended if row.number > after_number]
    return f"cancelled by the guardian: {_named(cancelled)}; planned anew: {_named(anew) or 'none'}"


def _settled(work: Work, community_id: UUID) -> list[Distribution]:
    """What the vault accepted, by number."""
    rows = work.distributions.of_community(community_id)
    return [row for row in rows if work.settled_distributions.of(row.id) is not None]


def _end_messages(work: Work, community_id: UUID, ended: list[Distribution]) -> None:
    """Nothing of a cancelled distribution is paid, and no plan that was replaced is settled."""
    ids = {str(row.id) for row in ended}
    for message in work.outbox.open_rows(community_id):
        if message.payload.get("distribution_id") in ids:
            work.outbox.done(message.id)


def _named(numbers: list[int]) -> str:
    return ", ".join(f"distribution {number}" for number in numbers)
