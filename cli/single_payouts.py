"""`condivisa pay` for single payouts, numbered from 2^31 on: what moved, was redirected, or a fund spent."""

from collections.abc import Mapping
from pathlib import Path

import typer

from cli.failures import EXIT_BAD_INPUT, stop
from cli.office import Sitting, open_sitting, send_or_print, sitting_of, vault_typed
from cli.workspace import Workspace, has_chain, open_ledger
from community.domain.records import CommunityRecord
from oracle.errors import NotDeployed, OracleError
from oracle.usecases import bank_singles
from oracle.usecases.bank_singles import BankOrder
from oracle.usecases.governance import by_treasurer
from oracle.usecases.governance_standing import Single
from oracle.usecases.resolutions import Action


def single_orders(workspace: Workspace, record: CommunityRecord, vault: str | None) -> list[BankOrder]:
    """Reserved single payouts that the bank has to pay; a chain that does not answer is named."""
    if not has_chain(workspace.settings):
        return []
    try:
        with open_ledger(workspace) as opened:
            sitting = sitting_of(workspace, opened, record)
            singles = _singles(sitting, vault)
            waiting = bank_singles.to_reserve(singles, sitting.contracts.now())
    except NotDeployed:
        return []
    except OracleError as error:
        typer.echo(
            f"condivisa: single payouts are not listed, whoever waits for one waits on: {error}", err=True
        )
        return []
    if waiting:
        numbers = ", ".join(str(single.number) for single in waiting)
        typer.echo(
            f"condivisa: not reserved yet, so not listed: {numbers}; next: condivisa pay reserve", err=True
        )
    with workspace.reading() as work:
        noted = work.bank_accounts.of(record.id)
        accounts = bank_singles.accounts_of(work.payouts.of_community(record.id), noted)
    return bank_singles.orders(singles, accounts)


def reserve_singles(community: str, vault: str | None, print_only: bool, state: Path | None) -> None:
    """Reserve all single payouts by bank that can be paid now."""
    with open_sitting(community, state) as sitting:
        found = bank_singles.to_reserve(_singles(sitting, vault), sitting.contracts.now())
        for single in found:
            _as_treasurer(sitting, bank_singles.reserve(single), print_only)
        if not found:
            typer.echo("no single payout by bank is open: nothing is to be reserved")


def confirm_single(
    community: str, number: int, references: Mapping[int, str], vault: str | None, state: Path | None
) -> None:
    """Confirm what the bank paid of a single payout, whose one leaf has the index 0."""
    if set(references) != {0}:
        stop(
            f"single payout {number} has the one leaf 0: the file names {sorted(references)}", EXIT_BAD_INPUT
        )
    with open_sitting(community, state) as sitting:
        single = bank_singles.single_of(_singles(sitting, vault), number)
        _as_treasurer(sitting, bank_singles.confirm(single, references[0]), print_only=False)


def release_single(
    community: str, number: int, vault: str | None, print_only: bool, state: Path | None
) -> None:
    """Give a single payout back after the bank rejected it."""
    with open_sitting(community, state) as sitting:
        single = bank_singles.single_of(_singles(sitting, vault), number)
        _as_treasurer(sitting, bank_singles.release(single), print_only)


def _singles(sitting: Sitting, vault: str | None) -> list[Single]:
    seats = sitting.contracts.seats_at(sitting.seats, vault_typed(vault))
    return sitting.contracts.singles(seats)


def _as_treasurer(sitting: Sitting, action: Action, print_only: bool) -> None:
    send_or_print(sitting, by_treasurer(sitting.contracts, sitting.seats, action), print_only)
