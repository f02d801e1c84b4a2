"""Offices act on a real chain, and what they did is read from the contracts.

resolve
├── given the administrator's key it should schedule, wait, and carry out what the document says
├── when the same is asked twice, too early, or with another document it should refuse with the reason
├── given another operator it should say who has to send it
├── it should warn of what would be refused, and not prevent it
└── given a governor that is no timelock of ours it should name the call
guard
├── given the guardian's key it should pause, resume, remove reporters, and call off operations
├── given a distribution that is settled and not valid it should cancel it
└── given another operator it should say who has to send it
carry_out
├── it should keep the account usable for publishing
├── cut off after signing it should be sent by the next publication, once
└── when the contract refuses it should sign nothing
claim
└── it should pay a single payout to its wallet once, and leave the bank's to the treasurer
governance_standing
└── it should show offices, terms, what waits and what was announced
"""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from eth_utils.address import to_checksum_address
from sqlalchemy import Engine

from oracle.attest.payout_tree import Node, encode_leaf, hash_leaf, seal
from oracle.chain.governance import GovernanceContracts
from oracle.chain.keys import load_or_create_keys
from oracle.errors import CallReverted, GovernanceRefused, NodeRefused
from oracle.ports import Call, VaultTerms
from oracle.records import ContractKind
from oracle.store.unit_of_work import OracleUnitOfWork
from oracle.usecases import resolutions
from oracle.usecases.context import TokenChoice, VaultPolicy
from oracle.usecases.governance import (
    OperationState,
    Verb,
    by_anyone,
    cancel_distribution,
    carry_out,
    pause,
    remove,
    resolve,
    stop_operation,
)
from oracle.usecases.governance_standing import Single, claim, governance_standing
from oracle.usecases.payout_leaves import tree_of
from oracle.usecases.publish import publish
from oracle.usecases.resolutions import Action, Fund
from oracle.wiring import OpenChain, publishing
from settlement.domain.case import Shares
from tests.oracle.mining import mine
from tests.oracle.usecases.governed import Governed, found_governed
from tests.oracle.world import World

pytestmark = pytest.mark.node
DOCUMENT, OTHER = bytes([7]) * 32, bytes([8]) * 32
PAYEE = bytes([0xBB]) * 20
EUROS_500 = 500_000_000
FIRST_SINGLE = 1 << 31


class CutOff(Exception):  # noqa: N818 - not an error but the point at which the test steps in
    """The run ends here."""


@pytest.fixture
def found(engine: Engine, opened: OpenChain, tmp_path: Path) -> Callable[..., Governed]:
    """Founds a community with the terms that a test states."""
    return lambda **terms: found_governed(engine, opened, tmp_path, **terms)


def carried_out(governed: Governed, action: Action) -> None:
    """Schedule and execute a resolution without delay."""
    for verb in (Verb.SCHEDULE, Verb.EXECUTE):
        order = resolve(governed.contracts, governed.seats, action, DOCUMENT, verb).order
        assert order is not None
        assert order.ours
        governed.send(order)


def spending(amount_micro_eur: int = EUROS_500) -> Action:
    """500 euro of the social fund."""
    return resolutions.spend(Fund.SOCIAL, resolutions.wallet_leaf(PAYEE, amount_micro_eur), DOCUMENT)


def test_resolve__spend__opens_one_payout_of_the_fund(found: Callable[..., Governed]) -> None:
    governed = found()
    governed.donate(800_000_000)
    carried_out(governed, spending())

    vault = governed.seats.vault
    assert governed.view("CommunityVault", vault, "funds") == (300_000_000, 0, 0, 800_000_000)
    leaf = resolutions.wallet_leaf(PAYEE, EUROS_500)
    kept = governed.view("CommunityVault", vault, "distributionOf", FIRST_SINGLE)
    assert kept[0][:2] == (seal(Node(hash_leaf(0, leaf), EUROS_500)), 0)


