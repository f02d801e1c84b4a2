"""Who runs the loops over hours: the compiled program where it pays, numpy elsewhere. The bytes are the same.

A module apart from `bootstrap`, so that `condivisa settle` need not load the database's libraries.
"""

import logging
from functools import cache
from importlib import import_module

from settlement.domain.case import Case
from settlement.domain.engine import settle_or_findings
from settlement.domain.findings import Finding
from settlement.domain.loops import Loops
from settlement.domain.numpy_loops import NumpyLoops
from settlement.domain.readiness import Places
from settlement.domain.settlement import Settlement

WORTH_LOADING_METER_HOURS = 10_000_000
"""Loading the compiler takes about as long as numpy takes for so many meter-hours."""

_log = logging.getLogger(__name__)


def settle_case(case: Case, places: Places | None = None) -> Settlement | list[Finding]:
    """What `settle_or_findings` gives, by the loops that suit the case's size (port `Settle`)."""
    return settle_or_findings(case, places, loops_for(case))


def loops_for(case: Case) -> Loops:
    """Compiled loops for a large case, and for any once they are loaded; numpy for the rest."""
    meter_hours = len(case.series) * case.community.hours
    if meter_hours < WORTH_LOADING_METER_HOURS and not compiled_loops.cache_info().currsize:
        return NumpyLoops()
    return compiled_loops() or NumpyLoops()


@cache
def compiled_loops() -> Loops | None:
    """The compiled loops; None, with a warning, where they cannot be loaded (no numba, nowhere to cache)."""
    try:
        loops: Loops = import_module("settlement.kernel.loops").CompiledLoops()
    except (ImportError, RuntimeError) as error:
        _log.warning("settling with numpy, several times slower: the compiled loops do not load: %s", error)
        return None
    return loops
