"""`condivisa govern move`: the owner of a payout has it paid otherwise; from the receipt alone."""

import json
import re
from pathlib import Path
from typing import Annotated

import typer

from cli.failures import EXIT_BAD_INPUT, EXIT_REFUSED, stop
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
from cli.workspace import StateOption
from oracle.chain.governance import call_of
from oracle.chain.json_fields import ReceiptUnreadable
from oracle.chain.receipt import PayoutReceipt, parse_payout
from oracle.usecases.governance import by_anyone
from oracle.usecases.moving import Move, owner_of, to_bank, to_wallet, typed_data
from oracle.usecases.resolutions import Action, bank_leaf, require_address

SIGNATURE = re.compile(r"0x([0-9a-fA-F]{2}){1,4096}", re.ASCII)


def move(
    receipt: Annotated[Path, typer.Argument(metavar="RECEIPT.json", help="The payout's receipt.")],
    wallet: ToWalletOption = None,
    iban_hash: ToIbanHashOption = None,
    signature: Annotated[
        str | None, typer.Option(metavar="0x…", help="The owner's signature of what was printed without it.")
    ] = None,
    send: Annotated[
        str | None,
        typer.Option(metavar="COMMUNITY", help="Relay it from this operator's account, which pays the gas."),
    ] = None,
    state: StateOption = None,
) -> None:
    """Print what the owner signs in a wallet (EIP-712) and, with the signature, what anyone may relay.

    No key is asked for. Without --send neither database nor node is needed.
    """
    if send is not None and signature is None:
        stop("--send relays what the owner has signed: give --signature as well", EXIT_BAD_INPUT)
    wish = _wish(receipt_read(receipt), wallet, iban_hash)
    if signature is None:
        typer.echo(json.dumps(typed_data(wish), indent=2))
        return
    action = wish.action(_signature_typed(signature))
    if send is None:
        typer.echo(f"anyone may send it; owner 0x{wish.owner.hex()}:")
        show_call(wish.chain_id, call_of(action, wish.vault, b""))
    else:
        _relay(send, wish, action, state)


def _relay(community: str, wish: Move, action: Action, state: Path | None) -> None:
    with open_sitting(community, state) as sitting:
        if (wish.chain_id, wish.vault) != (sitting.contracts.chain_id, sitting.seats.vault):
            stop(
                f"the receipt is of the vault 0x{wish.vault.hex()} on chain {wish.chain_id}, not of "
                f"{sitting.name}: without --send it is printed for any wallet",
                EXIT_REFUSED,
            )
        send_or_print(sitting, by_anyone(sitting.contracts, sitting.seats, action), print_only=False)


def receipt_read(path: Path) -> PayoutReceipt:
    """The receipt in a file; stops the command where there is none."""
    try:
        return parse_payout(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ReceiptUnreadable) as error:
        stop(f"{path} cannot be read: {error}", EXIT_BAD_INPUT)


def _wish(receipt: PayoutReceipt, wallet: str | None, iban_hash: str | None) -> Move:
    former = receipt.leaf
    checked(lambda: owner_of(former))
    if wallet is not None and iban_hash is None:
        account = checked(lambda: require_address(address_typed(wallet)))
        leaf = checked(lambda: to_wallet(former, account))
    elif iban_hash is not None and wallet is None:
        hashed = checked(lambda: bank_leaf(hash_typed("--to-iban-hash", iban_hash), 0)).payee
        leaf = checked(lambda: to_bank(former, hashed))
    else:
        stop("where to? Give either --to-wallet or --to-iban-hash", EXIT_BAD_INPUT)
    vault = bytes.fromhex(receipt.vault[2:])
    place = (receipt.chain_id, vault, receipt.distribution, receipt.index)
    return Move(*place, former, receipt.proof, leaf)


def _signature_typed(text: str) -> bytes:
    """Any length: a contract's signature (ERC-1271) has a form of its own."""
    if SIGNATURE.fullmatch(text) is None:
        stop("--signature is 0x and an even number of hexadecimal digits", EXIT_BAD_INPUT)
    return bytes.fromhex(text[2:])
