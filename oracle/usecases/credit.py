"""Topic `credit`: the treasurer credits a bank receipt's hash to the vault.

With a token the vault takes the amount from the treasurer, who lets it; of the demo's token the treasurer
makes as much as is needed, since it is worth nothing. A real token must be in the treasurer's account.
"""

from uuid import UUID

from oracle.errors import LedgerDiverges
from oracle.records import ContractKind
from oracle.usecases.context import Context, Step, Steps, ready
from oracle.usecases.places import place_of
from oracle.work import Work
from settlement.domain.errors import NotFound
from settlement.domain.records import OutboxRow, Receipt


def credit(context: Context, message: OutboxRow) -> Steps:
    """Mint (demo token only), approve (any token), credit."""
    receipt = _receipt(context, message)
    vault = place_of(context, message.community_id).vault
    token = context.vault.token_of(vault)
    amount = receipt.net_micro_eur
    if token is not None:
        if _is_test_euro(context, token):
            yield Step("mint", ready(context.vault.mint(token, amount)))
        yield Step("approve", ready(context.vault.approve(token, vault, amount)))
    yield Step("credit", ready(context.vault.credit(vault, receipt.receipt_hash, amount)))
    credited, _ = context.vault.credit_of(vault, receipt.receipt_hash)
    if credited != amount:
        raise LedgerDiverges(f"credit of receipt {receipt.bank_reference} in micro-euro", amount, credited)
    return _nothing


def _receipt(context: Context, message: OutboxRow) -> Receipt:
    with context.unit() as work:
        found = work.receipts.of_ids([UUID(message.payload["receipt_id"])])
    if not found:
        raise NotFound("receipt", message.payload["receipt_id"])
    return found[0]


def _is_test_euro(context: Context, token: bytes) -> bool:
    with context.unit() as work:
        ours = work.deployments.find(context.chain.chain_id, ContractKind.TOKEN)
    return ours is not None and ours.address == token


def _nothing(work: Work) -> None:
    """A credit changes no row: the receipt's message is done."""
