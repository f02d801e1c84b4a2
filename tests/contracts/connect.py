"""One test body, two environments: eth-tester under pytest, Ape's provider and compiler under ape."""

from importlib.util import find_spec
from typing import Any

from tools.testchain.client import Artifact, Chain
from tools.testchain.transports import EthTesterTransport


def under_ape() -> bool:
    """Whether this is Ape's environment, which has another web3 and no Hypothesis."""
    return find_spec("ape") is not None


def connect() -> Chain:
    """A fresh in-process chain with our contracts and mocks."""
    return ape_chain() if under_ape() else eth_tester_chain()


def eth_tester_chain() -> Chain:
    """eth-tester, and contracts compiled by tools.compile_contracts."""
    from eth_tester import EthereumTester, PyEVMBackend

    from tools.testchain.artifacts import compiled

    return Chain(EthTesterTransport(EthereumTester(PyEVMBackend())), compiled())


def ape_chain() -> Chain:
    """Ape's provider, to which `ape test` has connected, and contracts as Ape compiled them."""
    import ape  # type: ignore[import-not-found,unused-ignore]

    artifacts = {name: ape_artifact(contract) for name, contract in ape.project.load_contracts().items()}
    return Chain(EthTesterTransport(ape.chain.provider.tester.ethereum_tester), artifacts)


def ape_artifact(contract: Any) -> Artifact:
    """An Ape contract as an artifact; interfaces and libraries come out without code."""
    contract_type = contract.contract_type
    abi = [entry.model_dump(mode="json", by_alias=True, exclude_none=True) for entry in contract_type.abi]
    bytecode = contract_type.deployment_bytecode
    code = bytecode.bytecode if bytecode and bytecode.bytecode else "0x"
    return Artifact(contract_type.name, abi, bytes.fromhex(code.removeprefix("0x")))
