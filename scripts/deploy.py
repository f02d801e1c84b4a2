"""`ape run deploy`: ledger, vault and, on request, the test euro, from the committed artifacts.

    make deploy RPC=http://127.0.0.1:8545 CONFIG=deployments/example.toml

Nothing is compiled here: the bytes that are reviewed and committed are the bytes that are sent, and what
stands on the chain afterwards is compared with them. All arguments are checked before the first transaction.
Exit status: 0 deployed; 1 refused, or the code differs; 2 the file of arguments cannot be used.
"""

import json
import sys
from pathlib import Path
from typing import Any

import click
from ape import accounts
from ape.api import AccountAPI, ProviderAPI
from ape.cli import ConnectedProviderCommand
from ape.contracts import ContractContainer
from ape_accounts.accounts import ApeSigner
from ethpm_types import ContractType
from web3.exceptions import ContractLogicError

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # Ape runs scripts by path, from an environment of its own

from oracle.chain.artifacts import error_sentence
from oracle.chain.code import code_difference
from oracle.chain.keys import load_keys
from oracle.errors import CallReverted, KeysUnusable
from tools.deployment.record import Mined, Record, RecordRefused
from tools.deployment.terms import (
    SECTIONS,
    ZERO_ADDRESS,
    Deployer,
    Terms,
    TermsUnusable,
    constructor_arguments,
    load_terms,
    takes_struct,
)

TOKEN = "TestEuro"
TRANSACTION_GAS_MAX = 16_777_216  # EIP-7825
EXIT_BAD_INPUT = 2

Artifacts = dict[str, dict[str, Any]]


@click.command(cls=ConnectedProviderCommand)
@click.option("--config", type=click.Path(path_type=Path), required=True, help="The file of arguments, TOML.")
@click.option("--artifacts", "folder", type=click.Path(path_type=Path), default=ROOT / "contracts/artifacts",
              help="Folder of the artifacts; default: the committed ones.")  # fmt: skip
@click.option("--records", type=click.Path(path_type=Path), default=ROOT / "deployments",
              help="Folder of the records; default: deployments.")  # fmt: skip
def cli(provider: ProviderAPI, config: Path, folder: Path, records: Path) -> None:
    """Deploy what the file of arguments asks for, once, and compare the code on the chain."""
    artifacts = {
        name: json.loads((folder / f"{name}.json").read_text()) for name in (*SECTIONS.values(), TOKEN)
    }
    try:
        terms = load_terms(config, {name: artifact["abi"] for name, artifact in artifacts.items()})
        deployment = Deployment(provider, terms, artifacts, records)
        deployment.check()
        differences = deployment.run(sender_of(terms.deployer))
    except TermsUnusable as error:
        stop(str(error), EXIT_BAD_INPUT)
    except (RecordRefused, KeysUnusable, CallReverted) as error:
        stop(str(error), 1)
    for name, difference in differences.items():
        click.echo(f"{name}: not the committed artifact: {difference}", err=True)
    if differences:
        raise SystemExit(1)


