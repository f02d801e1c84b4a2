"""The state that a command works on: database and local chain in one directory, or the user's own."""

import getpass
import re
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from cli.failures import EXIT_BAD_INPUT, EXIT_MISSING, stop
from community.domain.records import CommunityRecord
from oracle.chain.keystore import Passphrase, no_passphrase, passphrase_in
from oracle.store.unit_of_work import OracleReadOnlyUnitOfWork, OracleUnitOfWork
from oracle.wiring import ChainSettings, OpenChain, open_chain
from settlement.bootstrap import Database, Settings, open_database
from settlement.domain.records import Distribution

StateOption = Annotated[
    Path | None,
    typer.Option("--state", metavar="DIR", help="All state; default: CONDIVISA_STATE, then .condivisa"),
]
CommunityArgument = Annotated[
    str, typer.Argument(metavar="COMMUNITY", help="Name or id of a registered community.")
]


@dataclass(frozen=True, slots=True)
class Workspace:
    """An open database and where the files beside it lie."""

    settings: Settings
    database: Database

    @property
    def chain(self) -> ChainSettings:
        """Which chain belongs to this state."""
        passphrase = passphrase_of(self.settings)
        return ChainSettings(self.settings.state, rpc=self.settings.rpc_url, passphrase=passphrase)

    def writing(self) -> OracleUnitOfWork:
        """A transaction that may write."""
        return OracleUnitOfWork(self.database.engine)

    def reading(self) -> OracleReadOnlyUnitOfWork:
        """A snapshot."""
        return OracleReadOnlyUnitOfWork(self.database.engine)

    def folder_of(self, community: str) -> Path:
        """Where a community's receipts, evidence and trust file are written."""
        return self.settings.state / "communities" / slug(community)

    def community(self, named: str) -> CommunityRecord:
        """The community of that name or id; stops the command when there is none."""
        with self.reading() as work:
            found = work.communities.by_name(named)
            if found is None and _is_uuid(named):
                found = work.communities.get(UUID(named))
            known = [row.name for row in work.communities.all()]
        if found is None:
            names = ", ".join(f'"{name}"' for name in known) or "none; `condivisa import CASE` registers one"
            stop(f'there is no community "{named}"; registered: {names}', EXIT_BAD_INPUT)
        return found

    def distribution(self, community: CommunityRecord, number: int) -> Distribution:
        """The community's distribution of that number; stops the command when there is none."""
        with self.reading() as work:
            known = {row.number: row for row in work.distributions.of_community(community.id)}
        if number not in known:
            stop(
                f"{community.name} has no distribution {number}; it has {sorted(known) or 'none'}",
                EXIT_BAD_INPUT,
            )
        return known[number]


@contextmanager
def open_workspace(state: Path | None) -> Iterator[Workspace]:
    """The state directory's database, started and brought to the newest revision if need be."""
    settings = Settings.from_environment(state=state)
    settings.state.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        try:
            database = stack.enter_context(open_database(settings))
        except ValueError as error:
            if settings.database_url is None:
                raise
            stop(str(error), EXIT_MISSING)
        yield Workspace(settings, database)


@contextmanager
def open_ledger(workspace: Workspace) -> Iterator[OpenChain]:
    """The chain of the workspace; a local node that starts here stops at the end of the block."""
    with open_chain(workspace.chain) as opened:
        yield opened


def require_chain(settings: Settings) -> None:
    """A look must not make a database, keys and a chain where there are none."""
    if not has_chain(settings):
        stop(
            f"{settings.state} has no chain yet: `condivisa demo` or `condivisa publish` makes one, "
            "CONDIVISA_RPC_URL names a node of your own",
            EXIT_MISSING,
        )


def has_chain(settings: Settings) -> bool:
    """Whether the state names a node of the user's own, or has a local chain."""
    return settings.rpc_url is not None or ChainSettings(settings.state).key_place.exists()


def passphrase_of(settings: Settings) -> Passphrase:
    """What opens keystores: a file where the settings name one, else a question at the terminal."""
    if settings.passphrase_file is not None:
        return passphrase_in(settings.passphrase_file)
    return _asked if sys.stdin.isatty() else no_passphrase


def _asked(keystore: Path) -> str:
    return getpass.getpass(f"passphrase of {keystore}: ")


def now() -> datetime:
    """The present instant: the command line is where time enters."""
    return datetime.now(UTC)  # allowed: the one clock of the command line


def slug(name: str) -> str:
    """A folder name for a community: letters without accents and digits, the rest as hyphens."""
    plain = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "community"


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
