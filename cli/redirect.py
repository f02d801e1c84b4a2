"""A payout whose owner lost the key: `condivisa govern resolve redirect`, and `condivisa govern refuse`."""

from pathlib import Path
from typing import Annotated

import typer

from cli.failures import EXIT_BAD_INPUT, stop
from cli.move import receipt_read
from cli.office import (
    ToIbanHashOption,
    ToWalletOption,
    address_typed,
    checked,
    hash_typed,
    open_sitting,
    send_or_print,
    show_call,
)
from cli.resolution import resolution_command
from cli.workspace import StateOption
from oracle.attest.payout_tree import ZERO_ADDRESS, Leaf
from oracle.chain.governance import call_of
from oracle.chain.receipt import PayoutReceipt
from oracle.usecases import redirecting
from oracle.usecases.governance import by_office
from oracle.usecases.moving import owner_of
from oracle.usecases.resolutions import Action

ReceiptArgument = Annotated[Path, typer.Argument(metavar="RECEIPT.json", help="The payout's receipt.")]


def add_resolution(resolve: typer.Typer) -> None:
    """The resolution that redirects."""
    resolution_command(resolve, "redirect")(redirect)


def redirect(
    receipt: ReceiptArgument,
    resolution: bytes,
    wallet: ToWalletOption = None,
    iban_hash: ToIbanHashOption = None,
    owner: Annotated[
        str | None,
        typer.Option(metavar="0x…", help="With --to-iban-hash: who may move it later; default: nobody."),
    ] = None,
) -> Action:
    """Give an unpaid payout another payee because its owner lost the key.

    It is paid from 14 days after this is carried out, unless the owner refuses until then (`govern refuse`).
    """
    found = receipt_read(receipt)
    leaf = _heir(found.leaf, wallet, iban_hash, owner)
    place = (found.distribution, found.index)
    return redirecting.redirect(_vault(found), place, found.leaf, tuple(found.proof), leaf, resolution)


def refuse(
    receipt: ReceiptArgument,
    single: Annotated[
        int,
        typer.Argument(
            metavar="NUMBER", help="The payout that the redirection opened, from `govern status`."
        ),
    ],
    send: Annotated[
        str | None,
        typer.Option(metavar="COMMUNITY", help="Send it, if this operator's account owns the payout."),
    ] = None,
    state: StateOption = None,
) -> None:
    """Refuse a redirection: print what the former owner's wallet sends. The payout is its own again.

    Without --send neither database nor node is needed.
    """
    found = receipt_read(receipt)
    action = checked(lambda: redirecting.refuse(_vault(found), single, found.leaf))
    owner = owner_of(found.leaf)
    if send is None:
        typer.echo(f"the owner's wallet 0x{owner.hex()} has to send it:")
        show_call(found.chain_id, call_of(action, action.at, b""))
        return
    with open_sitting(send, state) as sitting:
        order = by_office(sitting.contracts, sitting.seats, action, "the payout's former owner", owner)
        send_or_print(sitting, order, print_only=False)


def _heir(former: Leaf, wallet: str | None, iban_hash: str | None, owner: str | None) -> Leaf:
    if wallet is not None and iban_hash is None and owner is None:
        return redirecting.redirected_to_wallet(former, address_typed(wallet))
    if iban_hash is None or wallet is not None:
        stop("where to? Give either --to-wallet, or --to-iban-hash and perhaps --owner", EXIT_BAD_INPUT)
    account = ZERO_ADDRESS if owner is None else address_typed(owner)
    return redirecting.redirected_to_bank(former, hash_typed("--to-iban-hash", iban_hash), account)


def _vault(receipt: PayoutReceipt) -> bytes:
    return bytes.fromhex(receipt.vault[2:])
