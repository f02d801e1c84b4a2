"""A settled period keeps its community.toml: members and PODs change, and its evidence must not."""

from alembic import op

revision = "2026_11_25_61"
down_revision = "2026_11_25_60"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE settlements ADD COLUMN terms bytea")


def downgrade() -> None:
    op.execute("ALTER TABLE settlements DROP COLUMN terms")
