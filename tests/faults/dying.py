"""Processes that die with -9 around a commit, and the deaths of a whole action one after another."""

import multiprocessing
import os
import signal
from collections.abc import Callable
from typing import Any, NamedTuple

from sqlalchemy import Engine

from oracle.store.unit_of_work import OracleUnitOfWork
from settlement.store.engine import open_engine

FORK = multiprocessing.get_context("fork")
COMMITS_MAX = 30


class Death(NamedTuple):
    """At which commit of its life a process dies, and on which side of it."""

    commit: int
    after: bool


class DyingWork(OracleUnitOfWork):
    """A unit of work whose process ends around one of its commits."""

    death: Death
    commits = 0

    def commit(self) -> None:
        DyingWork.commits += 1
        if DyingWork.commits == self.death.commit and not self.death.after:
            os.kill(os.getpid(), signal.SIGKILL)
        super().commit()
        if DyingWork.commits == self.death.commit and self.death.after:
            os.kill(os.getpid(), signal.SIGKILL)


def dying(death: Death) -> type[DyingWork]:
    """Units of work of a process that dies so."""
    return type("_Dying", (DyingWork,), {"death": death})


def die_at_every_commit(url: str, action: Callable[[Engine, type[DyingWork]], Any]) -> int:
    """Do it in processes that die before and after each of its commits; how many died.

    A process begins where the one before it died, so that its first commits are those that were left.
    """
    deaths = 0
    for after in (False, True):
        for commit in range(1, COMMITS_MAX):
            status = _life(url, action, Death(commit, after))
            assert status in (0, -signal.SIGKILL), status
            if status == 0:
                break
            deaths += 1
    return deaths


def _life(url: str, action: Callable[[Engine, type[DyingWork]], Any], death: Death) -> int:
    def live() -> None:
        DyingWork.commits = 0
        action(open_engine(url, pool_size=2), dying(death))
        os._exit(0)

    process = FORK.Process(target=live)
    process.start()
    process.join(120)
    assert process.exitcode is not None
    return process.exitcode
