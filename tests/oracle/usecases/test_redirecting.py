"""A payout whose owner lost the key is redirected on a real chain, unless the owner refuses.

redirecting
├── given a refusal the payout should be the former owner's again
├── given no refusal it should be paid to the new payee, fourteen days later and not before
├── given a reserved bank leaf the refusal should name the release as the remedy
└── given a payout of nobody, or a new payee who is the former owner, it should refuse
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from eth_utils.address import to_checksum_address
from sqlalchemy import Engine

from oracle.attest.payout_tree import ZERO_ADDRESS, Channel, Leaf, wallet_payee
from oracle.chain.client import EvmChain
from oracle.chain.governance import GovernanceContracts
from oracle.chain.keys import load_or_create_keys
from oracle.chain.node import start_node
from oracle.chain.rpc import Rpc
from oracle.errors import CallReverted, GovernanceRefused
from oracle.usecases import bank_singles, redirecting, resolutions
from oracle.usecases.governance import Verb, by_anyone, by_office, by_treasurer, resolve
from oracle.usecases.governance_standing import Single, claim
from oracle.usecases.refusals import plainly
from oracle.usecases.resolutions import Action, Fund
from oracle.wiring import OpenChain
from tests.oracle.mining import mine
from tests.oracle.usecases.governed import Governed, found_governed

DOCUMENT, IBAN_HASH = bytes([7]) * 32, bytes([9]) * 32
NEW = bytes([0xCC]) * 20
AMOUNT = 500_000_000
FIRST = 1 << 31
DAYS_14 = 14 * 86_400


def wallet_of(address: bytes) -> Leaf:
    """A payout to a wallet."""
    return Leaf(Channel.WALLET, wallet_payee(address), ZERO_ADDRESS, AMOUNT)


@pytest.fixture
def governed(anvil: Path, engine: Engine, tmp_path: Path) -> Iterator[Governed]:
    """A community on a node of its own, whose clock a test may move; it spends to the guardian's wallet."""
    with start_node(tmp_path / "node", anvil) as node:
        keys = load_or_create_keys(tmp_path / "keys.json")
        chain = EvmChain(Rpc(node.url), keys, node.chain_id)
        found = found_governed(engine, OpenChain(node.url, chain, local=True), tmp_path)
        found.donate(AMOUNT)
        carried_out(found, resolutions.spend(Fund.SOCIAL, wallet_of(found.guardian.sender), DOCUMENT))
        yield found


def carried_out(governed: Governed, action: Action) -> None:
    """Schedule and execute a resolution without delay."""
    for verb in (Verb.SCHEDULE, Verb.EXECUTE):
        order = resolve(governed.contracts, governed.seats, action, DOCUMENT, verb).order
        assert order is not None
        governed.send(order)


def redirection(governed: Governed, number: int, leaf: Leaf) -> Action:
    """The resolution that gives a payout of the guardian's wallet another payee."""
    former = wallet_of(governed.guardian.sender)
    return redirecting.redirect(governed.seats.vault, (number, 0), former, (), leaf, DOCUMENT)


def singles(governed: Governed) -> dict[int, Single]:
    """Single payouts by number."""
    return {single.number: single for single in governed.contracts.singles(governed.seats)}


