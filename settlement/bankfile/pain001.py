"""A payment order as pain.001.001.09, the customer's credit transfer of ISO 20022 in the EPC's SEPA use.

Written by sepaxml and validated against its schema. That library draws message ids and times itself: they are
put right here, so that one order is one sequence of bytes. The Italian CBI dialect (CBIPaymentRequest) is not
written: we never saw it.
"""

import re

from sepaxml import SepaTransfer
from sepaxml.validation import try_valid_xml

from settlement.bankfile.latin import latin
from settlement.domain.bank_orders import Debtor, PaymentOrder, Transfer
from settlement.domain.calendar import ROME
from settlement.domain.rounding import MICRO_EUR_PER_CENT

SCHEMA = "pain.001.001.09"
NAME_MAX_CHARACTERS = 70
REMITTANCE_MAX_CHARACTERS = 140


def write_payment_file(order: PaymentOrder) -> bytes:
    """The order as XML: the same order is the same bytes.

    Each transfer is asked to be booked by itself, so that statements show its end-to-end id. Raises
    sepaxml's ValidationError where an id, IBAN or BIC does not fit the schema.
    """
    payments = SepaTransfer(_debtor(order.debtor), schema=SCHEMA, clean=False)
    for transfer in order.transfers:
        payments.add_payment(_payment(transfer) | {"execution_date": order.execution_date})
    xml: str = payments.export(validate=False).decode()
    created = order.created_at.astimezone(ROME).isoformat(timespec="seconds")
    texts = {"MsgId": order.message_id, "PmtInfId": order.message_id, "CreDtTm": created}
    for name, text in (texts | {"BtchBookg": "false"}).items():
        xml = _with_text(xml, name, text)
    if order.debtor.bic is None:
        # The schema would let it be empty; the EPC's rules ask for this where no BIC is given.
        unnamed = "<FinInstnId><Othr><Id>NOTPROVIDED</Id></Othr></FinInstnId>"
        xml = xml.replace("<FinInstnId />", unnamed)
    content = xml.encode()
    try_valid_xml(content, SCHEMA)
    return content


def _debtor(debtor: Debtor) -> dict[str, object]:
    name = latin(debtor.name, NAME_MAX_CHARACTERS)
    account = {"name": name, "IBAN": debtor.iban, "batch": True, "currency": "EUR"}
    return account | ({"BIC": debtor.bic} if debtor.bic else {})


def _payment(transfer: Transfer) -> dict[str, object]:
    cents, rest = divmod(transfer.amount_micro_eur, MICRO_EUR_PER_CENT)
    assert rest == 0, "a bank pays whole cents"
    return {
        "name": latin(transfer.creditor, NAME_MAX_CHARACTERS),
        "IBAN": transfer.iban,
        "amount": cents,
        "description": latin(transfer.remittance, REMITTANCE_MAX_CHARACTERS),
        "endtoend_id": transfer.end_to_end_id,
    }


def _with_text(xml: str, name: str, text: str) -> str:
    """The document with the text of its only element of that name replaced."""
    changed, count = re.subn(f"<{name}>[^<]*</{name}>", f"<{name}>{text}</{name}>", xml)
    assert count == 1, f"one {name} in a file of one order"
    return changed
