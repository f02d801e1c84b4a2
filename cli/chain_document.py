"""What `condivisa chain status --json` prints. Money is text in euro with six decimals, as everywhere."""

from typing import Any

from oracle.usecases.standing import (
    ChainStanding,
    CommunityStanding,
    ContractStanding,
    DistributionStanding,
    MonthStanding,
    RegistrationStanding,
)
from settlement.domain.rounding import micro_eur_text


def standing_document(standing: ChainStanding) -> dict[str, Any]:
    """The whole look as one document."""
    node, account = standing.node, standing.account
    return {
        "node": {
            "url": node.url,
            "chain_id": node.chain_id,
            "block_number": node.block_number,
            "block_hash": node.block_hash,
            "block_timestamp": node.block_timestamp,
            "finality": node.finality,
            "gas_price_wei": str(node.gas_price_wei),
        },
        "operator": {
            "address": _hex(account.address),
            "balance_wei": str(account.balance_wei),
            "transactions": account.transactions,
            "transactions_with_waiting": account.transactions_with_waiting,
        },
        "ledger": None if standing.ledger is None else _contract(standing.ledger),
        "communities": [_community(community) for community in standing.communities],
        "divergences": list(standing.divergences),
        "notes": list(standing.notes),
    }


def _contract(contract: ContractStanding) -> dict[str, Any]:
    return {
        "address": _hex(contract.address),
        "code_equals_artifact": contract.difference is None,
        "code_difference": contract.difference,
    }


def _registration(registration: RegistrationStanding) -> dict[str, Any]:
    roles, quorum, roster = registration.roles, registration.quorum, registration.roster
    return {
        "ledger_id": _hex(registration.ledger_id),
        "administrator": _hex(roles.administrator),
        "governor": _hex(roles.governor),
        "guardian": _hex(roles.guardian),
        "reporters": [_hex(reporter) for reporter in quorum.reporters],
        "threshold": quorum.threshold,
        "epoch": quorum.epoch,
        "keys_held": registration.held,
        "decided_by_operator": registration.decided_by_operator,
        "paused": registration.paused,
        "roster_root": _hex(roster.root),
        "roster_members": roster.members,
        "adjustment_wh": registration.adjustment.shared_wh,
        "adjustment_corrections": registration.adjustment.corrections,
    }


def _community(community: CommunityStanding) -> dict[str, Any]:
    funds = community.funds
    balance = community.token_balance_micro_eur
    return {
        "name": community.name,
        "timelock": None if community.timelock is None else _contract(community.timelock),
        "vault": None if community.vault is None else _contract(community.vault),
        "registration": None if community.registration is None else _registration(community.registration),
        "months": [_month(month) for month in community.months],
        "distributions": [_distribution(distribution) for distribution in community.distributions],
        "funds": None
        if funds is None
        else {
            "social_eur": micro_eur_text(funds.social_micro_eur),
            "grid_eur": micro_eur_text(funds.grid_micro_eur),
            "carry_eur": micro_eur_text(funds.carry_micro_eur),
            "held_eur": micro_eur_text(funds.held_micro_eur),
        },
        "token": None if community.token is None else _hex(community.token),
        "token_balance_eur": None if balance is None else micro_eur_text(balance),
        "open_messages": dict(sorted(community.open_messages.items())),
        "transactions_waiting": community.waiting,
    }


def _month(month: MonthStanding) -> dict[str, Any]:
    return {
        "area_code": month.area_code,
        "month": f"{month.month:%Y-%m}",
        "days_accepted": month.accepted_days,
        "days": month.days,
        "final": month.final,
        "settled": month.settled,
        "disputed": month.disputed,
        "corrections": month.corrections,
        "reasons": list(month.reasons),
        "hidden_days": month.hidden_days,
        "injected_wh": month.injected_wh,
        "withdrawn_wh": month.withdrawn_wh,
        "shared_wh": month.shared_wh,
    }


def _distribution(distribution: DistributionStanding) -> dict[str, Any]:
    return {
        "number": distribution.number,
        "funded_eur": micro_eur_text(distribution.funded_micro_eur),
        "paid_eur": micro_eur_text(distribution.paid_micro_eur),
        "open_eur": micro_eur_text(distribution.open_micro_eur),
        "valid_at": distribution.valid_at,
        "cancelled": distribution.cancelled,
    }


def _hex(octets: bytes) -> str:
    return "0x" + octets.hex()