@pytest.mark.node
def test_redirect__refused_then_not__goes_where_the_owner_let_it(governed: Governed) -> None:
    contracts, seats, owner = governed.contracts, governed.seats, governed.guardian
    former = wallet_of(owner.sender)
    carried_out(governed, redirection(governed, FIRST, wallet_of(NEW)))
    second = singles(governed)[FIRST + 1]
    assert second.redirected
    assert second.open
    with pytest.raises(CallReverted, match="NotYetValid") as early:
        by_anyone(contracts, seats, claim(list(singles(governed).values()), FIRST + 1))
    assert "`condivisa govern status` says from when on" in plainly(str(early.value))

    refusing = redirecting.refuse(seats.vault, FIRST + 1, former)
    order = by_office(contracts, seats, refusing, "the payout's former owner", owner.sender)
    assert not order.ours
    with pytest.raises(CallReverted, match="NotOwner"):
        by_office(contracts, seats, refusing, "a stranger", contracts.sender)
    assert mine(owner, order.call).succeeded
    assert singles(governed)[FIRST + 1].refused
    assert not singles(governed)[FIRST + 1].open
    assert singles(governed)[FIRST + 2].leaf == singles(governed)[FIRST].leaf
    with pytest.raises(GovernanceRefused, match="was refused by the former owner"):
        claim(list(singles(governed).values()), FIRST + 1)

    carried_out(governed, redirection(governed, FIRST + 2, wallet_of(NEW)))
    governed.opened.chain.rpc.call("evm_increaseTime", DAYS_14)
    governed.opened.chain.rpc.call("evm_mine")
    late = redirecting.refuse(seats.vault, FIRST + 3, former)
    with pytest.raises(CallReverted, match="AlreadyValid"):
        by_office(contracts, seats, late, "the payout's former owner", owner.sender)
    governed.send(by_anyone(contracts, seats, claim(list(singles(governed).values()), FIRST + 3)))
    (token,) = governed.view("CommunityVault", seats.vault, "token")
    checked = governed.view("TestEuro", bytes.fromhex(token[2:]), "balanceOf", to_checksum_address(NEW))
    assert checked == (AMOUNT,)


@pytest.mark.node
def test_redirect__to_a_bank_account_that_is_reserved__names_the_release(governed: Governed) -> None:
    leaf = resolutions.bank_leaf(IBAN_HASH, AMOUNT, NEW)
    carried_out(governed, redirection(governed, FIRST, redirecting.redirected_to_bank(leaf, IBAN_HASH, NEW)))
    governed.opened.chain.rpc.call("evm_increaseTime", DAYS_14)
    governed.opened.chain.rpc.call("evm_mine")
    (found,) = bank_singles.to_reserve(list(singles(governed).values()), governed.contracts.now())
    governed.send(by_treasurer(governed.contracts, governed.seats, bank_singles.reserve(found)))
    again = redirecting.redirect(
        governed.seats.vault, (FIRST + 1, 0), leaf, (), wallet_of(bytes([1]) * 20), DOCUMENT
    )
    refusal = resolve(governed.contracts, governed.seats, again, DOCUMENT, Verb.STATUS).refusal
    assert refusal is not None
    assert "the treasurer releases it first, with `condivisa pay release`" in plainly(refusal)
    # The guardian's wallet is not the treasurer's.
    order = by_treasurer(GovernanceContracts(governed.guardian), governed.seats, bank_singles.release(found))
    assert not order.ours
    governed.send(order)
    assert resolve(governed.contracts, governed.seats, again, DOCUMENT, Verb.STATUS).refusal is None


@pytest.mark.parametrize(
    ("former", "leaf", "sentence"),
    [
        (Leaf(Channel.SOCIAL, bytes(32), ZERO_ADDRESS, 10_000), wallet_of(NEW), "neither can a resolution"),
        (resolutions.bank_leaf(IBAN_HASH, AMOUNT), wallet_of(NEW), "names no owner's address"),
        (wallet_of(NEW), wallet_of(NEW), "would stay with 0xcccc"),
        (resolutions.bank_leaf(IBAN_HASH, AMOUNT, NEW), wallet_of(NEW), "whose key is lost"),
        (wallet_of(NEW), resolutions.bank_leaf(IBAN_HASH, AMOUNT, NEW), "another owner or none"),
    ],
)
def test_redirect__nobody_could_refuse_or_nothing_changes__says_so(
    former: Leaf, leaf: Leaf, sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        redirecting.redirect(NEW, (1, 0), former, (), leaf, DOCUMENT)


def test_redirected_to_bank__no_owner_named__is_nobodys() -> None:
    assert redirecting.redirected_to_bank(wallet_of(NEW), IBAN_HASH).owner == ZERO_ADDRESS


@pytest.mark.parametrize("number", [1, FIRST - 1, 1 << 32])
def test_refuse__no_single_payout__says_where_they_are(number: int) -> None:
    with pytest.raises(ValueError, match="`condivisa govern status` names"):
        redirecting.refuse(NEW, number, wallet_of(NEW))
