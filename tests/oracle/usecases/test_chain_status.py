"""
chain_status
├── given a community that was published
│   ├── it should find no difference, and say where days, months, payouts and funds stand
│   └── it should say that one operator holds a threshold of the keys
├── given nothing is deployed yet
│   └── it should name what waits in the outbox
├── given the node is away
│   └── it should say so
├── given another operator's keys
│   └── it should say how many of the needed keys they are
├── given a contract whose code is another
│   └── it should name the contract and the first byte
├── given a day, a month, a root, a sum or a fund that differs
│   └── it should name it with both values
├── given more is paid on the chain than is recorded here
│   └── it should note it, which is no difference
├── given a token that does not cover what the vault owes
│   └── it should say so
├── given transactions that this database does not know, or that the chain does not
│   └── it should say so
└── given contracts on another chain
    └── it should name both chains
"""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from oracle.chain.client import EvmChain
from oracle.chain.contracts import VaultContract
from oracle.chain.inspection import Inspection
from oracle.chain.keys import load_or_create_keys
from oracle.errors import NodeUnreachable
from oracle.ports import AccountFacts, Funds, MonthTotals, NodeFacts, PayoutTreeFacts
from oracle.records import ContractKind
from oracle.store.unit_of_work import OracleReadOnlyUnitOfWork
from oracle.usecases.chain_status import chain_status
from oracle.usecases.publish import publish
from oracle.usecases.standing import ChainStanding
from oracle.wiring import OpenChain, publishing
from settlement.domain.calendar import day_number
from tests.oracle.mining import mine
from tests.oracle.usecases.test_publish import addresses
from tests.oracle.world import Published, World

pytestmark = pytest.mark.node
KEYS_NOTE = (
    "Prova: this service holds 5 of 5 reporters' keys, 3 must sign: its signatures prove the mechanism, not "
    "independence"
)


def look(world: World, inspector: Inspection) -> ChainStanding:
    """A look at a world's chain."""
    with OracleReadOnlyUnitOfWork(world.engine) as work:
        return chain_status(work, inspector)


def test_status__published__finds_no_difference(published: Published) -> None:
    standing = look(published.world, Inspection(published.opened.chain))
    assert standing.divergences == ()
    assert standing.notes == (KEYS_NOTE,)
    (community,) = standing.communities
    registered, operator = community.registration, published.opened.chain.sender
    assert registered is not None
    assert (registered.held, registered.quorum.threshold, registered.decided_by_operator) == (5, 3, True)
    assert (registered.roles.administrator, registered.roles.guardian) == (operator, operator)
    assert community.timelock is not None
    assert registered.roles.governor == community.timelock.address
    assert not registered.paused
    (month,) = community.months
    assert (month.month, month.accepted_days, month.days) == (date(2024, 7, 1), 31, 31)
    assert (month.final, month.settled) == (True, True)
    assert month.shared_wh == published.world.settlement.shared_wh


def test_status__published__says_what_is_paid_open_and_held(published: Published) -> None:
    (community,) = look(published.world, Inspection(published.opened.chain)).communities
    distribution = published.world.distribution
    (payouts,) = community.distributions
    assert payouts.funded_micro_eur == distribution.pool_micro_eur - distribution.carry_micro_eur
    # The world leaves its last bank leaf reserved.
    reserved = published.world.payouts()[-1].amount_micro_eur
    assert payouts.open_micro_eur == reserved
    assert community.funds is not None
    assert community.funds.social_micro_eur == distribution.social_micro_eur
    owed = distribution.social_micro_eur + distribution.grid_micro_eur + distribution.carry_micro_eur
    assert community.funds.held_micro_eur == owed + reserved == community.token_balance_micro_eur
    assert (dict(community.open_messages), community.waiting) == ({}, 0)


def test_status__nothing_deployed__names_what_waits(world: World, opened: OpenChain) -> None:
    standing = look(world, Inspection(opened.chain))
    assert standing.ledger is None
    (community,) = standing.communities
    assert (community.vault, community.funds, community.months) == (None, None, ())
    assert community.open_messages["deploy"] == 1
    assert community.open_messages["settle"] == 1
    assert standing.divergences == ()


def test_status__node_away__says_so(world: World, away: OpenChain) -> None:
    with pytest.raises(NodeUnreachable):
        look(world, Inspection(away.chain))


