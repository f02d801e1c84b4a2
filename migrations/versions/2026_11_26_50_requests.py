"""The day on which the premium of a plant was asked for, and what a late request costs."""

from alembic import op

revision = "2026_11_26_50"
down_revision = "2026_11_26_41"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(COLUMNS)


def downgrade() -> None:
    op.execute("ALTER TABLE energy_communities DROP COLUMN late_request_policy")
    op.execute("ALTER TABLE community_assets DROP COLUMN requested_on")


COLUMNS = """
ALTER TABLE energy_communities ADD COLUMN late_request_policy varchar(50) NOT NULL DEFAULT 'TRUNCATE'
    CHECK (late_request_policy IN ('TRUNCATE', 'REJECT'));
ALTER TABLE community_assets ADD COLUMN requested_on date;
"""
