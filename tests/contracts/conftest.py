"""A chain for the whole run, and for each test a community on a state of its own."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.contracts.connect import connect
from tools.testchain.client import Chain
from tools.testchain.community import MONTH, Community, Founder, Terms, found_community


@pytest.fixture(scope="session")
def session_chain() -> Chain:
    """The chain of the whole run."""
    return connect()


@pytest.fixture(scope="session")
def founded(session_chain: Chain) -> Community:
    """A community with a token and a final month, which no test changes."""
    community = found_community(session_chain)
    community.post_month(MONTH)
    return community


@pytest.fixture
def chain(founded: Community) -> Iterator[Chain]:
    """The chain, returned after the test to the state before it."""
    snapshot = founded.chain.transport.snapshot()
    yield founded.chain
    founded.chain.transport.restore(snapshot)


@pytest.fixture
def community(chain: Chain, founded: Community) -> Community:
    """A community with a token and a final month, MONTH."""
    return replace(founded, months=list(founded.months), used_receipts=[])


@pytest.fixture
def found(chain: Chain) -> Founder:
    """Founds communities on other terms: found(threshold=1)."""
    return lambda **terms: found_community(chain, Terms(**terms))
