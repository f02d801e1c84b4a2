"""`condivisa settle`: one settlement from a folder of files, without database, chain or network."""

import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from settlement.casefile import read_case, write_atomically
from settlement.domain.canonical import canonical_json
from settlement.domain.findings import Finding, printable
from settlement.domain.parameters import ParameterMissing
from settlement.domain.rounding import cents_text, micro_eur_text, plain_text
from settlement.domain.settlement import Settlement
from settlement.domain.unverified import unverified_rules
from settlement.engines import settle_case

SETTLEMENT_FILE = "settlement.json"
EXIT_CANNOT_WRITE = 1
EXIT_FINDINGS = 2
EXIT_PARAMETER_MISSING = 3


def settle(
    case: Annotated[Path, typer.Argument(help="Folder with community.toml, readings.csv and prices.csv.")],
    out: Annotated[
        Path | None, typer.Option(help="Folder for settlement.json; by default CASE itself.")
    ] = None,
) -> None:
    """Settle the case in a folder and write settlement.json.

    Exit 0: settled. Exit 1: settlement.json cannot be written. Exit 2: bad input; every finding is shown as
    file:line: sentence and nothing is written. Exit 3: a rule parameter has no value in the period; it is
    named, and community.toml can state it. Allocation PRIORITY is refused by name: it is not built yet.
    """
    given, findings = read_case(case)
    if given is None:
        _refuse(findings)
    try:
        found = settle_case(given)
    except ParameterMissing as error:
        _say(str(error))
        raise typer.Exit(EXIT_PARAMETER_MISSING) from None
    if isinstance(found, list):
        _refuse(found)
    path = (out or case) / SETTLEMENT_FILE
    try:
        write_atomically(path, canonical_json(found.document()))
    except OSError as error:
        _say(f"{path} cannot be written: {error.strerror}")
        raise typer.Exit(EXIT_CANNOT_WRITE) from None
    typer.echo(_summary(found, path))


def _refuse(findings: list[Finding]) -> NoReturn:
    for finding in findings:
        _say(str(finding))
    raise typer.Exit(EXIT_FINDINGS)


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr)


def _unverified(found: Settlement) -> str:
    """The parameters and rules that moved money and that no text that was read confirms; "" for none."""
    used, names = found.parameters.used, found.parameters.unverified
    values = [f"{name} {plain_text(used[name].value_micro, 6)}" for name in names]
    stated = ", ".join([*values, *unverified_rules(found.community)])
    return f"\nunverified: {stated}" if stated else ""


def _summary(found: Settlement, path: Path) -> str:
    shared_wh = sum(row.totals()["shared_wh"] for row in found.configurations)
    return (
        f"{printable(found.community.name)}: {found.community.hours} hours, {shared_wh} Wh shared, "
        f"premium {cents_text(found.premium_cents)} EUR, "
        f"producers {micro_eur_text(found.split.producers_micro_eur)} EUR -> {path}"
        f"{_unverified(found)}"
    )


if __name__ == "__main__":
    typer.run(settle)