def test_claim__what_was_spent__reaches_the_wallet_once(found: Callable[..., Governed]) -> None:
    governed = found()
    governed.donate(EUROS_500)
    carried_out(governed, spending())
    seats, contracts = governed.seats, governed.contracts
    (single,) = governance_standing(contracts, seats).singles
    assert (single.number, single.paid) == (FIRST_SINGLE, False)

    governed.send(by_anyone(contracts, seats, claim(contracts.singles(seats), FIRST_SINGLE)))
    (token,) = governed.view("CommunityVault", seats.vault, "token")
    paid = governed.view("TestEuro", bytes.fromhex(token[2:]), "balanceOf", to_checksum_address(PAYEE))
    assert paid == (EUROS_500,)
    assert governed.view("CommunityVault", seats.vault, "funds")[3] == 0
    with pytest.raises(GovernanceRefused, match="was paid, moved or swept before"):
        claim(contracts.singles(seats), FIRST_SINGLE)
    with pytest.raises(GovernanceRefused, match="opened no single payout 7"):
        claim(contracts.singles(seats), 7)


def test_claim__payout_by_bank__is_the_treasurers() -> None:
    leaf = encode_leaf(resolutions.bank_leaf(DOCUMENT, EUROS_500))
    with pytest.raises(GovernanceRefused, match="the treasurer pays it by bank"):
        claim([Single(FIRST_SINGLE, leaf, 1, paid=False)], FIRST_SINGLE)


def test_resolve__offices_and_terms__are_what_the_ledger_says(found: Callable[..., Governed]) -> None:
    governed = found()
    named = [bytes([9]) * 20, bytes([5]) * 20]
    for action in (
        resolutions.set_shares(6000, 3000, 1000),
        resolutions.set_reporters(named, 2),
        resolutions.set_guardian(PAYEE),
        resolutions.set_smallest_group(9),
        resolutions.set_treasurer(PAYEE),
        resolutions.update_delay(77),
    ):
        carried_out(governed, action)

    quorum = governed.contracts.quorum(governed.seats)
    assert (quorum.reporters, quorum.threshold, quorum.epoch) == (tuple(sorted(named)), 2, 2)
    assert governed.seats.guardian == PAYEE
    assert governed.seats.delay_s == 77
    assert governed.ledger_view("smallestGroupOf") == (9,)
    treasurer = governed.view("CommunityVault", governed.seats.vault, "treasurer")
    assert treasurer == ("0x" + PAYEE.hex(),)
    standing = governance_standing(governed.contracts, governed.seats)
    assert standing.terms.shares == Shares(7000, 2000, 1000)
    assert standing.terms.next_shares == Shares(6000, 3000, 1000)


def test_resolve__successor_vault__is_bound(found: Callable[..., Governed]) -> None:
    governed = found()
    seats, chain = governed.seats, governed.opened.chain
    terms = VaultTerms(seats.community, chain.sender, None, 0)
    outcome = carry_out(
        governed.context, governed.community_id, governed.context.vault.deployment(seats.ledger, terms)
    )
    assert outcome.contract is not None
    carried_out(governed, resolutions.set_vault(outcome.contract))
    assert governed.seats.vault == outcome.contract


def test_resolve__delay__is_waited_for(found: Callable[..., Governed]) -> None:
    governed = found(governance_delay_s=2)
    action = resolutions.set_smallest_group(9)
    contracts, seats = governed.contracts, governed.seats
    before = resolve(contracts, seats, action, DOCUMENT, Verb.SCHEDULE)
    assert (before.state, before.ready_at) == (OperationState.UNKNOWN, 0)
    assert before.order is not None
    governed.send(before.order)

    with pytest.raises(GovernanceRefused, match="is scheduled already"):
        resolve(contracts, seats, action, DOCUMENT, Verb.SCHEDULE)
    waiting = resolve(contracts, seats, action, DOCUMENT, Verb.STATUS)
    assert waiting.state is OperationState.WAITING
    assert waiting.order is None
    with pytest.raises(GovernanceRefused, match=f"waits until {waiting.ready_at} "):
        resolve(contracts, seats, action, DOCUMENT, Verb.EXECUTE)
    assert governed.ledger_view("smallestGroupOf") != (9,)

    time.sleep(max(0.0, waiting.ready_at - time.time()) + 1)
    # The timelock asks the newest block for the time.
    carry_out(governed.context, governed.community_id, Call(PAYEE, b"", "make a block"))
    order = resolve(contracts, seats, action, DOCUMENT, Verb.EXECUTE).order
    assert order is not None
    governed.send(order)
    assert governed.ledger_view("smallestGroupOf") == (9,)
    with pytest.raises(GovernanceRefused, match="takes another document"):
        resolve(contracts, seats, action, DOCUMENT, Verb.SCHEDULE)


