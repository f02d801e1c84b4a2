"""Runs Foundry's suite against mutants of the contracts: a mutant that no test kills is a gap.

    python -m tools.mutate                   110 mutants, evenly over the kinds of slip
    python -m tools.mutate --count 200       more of them
    python -m tools.mutate --only Treasury   those of the files whose name contains it

Exit status 1 if a mutant survives that docs/mutants.md does not explain. Each worker has a copy of the
contracts below .build; the sources are never touched.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

from tools.mutants import Mutant, mutants_of, sample

ROOT = Path(__file__).resolve().parent.parent
CONTRACTS = ROOT / "contracts"
SCRATCH = ROOT / ".build" / "mutants"
EXPLAINED = ROOT / "docs" / "mutants.md"
ROW = re.compile(r"^\| `(?P<path>[\w/.]+)` \| `(?P<change>.+?)` \| \S.*\|$", re.MULTILINE)
WORKERS = 2
TIMEOUT_S = 300
# Few draws kill most mutants; what is left meets more of them, then the invariants.
QUICK = {"FOUNDRY_FUZZ_RUNS": "16"}
THOROUGH = {"FOUNDRY_FUZZ_RUNS": "500", "FOUNDRY_INVARIANT_RUNS": "16"}
STAGES = (
    (QUICK, ["--no-match-path", "test/invariants/*"]),
    (THOROUGH, ["--no-match-path", "test/invariants/*"]),
    (THOROUGH, ["--match-path", "test/invariants/*"]),
)
# Proofs are another tool's, and an optimised build takes twice as long.
LEFT_OUT = ("node_modules", "artifacts", "proofs")
BUILD = {"FOUNDRY_OPTIMIZER": "false"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a mutant: stillborn (does not compile), killed by a stage of the suite, or survived."""

    mutant: Mutant
    verdict: str
    killer: str = ""


class Workshop:
    """A copy of the contracts in which one mutant at a time is built and tested."""

    def __init__(self, name: str) -> None:
        self.folder = SCRATCH / name / "contracts"
        shutil.rmtree(self.folder.parent, ignore_errors=True)
        shutil.copytree(CONTRACTS, self.folder, ignore=shutil.ignore_patterns(*LEFT_OUT))
        (self.folder / "node_modules").symlink_to(CONTRACTS / "node_modules")

    def forge(self, settings: dict[str, str], *arguments: str) -> tuple[int, str]:
        """Exit status and output of forge; a run that does not end counts as failed."""
        try:
            done = subprocess.run(
                [str(self.folder / "node_modules" / ".bin" / "forge"), *arguments],
                cwd=self.folder,
                env={**os.environ, **BUILD, **settings},
                check=False,
                capture_output=True,
                text=True,
                timeout=TIMEOUT_S,
            )
        except subprocess.TimeoutExpired:
            return 1, "[FAIL: timeout] timeout"
        return done.returncode, done.stdout + done.stderr

    def judge(self, mutant: Mutant) -> Outcome:
        """Tests one mutant and puts the original back."""
        source = self.folder / mutant.path
        original = source.read_text(encoding="utf-8")
        source.write_text(mutant.applied_to(original), encoding="utf-8")
        try:
            return self._judge(mutant)
        finally:
            source.write_text(original, encoding="utf-8")

    def _judge(self, mutant: Mutant) -> Outcome:
        if self.forge({}, "build")[0] != 0:
            return Outcome(mutant, "stillborn")
        for settings, selection in STAGES:
            status, output = self.forge(settings, "test", "--fail-fast", *selection)
            if status != 0:
                return Outcome(mutant, "killed", killer_in(output))
        return Outcome(mutant, "survived")


def killer_in(output: str) -> str:
    """Name of the first failing test in forge's output."""
    match = re.search(r"^\[FAIL.*?\] (\w+)", output, re.MULTILINE)
    return match[1] if match else "setUp"


def chosen(count: int, only: str) -> list[Mutant]:
    """The mutants to run: of all sources but mocks and interfaces."""
    sources = [
        path
        for path in sorted((CONTRACTS / "src").rglob("*.sol"))
        if not {"mocks", "interfaces"} & set(path.parts) and only in path.name
    ]
    texts = ((path.relative_to(CONTRACTS).as_posix(), path.read_text(encoding="utf-8")) for path in sources)
    return sample((mutant for path, text in texts for mutant in mutants_of(path, text)), count)


def run(mutants: Iterable[Mutant]) -> list[Outcome]:
    """Outcomes in the order of the mutants. The unchanged contracts must pass first."""
    workshops: SimpleQueue[Workshop] = SimpleQueue()
    for name in range(WORKERS):
        workshop = Workshop(str(name))
        status, output = workshop.forge(QUICK, "test", "--fail-fast")
        if status != 0:
            raise ValueError(f"the suite fails on the contracts as they are:\n{output}")
        workshops.put(workshop)

    def judge(mutant: Mutant) -> Outcome:
        workshop = workshops.get()
        try:
            outcome = workshop.judge(mutant)
        finally:
            workshops.put(workshop)
        print(f"{outcome.verdict:9} {mutant.path}:{mutant.line} {mutant.rule}: {mutant.change}", flush=True)
        return outcome

    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(judge, mutants))


def unexplained(outcomes: Iterable[Outcome], reasons: str) -> list[Outcome]:
    """Survivors of which the table of reasons says nothing."""
    known = {(match["path"], match["change"]) for match in ROW.finditer(reasons)}
    return [
        outcome
        for outcome in outcomes
        if outcome.verdict == "survived" and (outcome.mutant.path, outcome.mutant.change) not in known
    ]


def summary(outcomes: list[Outcome]) -> str:
    """Table by kind of slip: killed and survived; stillborn mutants do not count."""
    rows = ["| kind of slip | mutants | killed | survived |", "|---|---|---|---|"]
    born = [outcome for outcome in outcomes if outcome.verdict != "stillborn"]
    for rule in [*sorted({outcome.mutant.rule for outcome in born}), None]:
        verdicts = [outcome.verdict for outcome in born if rule in (outcome.mutant.rule, None)]
        killed = verdicts.count("killed")
        rows.append(f"| {rule or 'all'} | {len(verdicts)} | {killed} | {len(verdicts) - killed} |")
    return "\n".join(rows)


def main(arguments: list[str]) -> int:
    """Exit status 1 if a mutant survives without a reason."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=110)
    parser.add_argument("--only", default="", help="part of a file's name")
    options = parser.parse_args(arguments)
    outcomes = run(chosen(options.count, options.only))
    print(f"\n{summary(outcomes)}")
    left = unexplained(outcomes, EXPLAINED.read_text(encoding="utf-8"))
    for outcome in left:
        print(f"no reason in docs/mutants.md for {outcome.mutant.path}: {outcome.mutant.change}")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
