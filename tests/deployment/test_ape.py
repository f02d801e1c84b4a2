"""
ape run deploy, on anvil with osaka rules
├── given a chain where gas is free and an operator without ether
│   ├── it should deploy all four contracts, register the community, and record what the chain says
│   └── when it is run again it should refuse and send nothing
├── given a chain where gas costs and an account of Ape's
│   └── it should pay, and deploy a vault for the bookkeeping euro
├── given a node of another chain, or arguments that cannot be used
│   └── it should refuse and send nothing
├── given a deployment that breaks off
│   ├── it should continue where it stopped
│   └── when the chain has a registration that the record lacks it should not repeat it
└── given an artifact that was tampered with
    └── it should report the first byte that differs, and record it
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from oracle.chain.client import EvmChain
from oracle.chain.contracts import LedgerContract, VaultContract
from oracle.chain.keys import Keys, load_or_create_keys
from oracle.chain.node import LocalNode, start_node
from oracle.chain.rpc import Rpc
from tests.deployment.files import (
    AREA_CODE,
    arguments_text,
    community_lines,
    vault_lines,
    write_arguments,
)
from tools.compile_contracts import ARTIFACTS
from tools.run_ape import APE, ROOT
from tools.testchain.anvil import is_installed, running_anvil

pytestmark = [
    pytest.mark.node,
    pytest.mark.skipif(not is_installed(), reason="the node's npm package is not installed"),
    pytest.mark.skipif(not APE.is_file(), reason="Ape's environment is not installed (make ape)"),
]
SECONDS_MAX = 120


@pytest.fixture(scope="module")
def free_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalNode]:
    """A node on which gas is free."""
    with start_node(tmp_path_factory.mktemp("node")) as node:
        yield node


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    """Keys of this test alone, without ether."""
    return load_or_create_keys(tmp_path / "keys.json")


def deploy(url: str, config: Path, *options: str | Path, typed: str = "") -> subprocess.CompletedProcess[str]:
    """Run the deployment as `make deploy` does, with records beside the file of arguments."""
    command = [sys.executable, "-m", "tools.run_ape", "deploy", "--network", url, "--config", str(config)]
    command += ["--records", str(config.parent / "records"), *map(str, options)]
    folder = config.parent / "ape"
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, input=typed, timeout=SECONDS_MAX, check=False,
        env={**os.environ, "APE_DATA_FOLDER": str(folder)},
    )  # fmt: skip


def contracts(config: Path, chain_id: int = 31337) -> dict[str, Any]:
    """Contracts on record."""
    found: dict[str, Any] = json.loads(
        (config.parent / "records" / str(chain_id) / "prova.json").read_text()
    )["contracts"]
    return found


def record(config: Path) -> dict[str, Any]:
    """The whole record."""
    found: dict[str, Any] = json.loads((config.parent / "records/31337/prova.json").read_text())
    return found


def full(keys: Keys, *, token: str = "bookkeeping", **changes: Any) -> str:
    """A file of arguments with all sections and the keys' reporters."""
    reporters = [reporter.address for reporter in keys.reporters]
    lines = community_lines(reporters=reporters, **changes)
    return arguments_text(community=lines, vault=vault_lines(token))


def transactions(url: str, keys: Keys) -> int:
    """Transactions that the operator has sent."""
    return EvmChain(Rpc(url), keys, 31337).transaction_count()


def test_deploy__gas_is_free__deploys_and_records_what_the_chain_says(
    free_node: LocalNode, keys: Keys, tmp_path: Path
) -> None:
    config = write_arguments(tmp_path, full(keys, token="test-euro"))
    done = deploy(free_node.url, config)
    assert done.returncode == 0, done.stdout + done.stderr
    recorded = contracts(config)
    assert list(recorded) == ["EnergyLedger", "CommunityTimelock", "TestEuro", "CommunityVault"]
    rpc = Rpc(free_node.url)
    for entry in recorded.values():
        receipt = rpc.call("eth_getTransactionReceipt", entry["transaction"])
        assert int(receipt["contractAddress"], 16) == int(entry["address"], 16)
        assert (receipt["blockHash"], int(receipt["blockNumber"], 16)) == (
            entry["block_hash"],
            entry["block_number"],
        )
        assert entry["code"] == "equals the committed artifact"
        assert entry["compiler"]["version"] == "0.8.37"
        sent = rpc.call("eth_getTransactionByHash", entry["transaction"])["input"]
        assert sent.endswith(entry["encoded_arguments"][2:])
    vault = bytes.fromhex(recorded["CommunityVault"]["address"][2:])
    token = VaultContract(EvmChain(rpc, keys, 31337)).token_of(vault)
    assert token is not None
    assert int(recorded["TestEuro"]["address"], 16) == int.from_bytes(token, "big")
    require_registered(record(config), EvmChain(rpc, keys, 31337))

    again = deploy(free_node.url, config)
    assert again.returncode == 1
    assert "records this deployment already" in again.stderr
    assert transactions(free_node.url, keys) == 4 + 3