@pytest.mark.parametrize("verb", [Verb.EXECUTE, Verb.CANCEL])
def test_resolve__another_document__is_not_what_was_scheduled(
    found: Callable[..., Governed], verb: Verb
) -> None:
    governed = found()
    action = resolutions.set_smallest_group(9)
    scheduled = resolve(governed.contracts, governed.seats, action, DOCUMENT, Verb.SCHEDULE)
    assert scheduled.order is not None
    governed.send(scheduled.order)
    with pytest.raises(GovernanceRefused, match="is not scheduled: document and arguments must be those"):
        resolve(governed.contracts, governed.seats, action, OTHER, verb)


def test_resolve__cancelled__is_unknown_again(found: Callable[..., Governed]) -> None:
    governed = found()
    action = resolutions.set_smallest_group(9)
    for verb in (Verb.SCHEDULE, Verb.CANCEL):
        order = resolve(governed.contracts, governed.seats, action, DOCUMENT, verb).order
        assert order is not None
        governed.send(order)
    again = resolve(governed.contracts, governed.seats, action, DOCUMENT, Verb.STATUS)
    assert again.state is OperationState.UNKNOWN


def test_resolve__more_than_the_fund_has__warns(found: Callable[..., Governed]) -> None:
    governed = found()
    given = resolve(governed.contracts, governed.seats, spending(), DOCUMENT, Verb.SCHEDULE)
    assert given.order is not None
    assert given.refusal is not None
    assert given.refusal.startswith("CommunityVault_FundTooSmall(fund=0, amount=500000000")


def test_resolve__other_operator__names_the_administrator(
    found: Callable[..., Governed], tmp_path: Path
) -> None:
    governed = found()
    stranger = replace_keys(governed, tmp_path / "stranger.json")
    order = resolve(stranger, governed.seats, spending(), DOCUMENT, Verb.SCHEDULE).order
    assert order is not None
    assert not order.ours
    assert order.office == f"the administrator 0x{governed.opened.chain.sender.hex()} or a further proposer"
    assert governed.contracts.refusal(governed.opened.chain.sender, order.call) is None
    assert governed.contracts.refusal(stranger.sender, order.call) is not None


def test_resolve__governor_is_an_account__names_the_call(found: Callable[..., Governed]) -> None:
    governed = found()
    chain = governed.opened.chain
    carried_out(governed, Action(ContractKind.LEDGER, "setGovernor", (chain.sender,)))
    seats = governed.seats
    assert seats.timelock_difference == "there is no code"
    call = governed.contracts.call(seats, spending())
    with pytest.raises(GovernanceRefused, match=f"itself, with 0x{call.data.hex()}"):
        resolve(governed.contracts, seats, spending(), DOCUMENT, Verb.SCHEDULE)
    assert governance_standing(governed.contracts, seats).scheduled == ()


def test_seats__community_nobody_registered__is_refused(found: Callable[..., Governed]) -> None:
    governed = found()
    with pytest.raises(GovernanceRefused, match="knows no community 0x0707"):
        governed.contracts.seats(governed.seats.ledger, DOCUMENT)


def test_guard__operator_guards__pauses_and_resumes(found: Callable[..., Governed]) -> None:
    governed = found(guardian=None)
    for paused in (True, False):
        order = pause(governed.contracts, governed.seats, paused)
        assert order.ours
        governed.send(order)
        assert governed.ledger_view("isPaused") == (paused,)


def test_guard__other_operator__names_the_guardian_who_can_send_it(found: Callable[..., Governed]) -> None:
    governed = found()
    order = pause(governed.contracts, governed.seats, True)
    assert not order.ours
    assert order.office == f"the guardian 0x{governed.guardian.sender.hex()}"
    assert mine(governed.guardian, order.call).succeeded
    assert governed.ledger_view("isPaused") == (True,)


