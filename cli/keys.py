"""`condivisa keys`: one key in an encrypted file. A key is never an argument and never shown."""

import getpass
import re
import sys
from pathlib import Path
from typing import Annotated

import typer

from cli.failures import EXIT_BAD_INPUT, explained, stop
from oracle.chain.keystore import create_keystore, open_address, passphrase_in
from oracle.secret_file import read_secret
from settlement.bootstrap import Settings

app = typer.Typer(
    name="keys",
    help="Signing keys in encrypted keystores (version 3), readable by their owner alone.",
    no_args_is_help=True,
    add_completion=False,
)
FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="The keystore.")]
_KEY = re.compile(r"(0x)?[0-9a-fA-F]{64}", re.ASCII)


@app.command("create")
def create(file: FileArgument) -> None:
    """Make a key and write it encrypted; its address is what the community registers.

    The passphrase is asked for, or is the first line of the file that CONDIVISA_KEYSTORE_PASSPHRASE_FILE
    names. Whoever loses it has lost the key.
    """
    with explained():
        typer.echo(create_keystore(file, _passphrase(file)))


@app.command("import")
def import_key(
    file: FileArgument,
    key: Annotated[
        Path,
        typer.Option(
            "--key",
            metavar="FILE",
            help="File with the key, 64 hexadecimal digits, mode 0600; delete it.",
        ),
    ],
) -> None:
    """Encrypt a key that a file of your own holds."""
    with explained():
        text = read_secret(key, "it holds the key, 64 hexadecimal digits, mode 0600").strip()
        if not _KEY.fullmatch(text):
            stop(f"{key} does not hold 64 hexadecimal digits", EXIT_BAD_INPUT)
        typer.echo(create_keystore(file, _passphrase(file), bytes.fromhex(text.removeprefix("0x"))))


@app.command("address")
def address(file: FileArgument) -> None:
    """The address of a keystore, or of a remote signer's key; no passphrase is needed."""
    with explained():
        typer.echo(open_address(file))


def _passphrase(file: Path) -> str:
    settings = Settings.from_environment()
    if settings.passphrase_file is not None:
        return passphrase_in(settings.passphrase_file)(file)
    if not sys.stdin.isatty():
        stop(
            "nobody can be asked for a passphrase here: name a file with it in "
            "CONDIVISA_KEYSTORE_PASSPHRASE_FILE",
            EXIT_BAD_INPUT,
        )
    first = getpass.getpass(f"new passphrase of {file}: ")
    if getpass.getpass("again: ") != first:
        stop("the two are not the same", EXIT_BAD_INPUT)
    return first
