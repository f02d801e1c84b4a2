"""The local node: state over restarts, attachment, what cannot be loaded is set aside.

start_node
├── given nothing runs
│   ├── it should start, listen on 127.0.0.1 only, and hold no account
│   ├── it should find the blocks of the last run again after kill -9
│   └── when the state file is torn, empty or of another shape
│       └── it should set it aside and begin a new chain
├── given a node of the same folder runs
│   └── it should attach, and leave it running when it stops
└── given another program has the recorded port
    └── it should take another port
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from oracle.chain.node import LocalNode, start_node
from oracle.chain.rpc import Rpc
from oracle.errors import NodeNotStarted, NodeUnreachable

pytestmark = pytest.mark.node


def mine(node: LocalNode, blocks: int = 1) -> None:
    """Add empty blocks."""
    Rpc(node.url).call("anvil_mine", hex(blocks))


def wait_for_state(folder: Path, blocks: int) -> None:
    """Wait until the state on disk has that many blocks: the node writes it once a second."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            state = json.loads((folder / "state.json").read_text())
            if state["best_block_number"] >= blocks:
                return
        except (OSError, ValueError, KeyError, TypeError):
            pass
        time.sleep(0.05)
    raise AssertionError("the node did not write its state")


def kill(node: LocalNode) -> None:
    """End the node as a power cut would."""
    assert node.process is not None
    node.process.send_signal(signal.SIGKILL)
    node.process.wait()
    node.process = None


def test_start__nothing_runs__listens_on_the_loopback_and_holds_no_account(
    anvil: Path, tmp_path: Path
) -> None:
    with start_node(tmp_path, anvil) as node:
        assert node.url.startswith("http://127.0.0.1:")
        assert Rpc(node.url).chain_id() == 31337
        assert Rpc(node.url).call("eth_accounts") == []
        assert Rpc(node.url).call("eth_gasPrice") == "0x0"


def test_start__second_start__attaches_and_leaves_the_node_running(anvil: Path, tmp_path: Path) -> None:
    with start_node(tmp_path, anvil) as first:
        mine(first)
        second = start_node(tmp_path, anvil)
        assert (second.url, second.process) == (first.url, None)
        second.stop()
        assert Rpc(first.url).head()[0] == 1


def test_start__after_a_stop__keeps_port_genesis_and_blocks(anvil: Path, tmp_path: Path) -> None:
    with start_node(tmp_path, anvil) as first:
        mine(first, 3)
        before = Rpc(first.url).call("eth_getBlockByNumber", "0x2", False)["hash"]
    with pytest.raises(NodeUnreachable):
        Rpc(first.url).chain_id()
    with start_node(tmp_path, anvil) as second:
        assert second.url == first.url
        assert Rpc(second.url).call("eth_getBlockByNumber", "0x2", False)["hash"] == before


def test_start__after_kill_9__finds_the_blocks_on_disk(anvil: Path, tmp_path: Path) -> None:
    first = start_node(tmp_path, anvil)
    mine(first, 5)
    wait_for_state(tmp_path, 5)
    kill(first)
    with start_node(tmp_path, anvil) as second:
        assert Rpc(second.url).head()[0] == 5
        assert second.notes == []


@pytest.mark.parametrize("damage", ["torn", "empty", "another shape"])
def test_start__state_unreadable__sets_it_aside_and_begins_anew(
    anvil: Path, tmp_path: Path, damage: str
) -> None:
    with start_node(tmp_path, anvil) as first:
        mine(first, 5)
    state = tmp_path / "state.json"
    text = state.read_text()
    spoilt = {"torn": text[: len(text) // 2], "empty": "", "another shape": "{}"}[damage]
    state.write_text(spoilt)

    with start_node(tmp_path, anvil) as second:
        assert Rpc(second.url).head()[0] == 0
        assert "set aside as state.json.unreadable-1" in second.notes[0]
    assert (tmp_path / "state.json.unreadable-1").read_text() == spoilt


def test_start__recorded_port_taken_by_another_program__takes_another(anvil: Path, tmp_path: Path) -> None:
    with start_node(tmp_path, anvil) as first:
        port = int(first.url.rsplit(":", 1)[1])
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port))
        other.listen()
        with start_node(tmp_path, anvil) as second:
            assert second.url != first.url
            assert Rpc(second.url).chain_id() == 31337


def test_start__another_chain_on_the_recorded_port__is_not_attached_to(anvil: Path, tmp_path: Path) -> None:
    with start_node(tmp_path / "one", anvil) as one:
        (tmp_path / "two").mkdir()
        record = json.loads((tmp_path / "one" / "node.json").read_text())
        (tmp_path / "two" / "node.json").write_text(json.dumps(record | {"genesis": "0x" + "00" * 32}))
        with start_node(tmp_path / "two", anvil) as two:
            assert two.url != one.url


def test_start__parent_killed__node_ends_with_it(anvil: Path, tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from oracle.chain.node import start_node; "
        "print(start_node(Path(sys.argv[1])).process.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and _alive(pid):
        time.sleep(0.05)
    assert not _alive(pid)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def test_start__program_missing__names_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(NodeNotStarted, match="make setup"):
        start_node(tmp_path, tmp_path / "absent")


def test_start__program_that_fails__says_its_last_words(tmp_path: Path) -> None:
    program = tmp_path / "anvil"
    program.write_text("#!/bin/sh\necho no such thing; exit 1\n")
    program.chmod(0o755)
    with pytest.raises(NodeNotStarted, match="no such thing"):
        start_node(tmp_path / "state", program)
