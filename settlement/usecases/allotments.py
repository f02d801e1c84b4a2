"""What past distributions have allotted to whom, their corrections included, read from the journal."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from uuid import UUID

from settlement.domain.accounting.account import AccountKind
from settlement.domain.accounting.correction import Allotment
from settlement.domain.accounting.entry import Entry, EntryKind
from settlement.domain.accounting.trial_balance import trial_balance
from settlement.domain.records import Distribution, SettledPeriod, StoredSettlement
from settlement.ports import UnitOfWork


@dataclass(frozen=True, slots=True)
class Weights:
    """Members' weights over settlements, and which of them are enterprises."""

    members: Counter[str]
    enterprises: set[str]


def weights_of(work: UnitOfWork, settlement_ids: Iterable[UUID]) -> Weights:
    """The weights of several settlements, added up."""
    members: Counter[str] = Counter()
    enterprises = set()
    for settlement_id in settlement_ids:
        for row in work.settlements.members(settlement_id):
            members[row.member] += row.weight
            if row.enterprise:
                enterprises.add(row.member)
    return Weights(members, enterprises)


@dataclass(slots=True)
class Allotments:
    """The allotments of a community's distributions. `taken` are corrections that are not recorded yet."""

    work: UnitOfWork
    distributions: list[Distribution]
    periods: list[SettledPeriod]
    taken: list[Entry] = field(default_factory=list)

    @classmethod
    def of_community(cls, work: UnitOfWork, community_id: UUID) -> "Allotments":
        """All that the community's distributions allotted."""
        distributions = work.distributions.of_community(community_id)
        return cls(work, distributions, work.settlements.periods(community_id))

    def newest(self) -> dict[UUID, UUID]:
        """Superseded settlements, each with the newest of its period."""
        latest = {(row.start, row.end): row.settlement_id for row in self.periods}
        found = {row.settlement_id: latest[row.start, row.end] for row in self.periods}
        return {old: new for old, new in found.items() if old != new}

    def entitlement(self, distribution_id: UUID) -> Entry | None:
        """The entry by which a distribution allotted; None where nobody had a weight."""
        entries = self.work.journal.of_source(distribution_id)
        return next((row for row in entries if row.kind is EntryKind.ENTITLEMENT), None)

    def allotted(self, entitlement: Entry) -> Allotment:
        """What stands of an entitlement after its corrections."""
        linked = [*self.work.journal.correcting(entitlement.id), *self.taken]
        corrections = [row for row in linked if row.corrects == entitlement.id]
        moved = trial_balance([entitlement, *corrections])
        # What a correction sent back to the pool left this distribution: a later one divides it.
        return Allotment(moved.members(AccountKind.MEMBER), moved.of(AccountKind.SOCIAL_RESIDUE))

    def enterprise_cap(
        self,
        settlements: Collection[StoredSettlement],
        enterprises: Collection[str],
        before: int | None = None,
    ) -> int | None:
        """What enterprises may still receive of these periods when all are final (FACTS 3.4), else None.

        What distributions before a number (by default all) allotted to them of these periods is deducted.
        """
        caps = [row.enterprise_cap_micro_eur for row in settlements]
        known = [cap for cap in caps if cap is not None]
        if len(known) < len(caps):
            return None
        return max(0, sum(known) - self.to_enterprises(settlements, enterprises, before))

    def to_enterprises(
        self,
        settlements: Collection[StoredSettlement],
        enterprises: Collection[str],
        before: int | None = None,
    ) -> int:
        """What distributions over these periods have allotted to enterprises, in micro-euro."""
        total = 0
        for distribution in self.naming(settlements, before):
            entitlement = self.entitlement(distribution.id)
            if entitlement is not None:
                members = self.allotted(entitlement).members_micro_eur
                total += sum(amount for member, amount in members.items() if member in enterprises)
        return total

    def naming(
        self, settlements: Collection[StoredSettlement], before: int | None = None
    ) -> list[Distribution]:
        """The distributions that name any settlement of these periods."""
        spans = {(row.start, row.end) for row in settlements}
        same = {row.settlement_id for row in self.periods if (row.start, row.end) in spans}
        return [
            row
            for row in self.distributions
            if same & set(row.settlements) and (before is None or row.number < before)
        ]
