"""Communities register at the ledger: their timelocks and ids, and what a distribution's payments name."""

from alembic import op

revision = "2026_11_25_01"
down_revision = "2026_11_22_02"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(DEPLOYMENTS)
    op.execute(SETTLED)


def downgrade() -> None:
    op.execute("DROP TABLE settled_distributions")
    op.execute(DEPLOYMENTS_BEFORE)


DEPLOYMENTS = """
-- The community of a timelock and a vault, as the ledger names it; none for vaults from before the registry.
ALTER TABLE deployments ADD COLUMN ledger_id bytea CHECK (octet_length(ledger_id) = 32);
-- A contract that another program deployed has no transaction here.
ALTER TABLE deployments ALTER COLUMN transaction_id DROP NOT NULL;
ALTER TABLE deployments DROP CONSTRAINT deployments_kind_check;
ALTER TABLE deployments ADD CONSTRAINT deployments_kind_check
    CHECK (kind IN ('ledger', 'timelock', 'token', 'vault'));
ALTER TABLE deployments DROP CONSTRAINT deployments_only_vaults_have_a_community;
ALTER TABLE deployments ADD CONSTRAINT deployments_only_some_have_a_community
    CHECK ((kind IN ('timelock', 'vault')) = (community_id IS NOT NULL));
ALTER TABLE deployments ADD CONSTRAINT deployments_name_their_community
    CHECK (ledger_id IS NULL OR community_id IS NOT NULL);
"""

SETTLED = """
CREATE TABLE settled_distributions (
    distribution_id uuid PRIMARY KEY REFERENCES distributions (id),
    transaction_id uuid NOT NULL REFERENCES chain_transactions (id),
    created_at timestamptz NOT NULL DEFAULT now()
);
"""

DEPLOYMENTS_BEFORE = """
ALTER TABLE deployments DISABLE TRIGGER deployments_are_fixed;
-- The version before knows neither timelocks nor contracts of others.
DELETE FROM deployments WHERE kind = 'timelock' OR transaction_id IS NULL;
ALTER TABLE deployments ENABLE TRIGGER deployments_are_fixed;
ALTER TABLE deployments DROP CONSTRAINT deployments_name_their_community;
ALTER TABLE deployments DROP CONSTRAINT deployments_only_some_have_a_community;
ALTER TABLE deployments ADD CONSTRAINT deployments_only_vaults_have_a_community
    CHECK ((kind = 'vault') = (community_id IS NOT NULL));
ALTER TABLE deployments DROP CONSTRAINT deployments_kind_check;
ALTER TABLE deployments ADD CONSTRAINT deployments_kind_check CHECK (kind IN ('ledger', 'token', 'vault'));
ALTER TABLE deployments ALTER COLUMN transaction_id SET NOT NULL;
ALTER TABLE deployments DROP COLUMN ledger_id;
"""
