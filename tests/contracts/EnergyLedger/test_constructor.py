"""
constructor
├── given no reporter, or a threshold of zero or above their number
│   └── it should revert
├── given more than sixteen reporters
│   └── it should revert
├── given the zero address or the same reporter twice
│   └── it should revert naming it
├── given a finality delay above 90 days
│   └── it should revert
└── otherwise
    └── it should know registrar, reporters, threshold, delay and its EIP-712 domain
"""

import pytest

from oracle.attest.messages import LEDGER_NAME, Domain
from tests.contracts.expect import reverts
from tools.testchain.client import Chain
from tools.testchain.community import ZERO_ADDRESS, reporter_accounts

ADDRESSES = [reporter.address for reporter in reporter_accounts(17)]


@pytest.mark.parametrize(("reporters", "threshold"), [(0, 0), (0, 1), (5, 0), (5, 6)])
def test_constructor__threshold_out_of_range__reverts(chain: Chain, reporters: int, threshold: int) -> None:
    with reverts("ReporterQuorum_ThresholdOutOfRange", threshold, reporters):
        chain.deploy("EnergyLedger", chain.accounts[0], ADDRESSES[:reporters], threshold, 0)


def test_constructor__seventeen_reporters__reverts(chain: Chain) -> None:
    with reverts("ReporterQuorum_TooManyReporters", 17, 16):
        chain.deploy("EnergyLedger", chain.accounts[0], ADDRESSES, 3, 0)


@pytest.mark.parametrize("count", [1, 15])
def test_constructor__zero_reporter__reverts(chain: Chain, count: int) -> None:
    with reverts("ReporterQuorum_InvalidReporter", ZERO_ADDRESS):
        chain.deploy("EnergyLedger", chain.accounts[0], [*ADDRESSES[:count], ZERO_ADDRESS], 1, 0)


def test_constructor__repeated_reporter__reverts_naming_it(chain: Chain) -> None:
    with reverts("ReporterQuorum_InvalidReporter", ADDRESSES[1]):
        chain.deploy("EnergyLedger", chain.accounts[0], [*ADDRESSES[:3], ADDRESSES[1]], 1, 0)


def test_constructor__delay_above_90_days__reverts(chain: Chain) -> None:
    most = 90 * 86_400
    terms = (chain.accounts[0], ADDRESSES[:5], 3)
    with reverts("EnergyLedger_DelayTooLong", most + 1, most):
        chain.deploy("EnergyLedger", *terms, most + 1)
    assert chain.deploy("EnergyLedger", *terms, most).call("finalityDelay") == most


@pytest.mark.parametrize("count", [1, 5, 16])
def test_constructor__valid_terms__are_shown(chain: Chain, count: int) -> None:
    ledger = chain.deploy("EnergyLedger", chain.accounts[3], ADDRESSES[:count], count, 7)
    assert ledger.call("registrar") == chain.accounts[3].lower()
    assert ledger.call("finalityDelay") == 7
    assert ledger.call("threshold") == count
    assert list(ledger.call("reporters")) == [address.lower() for address in ADDRESSES[:count]]


def test_is_reporter__reporters_strangers_and_zero__only_reporters(chain: Chain) -> None:
    ledger = chain.deploy("EnergyLedger", chain.accounts[0], ADDRESSES[:5], 3, 0)
    assert all(ledger.call("isReporter", address) for address in ADDRESSES[:5])
    assert not any(ledger.call("isReporter", address) for address in (*ADDRESSES[5:], ZERO_ADDRESS))


def test_domain_separator__deployed__is_that_of_the_python_domain(chain: Chain) -> None:
    ledger = chain.deploy("EnergyLedger", chain.accounts[0], ADDRESSES[:5], 3, 0)
    domain = Domain(LEDGER_NAME, chain.chain_id, ledger.address_bytes)
    assert ledger.call("domainSeparator") == domain.separator
    _, name, version, chain_id, contract, _, _ = ledger.call("eip712Domain")
    assert (name, version, chain_id, contract) == (LEDGER_NAME, "1", chain.chain_id, ledger.address.lower())
