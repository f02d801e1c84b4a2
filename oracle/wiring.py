"""Joins the database, the node and the keys to the use cases: what the command line and the demo call.

State of a local chain lies in STATE/chain (keys, node, its state); STATE/trust.toml is what the verifier
believes in.
"""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import Engine

from oracle.chain.client import EvmChain, Finality
from oracle.chain.contracts import LedgerContract, VaultContract
from oracle.chain.endpoints import node_of
from oracle.chain.event_source import NodeEvents
from oracle.chain.inspection import Inspection
from oracle.chain.keys import Keys, load_keys, load_or_create_keys
from oracle.chain.keystore import Passphrase, no_passphrase
from oracle.chain.node import LOCAL_CHAIN_ID, start_node
from oracle.chain.trust import Trust, trust_text
from oracle.errors import NotDeployed, OracleError, Unavailable
from oracle.ports import AccountFacts, NodeFacts, Progress
from oracle.records import ContractKind
from oracle.store.exclusive import exclusive
from oracle.store.unit_of_work import OracleReadOnlyUnitOfWork, OracleUnitOfWork
from oracle.usecases.context import (
    Context,
    Pace,
    TokenChoice,
    VaultPolicy,
    no_checkpoint,
    nothing_after,
    quiet,
)
from oracle.usecases.device_inbox import ROOT, note_refusal, take_message
from oracle.usecases.follow import Followed, Follower, follow
from oracle.usecases.live_watch import watch_community
from oracle.usecases.reconcile import Reconciled, note_divergences, reconcile
from settlement.casefile.atomic import write_atomically
from settlement.domain.errors import ServiceError
from settlement.store.engine import database_failure


@dataclass(frozen=True, slots=True)
class ChainSettings:
    """Which chain: without `rpc` a local node under `state`, else any node, with an existing keys file.

    `rpc` may name several addresses with commas between them: they stand in for each other.

    `chain_id` is compared with the node's; without it the node's is taken. `keys` is a file or a folder; by
    default the folder chain/keys where there is one, else the file chain/keys.json. `passphrase` opens
    encrypted keystores.
    """

    state: Path
    rpc: str | None = None
    keys: Path | None = None
    chain_id: int | None = None
    finality: Finality = field(default_factory=Finality)
    timeout_s: float = 10.0
    passphrase: Passphrase = no_passphrase

    @property
    def key_place(self) -> Path:
        """Where the keys are."""
        folder = self.folder / "keys"
        return self.keys or (folder if folder.is_dir() else self.folder / "keys.json")

    @property
    def folder(self) -> Path:
        """Where the local chain's files lie."""
        return self.state / "chain"

    @property
    def trust_file(self) -> Path:
        """What `condivisa verify` reads beside this state."""
        return self.state / "trust.toml"


@dataclass(frozen=True, slots=True)
class OpenChain:
    """A chain that answers, and the keys to sign for it.

    `local`: it is this machine's own node, which only the demo uses. `notes` say what happened while it was
    opened.
    """

    url: str
    chain: EvmChain
    local: bool = False
    notes: tuple[str, ...] = ()

    @property
    def policy(self) -> VaultPolicy:
        """Terms of new contracts: the demo's worthless token on the local node, bookkeeping anywhere else."""
        return VaultPolicy(TokenChoice.TEST_EURO if self.local else TokenChoice.BOOKKEEPING)


@contextlib.contextmanager
def open_chain(settings: ChainSettings) -> Iterator[OpenChain]:
    """The chain of the settings. A local node that was started here is stopped at the end of the block.

    Raises NodeNotStarted, NodeUnreachable, WrongChain, KeysUnusable.
    """
    if settings.rpc is not None:
        keys = load_keys(settings.key_place, settings.passphrase)
        yield _connected(settings, settings.rpc, keys, settings.chain_id)
        return
    keys = load_or_create_keys(settings.key_place, settings.passphrase)
    chain_id = settings.chain_id or LOCAL_CHAIN_ID
    with start_node(settings.folder, chain_id=chain_id) as node:
        opened = _connected(settings, node.url, keys, chain_id)
        yield replace(opened, local=True, notes=tuple(node.notes))


