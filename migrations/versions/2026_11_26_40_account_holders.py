"""The name that the bank knows a member's account by, beside the IBAN: banks compare both since 2025."""

from alembic import op

revision = "2026_11_26_40"
down_revision = "2026_11_26_20"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(HOLDERS)


def downgrade() -> None:
    op.execute("ALTER TABLE community_members DROP COLUMN account_holder")


HOLDERS = """
ALTER TABLE community_members
    ADD COLUMN account_holder varchar(70) CHECK (account_holder <> '');
"""
