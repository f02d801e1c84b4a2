"""What resolutions spend on the vault, and the books.

post_singles
├── given a spending that somebody carried out it should post it once, tied to its transaction
│   ├── when it is paid it should leave the bank account
│   └── when its payee moves it first it should be paid when the last payout in its place is
├── given a leaf that its owner moved it should post nothing, and the books agree with the vault
└── given a spending that was posted it should not be taken back by hand
"""

import time
from pathlib import Path

import pytest
from eth_account import Account as EthAccount
from sqlalchemy import Engine

from oracle.chain.client import EvmChain
from oracle.chain.inspection import Inspection
from oracle.chain.keys import load_or_create_keys
from oracle.ports import Call
from oracle.store.unit_of_work import OracleReadOnlyUnitOfWork, OracleUnitOfWork
from oracle.usecases import resolutions
from oracle.usecases.accounts_standing import accounts_standing
from oracle.usecases.governance import Order, Verb, by_anyone, resolve
from oracle.usecases.governance_standing import claim
from oracle.usecases.moving import Move, to_wallet, typed_data
from oracle.usecases.publish import publish
from oracle.usecases.resolutions import FIRST_SINGLE, Action, Fund
from oracle.usecases.single_postings import post_singles
from oracle.wiring import OpenChain, publishing
from settlement.domain.accounting.account import AccountKind
from settlement.domain.accounting.entry import Cause, Entry, EntryKind
from settlement.domain.accounting.trial_balance import TrialBalance
from settlement.domain.errors import BookingRefused
from settlement.usecases.reconcile_accounts import reconcile_accounts
from settlement.usecases.reverse_entry import reverse_entry
from tests.oracle.usecases.governed import Governed
from tests.oracle.world import settled_world

pytestmark = pytest.mark.node
DOCUMENT = bytes([7]) * 32
PAYEE = bytes([0xBB]) * 20
EUROS_50 = 50_000_000


@pytest.fixture
def governed(engine: Engine, opened: OpenChain) -> Governed:
    """A community whose first distribution is on the vault: its funds are full."""
    world = settled_world(engine)
    context = publishing(engine, opened)
    assert publish(context).stopped == {}
    return Governed(engine, opened, context, world.community_id, opened.chain)


def spending(fund: Fund = Fund.SOCIAL, payee: bytes = PAYEE) -> Action:
    """50 euro to a wallet."""
    return resolutions.spend(fund, resolutions.wallet_leaf(payee, EUROS_50), DOCUMENT)


def carried_out(governed: Governed, action: Action) -> None:
    """Schedule and execute a resolution without delay."""
    for verb in (Verb.SCHEDULE, Verb.EXECUTE):
        order = resolve(governed.contracts, governed.seats, action, DOCUMENT, verb).order
        assert order is not None
        governed.send(order)


def books(governed: Governed) -> TrialBalance:
    with OracleUnitOfWork(governed.engine) as work:
        return work.journal.balances(governed.community_id)


def entries(governed: Governed, kind: EntryKind) -> list[Entry]:
    with OracleUnitOfWork(governed.engine) as work:
        return work.journal.of_kind(governed.community_id, kind)


def differences(governed: Governed) -> list[str]:
    """Where the accounts differ from the rows or from the vault; the chain has to be compared."""
    with OracleReadOnlyUnitOfWork(governed.engine) as work:
        chain = accounts_standing(work, Inspection(governed.opened.chain), governed.community_id)
        assert not [note for note in chain.notes if "not compared" in note]
        return reconcile_accounts(work, governed.community_id) + chain.divergences


