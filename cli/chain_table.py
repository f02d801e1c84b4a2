"""`condivisa chain status` for a person: names and figures, the divergences last, where the eye ends."""

from datetime import UTC, datetime

from cli.display import Display, kwh
from oracle.usecases.standing import (
    ChainStanding,
    CommunityStanding,
    ContractStanding,
    DistributionStanding,
    MonthStanding,
    RegistrationStanding,
)
from settlement.domain.rounding import micro_eur_text

Rows = list[tuple[str, str]]


def show_standing(display: Display, standing: ChainStanding) -> None:
    """Print the look."""
    display.table("Node", _node(standing))
    if standing.ledger is None:
        display.table("Ledger", [("", "not deployed yet")])
    else:
        display.table("Ledger", _contract(standing.ledger))
    for community in standing.communities:
        display.table(community.name, _community(community))
    display.table("Found", _found(standing))


def _node(standing: ChainStanding) -> Rows:
    node, account = standing.node, standing.account
    moment = datetime.fromtimestamp(node.block_timestamp, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    waiting = account.transactions_with_waiting - account.transactions
    return [
        ("address", f"{node.url}, chain {node.chain_id}"),
        ("head", f"block {node.block_number}, {node.block_hash}, {moment}"),
        ("finality", node.finality),
        ("gas price", f"{node.gas_price_wei:,} wei" if node.gas_price_wei else "free"),
        ("operator", f"0x{account.address.hex()}, {account.balance_wei:,} wei"),
        ("nonce", f"{account.transactions:,}, and {waiting} transactions wait at the node"),
    ]


def _contract(contract: ContractStanding) -> Rows:
    code = "equals the committed artifact" if contract.difference is None else contract.difference
    return [(contract.kind, f"0x{contract.address.hex()}"), ("code", code)]


def _community(community: CommunityStanding) -> Rows:
    rows: Rows = []
    for contract in (community.timelock, community.vault):
        rows += [] if contract is None else _contract(contract)
    if community.vault is None:
        rows.append(("vault", "not deployed yet"))
    if community.registration is not None:
        rows += _registration(community.registration)
    rows += [_month(month) for month in community.months]
    rows += [_distribution(distribution) for distribution in community.distributions]
    rows += _funds(community)
    messages = ", ".join(f"{count} {topic}" for topic, count in sorted(community.open_messages.items()))
    rows.append(("outbox", f"{messages or 'empty'}; {community.waiting} transactions without an outcome"))
    return rows


def _registration(registration: RegistrationStanding) -> Rows:
    roles, quorum = registration.roles, registration.quorum
    adjustment, roster = registration.adjustment, registration.roster
    rows = [
        ("community", f"0x{registration.ledger_id.hex()}{', PAUSED' if registration.paused else ''}"),
        ("administers", f"0x{roles.administrator.hex()}"),
        ("governs", f"0x{roles.governor.hex()}"),
        ("guards", f"0x{roles.guardian.hex()}"),
        (
            "reporters",
            f"{quorum.threshold} of {len(quorum.reporters)} sign, epoch {quorum.epoch}; this operator holds "
            f"{registration.held} of the keys",
        ),
        ("roster", f"{roster.members} members" if roster.members else "none"),
    ]
    if adjustment.corrections:
        rows.append(
            ("adjustment", f"{adjustment.shared_wh:+,} Wh of {adjustment.corrections} corrections, pending")
        )
    return rows


def _month(month: MonthStanding) -> tuple[str, str]:
    state = "settled" if month.settled else "final" if month.final else "not final"
    facts = [f"{month.accepted_days} of {month.days} days accepted", state]
    if month.disputed:
        facts.append("disputed")
    if month.corrections:
        facts.append(f"{month.corrections} corrections")
    if month.hidden_days:
        facts.append(f"{month.hidden_days} days hidden")
    facts.append(f"{kwh(month.shared_wh)} kWh shared")
    facts += [f"corrected: {reason}" for reason in month.reasons]
    return f"{month.month:%Y-%m}", f"{month.area_code}  {', '.join(facts)}"


def _distribution(distribution: DistributionStanding) -> tuple[str, str]:
    name = f"payout {distribution.number}"
    if distribution.cancelled:
        return name, "CANCELLED by the guardian; what it promised is carry"
    return name, (
        f"{micro_eur_text(distribution.funded_micro_eur)} EUR funded, "
        f"{micro_eur_text(distribution.paid_micro_eur)} paid, "
        f"{micro_eur_text(distribution.open_micro_eur)} open"
    )


def _funds(community: CommunityStanding) -> Rows:
    funds = community.funds
    if funds is None:
        return []
    balance = community.token_balance_micro_eur
    unit = "bookkeeping euro" if balance is None else f"the token says {micro_eur_text(balance)}"
    return [
        (
            "funds",
            f"social {micro_eur_text(funds.social_micro_eur)}, grid {micro_eur_text(funds.grid_micro_eur)}, "
            f"carry {micro_eur_text(funds.carry_micro_eur)} EUR",
        ),
        ("held", f"{micro_eur_text(funds.held_micro_eur)} EUR; {unit}"),
    ]


def _found(standing: ChainStanding) -> Rows:
    rows = [("note", note) for note in standing.notes]
    rows += [("DIFFERS", sentence) for sentence in standing.divergences]
    if not standing.divergences:
        rows.append(("all well", "chain and database say the same"))
    return rows