def test_status__keys_of_another_operator__says_how_many_they_are(
    published: Published, tmp_path: Path
) -> None:
    chain = published.opened.chain
    other = EvmChain(chain.rpc, load_or_create_keys(tmp_path / "other.json"), chain.chain_id)
    standing = look(published.world, Inspection(other))
    registered = standing.communities[0].registration
    assert registered is not None
    assert not registered.decided_by_operator
    assert standing.notes == (
        "Prova: this service holds 0 of 5 reporters' keys, 3 must sign: it cannot publish alone",
    )


@pytest.mark.parametrize("kind", [ContractKind.LEDGER, ContractKind.TIMELOCK, ContractKind.VAULT])
def test_status__code_is_another__names_contract_and_byte(
    world: World, opened: OpenChain, kind: ContractKind
) -> None:
    assert publish(publishing(world.engine, opened)).stopped == {}
    address = "0x" + addresses(world, opened)[kind].hex()
    rpc = opened.chain.rpc
    code = bytearray(rpc.code(address, rpc.head()[0]))
    code[100] ^= 0xFF
    rpc.call("anvil_setCode", address, "0x" + code.hex())
    rpc.call("anvil_mine", "0x1")
    (sentence,) = look(world, Inspection(opened.chain)).divergences
    assert sentence.startswith(
        f"the {kind} at {address} is not the committed contract: byte 100 of the code is 0x"
    )


class Crooked(Inspection):
    """The chain as it is, but for one answer."""

    def __init__(self, chain: EvmChain, **answers: Callable[[Any], Any]) -> None:
        super().__init__(chain)
        self.answers = answers

    def bent(self, name: str, honest: Any) -> Any:
        """The honest answer, or what the test makes of it."""
        return self.answers.get(name, lambda answer: answer)(honest)

    def report_of(self, ledger: bytes, configuration: bytes, day: int) -> bytes:
        honest = super().report_of(ledger, configuration, day)
        asked = day == day_number(date(2024, 7, 14))
        return bytes(self.bent("report", honest)) if asked else honest

    def totals_of(self, ledger: bytes, configuration: bytes, month: int) -> MonthTotals:
        answer: MonthTotals = self.bent("totals", super().totals_of(ledger, configuration, month))
        return answer

    def distribution_count(self, vault: bytes) -> int:
        return int(self.bent("count", super().distribution_count(vault)))

    def distribution_of(self, vault: bytes, number: int) -> PayoutTreeFacts:
        answer: PayoutTreeFacts = self.bent("tree", super().distribution_of(vault, number))
        return answer

    def is_paid(self, vault: bytes, distribution: int, index: int) -> bool:
        return bool(self.bent(f"paid {index}", super().is_paid(vault, distribution, index)))

    def is_paused(self, ledger: bytes, community: bytes) -> bool:
        return bool(self.bent("paused", super().is_paused(ledger, community)))

    def single_count(self, vault: bytes) -> int:
        return int(self.bent("singles", super().single_count(vault)))

    def funds(self, vault: bytes) -> Funds:
        answer: Funds = self.bent("funds", super().funds(vault))
        return answer

    def vault_of(self, ledger: bytes, community: bytes) -> bytes:
        return bytes(self.bent("vault", super().vault_of(ledger, community)))

    def community_of(self, ledger: bytes, configuration: bytes) -> bytes:
        return bytes(self.bent("community", super().community_of(ledger, configuration)))

    def account(self) -> AccountFacts:
        answer: AccountFacts = self.bent("account", super().account())
        return answer

    def node(self) -> NodeFacts:
        answer: NodeFacts = self.bent("node", super().node())
        return answer

    def token_balance(self, token: bytes, account: bytes) -> int:
        return int(self.bent("balance", super().token_balance(token, account)))


def added(field: str, difference: int) -> Callable[[Any], Any]:
    """The same answer, one field of it moved."""
    return lambda answer: answer._replace(**{field: getattr(answer, field) + difference})