@pytest.mark.parametrize("fund", [Fund.SOCIAL, Fund.GRID])
def test_spending__carried_out_and_claimed__is_posted_once_each(governed: Governed, fund: Fund) -> None:
    before = books(governed)
    assert differences(governed) == []
    carried_out(governed, spending(fund))
    kind = AccountKind.SOCIAL_FUND if fund is Fund.SOCIAL else AccountKind.GRID_FUND
    spent = books(governed)
    assert spent.of(kind) == before.of(kind) - EUROS_50
    assert (spent.of(AccountKind.FUND_PAYABLE), spent.of(AccountKind.BANK)) == (
        EUROS_50,
        before.of(AccountKind.BANK),
    )
    assert differences(governed) == []
    (entry,) = entries(governed, EntryKind.SPENDING)
    with OracleUnitOfWork(governed.engine) as work:
        rows = work.transactions.of_community(governed.community_id)
    executed = [row for row in rows if row.step == "govern"][-1]
    assert entry.note == f"single payout {FIRST_SINGLE}, transaction 0x{executed.hash.hex()}"

    for _ in range(2):
        assert publish(governed.context).stopped == {}
    governed.send(claimed(governed, FIRST_SINGLE))
    paid = books(governed)
    assert paid.of(AccountKind.FUND_PAYABLE) == 0
    assert paid.of(AccountKind.BANK) == before.of(AccountKind.BANK) - EUROS_50
    assert differences(governed) == []
    assert post_singles(governed.context, governed.community_id) == 0
    assert len(entries(governed, EntryKind.SPENDING)) == 1


def claimed(governed: Governed, number: int) -> Order:
    """What pays a single payout to its wallet."""
    seats, contracts = governed.seats, governed.contracts
    return by_anyone(contracts, seats, claim(contracts.singles(seats), number))


def test_spending__by_another_account__is_posted_by_the_next_publication(
    governed: Governed, tmp_path: Path
) -> None:
    stranger = another(governed, tmp_path)
    scheduled = resolve(governed.contracts, governed.seats, spending(), DOCUMENT, Verb.SCHEDULE).order
    assert scheduled is not None
    governed.send(scheduled)
    execute = resolve(governed.contracts, governed.seats, spending(), DOCUMENT, Verb.EXECUTE).order
    assert execute is not None
    sent(stranger, execute.call)
    assert entries(governed, EntryKind.SPENDING) == []
    with OracleReadOnlyUnitOfWork(governed.engine) as work:
        found = accounts_standing(work, Inspection(governed.opened.chain), governed.community_id)
    assert found.divergences == []
    assert [note for note in found.notes if "after the next publication" in note]
    sent(stranger, claimed(governed, FIRST_SINGLE).call)
    assert publish(governed.context).stopped == {}
    assert len(entries(governed, EntryKind.SPENDING)) == 1
    assert books(governed).of(AccountKind.FUND_PAYABLE) == 0
    assert differences(governed) == []


def test_spending__moved_by_its_payee__is_paid_when_the_last_payout_is(governed: Governed) -> None:
    before = books(governed)
    owner = EthAccount.create()
    wallet = bytes.fromhex(owner.address[2:])
    carried_out(governed, spending(payee=wallet))
    former = resolutions.wallet_leaf(wallet, EUROS_50)
    vault = governed.seats.vault
    chain_id = governed.contracts.chain_id
    move = Move(chain_id, vault, FIRST_SINGLE, 0, former, (), to_wallet(former, PAYEE))
    signature = bytes(owner.sign_typed_data(full_message=typed_data(move)).signature)
    governed.send(by_anyone(governed.contracts, governed.seats, move.action(signature)))
    assert books(governed).of(AccountKind.FUND_PAYABLE) == EUROS_50
    assert len(entries(governed, EntryKind.SPENDING)) == 1
    assert differences(governed) == []
    governed.send(claimed(governed, FIRST_SINGLE + 1))
    assert books(governed).of(AccountKind.FUND_PAYABLE) == 0
    assert books(governed).of(AccountKind.BANK) == before.of(AccountKind.BANK) - EUROS_50
    assert differences(governed) == []


def test_spending__of_a_resolution__is_not_taken_back_by_hand(governed: Governed) -> None:
    carried_out(governed, spending())
    (entry,) = entries(governed, EntryKind.SPENDING)
    with OracleUnitOfWork(governed.engine) as work, pytest.raises(BookingRefused, match="somebody typed"):
        reverse_entry(work, governed.community_id, entry.id, Cause.MISTAKE, "no")


def another(governed: Governed, folder: Path) -> EvmChain:
    """An account that this service knows nothing of."""
    chain = governed.opened.chain
    keys = load_or_create_keys(folder / "stranger.json")
    chain.rpc.call("anvil_setBalance", keys.operator.address, hex(10**18))
    return EvmChain(chain.rpc, keys, chain.chain_id)


def sent(account: EvmChain, call: Call) -> None:
    """Send a call past the service, and wait for it."""
    signed = account.sign(call, account.transaction_count())
    account.send(signed)
    while account.outcome(signed.hash) is None:
        time.sleep(0.02)
