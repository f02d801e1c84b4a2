"""How a failure reaches the person at the terminal: one sentence, and an exit status for scripts."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NoReturn

import typer

from oracle.errors import (
    CallReverted,
    JobMalformed,
    NodeNotStarted,
    NodeUnreachable,
    NotMined,
    OracleError,
    SignerUnreachable,
)
from oracle.usecases.refusals import plainly
from settlement.domain.errors import CaseNotReady, ServiceError
from settlement.domain.findings import Finding
from settlement.domain.parameters import ParameterMissing
from settlement.domain.rulesets import RuleMissing
from settlement.store.backup import BackupFailed
from settlement.store.embedded import EmbeddedServerError
from settlement.store.engine import database_failure

EXIT_REFUSED = 1
EXIT_BAD_INPUT = 2
EXIT_MISSING = 3
_MISSING = (
    ParameterMissing, RuleMissing, NodeUnreachable, NodeNotStarted, NotMined, SignerUnreachable,
    EmbeddedServerError,
)  # fmt: skip


@contextmanager
def explained() -> Iterator[None]:
    """Turn the service's own errors into a sentence and an exit status; bugs keep their traceback.

    2: the input has to change; 3: something is out of reach (database, node, ledger's finality); 1: refused.
    """
    try:
        yield
    except CaseNotReady as error:
        refuse_findings(error.findings)
    except ServiceError as error:
        stop(str(error), EXIT_BAD_INPUT)
    except JobMalformed as error:
        stop(str(error), EXIT_BAD_INPUT)
    except _MISSING as error:
        stop(str(error), EXIT_MISSING)
    except BackupFailed as error:
        stop(str(error), EXIT_REFUSED)
    except CallReverted as error:
        stop(plainly(str(error)), EXIT_REFUSED)
    except OracleError as error:
        stop(str(error), EXIT_REFUSED)
    except Exception as error:
        reason = database_failure(error)
        if reason is None:
            raise
        stop(f"{reason}: what was not committed never happened; run the command again", EXIT_MISSING)


def refuse_findings(findings: Sequence[Finding]) -> NoReturn:
    """Every finding on its own line of standard error, exit 2."""
    for finding in findings:
        typer.echo(str(finding), err=True)
    raise typer.Exit(EXIT_BAD_INPUT)


def stop(sentence: str, status: int) -> NoReturn:
    """One sentence on standard error, then the exit status."""
    typer.echo(f"condivisa: {sentence}", err=True)
    raise typer.Exit(status)
