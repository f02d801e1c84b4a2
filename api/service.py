"""What the HTTP edge needs from the rest of the program, handed in from outside."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TypeAlias
from uuid import UUID

from oracle.store.unit_of_work import OracleReadOnlyUnitOfWork, OracleUnitOfWork
from oracle.tasks.desk import Announce, unheard
from oracle.usecases.standing import Findings
from settlement.bootstrap import Database, case_manifest, database_revision
from settlement.engines import settle_case
from settlement.ports import Evidence, Settle

ReadWork: TypeAlias = OracleReadOnlyUnitOfWork | OracleUnitOfWork
WriteWork: TypeAlias = OracleUnitOfWork

VERIFIER_PAGE = Path(__file__).resolve().parent.parent / "web" / "verifier" / "verify.html"


def no_chain(_community_id: UUID) -> Findings:
    """What a service without a chain knows of it."""
    return Findings(notes=["this service has no chain: the accounts were not compared with a vault"])


@dataclass(frozen=True, slots=True)
class Service:
    """The unit-of-work makers, the clock and the few files that the edge serves.

    `not_ready` gives the reason why questions cannot be answered now, or None. `compare_chain` says where a
    community's accounts differ from its vault, or in a note why that is not known.
    `not_ready` gives the reason why questions cannot be answered now, or None. `announce` tells workers that
    a partition has jobs; they find them without it, a little later.
    """

    reading: Callable[[], AbstractContextManager[OracleReadOnlyUnitOfWork]]
    writing: Callable[[], AbstractContextManager[OracleUnitOfWork]]
    not_ready: Callable[[], str | None]
    clock: Callable[[], datetime]
    announce: Announce = unheard
    evidence: Evidence = case_manifest
    settle: Settle = settle_case
    compare_chain: Callable[[UUID], Findings] = no_chain
    verifier_page: Path = VERIFIER_PAGE
    version: str = version("condivisa")


def service_of(
    database: Database, clock: Callable[[], datetime] | None = None, announce: Announce = unheard
) -> Service:
    """The service over an open database; the clock is the system's unless one is given."""
    engine = database.engine

    def not_ready() -> str | None:
        try:
            found, wanted = database_revision(engine)
        except Exception as error:  # any failure to ask is the answer, whatever its kind
            return f"the database does not answer ({type(error).__name__})"
        return None if found == wanted else f"the database has revision {found}, {wanted} is needed"

    return Service(
        reading=lambda: OracleReadOnlyUnitOfWork(engine),
        writing=lambda: OracleUnitOfWork(engine),
        not_ready=not_ready,
        clock=clock or _system_clock,
        announce=announce,
    )


def _system_clock() -> datetime:
    return datetime.now(UTC)  # allowed: this is the clock that everything else is given
