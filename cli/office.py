"""What the commands of `condivisa govern` share: the community's seats, and what becomes of an order."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, TypeVar
from uuid import UUID

import typer
from eth_utils.address import is_checksum_address

from cli.failures import EXIT_BAD_INPUT, explained, stop
from cli.workspace import Workspace, open_ledger, open_workspace, require_chain
from community.domain.records import CommunityRecord
from oracle.attest.payout_tree import Leaf
from oracle.chain.governance import GovernanceContracts
from oracle.ports import Call
from oracle.usecases import resolutions
from oracle.usecases.context import Context
from oracle.usecases.governance import Order, Seats, carry_out
from oracle.usecases.places import place_of
from oracle.wiring import OpenChain, publishing
from settlement.bootstrap import Settings

T = TypeVar("T")
ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}", re.ASCII)
HASH = re.compile(r"0x[0-9a-fA-F]{64}", re.ASCII)
AddressArgument = Annotated[str, typer.Argument(metavar="ADDRESS", help="0x and 40 hexadecimal digits.")]
VaultOption = Annotated[
    str | None,
    typer.Option(
        "--vault", metavar="0x…", help="A vault that another one has succeeded; default: the present one."
    ),
]
ToWalletOption = Annotated[
    str | None, typer.Option("--to-wallet", metavar="0x…", help="The wallet that is to be paid.")
]
ToIbanHashOption = Annotated[
    str | None,
    typer.Option(
        "--to-iban-hash", metavar="0x…", help="keccak256(32-byte salt ‖ IBAN) of the account to be paid."
    ),
]
PrintOption = Annotated[
    bool, typer.Option("--print", help="Send nothing; print what another wallet has to send.")
]


@dataclass(frozen=True, slots=True)
class Sitting:
    """A community's seats on an open chain."""

    workspace: Workspace
    context: Context
    contracts: GovernanceContracts
    community_id: UUID
    name: str
    seats: Seats


@contextmanager
def open_sitting(community: str, state: Path | None) -> Iterator[Sitting]:
    """The community's seats; stops the command with a sentence where something is missing or refused."""
    require_chain(Settings.from_environment(state=state))
    with explained(), open_workspace(state) as workspace:
        record = workspace.community(community)
        with open_ledger(workspace) as opened:
            yield sitting_of(workspace, opened, record)


def sitting_of(workspace: Workspace, opened: OpenChain, record: CommunityRecord) -> Sitting:
    """The seats of a community on an open chain. Raises NotDeployed, GovernanceRefused."""
    context = publishing(workspace.database.engine, opened)
    place = place_of(context, record.id)
    contracts = GovernanceContracts(opened.chain)
    seats = contracts.seats(place.ledger, place.community)
    return Sitting(workspace, context, contracts, record.id, record.name, seats)


def send_or_print(sitting: Sitting, order: Order, print_only: bool) -> bool:
    """Send the order from the operator's account if that may, else print it; whether it was sent."""
    if print_only or not order.ours:
        show(sitting, order)
        return False
    outcome = carry_out(sitting.context, sitting.community_id, order.call)
    typer.echo(f"{order.call.sentence}: transaction {_hex(outcome.hash)}, block {outcome.block_number}")
    return True


def show(sitting: Sitting, order: Order) -> None:
    """What another wallet has to send."""
    operator = _hex(sitting.contracts.sender)
    typer.echo(f"not sent; {order.office} has to send it (this operator is {operator}):")
    show_call(sitting.contracts.chain_id, order.call)


def show_call(chain_id: int, call: Call) -> None:
    """A call as a wallet takes it; each part can be copied whole."""
    typer.echo(f"chain     {chain_id}")
    typer.echo(f"to        {_hex(call.to or b'')}")
    typer.echo(f"function  {call.sentence}")
    typer.echo(f"data      {_hex(call.data)}")


def checked(make: Callable[[], T]) -> T:
    """What is made of typed arguments; stops the command with the sentence of what is wrong with them."""
    try:
        return make()
    except ValueError as error:
        stop(str(error), EXIT_BAD_INPUT)


def address_typed(text: str) -> bytes:
    """The 20 bytes of a typed address; stops the command when it is none.

    Letters of both cases are a check sum (EIP-55), which catches typing errors.
    """
    if ADDRESS.fullmatch(text) is None:
        stop(f'"{text}" is no address: 0x and 40 hexadecimal digits', EXIT_BAD_INPUT)
    digits = text[2:]
    if digits not in (digits.lower(), digits.upper()) and not is_checksum_address(text):
        stop(f'"{text}" is mistyped: its capitals are not those of its check sum', EXIT_BAD_INPUT)
    return bytes.fromhex(digits)


def hash_typed(what: str, text: str) -> bytes:
    """The 32 bytes of a typed hash; stops the command when it is none."""
    if HASH.fullmatch(text) is None:
        stop(f'{what} "{text}" is no hash: 0x and 64 hexadecimal digits', EXIT_BAD_INPUT)
    return bytes.fromhex(text[2:])


def vault_typed(text: str | None) -> bytes:
    """The 20 bytes of a typed vault, none where none was typed: the community's present one."""
    return b"" if text is None else address_typed(text)


def payee_typed(amount_micro_eur: int, wallet: str | None, iban_hash: str | None) -> Leaf:
    """The payout to a wallet or by bank; stops the command unless exactly one of them is given."""
    if wallet is not None and iban_hash is None:
        account = address_typed(wallet)
        return checked(lambda: resolutions.wallet_leaf(account, amount_micro_eur))
    if iban_hash is None or wallet is not None:
        stop("who is paid? Give either a wallet or the hash of salt and IBAN", EXIT_BAD_INPUT)
    hashed = hash_typed("--iban-hash", iban_hash)
    return checked(lambda: resolutions.bank_leaf(hashed, amount_micro_eur))


def moment(seconds: int) -> str:
    """A time of the chain for a person."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _hex(octets: bytes) -> str:
    return "0x" + octets.hex()
