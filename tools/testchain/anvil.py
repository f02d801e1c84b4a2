"""A local node for tests and measurements: the pinned anvil on a free port, with the main net's rules."""

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from web3 import HTTPProvider
from web3.types import RPCEndpoint

from tools.compile_contracts import CONTRACTS

ANVIL = CONTRACTS / "node_modules" / "@foundry-rs" / "anvil-linux-amd64" / "bin" / "anvil"
HARDFORK = "osaka"
CHAIN_ID = 31_337
GENESIS = 1_767_225_600  # 2026-01-01T00:00:00Z
START_SECONDS_MAX = 20


@contextmanager
def running_anvil() -> Iterator[str]:
    """URL of a fresh node, which ends with the context. Raises RuntimeError when it does not answer."""
    port = _free_port()
    command = [
        str(ANVIL),
        *("--port", str(port), "--hardfork", HARDFORK, "--chain-id", str(CHAIN_ID)),
        *("--timestamp", str(GENESIS), "--silent", "--enable-tx-gas-limit"),
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_for(url, process)
        yield url
    finally:
        process.terminate()
        process.wait()


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    provider = HTTPProvider(url)
    deadline = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < deadline and process.poll() is None:
        try:
            provider.make_request(RPCEndpoint("eth_chainId"), [])
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"anvil does not answer at {url}")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def is_installed(path: Path = ANVIL) -> bool:
    """Whether the node's package is installed."""
    return path.is_file()
