"""Print how long one verification takes in the page: `python -m tests.web.time_page [repetitions]`."""

import re
import shutil
import statistics
import sys
from typing import Any

from tests.web.browser import Browser
from tests.web.conftest import HOUSE, SUN
from tests.web.register import CONFIGURATION, LEDGER, VAULT, FakeNode, Payouts, reading_receipt, serving
from tools.draw import hexed
from tools.list_vectors import drawn_list

PODS = 1_000


def main(repetitions: int) -> None:
    """Verify a payout of 1,024 leaves, a tree of 10,000, a reading, a list of 1,000 PODs; seconds as shown.

    The node is on this machine.
    """
    payouts = Payouts([1_000_000 + 10_000 * number for number in range(1_024)])
    tree = Payouts([10_000 * (number + 1) for number in range(10_000)])
    listed = drawn_document()
    node = FakeNode(payouts, reading_receipt("2024-07-01", SUN, HOUSE), listed)
    browser = Browser(shutil.which("chromium") or "chromium")
    with serving(node):
        files = {"payout": payouts.receipt(700), "tree": tree.tree(), "reading": node.reading, "list": listed}
        for name, receipt in files.items():
            node.payouts = tree if name == "tree" else payouts
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


def drawn_document() -> dict[str, Any]:
    """A list of many PODs; the project's own code makes it, since the model would take minutes."""
    given = drawn_list(PODS)
    report = {"root": hexed(given.root), "roster": hexed(given.roster), "pods": given.pods}
    report |= {
        "predecessor": "0x" + "00" * 32,
        "blinding": hexed(given.blinding),
        "hours": hexed(given.hours),
    }
    return {
        "kind": "condivisa/readings-list/1",
        "chain_id": 31337,
        "ledger": LEDGER,
        "configuration": CONFIGURATION,
        "day": "2024-07-02",
        "report": report,
        "entries": [{"id": hexed(row.id), "commitment": hexed(row.commitment)} for row in given.entries],
    }


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 9)