def _connected(settings: ChainSettings, url: str, keys: Keys, chain_id: int | None) -> OpenChain:
    node = node_of(url, settings.timeout_s, chain_id)
    chain = EvmChain(node, keys, node.chain_id() if chain_id is None else chain_id, settings.finality)
    chain.require_chain()
    return OpenChain(node.url, chain, notes=tuple(node.notes()))


def publishing(
    engine: Engine,
    opened: OpenChain,
    *,
    policy: VaultPolicy | None = None,
    pace: Pace | None = None,
    progress: Progress = quiet,
    checkpoint: Callable[[str], None] = no_checkpoint,
    retry_reverted: bool = False,
    after_settling: Callable[[UUID], None] = nothing_after,
) -> Context:
    """What `publish` works with. One process at a time publishes from a database to an account of a chain."""
    chain = opened.chain
    name = f"publish:{chain.chain_id}:0x{chain.sender.hex()}"

    def attested(digest: bytes) -> Mapping[bytes, bytes]:
        with OracleReadOnlyUnitOfWork(engine) as work:
            return work.attestations.of(digest)

    return Context(
        unit=lambda: OracleUnitOfWork(engine),
        chain=chain,
        ledger=LedgerContract(chain, attested),
        vault=VaultContract(chain, attested),
        policy=policy or opened.policy,
        pace=pace or Pace(),
        progress=progress,
        checkpoint=checkpoint,
        exclusive=lambda: exclusive(engine, name),
        retry_reverted=retry_reverted,
        after_settling=after_settling,
    )


def following(
    engine: Engine,
    opened: OpenChain,
    *,
    given: Mapping[bytes, ContractKind] | None = None,
    first_number: int | None = None,
    progress: Progress = quiet,
) -> Follower:
    """What `follow` and `rebuild` work with."""
    return Follower(
        unit=lambda: OracleUnitOfWork(engine),
        source=NodeEvents(opened.chain.rpc, opened.chain.chain_id),
        given=given or {},
        first_number=first_number,
        progress=progress,
    )


def reconcile_community(
    engine: Engine, opened: OpenChain, community_id: UUID, now: datetime, progress: Progress = quiet
) -> Reconciled:
    """Follow the chain to its newest block, compare everything, and note the differences as alerts.

    Raises NotDeployed, NodeUnreachable.
    """
    with OracleReadOnlyUnitOfWork(engine) as work:
        # The snapshot begins with its first question, before the chain is looked at.
        work.deployments.chains()
        follow(following(engine, opened, progress=progress))
        with OracleReadOnlyUnitOfWork(engine) as later:
            found = reconcile(work, later.chain_index, Inspection(opened.chain), community_id)
    with OracleUnitOfWork(engine) as writing:
        note_divergences(writing, community_id, found, now)
        writing.commit()
    return found


@dataclass(frozen=True, slots=True)
class ChainSide:
    """What jobs do at the chain, which is opened for each of them. All of it raises what `open_chain` does.

    `reading` opens it for who reads events alone: no key is opened for that.
    """

    engine: Engine
    opening: Callable[[], contextlib.AbstractContextManager[OpenChain]]
    reading: Callable[[], contextlib.AbstractContextManager[NodeEvents]]

    @contextlib.contextmanager
    def publishing(self, progress: Progress) -> Iterator[Context]:
        """What one publication works with."""
        with self.opening() as opened:
            yield publishing(self.engine, opened, progress=progress)

    def follow(self, progress: Progress) -> Followed:
        """Bring the index of events to the newest block. Raises NodeUnreachable, NodeRefused."""
        with self.reading() as source:
            return follow(Follower(lambda: OracleUnitOfWork(self.engine), source, progress=progress))

    def reconcile(self, community_id: UUID, now: datetime, progress: Progress) -> Reconciled:
        """Compare everything of a community. Raises NotDeployed, NodeUnreachable."""
        with self.opening() as opened:
            return reconcile_community(self.engine, opened, community_id, now, progress)

    def facts(self) -> tuple[NodeFacts, AccountFacts]:
        """The node, and the operator's account at it. Raises NodeUnreachable."""
        with self.opening() as opened:
            inspection = Inspection(opened.chain)
            return inspection.node(), inspection.account()


