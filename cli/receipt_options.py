"""How a bank receipt is given on the command line."""

import re
from datetime import datetime
from decimal import Decimal
from typing import Annotated

import typer

from cli.failures import EXIT_BAD_INPUT, stop
from settlement.domain.records import ReceiptKind
from settlement.domain.rounding import MICRO_EUR_PER_EUR
from settlement.usecases.record_receipt import ReceiptTerms

AMOUNT = re.compile(r"[0-9]{1,9}(\.[0-9]{1,2})?")
Gross = Annotated[str, typer.Option(metavar="EUR", help="What GSE paid, before its fee, e.g. 221.15")]
Reference = Annotated[str, typer.Option(help="The bank's reference of the credit.")]
On = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Day of the credit.")]
Kind = Annotated[ReceiptKind, typer.Option(help="Advance, balance or correction.")]
Fee = Annotated[str, typer.Option(metavar="EUR", help="Fee that GSE withheld.")]
Costs = Annotated[str, typer.Option(metavar="EUR", help="Costs resolved by the assembly.")]


def receipt_terms(
    gross: str, reference: str, on: datetime, kind: ReceiptKind, fee: str, costs: str
) -> ReceiptTerms:
    """The receipt as it was typed; stops the command at an amount that is none."""
    return ReceiptTerms(kind, on.date(), euro(gross), reference, euro(fee), euro(costs))


def euro(text: str) -> int:
    """Micro-euro of an amount typed by a person; stops the command when it is not one in whole cents."""
    if AMOUNT.fullmatch(text) is None:
        stop(f'"{text}" is not an amount in euro with at most two decimals, e.g. 221.15', EXIT_BAD_INPUT)
    return int(Decimal(text) * MICRO_EUR_PER_EUR)
