"""`condivisa import`: a case folder enters the database, once."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.failures import explained, refuse_findings
from cli.workspace import StateOption, Workspace, now, open_workspace
from community.usecases.register_community import Registered, register_community
from oracle.sources.payees import read_payees
from settlement.casefile import read_case
from settlement.domain.calendar import rome_date
from settlement.domain.case import Case
from settlement.domain.payees import Payee
from settlement.domain.quality.finding import Severity
from settlement.usecases.admit_readings import Admitted, admit_readings
from settlement.usecases.import_readings import Counts, Imported


@dataclass(frozen=True, slots=True)
class Intake:
    """What an import did."""

    registered: Registered
    admitted: Admitted

    @property
    def imported(self) -> Imported:
        """The days that entered."""
        return self.admitted.imported


def import_case(
    case: Annotated[Path, typer.Argument(metavar="CASE", help="Case folder; `condivisa case` builds one.")],
    state: StateOption = None,
) -> None:
    """Register the community of a case folder and import its readings, prices and payees.

    Importing again adds nothing; changed values are added as corrections, nothing is overwritten. Days that
    cannot be what they say (more than the plants can make) are held until somebody decides. Bad input:
    every finding as file:line: sentence on standard error, exit 2, nothing imported.
    """
    given, payees = read_folder(case)
    with explained(), open_workspace(state) as workspace:
        intake = take_in(workspace, given, payees, case.resolve().name, now())
    readings, prices = intake.imported.readings, intake.imported.prices
    typer.echo(
        f"{given.community.name}: {'registered' if intake.registered.created else 'known'}; "
        f"POD-days {counted(readings)}; price days {counted(prices)}\n"
        f'next: condivisa publish "{given.community.name}" --from {rome_date(given.community.start)}'
    )
    for line in quality_lines(given.community.name, intake.admitted):
        typer.echo(line)


def read_folder(folder: Path) -> tuple[Case, dict[str, Payee]]:
    """The case and its payees; stops the command with every finding."""
    case, findings = read_case(folder)
    if case is None:
        refuse_findings(findings)
    payees, findings = read_payees(folder, [member.id for member in case.community.members])
    if findings:
        refuse_findings(findings)
    return case, payees


def take_in(
    workspace: Workspace, case: Case, payees: dict[str, Payee], source: str, received_at: datetime
) -> Intake:
    """Register and import in one transaction; what cannot be is held. `source` names the folder."""
    with workspace.writing() as work:
        registered = register_community(work, case.community, payees)
        admitted = admit_readings(work, registered.community_id, case, source, received_at)
        work.commit()
    return Intake(registered, admitted)


def quality_lines(name: str, admitted: Admitted) -> list[str]:
    """What the checks found, for a person: nothing where they found nothing."""
    lines = []
    out = len(admitted.held) + admitted.known
    if out:
        # What was held or rejected before has told its reason then.
        why = [finding["sentence"] for row in admitted.held[:1] for finding in row.findings[:1]]
        lines += [
            "; ".join([f"held back: {out} POD-days ({len(admitted.held)} of them new)", *why]),
            f'they are not in the readings; look: condivisa quality held "{name}"',
        ]
    odd = sum(row.severity is not Severity.BLOCKING for row in admitted.findings)
    if odd:
        lines.append(f'{odd} warnings and notes; look: condivisa quality report "{name}" --month YYYY-MM')
    return lines


def counted(counts: Counts) -> str:
    """What became of the days, in words."""
    parts = [(counts.new, "new"), (counts.corrected, "corrected"), (counts.unchanged, "already there")]
    return ", ".join(f"{count} {word}" for count, word in parts if count) or "none"