def chain_side(engine: Engine, settings: ChainSettings) -> ChainSide:
    """The chain of the settings, opened anew for each job."""
    return ChainSide(engine, lambda: open_chain(settings), lambda: _open_events(settings))


def open_chain_side(engine: Engine, opened: OpenChain) -> ChainSide:
    """A chain that is open already, and stays so."""
    events = NodeEvents(opened.chain.rpc, opened.chain.chain_id)
    return ChainSide(engine, lambda: contextlib.nullcontext(opened), lambda: contextlib.nullcontext(events))


@contextlib.contextmanager
def _open_events(settings: ChainSettings) -> Iterator[NodeEvents]:
    if settings.rpc is None:
        with open_chain(settings) as opened:
            yield NodeEvents(opened.chain.rpc, opened.chain.chain_id)
        return
    node = node_of(settings.rpc, settings.timeout_s, settings.chain_id)
    yield NodeEvents(node, node.chain_id() if settings.chain_id is None else settings.chain_id)


def trust_of(engine: Engine, opened: OpenChain, community_id: UUID) -> Trust:
    """What a verifier on this machine may believe in. Raises NotDeployed."""
    chain_id = opened.chain.chain_id
    with OracleReadOnlyUnitOfWork(engine) as work:
        ledger = work.deployments.find(chain_id, ContractKind.LEDGER)
        vault = work.deployments.find(chain_id, ContractKind.VAULT, community_id)
    if ledger is None or vault is None:
        raise NotDeployed(f"community {community_id} has no contracts on chain {chain_id} yet")
    return Trust(chain_id, opened.url, "0x" + ledger.address.hex(), "0x" + vault.address.hex())


def write_trust(settings: ChainSettings, engine: Engine, opened: OpenChain, community_id: UUID) -> Path:
    """Write STATE/trust.toml for a community; the node's port may have changed since the last time."""
    text = trust_text(trust_of(engine, opened, community_id))
    write_atomically(settings.trust_file, text.encode())
    return settings.trust_file


def device_inbox(
    engine: Engine, clock: Callable[[], datetime], root: str = ROOT
) -> Callable[[str, bytes], str]:
    """What is done with a message of a topic: a transaction of its own, committed when it returns.

    It gives a sentence for the log; a refused message leaves an alert, and so does one that meets a bug of
    ours, which is raised. Raises Unavailable.
    """

    def note(topic: str, reason: str) -> None:
        with OracleUnitOfWork(engine) as work:
            note_refusal(work, topic, reason, clock(), root)
            work.commit()

    def handle(topic: str, payload: bytes) -> str:
        with _answering():
            try:
                with OracleUnitOfWork(engine) as work:
                    sentence = take_message(work, topic, payload, clock(), root)
                    work.commit()
            except (OracleError, ServiceError) as error:
                note(topic, str(error))
                return f"refused on {topic[:200]!r}: {error}"
            except Exception as error:
                if database_failure(error) is None:
                    bug = f"a bug of ours ({type(error).__name__}), which the log has"
                    note(topic, f"{bug}; let the device send it again once it is mended")
                raise
            return sentence

    return handle


def watch_devices(engine: Engine, now: datetime) -> int:
    """Look at all devices once; how many alerts are new. Raises Unavailable."""
    with _answering(), OracleUnitOfWork(engine) as work:
        new = sum(watch_community(work, row.id, now) for row in work.communities.all())
        work.commit()
    return new


@contextlib.contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        reason = database_failure(error)
        if reason is None:
            raise
        raise Unavailable(reason) from error
