"""Payment files written for the bank, and what statements say of each payment in them."""

from alembic import op

revision = "2026_11_25_30"
down_revision = "2026_11_25_21"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(ORDERS)
    op.execute(PAYMENTS)


def downgrade() -> None:
    op.execute("DROP TABLE bank_payments, bank_orders")


ORDERS = """
CREATE TABLE bank_orders (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL REFERENCES energy_communities (id),
    distribution_id uuid NOT NULL REFERENCES distributions (id),
    number integer NOT NULL CHECK (number >= 1),
    debtor_name varchar(255) NOT NULL CHECK (debtor_name <> ''),
    debtor_iban varchar(34) NOT NULL,
    debtor_bic varchar(11),
    execution_date date NOT NULL,
    payments integer NOT NULL CHECK (payments >= 1),
    sum_micro_eur bigint NOT NULL CHECK (sum_micro_eur > 0 AND sum_micro_eur % 10000 = 0),
    file_sha256 bytea NOT NULL CHECK (octet_length(file_sha256) = 32),
    file bytea NOT NULL,
    created_at timestamptz NOT NULL,
    UNIQUE (community_id, number)
);
CREATE TRIGGER bank_orders_append_only BEFORE UPDATE OR DELETE ON bank_orders
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""

PAYMENTS = """
CREATE TABLE bank_payments (
    end_to_end_id varchar(35) PRIMARY KEY,
    order_id uuid NOT NULL REFERENCES bank_orders (id),
    payout_id uuid NOT NULL REFERENCES payouts (id),
    attempt integer NOT NULL CHECK (attempt BETWEEN 1 AND 99),
    amount_micro_eur bigint NOT NULL CHECK (amount_micro_eur > 0 AND amount_micro_eur % 10000 = 0),
    state varchar(10) NOT NULL DEFAULT 'ordered' CHECK (state IN ('ordered', 'credited', 'returned')),
    bank_reference varchar(255),
    credited_on date,
    returned_on date,
    return_reason varchar(255),
    -- Returned after the vault was told that it was paid: owed again.
    late boolean NOT NULL DEFAULT false CHECK (NOT late OR state = 'returned'),
    UNIQUE (payout_id, attempt),
    CONSTRAINT bank_payments_credit_is_dated CHECK (state <> 'credited' OR credited_on IS NOT NULL),
    CONSTRAINT bank_payments_return_is_dated CHECK ((state = 'returned') = (returned_on IS NOT NULL))
);
-- Two open payments of one leaf would pay it twice.
CREATE UNIQUE INDEX idx_bank_payments_open ON bank_payments (payout_id) WHERE state = 'ordered';
CREATE INDEX idx_bank_payments_order ON bank_payments (order_id);
CREATE TRIGGER bank_payments_are_fixed
    BEFORE DELETE OR UPDATE OF end_to_end_id, order_id, payout_id, attempt, amount_micro_eur
    ON bank_payments FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
