"""The `condivisa` command: everything that the service does, one verb each."""

import io
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NamedTuple

import typer

HELP = (
    "Settle renewable energy communities: metered hours to shared energy, shared energy to money, money to "
    "payouts, each step checkable without trusting the operator. Begin with: condivisa demo"
)
EPILOG = (
    "Exit status: 0 done; 1 refused, or it does not match; 2 bad input (every finding on standard error, "
    "nothing written); 3 something is out of reach: a rule's parameter, the node, the database."
)


class Verb(NamedTuple):
    """A command: where it is defined (a function, or an app with verbs of its own), where help lists it."""

    name: str
    module: str
    attribute: str
    panel: str


VERBS = (
    Verb("demo", "cli.demo", "demo", "Begin here"),
    Verb("case", "cli.case", "app", "Begin here"),
    Verb("settle", "cli.settle", "settle", "From files alone"),
    Verb("commit", "cli.commit", "commit", "From files alone"),
    Verb("verify", "cli.verify", "app", "From files alone"),
    Verb("rules", "cli.rules", "app", "From files alone"),
    Verb("market", "cli.market", "app", "From files alone"),
    Verb("gse", "cli.gse", "app", "From files alone"),
    Verb("readings", "cli.readings", "app", "The service"),
    Verb("prices", "cli.prices", "app", "The service"),
    Verb("import", "cli.intake", "import_case", "The service"),
    Verb("quality", "cli.quality", "app", "The service"),
    Verb("publish", "cli.publish", "publish", "The service"),
    Verb("pay", "cli.pay", "app", "The service"),
    Verb("accounts", "cli.accounts", "app", "The service"),
    Verb("statement", "cli.statement", "statement", "The service"),
    Verb("chain", "cli.chain", "app", "The service"),
    Verb("alerts", "cli.alerts", "app", "The service"),
    Verb("devices", "cli.devices", "app", "The service"),
    Verb("live", "cli.live", "app", "The service"),
    Verb("attest", "cli.attest", "app", "The service"),
    Verb("keys", "cli.keys", "app", "The service"),
    Verb("govern", "cli.govern", "app", "The service"),
    Verb("watch", "cli.watch", "watch", "The service"),
    Verb("serve", "cli.serve", "serve", "The service"),
    Verb("db", "cli.database", "app", "The service"),
    Verb("jobs", "cli.jobs", "app", "The service"),
    Verb("worker", "cli.worker", "worker", "The service"),
    Verb("beat", "cli.worker", "beat", "The service"),
)


def application(arguments: Sequence[str]) -> typer.Typer:
    """The command line for these arguments.

    Only the named verb is loaded: an auditor's `settle` does not wait for chain and database libraries.
    """
    app = typer.Typer(
        name="condivisa",
        help=HELP,
        epilog=EPILOG,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    app.callback()(_no_options)
    named = [verb for verb in VERBS if verb.name in arguments[:1]]
    for verb in named or VERBS:
        found = getattr(import_module(verb.module), verb.attribute)
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=verb.name, rich_help_panel=verb.panel)
        else:
            app.command(verb.name, rich_help_panel=verb.panel)(found)
    return app


def _no_options() -> None:
    """Keeps a single loaded verb a verb: without it the command line would swallow its name."""


def main() -> None:
    """Entry point of the command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A name that the terminal's encoding lacks must not end a command that has done its work.
            stream.reconfigure(errors="backslashreplace")
    application(sys.argv[1:])()


if __name__ == "__main__":
    main()