class Deployment:
    """A chain, what is wanted on it, and the record of what is there."""

    def __init__(self, provider: ProviderAPI, terms: Terms, artifacts: Artifacts, records: Path) -> None:
        self._provider = provider
        self._terms = terms
        self._artifacts = artifacts
        self._record = Record(records, terms.chain_id, terms.name)
        self._sections = [section for section in SECTIONS if section in terms.tables]

    def check(self) -> None:
        """Everything that can be refused before a transaction: chain, record, arguments."""
        found = self._provider.chain_id
        if found != self._terms.chain_id:
            raise RecordRefused(
                f"the node serves chain {found}, {self._terms.path} is for chain {self._terms.chain_id}; "
                "nothing was sent"
            )
        token = [TOKEN] if self._terms.wants_test_euro() else []
        self._record.require_open([*token, *(SECTIONS[section] for section in self._sections)])
        for section in self._sections:
            self._arguments(section, {"ledger": ZERO_ADDRESS, "token": ZERO_ADDRESS})

    def run(self, sender: AccountAPI) -> dict[str, str]:
        """Deploy what the record does not hold. Returns how code differs from its artifact, where it does."""
        supplied: dict[str, str] = {}
        differences: dict[str, str] = {}
        if self._terms.wants_test_euro():
            supplied["token"] = self._contract(TOKEN, {}, sender, differences)
        for section in self._sections:
            arguments = self._arguments(section, supplied)
            supplied[section] = self._contract(SECTIONS[section], arguments, sender, differences)
        click.echo(f"recorded in {self._record.path}")
        return differences

    def _arguments(self, section: str, supplied: dict[str, str]) -> dict[str, Any]:
        given = {key: value for key, value in supplied.items() if self._brings(key)}
        return constructor_arguments(self._terms, section, self._artifacts[SECTIONS[section]]["abi"], given)

    def _brings(self, key: str) -> bool:
        """Whether this deployment itself brings the address of that key."""
        return self._terms.wants_test_euro() if key == "token" else key in self._sections

    def _contract(
        self, name: str, arguments: dict[str, Any], sender: AccountAPI, differences: dict[str, str]
    ) -> str:
        """Address of a contract, which is deployed unless it is on record."""
        address = self._record.address_of(name, arguments)
        if address is None:
            address = self._deploy(name, arguments, sender)
        else:
            click.echo(f"{name}: already at {address}")
        difference = code_difference(bytes(self._provider.get_code(address)), self._artifacts[name])
        self._record.note_code(name, difference)
        if difference is not None:
            differences[name] = difference
        return address

    def _deploy(self, name: str, arguments: dict[str, Any], sender: AccountAPI) -> str:
        artifact = self._artifacts[name]
        container = ContractContainer(
            ContractType(
                contractName=name, abi=artifact["abi"], deploymentBytecode={"bytecode": artifact["bytecode"]}
            )
        )
        values = tuple(arguments.values())
        given = (values,) if takes_struct(artifact["abi"]) else values
        transaction = container(*given, sender=sender, required_confirmations=0, **self._fees())
        transaction.gas_limit = self._gas(name, bytes(transaction.data), sender)
        encoded = bytes(transaction.data)[len(artifact["bytecode"]) // 2 - 1 :]
        receipt = sender.call(transaction)
        mined = Mined(
            address=receipt.contract_address,
            deployer=sender.address,
            transaction=receipt.txn_hash,
            block_number=receipt.block_number,
            block_hash="0x" + bytes(receipt.block.hash).hex(),
            gas_used=receipt.gas_used,
        )
        self._record.add(name, mined, arguments, encoded, artifact)
        click.echo(f"{name}: {mined.address}, block {mined.block_number}, {mined.gas_used} gas")
        return mined.address

    def _gas(self, name: str, creation: bytes, sender: AccountAPI) -> int:
        """What the node estimates and a quarter more. Raises CallReverted with the constructor's reason."""
        try:
            gas = self._provider.web3.eth.estimate_gas({"from": sender.address, "data": creation})
        except ContractLogicError as error:
            octets = bytes.fromhex(str(error.data or "0x")[2:])
            raise CallReverted(f"the deployment of {name}", error_sentence(octets) or str(error)) from error
        return min(int(gas) + int(gas) // 4, TRANSACTION_GAS_MAX)

    def _fees(self) -> dict[str, int]:
        """Fees of the moment, as the service pays them; where gas is free they come out as zero."""
        web3 = self._provider.web3
        price, base = int(web3.eth.gas_price), web3.eth.get_block("latest").get("baseFeePerGas")
        if base is None:
            return {"type": 0, "gas_price": price}
        tip = max(price - base, 0)
        return {"type": 2, "max_fee": 2 * base + tip, "max_priority_fee": tip}


def sender_of(deployer: Deployer) -> AccountAPI:
    """The account that sends: one that Ape manages, or the operator of a keys file. Raises KeysUnusable."""
    if deployer.keys is not None:
        return ApeSigner(private_key="0x" + bytes(load_keys(deployer.keys).operator.key).hex())
    if deployer.account not in accounts.aliases:
        known = ", ".join(accounts.aliases) or "none; `ape accounts import` adds one"
        raise KeysUnusable(f'Ape has no account "{deployer.account}"; it has {known}')
    return accounts.load(deployer.account)


def stop(sentence: str, status: int) -> None:
    """One sentence on standard error, then the exit status."""
    click.echo(f"deploy: {sentence}", err=True)
    raise SystemExit(status)
