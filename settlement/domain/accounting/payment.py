"""A payout leaf in the accounts: where its sum stands in each of its states."""

from datetime import date

from settlement.domain.accounting.account import Account, AccountKind
from settlement.domain.accounting.entry import Entry, EntryKind
from settlement.domain.accounting.posting import credit, debit, postings
from settlement.domain.payout_states import Channel, PayoutState
from settlement.domain.records import Payout

# Reserving moves no sum; a released leaf is owed again, a cancelled one is part of the balance again. Who is
# paid is paid from the bank account or with the tokens that were bought from it, and the social fund's leaf
# stays in the community.
_PLACES = {
    PayoutState.PENDING: AccountKind.PAYABLE,
    PayoutState.RESERVED: AccountKind.PAYABLE,
    PayoutState.RELEASED: AccountKind.PAYABLE,
    PayoutState.ORDERED: AccountKind.IN_TRANSIT,
    PayoutState.CONFIRMED: AccountKind.BANK,
    PayoutState.PAID: AccountKind.BANK,
    PayoutState.CANCELLED: AccountKind.MEMBER,
}
_SOCIAL = {
    AccountKind.PAYABLE: AccountKind.SOCIAL_PAYABLE,
    AccountKind.BANK: AccountKind.SOCIAL_FUND,
    AccountKind.MEMBER: AccountKind.SOCIAL_RESIDUE,
}


def place_of(payout: Payout, state: PayoutState) -> Account:
    """The account on which a leaf's sum stands while it is in a state."""
    kind = _PLACES[state]
    if payout.channel is Channel.SOCIAL:
        return Account(_SOCIAL[kind])
    assert payout.member is not None
    return Account(kind, payout.member if kind.personal else "")


def payout_moved(
    payout: Payout, after: PayoutState, reference: str | None = None, on: date | None = None
) -> Entry | None:
    """What the step from a leaf's state to another moves; None where it moves no sum (a reservation).

    `on` is the day on which the bank booked it, None where no statement has told it.
    """
    source, target = place_of(payout, payout.state), place_of(payout, after)
    if source == target:
        return None
    lines = [
        debit(source.kind, payout.amount_micro_eur, source.member),
        credit(target.kind, payout.amount_micro_eur, target.member),
    ]
    note = f"{after} {reference or payout.bank_reference or ''}".strip()
    return Entry(EntryKind.PAYOUT, postings(lines), payout.id, on, note=note)
