"""Fees, gas, finality and refusals of the operator's account.

sign
├── given free gas it should pay nothing
├── given a base fee it should cap at twice the base fee and the tip
├── given a chain without base fee it should pay the node's gas price
└── given a call that the contract refuses it should name the error and sign nothing
outbid
├── given a fee that still suffices it should leave it
└── given a base fee above the cap it should sign the same call and nonce with more
outcome
└── given a depth or a tag it should wait for it
"""

from pathlib import Path
from typing import Any

import pytest

from oracle.chain.client import EvmChain, Finality, _decoded
from oracle.chain.contracts import LedgerContract, VaultContract
from oracle.chain.keys import Keys, load_or_create_keys
from oracle.chain.rpc import Rpc
from oracle.errors import CallReverted, NodeRefused
from oracle.ports import Call
from oracle.wiring import OpenChain
from tests.oracle.mining import mine

pytestmark = pytest.mark.node

GWEI = 10**9
ETHER = 10**18


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    """Fresh keys."""
    return load_or_create_keys(tmp_path / "keys.json")


def funded(rpc: Rpc, keys: Keys, finality: Finality | None = None) -> EvmChain:
    """The operator with money on that node."""
    rpc.call("anvil_setBalance", keys.operator.address, hex(ETHER))
    return EvmChain(rpc, keys, 31337, finality)


def base_fee(rpc: Rpc, wei: int) -> None:
    """Mine one block with that base fee."""
    rpc.call("anvil_setNextBlockBaseFeePerGas", hex(wei))
    rpc.call("anvil_mine", "0x1")


class Legacy(Rpc):
    """A node of a chain that has no base fee."""

    def call(self, method: str, *params: object) -> Any:
        answer = super().call(method, *params)
        if method == "eth_getBlockByNumber" and isinstance(answer, dict):
            answer.pop("baseFeePerGas", None)
        return "0x4d2" if method == "eth_gasPrice" else answer


def token(chain: EvmChain) -> Call:
    """Something to send."""
    return VaultContract(chain).token_deployment()


def test_sign__free_gas__pays_nothing_and_is_mined(opened: OpenChain) -> None:
    chain = opened.chain
    fees = _decoded(chain.sign(token(chain), 0).raw)[4]
    assert (fees.cap, fees.tip) == (0, 0)

    outcome = mine(chain, token(chain))
    assert outcome.succeeded
    assert outcome.contract is not None
    assert chain.has_code(outcome.contract)


def test_sign__base_fee__cap_is_twice_it_and_the_tip(paid_rpc: Rpc, keys: Keys) -> None:
    chain = funded(paid_rpc, keys)
    base_fee(paid_rpc, 3 * GWEI)
    price = paid_rpc.integer(paid_rpc.call("eth_gasPrice"))
    base = paid_rpc.integer(paid_rpc.call("eth_getBlockByNumber", "latest", False)["baseFeePerGas"])

    fees = _decoded(chain.sign(token(chain), 0).raw)[4]

    assert base == 3 * GWEI
    assert (fees.cap, fees.tip) == (2 * base + price - base, price - base)


def test_sign__no_base_fee__pays_the_nodes_gas_price(paid_rpc: Rpc, keys: Keys) -> None:
    chain = funded(Legacy(paid_rpc.url), keys)
    nonce, to, data, gas, fees = _decoded(chain.sign(token(chain), 7).raw)
    assert (nonce, to, fees.cap, fees.tip) == (7, None, 0x4D2, None)
    assert data == token(chain).data
    assert gas > 500_000


def test_sign__contract_refuses__names_its_error(opened: OpenChain) -> None:
    chain = opened.chain
    ledger = mine(chain, LedgerContract(chain).deployment(0)).contract
    assert ledger is not None
    call = LedgerContract(chain).register_configuration(ledger, b"\x01" * 32, "AC001E00001")
    with pytest.raises(CallReverted, match=r"CommunityRegistry_NotAdministrator\(community=0x0101"):
        chain.sign(call, 1)


def test_outbid__fee_suffices__leaves_it(paid_rpc: Rpc, keys: Keys) -> None:
    chain = funded(paid_rpc, keys)
    assert chain.outbid(chain.sign(token(chain), 0).raw) is None


def test_outbid__base_fee_above_the_cap__same_call_and_nonce_with_more(paid_rpc: Rpc, keys: Keys) -> None:
    chain = funded(paid_rpc, keys)
    cheap = chain.sign(token(chain), 0)
    base_fee(paid_rpc, 40 * GWEI)
    better = chain.outbid(cheap.raw)

    assert better is not None
    before, after = _decoded(cheap.raw), _decoded(better.raw)
    assert before[:4] == after[:4]
    assert after[4].cap >= 80 * GWEI > before[4].cap
    chain.send(better)
    paid_rpc.call("anvil_mine", "0x1")
    outcome = chain.outcome(better.hash)
    assert outcome is not None
    assert outcome.succeeded


def test_outbid__legacy_price_above_ours__pays_more(paid_rpc: Rpc, keys: Keys) -> None:
    cheap = Legacy(paid_rpc.url)
    chain = funded(cheap, keys)
    raw = chain.sign(token(chain), 0).raw

    class Dear(Legacy):
        def call(self, method: str, *params: object) -> Any:
            return "0x9c4" if method == "eth_gasPrice" else super().call(method, *params)

    better = EvmChain(Dear(paid_rpc.url), keys, 31337).outbid(raw)
    assert better is not None
    assert _decoded(better.raw)[4].cap == 2500


def test_send__twice__is_no_error(paid_rpc: Rpc, keys: Keys) -> None:
    chain = funded(paid_rpc, keys)
    signed = chain.sign(token(chain), 0)
    chain.send(signed)
    chain.send(signed)
    paid_rpc.call("anvil_mine", "0x1")
    chain.send(signed)
    assert chain.transaction_count() == 1


def test_send__no_money__the_node_refuses(paid_rpc: Rpc, keys: Keys) -> None:
    chain = funded(paid_rpc, keys)
    signed = chain.sign(token(chain), 0)
    paid_rpc.call("anvil_setBalance", keys.operator.address, "0x0")
    with pytest.raises(NodeRefused, match="funds"):
        chain.send(signed)


def test_outcome__depth__waits_for_blocks_on_top(paid_rpc: Rpc, keys: Keys) -> None:
    chain = funded(paid_rpc, keys, Finality(depth=2))
    signed = chain.sign(token(chain), 0)
    chain.send(signed)
    assert chain.outcome(signed.hash) is None
    paid_rpc.call("anvil_mine", "0x2")
    assert chain.outcome(signed.hash) is None
    paid_rpc.call("anvil_mine", "0x1")
    assert chain.outcome(signed.hash) is not None


def test_outcome__finalized_tag__waits_for_the_tag(paid_rpc: Rpc, keys: Keys) -> None:
    chain = funded(paid_rpc, keys, Finality(tag="finalized"))
    signed = chain.sign(token(chain), 0)
    chain.send(signed)
    paid_rpc.call("anvil_mine", "0x1")
    assert chain.outcome(signed.hash) is None
    # The node's epochs have 32 slots; a block is finalized after two of them.
    paid_rpc.call("anvil_mine", hex(64))
    assert chain.outcome(signed.hash) is not None


def test_view__no_contract__says_so(opened: OpenChain) -> None:
    with pytest.raises(CallReverted, match="there is no such contract at 0x1111"):
        LedgerContract(opened.chain).vault_of(b"\x11" * 20, bytes(32))
