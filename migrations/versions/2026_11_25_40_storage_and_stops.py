"""Storages that stand alone, what their withdrawals count as, and the recognised stops of plants."""

from alembic import op

revision = "2026_11_25_40"
down_revision = "2026_11_25_30"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(COLUMNS)


def downgrade() -> None:
    op.execute("ALTER TABLE energy_communities DROP COLUMN storage_policy")
    op.execute("ALTER TABLE member_pods DROP COLUMN storage")
    op.execute("ALTER TABLE community_assets DROP COLUMN stop_days")


COLUMNS = """
ALTER TABLE energy_communities ADD COLUMN storage_policy varchar(50)
    NOT NULL DEFAULT 'EXCLUDE_FROM_WITHDRAWAL'
    CHECK (storage_policy IN ('EXCLUDE_FROM_WITHDRAWAL', 'COUNT_AS_WITHDRAWAL'));
ALTER TABLE member_pods ADD COLUMN storage boolean NOT NULL DEFAULT false;
ALTER TABLE community_assets ADD COLUMN stop_days integer NOT NULL DEFAULT 0 CHECK (stop_days >= 0);
"""
