"""A period may be settled anew: the newer settlement supersedes the older one, which stays, for a reason."""

from alembic import op

revision = "2026_11_25_21"
down_revision = "2026_11_25_20"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(LINEAGE)


def downgrade() -> None:
    op.execute(BEFORE)


LINEAGE = """
ALTER TABLE settlements
    ADD COLUMN supersedes uuid UNIQUE REFERENCES settlements (id),
    ADD COLUMN reason varchar(500),
    ADD CONSTRAINT settlements_anew_for_a_reason CHECK ((supersedes IS NULL) = (reason IS NULL)),
    DROP CONSTRAINT settlements_community_id_period_start_period_end_key;
-- One first settlement of a period, and one successor of each: a period's settlements are a line.
CREATE UNIQUE INDEX uq_settlements_first ON settlements (community_id, period_start, period_end)
    WHERE supersedes IS NULL;
"""

# Fails where a period was settled anew: nothing of what was settled is thrown away.
BEFORE = """
ALTER TABLE settlements
    ADD UNIQUE (community_id, period_start, period_end),
    DROP COLUMN supersedes,
    DROP COLUMN reason;
"""