def test_guard__remove_reporter__begins_an_epoch_without_it(found: Callable[..., Governed]) -> None:
    governed = found()
    gone, *kept = governed.contracts.quorum(governed.seats).reporters
    assert mine(governed.guardian, remove(governed.contracts, governed.seats, gone).call).succeeded
    quorum = governed.contracts.quorum(governed.seats)
    assert (list(quorum.reporters), quorum.epoch) == (kept, 2)


def test_guard__stop__calls_off_by_id_alone(found: Callable[..., Governed]) -> None:
    governed = found()
    scheduled = resolve(governed.contracts, governed.seats, spending(), DOCUMENT, Verb.SCHEDULE)
    assert scheduled.order is not None
    governed.send(scheduled.order)
    order = stop_operation(governed.contracts, governed.seats, scheduled.operation)
    assert order.ours, "the administrator may as well"
    assert mine(governed.guardian, order.call).succeeded
    with pytest.raises(GovernanceRefused, match="is not scheduled"):
        stop_operation(governed.contracts, governed.seats, scheduled.operation)


def test_guard__distribution_never_settled__is_refused(found: Callable[..., Governed]) -> None:
    governed = found()
    with pytest.raises(GovernanceRefused, match="never settled distribution 1"):
        cancel_distribution(governed.contracts, governed.seats, 1)


def test_carry_out__contract_refuses__signs_nothing_and_publishing_goes_on(
    found: Callable[..., Governed],
) -> None:
    governed = found()
    count = governed.opened.chain.transaction_count()
    order = pause(governed.contracts, governed.seats, True)
    with pytest.raises(CallReverted, match="CommunityRegistry_NotGuardian"):
        governed.send(order)
    assert governed.opened.chain.transaction_count() == count

    carried_out(governed, resolutions.set_smallest_group(9))
    assert publish(governed.context).stopped == {}
    with OracleUnitOfWork(governed.engine) as work:
        assert work.outbox.open_rows(governed.community_id) == []
        sentences = [row.sentence for row in work.transactions.of_community(governed.community_id)]
    assert sentences[-2:] == [
        "schedule: hide hour totals of fewer than 9 persons",
        "execute: hide hour totals of fewer than 9 persons",
    ]


@pytest.mark.parametrize("point", ["decided govern", "sent govern"])
def test_carry_out__cut_off__next_publication_sends_it_once(
    found: Callable[..., Governed], point: str
) -> None:
    governed = found()

    def cut(name: str) -> None:
        if name == point:
            raise CutOff

    order = resolve(
        governed.contracts, governed.seats, resolutions.set_smallest_group(9), DOCUMENT, Verb.SCHEDULE
    ).order
    assert order is not None
    with pytest.raises(CutOff):
        carry_out(replace(governed.context, checkpoint=cut), governed.community_id, order.call)
    count = governed.opened.chain.transaction_count()
    assert publish(governed.context).stopped == {}
    assert publish(governed.context).stopped == {}
    assert governed.opened.chain.transaction_count() == count + (point == "decided govern")
    (waiting,) = governance_standing(governed.contracts, governed.seats).scheduled
    assert waiting.sentence == "hide hour totals of fewer than 9 persons"


def test_carry_out__sixteen_reporters__sentence_is_cut(found: Callable[..., Governed]) -> None:
    governed = found()
    carried_out(governed, resolutions.set_reporters([bytes([one]) * 20 for one in range(1, 17)], 9))
    assert len(governed.contracts.quorum(governed.seats).reporters) == 16


