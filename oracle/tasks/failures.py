"""How a run that raised ends its job: tried again, or failed with a sentence and a remedy."""
# ruff: noqa: N818 - named as the fact that it states

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from oracle.errors import (
    AnotherPublisher,
    NodeNotStarted,
    NodeUnreachable,
    NotMined,
    OracleError,
)
from oracle.jobs import Ending, Job, JobState
from settlement.domain.errors import CaseNotReady, ServiceError
from settlement.domain.findings import Finding
from settlement.domain.parameters import ParameterMissing
from settlement.domain.rulesets import RuleMissing
from settlement.store.engine import database_failure

log = logging.getLogger("condivisa.jobs")

ATTEMPTS_MAX = 8
PAUSE_FIRST = timedelta(seconds=5)
PAUSE_MAX = timedelta(minutes=5)
FINDINGS_MAX = 100

# What lies outside and may be there again in a moment.
_PASSING = (NodeUnreachable, NodeNotStarted, NotMined, AnotherPublisher)
_REFUSED = (ServiceError, OracleError, ParameterMissing, RuleMissing)

_REMEDIES: Mapping[str, str] = {
    "ACCOUNTS_DIFFER": "look at `condivisa accounts reconcile`; nothing was changed",
    "CASE_NOT_READY": "import what is missing, then retry the job",
    "FINDINGS_IN_TABLE": "put the table right and order the import again",
    "PARAMETER_MISSING": "give the parameter in the community's rules, then retry the job",
    "READINGS_NOT_ADMITTED": "register the PODs, or leave them out of the table and order the import again",
    "TRANSACTION_REVERTED": "find the cause, then `condivisa publish --retry`",
    "INTERNAL": "the worker's log has the details; retrying is safe",
}
_RETRY = "put right what the sentence names, then retry the job"


class FindingsInTable(ServiceError):
    """A staged table has defects; nothing of it was imported."""

    code = "FINDINGS_IN_TABLE"

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__(
            f"nothing was imported: {len(self.findings)} findings, the first: {self.findings[0]}"
        )


def ending_of(error: Exception, job: Job, now: datetime) -> Ending:
    """How the job ends. What may pass is tried again after a pause that doubles, up to ATTEMPTS_MAX times."""
    if _passes(error):
        if job.attempts < ATTEMPTS_MAX:
            pause = min(PAUSE_FIRST * 2 ** (job.attempts - 1), PAUSE_MAX)
            return Ending(JobState.QUEUED, f"will be tried again: {_said(error)}", None, now + pause)
        sentence = f"{_said(error)}; tried {job.attempts} times"
        return Ending(JobState.FAILED, sentence, _outcome(error))
    if isinstance(error, _REFUSED):
        return Ending(JobState.FAILED, str(error), _outcome(error))
    log.error("bug in job %s (%s)", job.number, job.kind, exc_info=error)
    sentence = f"an error of ours ({type(error).__name__}); it has been logged"
    return Ending(JobState.FAILED, sentence, {"code": "INTERNAL", "remedy": _REMEDIES["INTERNAL"]})


def _passes(error: Exception) -> bool:
    return isinstance(error, _PASSING) or database_failure(error) is not None


def _said(error: Exception) -> str:
    # The database's own text names hosts and statements.
    return database_failure(error) or str(error)


def _outcome(error: Exception) -> dict[str, Any]:
    is_rule = isinstance(error, ParameterMissing | RuleMissing)
    code = "PARAMETER_MISSING" if is_rule else str(getattr(error, "code", "DATABASE_UNAVAILABLE"))
    outcome: dict[str, Any] = {"code": code, "remedy": _REMEDIES.get(code, _RETRY)}
    if isinstance(error, FindingsInTable | CaseNotReady):
        rows = error.findings[:FINDINGS_MAX]
        outcome["findings"] = [
            {"place": row.file, "line": row.line, "sentence": row.sentence} for row in rows
        ]
    return outcome
