"""Rules beside the parameters that a settled period rests on and that no public text confirms."""

from alembic import op

revision = "2026_11_26_51"
down_revision = "2026_11_26_50"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # No value for what was closed before: it was not noted then, and settlements never change.
    op.execute("ALTER TABLE settlements ADD COLUMN unverified_rules jsonb")


def downgrade() -> None:
    op.execute("ALTER TABLE settlements DROP COLUMN unverified_rules")
