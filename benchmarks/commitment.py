"""The readings commitment of one day for 10,000 PODs: 48 values each, and the tree over them.

    python -m benchmarks.commitment

The baseline hashes the same bytes once with hashlib's SHA3-256, in the same run: what any commitment of these
readings has to pay at least. The goal of the design brief is 3 seconds on two cores.
"""

import hashlib
import random
import time
from collections.abc import Callable

from oracle.attest.readings_tree import ReadingsTree, commitment, salt

PODS = 10_000
HOURS = 24
DAY = 19_900
GOAL_SECONDS = 3.0
ROUNDS = 3


def main() -> None:
    """Print the seconds and their ratio to the baseline, the best of three rounds each."""
    dice = random.Random(2024)
    days = [
        (f"IT999E{pod:08d}", dice.randbytes(32), [dice.randrange(65_536) for _ in range(2 * HOURS)])
        for pod in range(PODS)
    ]
    octets = [b"".join(wh.to_bytes(4) for wh in row[2]) for row in days]

    def commit() -> bytes:
        return ReadingsTree(
            [
                commitment(salt(key, DAY), pod, DAY, readings[:HOURS], readings[HOURS:])
                for pod, key, readings in days
            ]
        ).root

    def baseline() -> None:
        for row in octets:
            hashlib.sha3_256(row).digest()

    seconds, floor = _best(commit), _best(baseline)
    what = f"commitment of a day, {PODS:,} PODs x {2 * HOURS} values"
    print(f"{what}: {seconds:.2f} s (goal {GOAL_SECONDS:.0f} s)")
    print(f"hashlib.sha3_256 over the same readings once:        {floor:.3f} s; ratio {seconds / floor:.0f}")


def _best(work: Callable[[], object]) -> float:
    rounds = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        rounds.append(time.perf_counter() - began)
    return min(rounds)


if __name__ == "__main__":
    main()
