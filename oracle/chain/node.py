"""The local EVM node: anvil as a child process, its state on disk, on this machine's loopback only.

Found by experiment with anvil 1.7.1 (hardfork osaka):
- `--state FILE --state-interval 1` keeps blocks, transactions, receipts, logs and the genesis hash over
  restarts; after kill -9 at most the last second is gone, and the publisher sends again what was forgotten.
- A state file that is torn, empty or of another shape makes anvil exit with status 2 before it answers.
- `--init` excludes `--state`, so accounts cannot be funded in a genesis file: gas is free instead (base fee
  0, no minimum tip), which also keeps the keys away from the node (`--accounts 0`: it can sign nothing).
- The base fee stays 0 only while blocks are at most half full: the block limit is over twice the largest
  transaction (EIP-7825: 16,777,216 gas, enforced by `--enable-tx-gas-limit`).
"""

import contextlib
import ctypes
import fcntl
import json
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from oracle.chain.rpc import Rpc
from oracle.errors import NodeNotStarted, NodeUnreachable

LOCAL_CHAIN_ID = 31337
ANVIL = Path(__file__).resolve().parents[2] / "contracts/node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil"
START_SECONDS = 20.0
BLOCK_GAS_LIMIT = 60_000_000
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)


class _Record(NamedTuple):
    """Where a folder's last node listened, its process, and the hash of block 0, which tells chains apart."""

    port: int
    pid: int
    genesis: str


@dataclass(slots=True)
class LocalNode:
    """A running node. `process` is None when another process started it: then `stop` leaves it alone."""

    url: str
    chain_id: int
    process: subprocess.Popen[bytes] | None
    notes: list[str] = field(default_factory=list)

    def stop(self) -> None:
        """End the node if this object started it; anvil writes its state before it exits."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def __enter__(self) -> "LocalNode":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def start_node(folder: Path, anvil: Path = ANVIL, chain_id: int = LOCAL_CHAIN_ID) -> LocalNode:
    """A node whose state lies in `folder`: attached to when it already runs, started otherwise.

    Call it from the main thread: the kernel ends the node together with the thread that started it, so that a
    killed demo leaves no process behind. Raises NodeNotStarted with a remedy.
    """
    if not anvil.is_file():
        raise NodeNotStarted(
            f"the local node's program is not at {anvil}: run `make setup` (Linux on x86-64), or name the "
            "address of an Ethereum node with --rpc"
        )
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _lock(folder):
        running = _running(folder, chain_id)
        if running is not None:
            return running
        return _start(folder, anvil, chain_id)


def _running(folder: Path, chain_id: int) -> LocalNode | None:
    """The node that an earlier or neighbouring process recorded here, if it answers and is the same chain."""
    record = _record(folder)
    if record is None:
        return None
    url = f"http://127.0.0.1:{record.port}"
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(NodeUnreachable):
            if _genesis(Rpc(url, 2.0)) == record.genesis and Rpc(url, 2.0).chain_id() == chain_id:
                return LocalNode(url, chain_id, process=None)
        if not _holds_state(record.pid, folder):
            return None
        # The recorded process lives and does not answer: a second node over its state file would tear it.
        time.sleep(0.2)
    raise NodeNotStarted(
        f"the node of {folder} (process {record.pid}) runs and does not answer: end it first"
    )


def _start(folder: Path, anvil: Path, chain_id: int) -> LocalNode:
    notes: list[str] = []
    for _ in range(3):
        port = _port(folder)
        process = _spawn(folder, anvil, chain_id, port)
        url = f"http://127.0.0.1:{port}"
        if _answers(process, Rpc(url, 2.0), chain_id):
            _write_record(folder, _Record(port, process.pid, _genesis(Rpc(url))))
            return LocalNode(url, chain_id, process, notes)
        notes += _set_aside_unreadable_state(folder)
    raise NodeNotStarted(f"the local node does not start; its last words: {_last_words(folder)}")


def _spawn(folder: Path, anvil: Path, chain_id: int, port: int) -> subprocess.Popen[bytes]:
    command = [str(anvil), "--quiet", "--host", "127.0.0.1", "--port", str(port), "--chain-id", str(chain_id)]
    command += ["--hardfork", "osaka", "--accounts", "0", "--block-base-fee-per-gas", "0"]
    command += ["--disable-min-priority-fee", "--enable-tx-gas-limit", "--gas-limit", str(BLOCK_GAS_LIMIT)]
    command += [
        "--state",
        str(_state(folder)),
        "--state-interval",
        "1",
        "--cache-path",
        str(folder / "cache"),
    ]
    in_main_thread = threading.current_thread() is threading.main_thread()
    with (folder / "anvil.log").open("wb") as log:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_die_with_parent if in_main_thread else None,
        )


def _die_with_parent() -> None:
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _answers(process: subprocess.Popen[bytes], rpc: Rpc, chain_id: int) -> bool:
    """True once the child answers; False when it exits first. Never leaves a silent child behind."""
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(NodeUnreachable):
            if rpc.chain_id() == chain_id and process.poll() is None:
                return True
        time.sleep(0.02)
    if process.poll() is None:
        process.kill()
        process.wait()
    return False


def _set_aside_unreadable_state(folder: Path) -> list[str]:
    """Rename a state file that anvil could not load; the publisher sends everything again."""
    if "--state" not in _last_words(folder) or not _state(folder).exists():
        return []
    number = 1
    while (aside := folder / f"state.json.unreadable-{number}").exists():
        number += 1
    _state(folder).rename(aside)
    return [f"the node's state was unreadable and is set aside as {aside.name}: the chain starts anew"]


def _port(folder: Path) -> int:
    """The port of the last run when it is free, so that trust files keep their address; else any free one."""
    record = _record(folder)
    for wanted in (record.port if record else 0, 0):
        with contextlib.suppress(OSError), socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(("127.0.0.1", wanted))
            port: int = listener.getsockname()[1]
            return port
    raise NodeNotStarted("this machine has no free port on 127.0.0.1")


def _holds_state(pid: int, folder: Path) -> bool:
    """True when the process is an anvil over this folder's state: a recorded pid may be another's by now."""
    try:
        return os.fsencode(_state(folder)) in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False


def _genesis(rpc: Rpc) -> str:
    block = rpc.call("eth_getBlockByNumber", "0x0", False)
    return str(block["hash"]) if isinstance(block, dict) and "hash" in block else ""


def _state(folder: Path) -> Path:
    return folder.resolve() / "state.json"


def _record(folder: Path) -> _Record | None:
    try:
        record = json.loads((folder / "node.json").read_text(encoding="utf-8"))
        return _Record(int(record["port"]), int(record["pid"]), str(record["genesis"]))
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _write_record(folder: Path, record: _Record) -> None:
    temporary = folder / ".node.json"
    temporary.write_text(json.dumps(record._asdict()) + "\n", encoding="utf-8")
    temporary.replace(folder / "node.json")


def _last_words(folder: Path) -> str:
    try:
        return (folder / "anvil.log").read_text(encoding="utf-8", errors="replace").strip()[-500:] or "none"
    except OSError:
        return "none"


@contextlib.contextmanager
def _lock(folder: Path) -> Iterator[None]:
    """One starter at a time; the kernel releases the lock of a process that is killed."""
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
