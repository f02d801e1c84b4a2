"""
constructor
├── given a finality delay above 90 days
│   └── it should revert
└── otherwise
    └── it should know its delay and its EIP-712 domain, and no community
"""

from oracle.attest.messages import LEDGER_NAME, Domain
from tests.contracts.expect import reverts
from tools.testchain.client import Chain
from tools.testchain.community import ZERO_ADDRESS


def test_constructor__delay_above_90_days__reverts(chain: Chain) -> None:
    most = 90 * 86_400
    with reverts("EnergyLedger_DelayTooLong", most + 1, most):
        chain.deploy("EnergyLedger", most + 1)
    assert chain.deploy("EnergyLedger", most).call("finalityDelay") == most


def test_constructor__new_ledger__knows_no_community(chain: Chain) -> None:
    ledger, community = chain.deploy("EnergyLedger", 0), b"\x01" * 32
    assert ledger.call("reportersOf", community) == ((), 0, 0)
    assert not ledger.call("isReporter", community, ZERO_ADDRESS)
    assert ledger.call("vaultOf", community) == ZERO_ADDRESS
    assert ledger.call("communityOf", bytes(32)) == bytes(32)
    for role in ("administratorOf", "governorOf", "guardianOf", "offeredTo"):
        assert ledger.call(role, community) == ZERO_ADDRESS


def test_domain_separator__deployed__is_that_of_the_python_domain(chain: Chain) -> None:
    ledger = chain.deploy("EnergyLedger", 0)
    domain = Domain(LEDGER_NAME, chain.chain_id, ledger.address_bytes)
    assert ledger.call("domainSeparator") == domain.separator
    _, name, version, chain_id, contract, _, _ = ledger.call("eip712Domain")
    assert (name, version, chain_id, contract) == (LEDGER_NAME, "1", chain.chain_id, ledger.address.lower())