DIFFERENCES: dict[str, tuple[dict[str, Callable[[Any], Any]], str]] = {
    "day": ({"report": lambda _: b"\x07" * 32}, "report of 2024-07-14: computed here "),
    "day that vanished": ({"report": lambda _: bytes(32)}, "report of 2024-07-14: computed here "),
    "injected": ({"totals": added("injected_wh", 1)}, "injected Wh of 2024-07: computed here "),
    "shared": ({"totals": added("shared_wh", -1)}, "shared Wh of 2024-07: computed here "),
    "vault": ({"vault": lambda _: b"\x01" * 20}, "vault of Prova: computed here "),
    "community of the area": (
        {"community": lambda _: bytes(32)},
        "community of AC001E00001: computed here ",
    ),
    "seal": (
        {"tree": lambda tree: tree._replace(seal=b"\x01" * 26)},
        "seal of root and sum of distribution 1: computed here ",
    ),
    "depth": ({"tree": added("depth", 1)}, "depth of the tree of distribution 1: computed here "),
    "paid": ({"paid 0": lambda _: False}, "paid micro-euro of distribution 1: "),
    "carry": ({"funds": added("carry_micro_eur", 1)}, "carry in micro-euro: computed here "),
    "grid": ({"funds": added("grid_micro_eur", -1)}, "grid fund in micro-euro: computed here "),
    "social": ({"funds": added("social_micro_eur", -1)}, "social fund in micro-euro: computed here "),
    "forgotten settlement": (
        {"count": lambda _: 0},
        "number of the latest distribution: computed here 1, on the chain 0",
    ),
    "settlement of another": (
        {"count": lambda _: 2},
        "number of the latest distribution: computed here 1, on the chain 2",
    ),
    "balance": ({"balance": lambda balance: balance - 1}, "the vault holds "),
    "forgotten transactions": (
        {"account": added("transactions", -1)},
        "transactions of the account: computed here ",
    ),
    "unknown transactions": ({"account": added("transactions", 1)}, "account 0x"),
}


@pytest.mark.parametrize(("answers", "sentence"), DIFFERENCES.values(), ids=DIFFERENCES.keys())
def test_status__one_answer_differs__names_it_first(
    published: Published, answers: dict[str, Callable[[Any], Any]], sentence: str
) -> None:
    standing = look(published.world, Crooked(published.opened.chain, **answers))
    assert standing.divergences[0].startswith(sentence)


def test_status__more_is_paid_on_the_chain__is_a_note(published: Published) -> None:
    last = published.world.payouts()[-1]
    inspector = Crooked(published.opened.chain, **{f"paid {last.leaf_index}": lambda _: True})
    standing = look(published.world, inspector)
    assert standing.divergences == ()
    assert (
        f"{last.amount_micro_eur} micro-euro of distribution 1 are paid on the chain and not recorded here"
        in standing.notes[1]
    )


def test_status__distribution_cancelled__is_shown_as_such(published: Published) -> None:
    distribution = published.world.distribution
    promised = distribution.pool_micro_eur - distribution.carry_micro_eur
    inspector = Crooked(
        published.opened.chain,
        tree=lambda tree: tree._replace(seal=bytes(26)),
        funds=added("carry_micro_eur", promised),
    )
    standing = look(published.world, inspector)
    assert standing.divergences == ()
    assert standing.communities[0].distributions[0].cancelled
    assert "distribution 1 was cancelled by the guardian" in standing.notes[1]


def test_status__paused__is_a_note(published: Published) -> None:
    standing = look(published.world, Crooked(published.opened.chain, paused=lambda _: True))
    assert standing.divergences == ()
    assert "Prova is paused" in standing.notes[1]


def test_status__single_payouts__funds_are_not_compared(published: Published) -> None:
    bent = {"singles": lambda _: 1, "funds": added("grid_micro_eur", -1)}
    standing = look(published.world, Crooked(published.opened.chain, **bent))
    assert standing.divergences == ()
    assert "the vault has single payouts" in standing.notes[1]


def test_status__account_used_elsewhere__says_so(world: World, opened: OpenChain) -> None:
    assert publish(publishing(world.engine, opened)).stopped == {}
    mine(opened.chain, VaultContract(opened.chain).token_deployment())
    (sentence,) = look(world, Inspection(opened.chain)).divergences
    assert "another program uses the same key" in sentence


def test_status__contracts_on_another_chain__names_both(published: Published) -> None:
    inspector = Crooked(published.opened.chain, node=lambda node: node._replace(chain_id=1))
    standing = look(published.world, inspector)
    assert standing.divergences == (
        "the contracts of this database are on chain 31337, the node serves chain 1",
    )
