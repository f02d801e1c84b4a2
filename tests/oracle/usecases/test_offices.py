"""Offices are handed on, on a real chain, and status shows who has them.

offices
├── administration should change hands in two steps, the second by whom it was offered to
├── given a lost key a resolution should offer it
├── given no offer, or one that was withdrawn, accepting should be refused with the remedy
├── a further proposer should schedule until a resolution takes that back
├── a successor of the ledger should be named, and the last one count
└── the carry should be spent from a succeeded vault alone, and status name that vault
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from oracle.chain.governance import GovernanceContracts
from oracle.chain.keys import load_or_create_keys
from oracle.errors import CallReverted, GovernanceRefused
from oracle.ports import VaultTerms
from oracle.usecases import offices, resolutions
from oracle.usecases.context import TokenChoice, VaultPolicy
from oracle.usecases.governance import (
    Verb,
    by_administrator,
    by_anyone,
    by_offered,
    cancel_distribution,
    carry_out,
    resolve,
)
from oracle.usecases.governance_standing import claim, governance_standing
from oracle.usecases.publish import publish
from oracle.usecases.refusals import plainly
from oracle.usecases.resolutions import PROPOSER_ROLE, Action, Fund
from oracle.wiring import OpenChain, publishing
from tests.oracle.mining import mine
from tests.oracle.usecases.governed import Governed, found_governed
from tests.oracle.world import World

pytestmark = pytest.mark.node
DOCUMENT = bytes([7]) * 32
PAYEE = bytes([0xBB]) * 20
FIRST_SINGLE = 1 << 31
EUR = 1_000_000


class CutOff(Exception):  # noqa: N818 - not an error but the point at which the test steps in
    """The run ends here."""


@pytest.fixture
def found(engine: Engine, opened: OpenChain, tmp_path: Path) -> Callable[..., Governed]:
    """Founds a community with the terms that a test states."""
    return lambda **terms: found_governed(engine, opened, tmp_path, **terms)


def carried_out(governed: Governed, action: Action, document: bytes = DOCUMENT) -> None:
    """Schedule and execute a resolution without delay."""
    for verb in (Verb.SCHEDULE, Verb.EXECUTE):
        order = resolve(governed.contracts, governed.seats, action, document, verb).order
        assert order is not None
        governed.send(order)


def test_administration__offered_and_accepted__changes_hands(found: Callable[..., Governed]) -> None:
    governed = found()
    heir = governed.guardian
    offered = by_administrator(governed.contracts, governed.seats, offices.offer_administration(heir.sender))
    assert offered.ours
    governed.send(offered)
    assert governed.seats.offered == heir.sender
    assert governed.seats.administrator == governed.opened.chain.sender

    accepted = by_offered(governed.contracts, governed.seats, offices.accept_administration())
    assert not accepted.ours
    assert accepted.office == f"the account that administration is offered to 0x{heir.sender.hex()}"
    assert mine(heir, accepted.call).succeeded
    assert governed.seats.administrator == heir.sender
    assert governed.seats.offered == bytes(20)
    assert governed.contracts.may_propose(governed.seats, heir.sender)
    assert not governed.contracts.may_propose(governed.seats, governed.opened.chain.sender)


def test_administration__offer_withdrawn__nobody_accepts(found: Callable[..., Governed]) -> None:
    governed = found()
    for action in (offices.offer_administration(PAYEE), offices.withdraw_offer()):
        governed.send(by_administrator(governed.contracts, governed.seats, action))
    with pytest.raises(GovernanceRefused, match="is offered to nobody: the administrator, or a resolution"):
        by_offered(governed.contracts, governed.seats, offices.accept_administration())


def test_administration__key_lost__a_resolution_offers_it(found: Callable[..., Governed]) -> None:
    governed = found()
    carried_out(governed, offices.offer_administration(PAYEE))
    assert governed.seats.offered == PAYEE


def test_administration__offered_to_nobody__is_no_offer() -> None:
    with pytest.raises(ValueError, match="zero address"):
        offices.offer_administration(bytes(20))


def test_proposer__named_and_removed__may_and_may_not_schedule(found: Callable[..., Governed]) -> None:
    governed = found()
    other = governed.guardian
    assert governed.view("CommunityTimelock", governed.seats.governor, "PROPOSER_ROLE") == (PROPOSER_ROLE,)
    assert governance_standing(governed.contracts, governed.seats).named.proposers == []
    carried_out(governed, offices.grant_proposer(other.sender))
    assert governance_standing(governed.contracts, governed.seats).named.proposers == [other.sender]
    theirs = GovernanceContracts(other)
    order = resolve(theirs, governed.seats, resolutions.set_smallest_group(9), DOCUMENT, Verb.SCHEDULE).order
    assert order is not None
    assert order.ours
    assert mine(other, order.call).succeeded

    carried_out(governed, offices.revoke_proposer(other.sender))
    assert governance_standing(governed.contracts, governed.seats).named.proposers == []
    order = resolve(theirs, governed.seats, resolutions.set_smallest_group(8), DOCUMENT, Verb.SCHEDULE).order
    assert order is not None
    assert not order.ours


def test_successor_ledger__named_twice__the_last_counts(found: Callable[..., Governed]) -> None:
    governed = found()
    assert governance_standing(governed.contracts, governed.seats).named.successor is None
    for octet in (1, 2):
        carried_out(governed, offices.name_successor(bytes([octet]) * 20))
    assert governance_standing(governed.contracts, governed.seats).named.successor == bytes([2]) * 20
    assert governed.contracts.ledger_difference(governed.seats.ledger) is None
    assert governed.contracts.ledger_difference(PAYEE) == "there is no code"


def test_scheduled__every_office__is_shown_in_words(found: Callable[..., Governed]) -> None:
    governed = found(governance_delay_s=3600)
    actions = [
        offices.set_governor(PAYEE),
        offices.name_successor(PAYEE),
        offices.offer_administration(PAYEE),
        offices.grant_proposer(PAYEE),
        offices.revoke_proposer(PAYEE),
    ]
    for action in actions:
        order = resolve(governed.contracts, governed.seats, action, DOCUMENT, Verb.SCHEDULE).order
        assert order is not None
        governed.send(order)
    shown = [row.sentence for row in governance_standing(governed.contracts, governed.seats).scheduled]
    assert shown == [action.sentence for action in actions]
    assert shown[3] == f"let 0x{PAYEE.hex()} propose resolutions beside the administrator"


def cancelled_world(world: World, opened: OpenChain, folder: Path) -> Governed:
    """A community whose first distribution was cancelled, so that all of it is carry."""
    keys = load_or_create_keys(folder / "guardian.json")
    guardian = type(opened.chain)(opened.chain.rpc, keys, opened.chain.chain_id)
    policy = VaultPolicy(TokenChoice.TEST_EURO, root_delay_s=3600, guardian=guardian.sender)

    def stop(name: str) -> None:
        if name == "mined settle":
            raise CutOff

    context = publishing(world.engine, opened, policy=policy, checkpoint=stop)
    with pytest.raises(CutOff):
        publish(context)
    governed = Governed(world.engine, opened, publishing(world.engine, opened), world.community_id, guardian)
    assert mine(guardian, cancel_distribution(governed.contracts, governed.seats, 1).call).succeeded
    return governed


def bind_successor(governed: Governed) -> None:
    """Deploy another vault with the same token and bind the community to it."""
    seats, chain = governed.seats, governed.opened.chain
    token = governed.context.vault.token_of(seats.vault)
    terms = VaultTerms(seats.community, chain.sender, token, 0)
    call = governed.context.vault.deployment(seats.ledger, terms)
    outcome = carry_out(governed.context, governed.community_id, call)
    assert outcome.contract is not None
    carried_out(governed, resolutions.set_vault(outcome.contract))
    assert governed.seats.vault == outcome.contract


def test_spend__carry_of_a_succeeded_vault__reaches_the_wallet(
    world: World, opened: OpenChain, tmp_path: Path
) -> None:
    governed = cancelled_world(world, opened, tmp_path)
    former = governed.seats.vault
    carry = governed.view("CommunityVault", former, "funds")[2]
    action = resolutions.spend(Fund.CARRY, resolutions.wallet_leaf(PAYEE, 5 * EUR), DOCUMENT, former)
    early = resolve(governed.contracts, governed.seats, action, DOCUMENT, Verb.STATUS)
    assert early.refusal is not None
    assert "CarryInUse" in early.refusal
    assert "bind a successor first, with `condivisa govern resolve successor-vault`" in plainly(early.refusal)

    bind_successor(governed)
    carried_out(governed, action)
    standing = governance_standing(governed.contracts, governed.seats)
    (left,) = standing.named.former_vaults
    assert (left.vault, left.carry_micro_eur) == (former, carry - 5 * EUR)
    (single,) = standing.singles
    assert (single.number, single.vault, single.open) == (FIRST_SINGLE, former, True)
    at = governed.contracts.seats_at(governed.seats, former)
    paid = claim(governed.contracts.singles(at), FIRST_SINGLE)
    governed.send(by_anyone(governed.contracts, governed.seats, paid))
    assert not governance_standing(governed.contracts, governed.seats).singles[0].open


def test_spend__vault_of_others__is_refused(found: Callable[..., Governed]) -> None:
    governed = found()
    action = resolutions.spend(Fund.CARRY, resolutions.wallet_leaf(PAYEE, EUR), DOCUMENT, PAYEE)
    with pytest.raises(GovernanceRefused, match="is no vault of this community: there is no code"):
        resolve(governed.contracts, governed.seats, action, DOCUMENT, Verb.SCHEDULE)
    with pytest.raises(GovernanceRefused, match="is no vault of this community"):
        governed.contracts.seats_at(governed.seats, governed.seats.ledger)


def test_offer__other_operator__names_the_administrator(
    found: Callable[..., Governed], tmp_path: Path
) -> None:
    governed = found()
    stranger = GovernanceContracts(governed.guardian)
    order: Any = by_administrator(stranger, governed.seats, offices.offer_administration(PAYEE))
    assert not order.ours
    assert order.office == f"the administrator 0x{governed.opened.chain.sender.hex()}"
    seats = governed.seats._replace(administrator=governed.guardian.sender)
    with pytest.raises(CallReverted, match="NotAdministrator"):
        by_administrator(stranger, seats, offices.offer_administration(PAYEE))
