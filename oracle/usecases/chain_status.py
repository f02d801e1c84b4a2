"""How a state stands on its chain: nothing is sent and nothing is written, differences are named."""

from collections import Counter

from community.domain.records import CommunityRecord
from oracle.errors import NonceTaken, OtherChainInUse
from oracle.ports import AccountFacts, Inspector, Quorum
from oracle.records import ContractKind, Deployment, TransactionState
from oracle.usecases.energy_standing import Place, energy_standing
from oracle.usecases.money_standing import compare_funds, money_standing
from oracle.usecases.standing import ChainStanding, CommunityStanding, ContractStanding, Findings
from oracle.work import StatusWork


def chain_status(work: StatusWork, inspector: Inspector) -> ChainStanding:
    """Compare node, account, contracts, energy and money with the database. Raises NodeUnreachable."""
    findings = Findings()
    # The database's snapshot begins before the chain's: what is published meanwhile is then ahead on the
    # chain, which the comparisons allow for, and never behind.
    chains = work.deployments.chains()
    node, account = inspector.node(), inspector.account()
    if chains and node.chain_id not in chains:
        findings.divergences.append(str(OtherChainInUse(chains, node.chain_id)))
    _compare_account(work, node.chain_id, account, findings)
    deployed = work.deployments.find(node.chain_id, ContractKind.LEDGER)
    ledger = None if deployed is None else _contract(inspector, deployed, findings)
    communities = [
        _community(work, inspector, community, ledger, node.chain_id, findings)
        for community in work.communities.all()
    ]
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


def _contract(inspector: Inspector, deployed: Deployment, findings: Findings) -> ContractStanding:
    difference = inspector.code_difference(deployed.kind, deployed.address)
    if difference is not None:
        name = f"the {deployed.kind} at 0x{deployed.address.hex()}"
        findings.divergences.append(f"{name} is not the committed contract: {difference}")
        return ContractStanding(deployed.kind, deployed.address, difference)
    quorum = inspector.quorum(deployed.kind, deployed.address)
    held = len(inspector.held_reporters() & set(quorum.reporters))
    _note_keys(deployed.kind, quorum, held, findings)
    return ContractStanding(deployed.kind, deployed.address, None, quorum, held)


def _note_keys(kind: ContractKind, quorum: Quorum, held: int, findings: Findings) -> None:
    note = "one operator holds a threshold of the reporters' keys: proves the mechanism, not independence"
    if held >= quorum.threshold and note not in findings.notes:
        findings.notes.append(note)
    if held < quorum.threshold:
        findings.notes.append(
            f"this operator holds {held} of the {quorum.threshold} keys that the {kind} asks for: it cannot "
            "publish alone"
        )


def _community(
    work: StatusWork,
    inspector: Inspector,
    community: CommunityRecord,
    ledger: ContractStanding | None,
    chain_id: int,
    findings: Findings,
) -> CommunityStanding:
    deployed = work.deployments.find(chain_id, ContractKind.VAULT, community.id)
    vault = None if deployed is None else _contract(inspector, deployed, findings)
    token = None if deployed is None else deployed.token
    usable = vault is not None and vault.difference is None
    months, distributions, funds, balance = [], [], None, None
    if vault is not None and usable and ledger is not None and ledger.difference is None:
        place = Place(ledger.address, vault.address)
        months = energy_standing(work, inspector, community, place, findings)
    if vault is not None and usable:
        distributions = money_standing(work, inspector, community.id, vault.address, findings)
        funds = inspector.funds(vault.address)
        balance = None if token is None else inspector.token_balance(token, vault.address)
        compare_funds(work, community.id, funds, len(distributions), balance, findings)
    rows = work.transactions.of_community(community.id)
    return CommunityStanding(
        name=community.name,
        vault=vault,
        months=tuple(months),
        distributions=tuple(distributions),
        funds=funds,
        token=token,
        token_balance_micro_eur=balance,
        open_messages=Counter(row.topic for row in work.outbox.open_rows(community.id)),
        waiting=sum(row.state is TransactionState.SIGNED for row in rows),
    )
