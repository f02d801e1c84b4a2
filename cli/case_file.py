"""Case folders as arguments of commands that compute from files alone."""

from pathlib import Path
from typing import Annotated

import typer

from cli.failures import refuse_findings
from settlement.casefile import read_case
from settlement.domain.case import Case
from settlement.domain.engine import settle_or_findings
from settlement.domain.readiness import readiness_findings
from settlement.domain.settlement import Settlement

CaseArgument = Annotated[
    Path, typer.Argument(metavar="CASE", help="Folder with community.toml, readings.csv and prices.csv.")
]


def complete_case(folder: Path) -> Case:
    """The case of a folder, ready to be computed with; stops the command with every finding."""
    case, findings = read_case(folder)
    if case is None:
        refuse_findings(findings)
    findings = readiness_findings(case)
    if findings:
        refuse_findings(findings)
    return case


def settled_case(folder: Path) -> Settlement:
    """The settlement of a folder; stops the command with every finding. Raises ParameterMissing."""
    case, findings = read_case(folder)
    if case is None:
        refuse_findings(findings)
    found = settle_or_findings(case)
    if isinstance(found, list):
        refuse_findings(found)
    return found
