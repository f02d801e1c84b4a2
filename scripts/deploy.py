"""`ape run deploy`: ledger, a community's timelock, registration and vault, from the committed artifacts.

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
from ape.api import AccountAPI, ProviderAPI, ReceiptAPI
from ape.cli import ConnectedProviderCommand
from ape.contracts import ContractContainer
from ape_accounts.accounts import ApeSigner
from ethpm_types import ContractType
from web3.exceptions import ContractLogicError

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # Ape runs scripts by path, from an environment of its own

from oracle.attest.identifiers import area, community_id, community_salt, configuration_id
from oracle.chain.artifacts import artifact, error_sentence
from oracle.chain.code import code_difference
from oracle.chain.keys import load_keys
from oracle.chain.remote_signer import RemoteAccount
from oracle.errors import CallReverted, KeysUnusable
from tools.deployment.record import Mined, Record, RecordRefused
from tools.deployment.terms import (
    LEDGER,
    TIMELOCK,
    VAULT,
    Deployer,
    Terms,
    TermsUnusable,
    arguments_of,
    load_terms,
)

TOKEN = "TestEuro"
CONTRACTS = (TOKEN, LEDGER, TIMELOCK, VAULT)
ROLE_KEYS = (
    "guardian",
    "reporters",
    "threshold",
    "smallest_group",
    "producers_bps",
    "social_bps",
    "grid_bps",
)
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
    artifacts = {name: json.loads((folder / f"{name}.json").read_text()) for name in CONTRACTS}
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
        self._differences: dict[str, str] = {}
        abis = {name: artifact["abi"] for name, artifact in artifacts.items()}
        self._given = {section: arguments_of(terms, section, abis) for section in terms.tables}

    def check(self) -> None:
        """Everything that can be refused before a transaction: chain, record."""
        found = self._provider.chain_id
        if found != self._terms.chain_id:
            raise RecordRefused(
                f"the node serves chain {found}, {self._terms.path} is for chain {self._terms.chain_id}; "
                "nothing was sent"
            )
        community, vault = self._given.get("community"), self._given.get("vault")
        contracts = [LEDGER] if "ledger" in self._given else []
        contracts += [TOKEN] if self._terms.wants_test_euro() else []
        contracts += [TIMELOCK] if community else []
        contracts += [VAULT] if vault else []
        steps = ["registerCommunity"] if community else []
        steps += ["setVault"] if vault else []
        steps += [_configuration_step(code) for code in (community or {}).get("areas", [])]
        self._record.require_open(contracts, steps)

    def run(self, sender: AccountAPI) -> dict[str, str]:
        """Do what the record does not hold. Returns how code differs from its artifact, where it does."""
        ledger = self._contract(LEDGER, self._given["ledger"], sender) if "ledger" in self._given else None
        if "community" in self._given:
            self._community(ledger or self._given["community"]["ledger"], sender)
        click.echo(f"recorded in {self._record.path}")
        return self._differences

    def _community(self, ledger: str, sender: AccountAPI) -> None:
        """Timelock, registration, vault and configurations; the sender is the administrator."""
        given = self._given["community"]
        salt = community_salt(given["name"])
        community = community_id(bytes.fromhex(sender.address[2:]), salt)
        named = _hex(community)
        self._record.note_community(
            {
                "name": given["name"],
                "id": named,
                "salt": _hex(salt),
                "administrator": sender.address,
                "ledger": ledger,
                "configurations": {code: _hex(configuration_id(community, code)) for code in given["areas"]},
            }
        )
        delay = given["governance_delay"]
        arguments = {"registry": ledger, "community": named, "delay": delay}
        timelock = self._contract(TIMELOCK, arguments, sender)
        terms = {"governor": timelock} | {key: given[key] for key in ROLE_KEYS}
        known = int(self._view(ledger, "administratorOf", community), 16) != 0
        self._register("registerCommunity", ledger, (salt, _roles(terms)), terms, sender, known=known)
        if "vault" in self._given:
            self._vault(ledger, community, sender)
        for code in given["areas"]:
            known = any(self._view(ledger, "communityOf", configuration_id(community, code)))
            step = _configuration_step(code)
            self._register(step, ledger, (community, area(code)), {"area": code}, sender, known=known)

    def _vault(self, ledger: str, community: bytes, sender: AccountAPI) -> None:
        """The community's vault, bound at the ledger."""
        supplied = {"ledger": ledger, "community": _hex(community)}
        if self._terms.wants_test_euro():
            supplied["token"] = self._contract(TOKEN, {}, sender)
        given = supplied | self._given["vault"]
        arguments = {key: given[key] for key in ("ledger", "community", "treasurer", "token", "root_delay")}
        vault = self._contract(VAULT, arguments, sender)
        bound = self._view(ledger, "vaultOf", community)
        if int(bound, 16) not in (0, int(vault, 16)):
            raise RecordRefused(
                f"the community is bound to the vault {bound}: a successor takes a resolution"
            )
        known = int(bound, 16) != 0
        self._register("setVault", ledger, (community, vault), {"vault": vault}, sender, known=known)

    def _contract(self, name: str, arguments: dict[str, Any], sender: AccountAPI) -> str:
        """Address of a contract, which is deployed unless it is on record."""
        address = self._record.address_of(name, arguments)
        if address is None:
            address = self._deploy(name, arguments, sender)
        else:
            click.echo(f"{name}: already at {address}")
        difference = code_difference(bytes(self._provider.get_code(address)), self._artifacts[name])
        self._record.note_code(name, difference)
        if difference is not None:
            self._differences[name] = difference
        return address

    def _deploy(self, name: str, arguments: dict[str, Any], sender: AccountAPI) -> str:
        compiled = self._artifacts[name]
        container = ContractContainer(
            ContractType(
                contractName=name, abi=compiled["abi"], deploymentBytecode={"bytecode": compiled["bytecode"]}
            )
        )
        values = tuple(arguments.values())
        given = (values,) if name == VAULT else values
        transaction = container(*given, sender=sender, required_confirmations=0, **self._fees())
        call = {"from": sender.address, "data": bytes(transaction.data)}
        transaction.gas_limit = self._gas(f"the deployment of {name}", call)
        encoded = bytes(transaction.data)[len(compiled["bytecode"]) // 2 - 1 :]
        receipt = sender.call(transaction)
        mined = _mined(receipt, receipt.contract_address, sender)
        self._record.add(name, mined, arguments, encoded, compiled)
        click.echo(f"{name}: {mined.address}, block {mined.block_number}, {mined.gas_used} gas")
        return mined.address

    def _register(
        self,
        step: str,
        ledger: str,
        values: tuple[Any, ...],
        arguments: dict[str, Any],
        sender: AccountAPI,
        *,
        known: bool,
    ) -> None:
        """One registration at the ledger, unless the chain has it (`known`)."""
        if known:
            click.echo(f"{step}: already registered")
            self._record.note_registration(step, None, arguments)
            return
        function = step.split()[0]
        contract = ContractContainer(ContractType(contractName=LEDGER, abi=self._artifacts[LEDGER]["abi"]))
        data = artifact(LEDGER).call(function, *values)
        gas = self._gas(step, {"from": sender.address, "to": ledger, "data": data})
        method = getattr(contract.at(ledger, fetch_from_explorer=False), function)
        receipt = method(*values, sender=sender, gas_limit=gas, required_confirmations=0, **self._fees())
        self._record.note_registration(step, _mined(receipt, ledger, sender), arguments)
        click.echo(f"{step}: block {receipt.block_number}, {receipt.gas_used} gas")

    def _view(self, ledger: str, function: str, *arguments: object) -> Any:
        """The one answer of a view of the ledger. Raises CallReverted when there is no ledger."""
        data = artifact(LEDGER).call(function, *arguments)
        octets = bytes(self._provider.web3.eth.call({"to": ledger, "data": data}))
        if not octets:
            raise CallReverted(function, f"there is no ledger at {ledger}")
        (answer,) = artifact(LEDGER).answer(function, octets)
        return answer

    def _gas(self, what: str, call: dict[str, Any]) -> int:
        """What the node estimates and a quarter more. Raises CallReverted with the contract's reason."""
        try:
            gas = self._provider.web3.eth.estimate_gas(call)
        except ContractLogicError as error:
            octets = bytes.fromhex(str(error.data or "0x")[2:])
            raise CallReverted(what, error_sentence(octets) or str(error)) from error
        return min(int(gas) + int(gas) // 4, TRANSACTION_GAS_MAX)

    def _fees(self) -> dict[str, int]:
        """Fees of the moment, as the service pays them; where gas is free they come out as zero."""
        web3 = self._provider.web3
        price, base = int(web3.eth.gas_price), web3.eth.get_block("latest").get("baseFeePerGas")
        if base is None:
            return {"type": 0, "gas_price": price}
        tip = max(price - base, 0)
        return {"type": 2, "max_fee": 2 * base + tip, "max_priority_fee": tip}


def _configuration_step(code: str) -> str:
    return f"registerConfiguration {code}"


def _roles(terms: dict[str, Any]) -> tuple[Any, ...]:
    """Terms of a registration as the ledger takes them."""
    shares = tuple(terms[key] for key in ("producers_bps", "social_bps", "grid_bps"))
    names = ("governor", "guardian", "reporters", "threshold", "smallest_group")
    return (*(terms[key] for key in names), shares)


def _mined(receipt: ReceiptAPI, address: str, sender: AccountAPI) -> Mined:
    return Mined(
        address=address,
        deployer=sender.address,
        transaction=receipt.txn_hash,
        block_number=receipt.block_number,
        block_hash="0x" + bytes(receipt.block.hash).hex(),
        gas_used=receipt.gas_used,
    )


def _hex(octets: bytes) -> str:
    return "0x" + octets.hex()


def sender_of(deployer: Deployer) -> AccountAPI:
    """The account that sends: one that Ape manages, or the operator of a keys file. Raises KeysUnusable."""
    if deployer.keys is not None:
        operator = load_keys(deployer.keys).operator
        if isinstance(operator, RemoteAccount):
            raise KeysUnusable(f"{deployer.keys}: a remote signer's key cannot deploy with Ape")
        return ApeSigner(private_key="0x" + bytes(operator.key).hex())
    if deployer.account not in accounts.aliases:
        known = ", ".join(accounts.aliases) or "none; `ape accounts import` adds one"
        raise KeysUnusable(f'Ape has no account "{deployer.account}"; it has {known}')
    return accounts.load(deployer.account)


def stop(sentence: str, status: int) -> None:
    """One sentence on standard error, then the exit status."""
    click.echo(f"deploy: {sentence}", err=True)
    raise SystemExit(status)
