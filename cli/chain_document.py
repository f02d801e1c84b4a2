"""What `condivisa chain status --json` prints. Money is text in euro with six decimals, as everywhere."""

from typing import Any

from oracle.usecases.standing import (
    ChainStanding,
    CommunityStanding,
    ContractStanding,
    DistributionStanding,
    MonthStanding,
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
    quorum = contract.quorum
    return {
        "address": _hex(contract.address),
        "code_equals_artifact": contract.difference is None,
        "code_difference": contract.difference,
        "reporters": None if quorum is None else [_hex(reporter) for reporter in quorum.reporters],
        "threshold": None if quorum is None else quorum.threshold,
        "keys_held": contract.held,
        "decided_by_operator": contract.decided_by_operator,
    }


def _community(community: CommunityStanding) -> dict[str, Any]:
    funds = community.funds
    balance = community.token_balance_micro_eur
    return {
        "name": community.name,
        "vault": None if community.vault is None else _contract(community.vault),
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
    }


def _hex(octets: bytes) -> str:
    return "0x" + octets.hex()
