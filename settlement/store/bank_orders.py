"""Payment files for the bank, which never change, and their payments, which change by the bank's word."""

from collections.abc import Collection, Iterable
from dataclasses import fields
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, insert, or_, select, update
from sqlmodel import Session, col

from settlement.domain.bank_orders import BankOrder, BankPayment, Debtor, PaymentState
from settlement.domain.payout_states import PayoutState
from settlement.store.tables import BankOrderRow, BankPaymentRow, DistributionRow, PayoutRow

_PAYMENT = ("end_to_end_id", "order_id", "payout_id", "attempt", "amount_micro_eur", "state")
_BANK_WORD = ("bank_reference", "credited_on", "returned_on", "return_reason", "late")
_LEAF = ("distribution_id", "distribution", "leaf_index", "member", "payout_state")
_RECORD = (*_PAYMENT, *_BANK_WORD, *_LEAF)


class BankOrdersReader:
    """Reads orders; writes nothing."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of_community(self, community_id: UUID) -> list[BankOrder]:
        """The orders of a community by number."""
        return self._orders(col(BankOrderRow.community_id) == community_id)

    def of_distribution(self, distribution_id: UUID) -> list[BankOrder]:
        """The orders of a distribution by number."""
        return self._orders(col(BankOrderRow.distribution_id) == distribution_id)

    def payments(self, community_id: UUID, order_ids: Collection[UUID] | None = None) -> list[BankPayment]:
        """The payments of a community, or of some of its orders, by order and leaf."""
        wanted = [] if order_ids is None else [col(BankPaymentRow.order_id).in_(list(order_ids))]
        return self._payments(col(BankOrderRow.community_id) == community_id, *wanted)

    def named(
        self, community_id: UUID, end_to_end_ids: Collection[str], order_ids: Collection[UUID]
    ) -> list[BankPayment]:
        """The community's payments that a statement names, singly or by their order."""
        one_of = or_(
            col(BankPaymentRow.end_to_end_id).in_(list(end_to_end_ids)),
            col(BankPaymentRow.order_id).in_(list(order_ids)),
        )
        return self._payments(col(BankOrderRow.community_id) == community_id, one_of)

    def sent_back_late(self, community_id: UUID) -> list[BankPayment]:
        """The payments that the bank sent back after the vault was told that they arrived."""
        return self._payments(
            col(BankOrderRow.community_id) == community_id, col(BankPaymentRow.late).is_(True)
        )

    def booked_days(self, distribution_id: UUID, state: PayoutState) -> dict[UUID, date]:
        """When the bank booked the latest payment of leaves, or its return, by the leaf's id."""
        if state not in (PayoutState.CONFIRMED, PayoutState.RELEASED):
            return {}
        rows = self._payments(col(PayoutRow.distribution_id) == distribution_id)
        latest = {row.payout_id: row for row in sorted(rows, key=lambda row: row.attempt)}
        confirmed = state is PayoutState.CONFIRMED
        days = {key: row.credited_on if confirmed else row.returned_on for key, row in latest.items()}
        return {key: day for key, day in days.items() if day is not None}

    def attempts(self, distribution_id: UUID) -> dict[UUID, int]:
        """How many times each leaf of a distribution was ordered, by the leaf's id."""
        query = (
            select(col(BankPaymentRow.payout_id), func.max(col(BankPaymentRow.attempt)))
            .join(PayoutRow, col(PayoutRow.id) == col(BankPaymentRow.payout_id))
            .where(col(PayoutRow.distribution_id) == distribution_id)
            .group_by(col(BankPaymentRow.payout_id))
        )
        return {row[0]: row[1] for row in self._session.execute(query)}

    def _orders(self, *conditions: ColumnElement[bool]) -> list[BankOrder]:
        query = select(BankOrderRow).where(*conditions).order_by(col(BankOrderRow.number))
        return [_order(row) for row in self._session.scalars(query)]

    def _payments(self, *conditions: ColumnElement[bool]) -> list[BankPayment]:
        return [_payment(row) for row in self._session.execute(_PAYMENTS.where(*conditions))]


class BankOrders(BankOrdersReader):
    """Adds orders and notes what the bank says of their payments."""

    def add(self, order: BankOrder, payments: Iterable[tuple[str, UUID, int, int]]) -> None:
        """Store an order; a payment is (end-to-end id, leaf's id, attempt, micro-euro)."""
        self._session.execute(insert(BankOrderRow), [_order_columns(order)])
        names = ("end_to_end_id", "payout_id", "attempt", "amount_micro_eur")
        rows = [dict(zip(names, row, strict=True)) | {"order_id": order.id} for row in payments]
        self._session.execute(insert(BankPaymentRow), rows)

    def set_payment(self, payment: BankPayment) -> None:
        """Keep a payment's state and the bank's word on it."""
        values = {name: getattr(payment, name) for name in ("state", *_BANK_WORD)}
        same = col(BankPaymentRow.end_to_end_id) == payment.end_to_end_id
        self._session.execute(update(BankPaymentRow).where(same).values(values))


_PAYMENTS = (
    select(
        *(col(getattr(BankPaymentRow, name)) for name in (*_PAYMENT, *_BANK_WORD)),
        col(PayoutRow.distribution_id),
        col(DistributionRow.number),
        col(PayoutRow.leaf_index),
        col(PayoutRow.member),
        col(PayoutRow.state),
    )
    .join(BankOrderRow, col(BankOrderRow.id) == col(BankPaymentRow.order_id))
    .join(PayoutRow, col(PayoutRow.id) == col(BankPaymentRow.payout_id))
    .join(DistributionRow, col(DistributionRow.id) == col(PayoutRow.distribution_id))
    .order_by(col(BankOrderRow.number), col(PayoutRow.leaf_index))
)


def _payment(row: Iterable[Any]) -> BankPayment:
    columns = dict(zip(_RECORD, row, strict=True))
    states = {"state": PaymentState(columns["state"]), "payout_state": PayoutState(columns["payout_state"])}
    return BankPayment(**columns | states)


def _order(row: BankOrderRow) -> BankOrder:
    return BankOrder(
        row.id,
        row.community_id,
        row.distribution_id,
        row.number,
        Debtor(row.debtor_name, row.debtor_iban, row.debtor_bic),
        row.execution_date,
        row.payments,
        row.sum_micro_eur,
        row.file_sha256,
        row.file,
        row.created_at,
    )


def _order_columns(order: BankOrder) -> dict[str, Any]:
    names = [field.name for field in fields(BankOrder) if field.name != "debtor"]
    debtor = {"debtor_name": order.debtor.name, "debtor_iban": order.debtor.iban}
    return {name: getattr(order, name) for name in names} | debtor | {"debtor_bic": order.debtor.bic}
