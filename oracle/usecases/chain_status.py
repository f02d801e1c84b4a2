"""How a state stands on its chain: nothing is sent and nothing is written, differences are named."""

from collections import Counter
from dataclasses import dataclass

from community.domain.records import CommunityRecord
from oracle.errors import NonceTaken, OtherChainInUse
from oracle.ports import AccountFacts, Inspector
from oracle.records import ContractKind, Deployment, TransactionState
from oracle.usecases.adjustments import expected_adjustment
from oracle.usecases.energy_standing import energy_standing
from oracle.usecases.money_standing import compare_funds, money_standing
from oracle.usecases.places import Place
from oracle.usecases.standing import (
    ChainStanding,
    CommunityStanding,
    ContractStanding,
    Findings,
    RegistrationStanding,
    keys_sentence,
)
from oracle.work import StatusWork


def chain_status(work: StatusWork, inspector: Inspector) -> ChainStanding:
    """Compare node, account, contracts, energy and money with the database. Raises NodeUnreachable."""
    look = _Look(work, inspector, Findings())
    findings = look.findings
    # The database's snapshot begins before the chain's: what is published meanwhile is then ahead on the
    # chain, which the comparisons allow for, and never behind.
    chains = work.deployments.chains()
    node, account = inspector.node(), inspector.account()
    if chains and node.chain_id not in chains:
        findings.divergences.append(str(OtherChainInUse(chains, node.chain_id)))
    _compare_account(work, node.chain_id, account, findings)
    deployed = work.deployments.find(node.chain_id, ContractKind.LEDGER)
    ledger = None if deployed is None else look.contract(deployed)
    communities = [look.community(row, ledger, node.chain_id) for row in work.communities.all()]
    return ChainStanding(
        node, account, ledger, tuple(communities), tuple(findings.divergences), tuple(findings.notes)
    )


def _compare_account(work: StatusWork, chain_id: int, account: AccountFacts, findings: Findings) -> None:
    """The chain knows each transaction that is recorded as mined, and none that is not recorded."""
    stored = work.transactions.of_sender(chain_id, account.address)
    if not stored:
        return
    known = stored[-1].nonce + 1
    if account.transactions > known:
        taken = NonceTaken("0x" + account.address.hex(), known, account.transactions)
        findings.divergences.append(str(taken))
    mined = [row.nonce for row in stored if row.state is not TransactionState.SIGNED]
    if mined and mined[-1] >= account.transactions:
        findings.compare("transactions of the account", mined[-1] + 1, account.transactions)


@dataclass(frozen=True, slots=True)
class _Look:
    """A snapshot of the database, a block of the chain, and what was found of them so far."""

    work: StatusWork
    inspector: Inspector
    findings: Findings

    def contract(self, deployed: Deployment) -> ContractStanding:
        """A contract on record, its code compared."""
        difference = self.inspector.code_difference(deployed.kind, deployed.address)
        if difference is not None:
            name = f"the {deployed.kind} at 0x{deployed.address.hex()}"
            self.findings.divergences.append(f"{name} is not the committed contract: {difference}")
        return ContractStanding(deployed.kind, deployed.address, difference)

    def community(
        self, community: CommunityRecord, ledger: ContractStanding | None, chain_id: int
    ) -> CommunityStanding:
        """A community with its contracts, months and money."""
        work, inspector, findings = self.work, self.inspector, self.findings
        kept = work.deployments.find(chain_id, ContractKind.TIMELOCK, community.id)
        timelock = None if kept is None else self.contract(kept)
        deployed = work.deployments.find(chain_id, ContractKind.VAULT, community.id)
        vault = None if deployed is None else self.contract(deployed)
        token = None if deployed is None else deployed.token
        registration, months, distributions, funds, balance = None, [], [], None, None
        if deployed is not None and deployed.ledger_id is not None and _usable(ledger) and _usable(vault):
            assert ledger is not None
            place = Place(ledger.address, deployed.address, deployed.ledger_id)
            registration = self._registration(community, place, timelock)
            months = energy_standing(work, inspector, community, place, findings)
            self._compare_adjustment(community, place)
        if deployed is not None and _usable(vault):
            distributions = money_standing(work, inspector, community.id, deployed.address, findings)
            funds = inspector.funds(deployed.address)
            balance = None if token is None else inspector.token_balance(token, deployed.address)
            compare_funds(work, inspector, community.id, deployed.address, distributions, balance, findings)
        rows = work.transactions.of_community(community.id)
        return CommunityStanding(
            name=community.name,
            timelock=timelock,
            vault=vault,
            registration=registration,
            months=tuple(months),
            distributions=tuple(distributions),
            funds=funds,
            token=token,
            token_balance_micro_eur=balance,
            open_messages=Counter(row.topic for row in work.outbox.open_rows(community.id)),
            waiting=sum(row.state is TransactionState.SIGNED for row in rows),
        )

    def _registration(
        self, community: CommunityRecord, place: Place, timelock: ContractStanding | None
    ) -> RegistrationStanding | None:
        """The community as the ledger has it; None before it is registered there."""
        inspector, named = self.inspector, (place.ledger, place.community)
        roles = inspector.roles(*named)
        if not any(roles.administrator):
            return None
        quorum = inspector.quorum(*named)
        held = len(inspector.held_reporters() & set(quorum.reporters))
        standing = RegistrationStanding(
            ledger_id=place.community,
            roles=roles,
            quorum=quorum,
            held=held,
            paused=inspector.is_paused(*named),
            roster=inspector.roster(*named),
            adjustment=inspector.adjustment_of(*named),
        )
        self._note_keys(community.name, standing)
        if timelock is not None and roles.governor != timelock.address:
            self.findings.notes.append(
                f"{community.name} is governed by 0x{roles.governor.hex()}, not by the timelock on record"
            )
        if standing.paused:
            self.findings.notes.append(f"{community.name} is paused: nothing is accepted and nothing pushed")
        return standing

    def _compare_adjustment(self, community: CommunityRecord, place: Place) -> None:
        """What waits for the next settlement, unless a message is half-way: the chain is ahead then."""
        begun = self.work.outbox.open_rows(community.id)[:1]
        if begun and self.work.transactions.of_message(begun[0].id):
            return
        here = expected_adjustment(self.work, community)
        there = self.inspector.adjustment_of(place.ledger, place.community)
        if there.corrections > here.corrections:
            self.findings.notes.append(
                f"{there.corrections - here.corrections} hidden days of {community.name} were opened by "
                "others: the pending adjustment is compared when the next distribution is settled"
            )
            return
        what = f"pending adjustment of {community.name} in Wh and corrections"
        self.findings.compare(what, tuple(here), tuple(there))

    def _note_keys(self, name: str, standing: RegistrationStanding) -> None:
        quorum = standing.quorum
        sentence = keys_sentence(standing.held, len(quorum.reporters), quorum.threshold)
        self.findings.notes.append(f"{name}: {sentence}")


def _usable(contract: ContractStanding | None) -> bool:
    """Whether a contract is there and ours, so that its answers mean something."""
    return contract is not None and contract.difference is None
