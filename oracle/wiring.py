"""Joins the database, the node and the keys to the use cases: what the command line and the demo call.

State of a local chain lies in STATE/chain (keys, node, its state); STATE/trust.toml is what the verifier
believes in.
"""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import UUID

from sqlalchemy import Engine

from oracle.chain.client import EvmChain, Finality
from oracle.chain.contracts import LedgerContract, VaultContract
from oracle.chain.keys import Keys, load_keys, load_or_create_keys
from oracle.chain.keystore import Passphrase, no_passphrase
from oracle.chain.node import LOCAL_CHAIN_ID, start_node
from oracle.chain.rpc import Rpc
from oracle.chain.trust import Trust, trust_text
from oracle.errors import NotDeployed
from oracle.ports import Progress
from oracle.records import ContractKind
from oracle.store.exclusive import exclusive
from oracle.store.unit_of_work import OracleReadOnlyUnitOfWork, OracleUnitOfWork
from oracle.usecases.context import (
    Context,
    Pace,
    TokenChoice,
    VaultPolicy,
    no_checkpoint,
    quiet,
)
from settlement.casefile.atomic import write_atomically


@dataclass(frozen=True, slots=True)
class ChainSettings:
    """Which chain: without `rpc` a local node under `state`, else any node, with an existing keys file.

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
    rpc = Rpc(url, settings.timeout_s)
    chain = EvmChain(rpc, keys, rpc.chain_id() if chain_id is None else chain_id, settings.finality)
    chain.require_chain()
    return OpenChain(url, chain)


def publishing(
    engine: Engine,
    opened: OpenChain,
    *,
    policy: VaultPolicy | None = None,
    pace: Pace | None = None,
    progress: Progress = quiet,
    checkpoint: Callable[[str], None] = no_checkpoint,
    retry_reverted: bool = False,
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
    )


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
