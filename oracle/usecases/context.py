"""What the publisher works with, and what one message's work consists of."""

import contextlib
import time
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

from oracle.ports import Call, Chain, Ledger, Outcome, Progress, Vault
from oracle.records import StoredTransaction
from oracle.work import Work
from settlement.domain.disclosure import PERSONS_MIN


class TokenChoice(StrEnum):
    """What a new vault counts in: a bookkeeping euro, the demo's worthless token, or a plain ERC-20."""

    BOOKKEEPING = "bookkeeping"
    TEST_EURO = "test-euro"
    ERC20 = "erc20"


@dataclass(frozen=True, slots=True)
class VaultPolicy:
    """Terms of the contracts that are deployed from now on; delays in seconds.

    `token_address` (20 bytes) is needed for ERC20 only. Without `guardian` (20 bytes) the operator guards.
    """

    token: TokenChoice = TokenChoice.BOOKKEEPING
    token_address: bytes | None = None
    finality_delay_s: int = 0
    root_delay_s: int = 0
    governance_delay_s: int = 0
    guardian: bytes | None = None
    smallest_group: int = PERSONS_MIN


@dataclass(frozen=True, slots=True)
class Pace:
    """How long to wait for blocks and for a node that is away, in seconds.

    `patience_s` is for a node that is away and for a transaction that no block takes; `final_s` for a block
    that does not count yet, which takes a quarter of an hour where blocks are finalised.
    """

    poll_s: float = 0.02
    poll_most_s: float = 2.0
    resend_after_s: float = 5.0
    away_s: float = 0.2
    patience_s: float = 60.0
    final_s: float = 1800.0
    sleep: Callable[[float], None] = time.sleep
    monotonic: Callable[[], float] = time.monotonic


def quiet(stage: str, done: int, total: int, sentence: str) -> None:
    """A display that shows nothing."""


def no_checkpoint(name: str) -> None:
    """Called at every point at which a crash leaves another state behind; tests put crashes here."""


def nothing_after(community_id: UUID) -> None:
    """Called at the end of a run for each community of which a distribution was settled in it."""


@dataclass(frozen=True, slots=True)
class Context:
    """The database, the chain and the manner of working."""

    unit: Callable[[], AbstractContextManager[Work]]
    chain: Chain
    ledger: Ledger
    vault: Vault
    policy: VaultPolicy = field(default_factory=VaultPolicy)
    pace: Pace = field(default_factory=Pace)
    progress: Progress = quiet
    checkpoint: Callable[[str], None] = no_checkpoint
    exclusive: Callable[[], AbstractContextManager[None]] = contextlib.nullcontext
    retry_reverted: bool = False
    after_settling: Callable[[UUID], None] = nothing_after


Record: TypeAlias = Callable[[Work, StoredTransaction, Outcome], None]
Finish: TypeAlias = Callable[[Work], None]


@dataclass(frozen=True, slots=True)
class Step:
    """One transaction of a message.

    `build` runs once, in the database transaction that allots the nonce and stores the signed bytes; `record`
    runs in the one that stores the outcome.
    """

    name: str
    build: Callable[[Work], Call]
    record: Record | None = None


def ready(call: Call) -> Callable[[Work], Call]:
    """A `build` that has nothing to look up."""
    return lambda _work: call


Steps: TypeAlias = Generator[Step, Outcome, Finish]
"""The steps of a message in order; each is sent its outcome, the end returns what to write when all is done.

Run from the beginning after every crash: a step whose transaction is stored is not built again.
"""
