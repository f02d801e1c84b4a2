"""Runs slither on the contracts and compares its findings with the explained ones.

    python -m tools.run_slither    exit status 1 for a finding without a reason, or a reason without a finding

The reasons stand in contracts/slither.md, one table row each: detector, element, reason. What slither could
not read at all counts as a finding of the detector `not-read`.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CONTRACTS = ROOT / "contracts"
SLITHER = ROOT / ".venv-slither" / "bin" / "slither"
REASONS = CONTRACTS / "slither.md"
REPORT = ROOT / ".build" / "forge" / "slither.json"
ROW = re.compile(
    r"^\| `(?P<detector>[\w-]+)` \| `(?P<element>[\w.]+)` \| (?P<reason>\S.*?) \|$", re.MULTILINE
)
NOT_READ = re.compile(r"Impossible to generate IR for (?P<element>[\w.]+) ")

# A detector and the function, contract or variable that it is about.
Finding = tuple[str, str]


def element_of(finding: dict[str, Any]) -> str:
    """Name of what a finding is about: Contract.function, Contract, or a top-level name."""
    first = finding["elements"][0]
    parents = []
    while True:
        parents.append(first["name"].split("(")[0])
        parent = first.get("type_specific_fields", {}).get("parent")
        if parent is None or parent["type"] not in ("contract", "function"):
            return ".".join(reversed(parents))
        first = parent


def findings_of(report: dict[str, Any], log: str) -> set[Finding]:
    """Findings of a report and of the log beside it. Raises ValueError if slither did not succeed."""
    if not report.get("success"):
        raise ValueError(f"slither failed: {report.get('error')}")
    found = {(finding["check"], element_of(finding)) for finding in report["results"].get("detectors", [])}
    return found | {("not-read", match["element"]) for match in NOT_READ.finditer(log)}


def explained(text: str) -> set[Finding]:
    """Findings that the table of reasons explains."""
    return {(match["detector"], match["element"]) for match in ROW.finditer(text)}


def differences(found: set[Finding], reasons: set[Finding]) -> list[str]:
    """One sentence for each finding without a reason and each reason without a finding."""
    new = [f"{detector}: {element} has no reason in {REASONS.name}" for detector, element in found - reasons]
    old = [f"{detector}: {element} is explained but not found" for detector, element in reasons - found]
    return sorted(new) + sorted(old)


def run_slither() -> tuple[dict[str, Any], str]:
    """Slither's report, and what it logged."""
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.unlink(missing_ok=True)  # slither overwrites no report
    # It calls forge by its name.
    binaries = f"{CONTRACTS / 'node_modules' / '.bin'}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [str(SLITHER), ".", "--foundry-out-directory", "../.build/forge/out-slither", "--json", str(REPORT)],
        cwd=CONTRACTS,
        env={**os.environ, "PATH": binaries, "FOUNDRY_PROFILE": "slither"},
        check=False,
        capture_output=True,
        text=True,
    )
    if not REPORT.is_file():
        raise ValueError(f"slither wrote no report:\n{done.stdout}{done.stderr}")
    return json.loads(REPORT.read_text(encoding="utf-8")), done.stdout + done.stderr


def main() -> int:
    """Exit status 1 for a difference, 2 if slither is not installed."""
    if not SLITHER.is_file():
        print("slither is not installed: run `make slither`")
        return 2
    found = findings_of(*run_slither())
    sentences = differences(found, explained(REASONS.read_text(encoding="utf-8")))
    print("\n".join(sentences) or f"slither: {len(found)} findings, each with its reason")
    return 1 if sentences else 0


if __name__ == "__main__":
    sys.exit(main())
