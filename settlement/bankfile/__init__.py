"""Files for and from the bank: payment orders (pain.001) and statements (CAMT.053, CSV)."""

from settlement.bankfile.pain001 import write_payment_file
from settlement.bankfile.statement import read_statement

__all__ = ["read_statement", "write_payment_file"]
