"""`condivisa pay account`: the hash that stands for an IBAN on the ledger, and the account behind it."""

import secrets
from pathlib import Path
from typing import Annotated

import typer

from cli.failures import EXIT_BAD_INPUT, explained, stop
from cli.office import hash_typed
from cli.workspace import CommunityArgument, StateOption, open_workspace
from oracle.attest.keccak import HASH_BYTES
from oracle.attest.payout_tree import bank_payee
from settlement.domain.iban import iban_is_valid


def account(
    community: CommunityArgument,
    iban: Annotated[str | None, typer.Argument(metavar="IBAN", help="Of whoever is to be paid.")] = None,
    salt: Annotated[
        str | None,
        typer.Option(
            metavar="0x…", help="The salt of a hash that stands on the ledger already; default: a new one."
        ),
    ] = None,
    forget: Annotated[
        str | None, typer.Option(metavar="0x…", help="Erase the account behind this hash instead, for ever.")
    ] = None,
    state: StateOption = None,
) -> None:
    """Note an IBAN and print its hash, for --iban-hash and --to-iban-hash; `pay orders` then names the IBAN.

    The hash is keccak256 of a random salt and the IBAN: nobody can tell one from the other without the salt.
    """
    if (iban is None) == (forget is None):
        stop("give either an IBAN to note or --forget and a hash", EXIT_BAD_INPUT)
    if forget is not None:
        _forget(community, hash_typed("--forget", forget), state)
        return
    assert iban is not None, "one of both is given"
    plain = iban.replace(" ", "").upper()
    if not iban_is_valid(plain):
        stop(f'"{iban}" is not an IBAN, or its check digits are wrong', EXIT_BAD_INPUT)
    octets = secrets.token_bytes(HASH_BYTES) if salt is None else hash_typed("--salt", salt)
    payee = bank_payee(octets, plain)
    with explained(), open_workspace(state) as workspace:
        record = workspace.community(community)
        with workspace.writing() as work:
            work.bank_accounts.add(record.id, payee, octets, plain)
            work.commit()
    typer.echo(f"hash  0x{payee.hex()}")
    typer.echo(f"salt  0x{octets.hex()}  (for the payee: with it and the IBAN the hash can be checked)")


def _forget(community: str, payee: bytes, state: Path | None) -> None:
    with explained(), open_workspace(state) as workspace:
        record = workspace.community(community)
        with workspace.writing() as work:
            if not work.bank_accounts.forget(record.id, payee):
                stop(
                    f"no account is noted for 0x{payee.hex()}: never noted, or erased before", EXIT_BAD_INPUT
                )
            work.commit()
    typer.echo("erased: the hash on the ledger leads to no account any more")