def require_registered(recorded: dict[str, Any], chain: EvmChain) -> None:
    """The ledger has what the record says of the community."""
    community, places = recorded["community"], recorded["contracts"]
    ledger, named = LedgerContract(chain), bytes.fromhex(community["id"][2:])
    address = bytes.fromhex(places["EnergyLedger"]["address"][2:])
    roles = ledger.roles(address, named)
    assert roles.administrator == chain.sender == bytes.fromhex(community["administrator"][2:])
    assert roles.governor == bytes.fromhex(places["CommunityTimelock"]["address"][2:])
    assert ledger.quorum(address, named).reporters == tuple(chain.keys.reporter_addresses)
    assert ledger.vault_of(address, named) == bytes.fromhex(places["CommunityVault"]["address"][2:])
    configuration = bytes.fromhex(community["configurations"][AREA_CODE][2:])
    assert ledger.community_of(address, configuration) == named
    steps = recorded["registrations"]
    assert list(steps) == ["registerCommunity", "setVault", f"registerConfiguration {AREA_CODE}"]
    for step in steps.values():
        assert chain.rpc.call("eth_getTransactionReceipt", step["transaction"])["status"] == "0x1"


def test_deploy__gas_costs__an_account_of_apes_pays(tmp_path: Path) -> None:
    account = Account.create()
    folder = tmp_path / "ape" / "accounts"
    folder.mkdir(parents=True)
    keyfile = Account.encrypt(account.key, "secret", kdf="pbkdf2", iterations=1)
    (folder / "deployer.json").write_text(json.dumps({**keyfile, "address": account.address}))
    text = arguments_text(deployer='account = "deployer"', community=community_lines(), vault=vault_lines())
    config = write_arguments(tmp_path, text)
    with running_anvil() as url:
        rpc = Rpc(url)
        rpc.call("anvil_setBalance", account.address, hex(10**18))
        # Sign? Passphrase. Leave it unlocked? Sign each of the others?
        done = deploy(url, config, typed="y\nsecret\ny\n" + 5 * "y\n")
        assert done.returncode == 0, done.stdout + done.stderr
        assert rpc.integer(rpc.call("eth_getBalance", account.address, "latest")) < 10**18
    recorded = contracts(config)
    assert list(recorded) == ["EnergyLedger", "CommunityTimelock", "CommunityVault"]
    assert {entry["deployer"] for entry in recorded.values()} == {account.address}


def test_deploy__unusable__is_refused_and_nothing_is_sent(
    free_node: LocalNode, keys: Keys, tmp_path: Path
) -> None:
    config = write_arguments(tmp_path, arguments_text(chain_id=1))
    wrong_chain = deploy(free_node.url, config)
    assert wrong_chain.returncode == 1
    assert f"the node serves chain 31337, {config} is for chain 1; nothing was sent" in wrong_chain.stderr

    config = write_arguments(tmp_path, full(keys, social_bps=99_999))
    wrong_share = deploy(free_node.url, config)
    assert wrong_share.returncode == 2
    assert f"{config}: [community] social_bps: must be a whole number" in wrong_share.stderr
    assert transactions(free_node.url, keys) == 0


def test_deploy__breaks_off__continues_with_what_is_missing(
    free_node: LocalNode, keys: Keys, tmp_path: Path
) -> None:
    config = write_arguments(tmp_path, full(keys, social_bps=1_999))
    broken = deploy(free_node.url, config)
    assert broken.returncode == 1
    assert "refuses registerCommunity: CommunityRegistry_SharesNotWhole(sumBps=9999)" in broken.stderr
    ledger = contracts(config)["EnergyLedger"]["address"]

    write_arguments(tmp_path, full(keys))
    done = deploy(free_node.url, config)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"EnergyLedger: already at {ledger}" in done.stdout
    assert contracts(config)["CommunityVault"]["arguments"]["ledger"] == ledger
    assert transactions(free_node.url, keys) == 3 + 3


def test_deploy__record_lacks_a_registration_that_the_chain_has__is_not_repeated(
    free_node: LocalNode, keys: Keys, tmp_path: Path
) -> None:
    config = write_arguments(tmp_path, full(keys))
    assert deploy(free_node.url, config).returncode == 0
    path = tmp_path / "records/31337/prova.json"
    path.write_text(json.dumps(record(config) | {"registrations": {}}))

    again = deploy(free_node.url, config)
    assert again.returncode == 0, again.stdout + again.stderr
    assert {step["transaction"] for step in record(config)["registrations"].values()} == {None}
    assert transactions(free_node.url, keys) == 3 + 3


def test_deploy__artifact_tampered_with__reports_and_records_the_first_difference(
    free_node: LocalNode, keys: Keys, tmp_path: Path
) -> None:
    folder = tmp_path / "artifacts"
    shutil.copytree(ARTIFACTS, folder)
    path = folder / "EnergyLedger.json"
    artifact = json.loads(path.read_text())
    code = bytearray.fromhex(artifact["deployedBytecode"][2:])
    code[100] ^= 0xFF
    path.write_text(json.dumps(artifact | {"deployedBytecode": "0x" + code.hex()}))

    config = write_arguments(tmp_path, arguments_text())
    reported = deploy(free_node.url, config, "--artifacts", folder)
    assert reported.returncode == 1
    assert "EnergyLedger: not the committed artifact: byte 100 of the code is 0x" in reported.stderr
    assert contracts(config)["EnergyLedger"]["code"].startswith("byte 100 of the code is 0x")

    # With the right artifact the same contract is compared again, and nothing is sent.
    compared = deploy(free_node.url, config)
    assert compared.returncode == 0, compared.stdout + compared.stderr
    assert contracts(config)["EnergyLedger"]["code"] == "equals the committed artifact"
    assert transactions(free_node.url, keys) == 1
