"""The list of one day for 10,000 PODs: 48 values committed to each, two trees over them, the sum checked.

    python -m benchmarks.commitment

Measured is what a reporter computes before it signs, and what anyone computes who adds the list up. The
baseline makes one multiple of the curve's base point per POD with the same library, in the same run: hiding a
POD costs at least that. The goal of the design brief is 3 seconds on two cores; readings are below 65,536 Wh.
"""

import random
import time
from collections.abc import Callable

from coincurve import PublicKey

from oracle.attest import pedersen
from oracle.attest.day_list import DayList, Entry
from oracle.attest.messages import NO_PREDECESSOR
from oracle.attest.month_key import blinding, month_salt, pseudonym

PODS = 10_000
HOURS = 24
DAY, MONTH = 19_905, 654
GOAL_SECONDS = 3.0
ROUNDS = 3


def main() -> None:
    """Print the seconds and their ratio to the baseline, the best of three rounds each."""
    dice = random.Random(2024)
    pods = [
        (f"IT999E{pod:08d}", dice.randbytes(32), [dice.randrange(65_536) for _ in range(2 * HOURS)])
        for pod in range(PODS)
    ]
    totals = [sum(row[2][value] for row in pods) for value in range(2 * HOURS)]
    made = _commit(pods)
    blindings = pedersen.add_blindings([hidden_by for hidden_by, _ in made])
    listed = _list(made)
    if not listed.adds_up_to(blindings, totals[:HOURS], totals[HOURS:]):
        raise AssertionError("the list does not add up to its totals")

    floor = _best(lambda: [PublicKey.from_secret(key) for _, key, _ in pods])
    for what, work in (
        ("commitments", lambda: _commit(pods)),
        ("commitments and both trees", lambda: _list(_commit(pods))),
        ("check of the sum", lambda: listed.adds_up_to(blindings, totals[:HOURS], totals[HOURS:])),
    ):
        seconds = _best(work)
        print(f"{what}, {PODS:,} PODs x {2 * HOURS} values: {seconds:.2f} s, {seconds / floor:.1f} x")
    print(f"goal {GOAL_SECONDS:.0f} s; baseline, {PODS:,} multiples of the base point: {floor:.2f} s")


def _commit(pods: list[tuple[str, bytes, list[int]]]) -> list[tuple[bytes, Entry]]:
    return [_open(pod, key, wh[:HOURS], wh[HOURS:]) for pod, key, wh in pods]


def _open(pod: str, key: bytes, injected: list[int], withdrawn: list[int]) -> tuple[bytes, Entry]:
    hidden_by = blinding(key, DAY, NO_PREDECESSOR, injected, withdrawn)
    name = pseudonym(month_salt(key, MONTH), MONTH, pod)
    return hidden_by, Entry(name, pedersen.commit(hidden_by, injected, withdrawn))


def _list(made: list[tuple[bytes, Entry]]) -> DayList:
    return DayList(sorted(entry for _, entry in made))


def _best(work: Callable[[], object]) -> float:
    rounds = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        rounds.append(time.perf_counter() - began)
    return min(rounds)


if __name__ == "__main__":
    main()
