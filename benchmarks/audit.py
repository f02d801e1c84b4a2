"""The demonstration's June computed again by the auditor's program, beside the engine on the same files.

    python -m benchmarks.audit

The auditor's program is plain Python without numpy, hour by hour; the baseline reads and settles the same
folder with the engine, in the same run. The days' lists are hashed with the program's own Keccak: of random
entries here, since what they commit to does not change the time.
"""

import random
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from oracle.audit.ledger import list_root, roster_root
from oracle.audit.rules import RuleBook
from oracle.audit.statement import settle as settle_again
from oracle.sources.example import write_example
from settlement.casefile import read_case
from settlement.domain.engine import settle
from settlement.domain.rule_files import rule_texts

DAYS = 30
ROUNDS = 3


def main() -> None:
    """Print processor seconds and their ratio to the engine's, the best of three rounds each."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_example(folder)
        case, findings = read_case(folder)
        assert case is not None, findings
        files = {path.name: path.read_bytes() for path in folder.iterdir()}
        book, lists = RuleBook(rule_texts()), _lists(len({row.code for row in case.community.pods}))
        engine = _best(lambda: _settle(folder))
        settled = _best(lambda: settle_again("", files, book))
        hashed = _best(lambda: _hash(lists))
    print(f"engine, reading and settling: {engine:.3f} s")
    print(f"auditor, the same: {settled:.3f} s, {settled / engine:.1f} x")
    print(f"auditor, with {DAYS} days' lists: {settled + hashed:.3f} s, {(settled + hashed) / engine:.1f} x")


def _settle(folder: Path) -> None:
    case, findings = read_case(folder)
    assert case is not None, findings
    settle(case)


def _lists(pods: int) -> list[list[tuple[bytes, bytes]]]:
    dice = random.Random(2024)
    names = sorted(dice.randbytes(32) for _ in range(pods))
    return [[(name, dice.randbytes(33)) for name in names] for _ in range(DAYS)]


def _hash(lists: list[list[tuple[bytes, bytes]]]) -> None:
    roster_root([name for name, _ in lists[0]])
    for entries in lists:
        list_root(entries)


def _best(work: Callable[[], object]) -> float:
    seconds = []
    for _ in range(ROUNDS):
        begin = time.process_time()
        work()
        seconds.append(time.process_time() - begin)
    return min(seconds)


if __name__ == "__main__":
    main()
