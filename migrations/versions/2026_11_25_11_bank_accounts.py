"""Bank accounts behind hashes that a resolution or an owner's move put on the ledger."""

from alembic import op

revision = "2026_11_25_11"
down_revision = "2026_11_25_10"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(ACCOUNTS)


def downgrade() -> None:
    op.execute("DROP TABLE bank_accounts")


ACCOUNTS = """
CREATE TABLE bank_accounts (
    community_id uuid NOT NULL REFERENCES energy_communities (id),
    payee bytea NOT NULL CHECK (octet_length(payee) = 32),
    salt bytea NOT NULL CHECK (octet_length(salt) = 32),
    iban varchar(34) NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (community_id, payee)
);
-- A hash stands for one account or, once the row is deleted, for nobody's.
CREATE TRIGGER bank_accounts_never_change BEFORE UPDATE ON bank_accounts
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