def test_standing__something_waits__is_shown_in_words(found: Callable[..., Governed]) -> None:
    governed = found(governance_delay_s=3600)
    for action in (spending(), resolutions.set_shares(6000, 3000, 1000)):
        order = resolve(governed.contracts, governed.seats, action, DOCUMENT, Verb.SCHEDULE).order
        assert order is not None
        governed.send(order)
    called_off = resolve(
        governed.contracts, governed.seats, resolutions.update_delay(1), DOCUMENT, Verb.SCHEDULE
    )
    assert called_off.order is not None
    governed.send(called_off.order)
    governed.send(stop_operation(governed.contracts, governed.seats, called_off.operation))

    standing = governance_standing(governed.contracts, governed.seats)
    assert [row.sentence for row in standing.scheduled] == [
        spending().sentence,
        resolutions.set_shares(6000, 3000, 1000).sentence,
    ]
    assert {row.document for row in standing.scheduled} == {DOCUMENT}
    assert {row.state for row in standing.scheduled} == {OperationState.WAITING}
    assert standing.seats.administrator == governed.opened.chain.sender
    assert standing.seats.timelock_difference is None
    assert standing.terms.quorum.threshold == 3
    assert not standing.terms.paused
    assert standing.announced == ()
    assert standing.notes == ()


def test_standing__sweep_announced__is_shown(found: Callable[..., Governed]) -> None:
    governed = found()
    governed.donate(EUROS_500)
    carried_out(governed, spending())
    carried_out(governed, resolutions.announce_sweep(FIRST_SINGLE, DOCUMENT))
    (row,) = governance_standing(governed.contracts, governed.seats).announced
    vault = governed.seats.vault
    assert row.distribution == FIRST_SINGLE
    assert governed.view("CommunityVault", vault, "sweepAnnouncedAt", FIRST_SINGLE) == (row.announced_at,)


def test_standing__node_searches_no_logs__says_so(
    found: Callable[..., Governed], monkeypatch: pytest.MonkeyPatch
) -> None:
    governed = found()

    def refuse(*_: Any) -> Any:
        raise NodeRefused("http://node", "eth_getLogs", -32005, "range too large")

    monkeypatch.setattr(GovernanceContracts, "_found", refuse)
    standing = governance_standing(governed.contracts, governed.seats)
    assert [note.split(" are not known")[0] for note in standing.notes] == [
        "scheduled operations",
        "further proposers",
        "accounts that may anchor",
        "anchors",
        "a successor of the ledger",
        "former vaults",
        "announced sweeps",
        "single payouts",
    ]


def test_sentence__call_of_others__is_not_taken_for_ours(found: Callable[..., Governed]) -> None:
    governed = found()
    seats, contracts = governed.seats, governed.contracts
    call = contracts.call(seats._replace(community=OTHER), resolutions.set_guardian(PAYEE))
    assert contracts.sentence(seats, seats.ledger, call.data) == "setGuardian of another community"
    assert contracts.sentence(seats, PAYEE, b"\x01") == f"call 0x{PAYEE.hex()} with 0x01"
    assert contracts.sentence(seats, seats.vault, b"\x01").endswith(" with 0x01")


def replace_keys(governed: Governed, path: Path) -> GovernanceContracts:
    """The same chain seen by another operator."""
    chain = governed.opened.chain
    return GovernanceContracts(type(chain)(chain.rpc, load_or_create_keys(path), chain.chain_id))


def test_guard__settled_distribution__is_cancelled(world: World, opened: OpenChain, tmp_path: Path) -> None:
    keys = load_or_create_keys(tmp_path / "guardian.json")
    guardian = type(opened.chain)(opened.chain.rpc, keys, opened.chain.chain_id)
    policy = VaultPolicy(TokenChoice.TEST_EURO, root_delay_s=3600, guardian=guardian.sender)

    def stop(name: str) -> None:
        if name == "mined settle":
            raise CutOff

    context = publishing(world.engine, opened, policy=policy, checkpoint=stop)
    with pytest.raises(CutOff):
        publish(context)
    governed = Governed(world.engine, opened, context, world.community_id, guardian)
    vault = governed.seats.vault
    carry = governed.view("CommunityVault", vault, "funds")[2]
    funded = tree_of(world.payouts()).total_micro_eur

    order = cancel_distribution(governed.contracts, governed.seats, 1)
    assert mine(guardian, order.call).succeeded

    assert governed.view("CommunityVault", vault, "funds")[2] == carry + funded
    assert governed.view("CommunityVault", vault, "distributionOf", 1)[0][0] == bytes(26)
