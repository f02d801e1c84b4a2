"""The request that ordered a job, so that its log can be joined with the request's."""

from alembic import op

revision = "2026_11_26_80"
down_revision = "2026_11_26_60"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE jobs ADD COLUMN request_id varchar(64)")


def downgrade() -> None:
    op.execute("ALTER TABLE jobs DROP COLUMN request_id")
