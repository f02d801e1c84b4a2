"""When hour totals would show single persons, the ledger gets a hash that hides them.

The totals of a direction of a configuration may be published only if the natural persons who contribute to
it number zero, or at least five (more, where the community resolved so), or all consented.
"""

from collections.abc import Collection
from dataclasses import dataclass

from settlement.domain.case import Case, Direction, MemberCategory
from settlement.domain.holdings import held_series

PERSONS_MIN = 5


@dataclass(frozen=True, slots=True, order=True)
class Refusal:
    """Why a configuration's hour totals are hidden: too few persons stand behind those of one direction."""

    configuration: str
    direction: Direction
    persons: int

    def __str__(self) -> str:
        place = f"configuration {self.configuration}" if self.configuration else "the community"
        stand = "person stands" if self.persons == 1 else "persons stand"
        return (
            f"only {self.persons} natural {stand} behind the {self.direction} energy of {place}, "
            f"not all of them consented, and fewer than {PERSONS_MIN} would be recognisable"
        )


def refusals(case: Case, consents: Collection[str], persons_min: int = PERSONS_MIN) -> tuple[Refusal, ...]:
    """Every configuration and direction of the case whose hour totals may not be published, in order.

    A natural person counts where a POD that it owned in the period reports that direction. `consents` holds
    the ids of the members who agreed to publication; groups of fewer than `persons_min` are refused.
    """
    persons = _contributors(case)
    return tuple(
        Refusal(configuration, direction, len(members))
        for (configuration, direction), members in sorted(persons.items())
        if len(members) < persons_min and not members <= set(consents)
    )


def _contributors(case: Case) -> dict[tuple[str, Direction], set[str]]:
    """Natural persons by configuration and direction; a pair without any is absent."""
    natural = {row.id for row in case.community.members if row.category is MemberCategory.NATURAL_PERSON}
    owners = {key: {series.holding.member for series in held} for key, held in held_series(case).items()}
    return {key: members & natural for key, members in owners.items() if members & natural}
