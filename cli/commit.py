"""`condivisa commit`: what a case commits to on the ledger, without database, chain or network."""

import re
import secrets
from pathlib import Path
from typing import Annotated

import typer

from cli.failures import EXIT_BAD_INPUT, EXIT_MISSING, EXIT_REFUSED, explained, refuse_findings, stop
from oracle.secret_file import read_secret, write_secret_once
from oracle.sources.payees import read_payees
from oracle.usecases.commitments import commitments
from settlement.bootstrap import case_manifest
from settlement.casefile import read_case, write_atomically
from settlement.domain.canonical import canonical_json
from settlement.domain.parameters import ParameterMissing
from settlement.engines import settle_case

COMMITMENTS_FILE = "commitments.json"
OPENINGS_FILE = "openings.json"
KEY_FILE = "commit.key"
PRIVATE = 0o600
KEY_BYTES = 32
ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}", re.ASCII)


def commit(
    case: Annotated[Path, typer.Argument(help="Folder with community.toml, readings.csv and prices.csv.")],
    out: Annotated[
        Path | None, typer.Option(help="Folder for commitments.json; by default CASE itself.")
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The secret that all keys derive from, 64 hexadecimal digits; by default "
            f"{KEY_FILE} beside commitments.json, made there when it does not exist. Whoever has it can "
            "test guesses of readings.",
        ),
    ] = None,
    administrator: Annotated[
        str | None,
        typer.Option(
            metavar="0x…",
            help="Address that registered the community; without it, ids on the ledger are null.",
        ),
    ] = None,
) -> None:
    """Write commitments.json: each day's report and commitments, the payout tree, the evidence.

    Where hour totals would show single persons, it has a hash of them, and openings.json, for its owner
    alone, has what opens it. Payees come from payees.csv in CASE where there is one. The same case and key
    give the same bytes.
    Exit 2: bad input, every finding shown, nothing written. Exit 3: a rule parameter is missing.
    """
    if administrator is not None and not ADDRESS.fullmatch(administrator):
        stop(f'"{administrator}" is no address: 0x and 40 hexadecimal digits', EXIT_BAD_INPUT)
    given, findings = read_case(case)
    if given is None:
        refuse_findings(findings)
    payees, findings = read_payees(case, [member.id for member in given.community.members])
    if findings:
        refuse_findings(findings)
    try:
        found = settle_case(given)
    except ParameterMissing as error:
        stop(str(error), EXIT_MISSING)
    if isinstance(found, list):
        refuse_findings(found)
    folder = out or case
    with explained():
        secret = _secret(key, folder)
        manifest = case_manifest(given, canonical_json(found.document()))
        registered_by = None if administrator is None else bytes.fromhex(administrator[2:])
        made = commitments(found, given, payees, secret, manifest, registered_by)
    if made.refusals:
        # First: what hides totals is of no use without what opens them.
        _write(folder / OPENINGS_FILE, made.openings, PRIVATE)
    path = folder / COMMITMENTS_FILE
    _write(path, made.document)
    for refusal in made.refusals:
        typer.echo(f"hour totals are hidden: {refusal}; {folder / OPENINGS_FILE} opens them")
    days = sum(len(given_days) for given_days in _days(made.document))
    typer.echo(f"{given.community.name}: {days} reports, evidence {made.document['evidence']} → {path}")


def _write(path: Path, document: dict[str, object], mode: int = 0o666) -> None:
    try:
        write_atomically(path, canonical_json(document), mode)
    except OSError as error:
        stop(f"{path} cannot be written: {error.strerror}", EXIT_REFUSED)


def _secret(given: Path | None, folder: Path) -> bytes:
    path = given or folder / KEY_FILE
    if given is None and not path.exists():
        write_secret_once(path, secrets.token_hex(KEY_BYTES) + "\n")
    text = read_secret(path, "it holds 64 hexadecimal digits, mode 0600; without --key one is made").strip()
    try:
        secret = bytes.fromhex(text)
    except ValueError:
        secret = b""
    if len(secret) != KEY_BYTES:
        stop(f"{path} does not hold {2 * KEY_BYTES} hexadecimal digits", EXIT_BAD_INPUT)
    return secret


def _days(document: dict[str, object]) -> list[dict[str, object]]:
    configurations = document["configurations"]
    assert isinstance(configurations, dict)
    return [configuration["days"] for configuration in configurations.values()]


if __name__ == "__main__":
    typer.run(commit)
