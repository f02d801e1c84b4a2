"""Print how long one verification takes in the page: `python -m tests.web.time_page [repetitions]`."""

import re
import shutil
import statistics
import sys

from tests.web.browser import Browser
from tests.web.conftest import HOUSE, SUN
from tests.web.register import LEDGER, VAULT, FakeNode, Payouts, reading_receipt, serving


def main(repetitions: int) -> None:
    """Verify a payout of 1,024 leaves and a reading against a node of this machine; seconds as shown."""
    payouts = Payouts([1_000_000 + 10_000 * number for number in range(1_024)])
    node = FakeNode(payouts, reading_receipt("2024-07-01", SUN, HOUSE))
    browser = Browser(shutil.which("chromium") or "chromium")
    with serving(node):
        for name, receipt in (("payout", payouts.receipt(700)), ("reading", node.reading)):
            shown = []
            for _ in range(repetitions):
                browser.open()
                browser.trust(rpc=node.url, chain_id=31337, vault=VAULT, ledger=LEDGER)
                seconds = re.search(r"fatto in ([0-9,]+) s", browser.verify(receipt).details)
                assert seconds is not None
                shown.append(float(seconds[1].replace(",", ".")))
            line = f"{name}: median {statistics.median(shown):.2f} s, slowest {max(shown):.2f} s"
            sys.stdout.write(f"page, button to verdict, {line} of {repetitions}\n")
    browser.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 9)
