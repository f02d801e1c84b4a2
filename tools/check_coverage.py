"""Fails unless Foundry's suite reaches every line and branch of the contracts, mocks aside.

    python -m tools.check_coverage    runs `forge coverage` and lists what is not reached

Accident prevented: a new function or refusal that no test in the EVM has ever run. A branch is the way into
an `if` or an `else`; Foundry counts none for the other side of an `if` without an `else`.
There is no list of exceptions: nothing in the contracts is out of reach.
"""

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

CONTRACTS = Path(__file__).resolve().parent.parent / "contracts"
REPORT = CONTRACTS.parent / ".build" / "forge" / "lcov.info"
# Reaching is not checking: a few runs of each property reach what many do.
FEW_RUNS = {"FOUNDRY_FUZZ_RUNS": "100", "FOUNDRY_INVARIANT_RUNS": "2"}


def unreached(report: Iterable[str]) -> Iterator[str]:
    """One sentence for each line and branch of src/ that the report (lcov) shows as not reached.

    Raises ValueError if the report shows nothing of src/.
    """
    path, lines = "", 0
    for row in report:
        kind, _, rest = row.strip().partition(":")
        if kind == "SF":
            path = rest
        if not path.startswith("src/") or path.startswith("src/mocks/"):
            continue
        if kind == "DA":
            lines += 1
            number, hits = rest.split(",")[:2]
            if hits == "0":
                yield f"contracts/{path}:{number}: line not reached"
        elif kind == "BRDA":
            number, _, branch, hits = rest.split(",")
            if hits in ("0", "-"):
                yield f"contracts/{path}:{number}: branch {branch} not reached"
    if not lines:
        raise ValueError("the coverage report shows no line of contracts/src")


def run_coverage() -> None:
    """Writes the report. Raises CalledProcessError if a test fails or the contracts do not compile."""
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    forge = str(CONTRACTS / "node_modules" / ".bin" / "forge")
    subprocess.run(
        [forge, "coverage", "--report", "lcov", "--report-file", str(REPORT)],
        cwd=CONTRACTS,
        env={**os.environ, **FEW_RUNS},
        check=True,
        stdout=subprocess.DEVNULL,
    )


def main() -> int:
    """Exit status 1 if anything is not reached, or the suite fails."""
    try:
        run_coverage()
    except subprocess.CalledProcessError as error:
        print(f"forge coverage failed with exit status {error.returncode}: run `forge test` in contracts/")
        return 1
    sentences = list(unreached(REPORT.read_text(encoding="utf-8").splitlines()))
    print("\n".join(sentences) or "coverage: every line and branch of contracts/src is reached")
    return 1 if sentences else 0


if __name__ == "__main__":
    sys.exit(main())
