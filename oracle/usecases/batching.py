"""Which batches of reports go into one transaction: its gas, its bytes and its batches are bounded.

Figures are of the widest report (25 hours, the first of a month) and of as many signatures as a community may
have reporters, so that what fits here fits whatever a community resolves meanwhile.
"""

from collections.abc import Iterator, Sequence

BATCHES_MAX = 64
"""What the ledger takes in one call."""

# A transaction may use 16,777,216 gas (EIP-7825). Measured with 3 signatures each: 64 batches of 4 reports
# use 14.4 M, 11 batches of 31 reports 16.1 M, so a report costs about 46,000 and a batch about 41,000.
GAS_MAX = 15_500_000
REPORT_GAS = 52_000
BATCH_GAS = 150_000

# Nodes relay transactions of up to 131,072 bytes.
BYTES_MAX = 128_000
REPORT_BYTES = 544
BATCH_BYTES = 1_344


def in_transactions(reports: Sequence[int]) -> Iterator[range]:
    """Positions of the batches of each transaction, in order, of batches with so many reports each.

    A batch is never divided: its 31 reports at most fit into a transaction of their own.
    """
    begin, gas, size = 0, 0, 0
    for position, count in enumerate(reports):
        own_gas, own_size = BATCH_GAS + count * REPORT_GAS, BATCH_BYTES + count * REPORT_BYTES
        full = gas + own_gas > GAS_MAX or size + own_size > BYTES_MAX or position - begin == BATCHES_MAX
        if full:
            yield range(begin, position)
            begin, gas, size = position, 0, 0
        gas, size = gas + own_gas, size + own_size
    if begin < len(reports):
        yield range(begin, len(reports))
