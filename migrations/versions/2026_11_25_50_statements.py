"""Members' statements of distributions, kept as they were drawn."""

from alembic import op

revision = "2026_11_25_50"
down_revision = "2026_11_25_40"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(STATEMENTS)


def downgrade() -> None:
    op.execute("DROP TABLE member_statements")


STATEMENTS = """
CREATE TABLE member_statements (
    distribution_id uuid NOT NULL REFERENCES distributions (id),
    member varchar(100) NOT NULL,
    community_id uuid NOT NULL REFERENCES energy_communities (id),
    document bytea NOT NULL,
    sha256 bytea NOT NULL CHECK (sha256 = sha256(document)),
    PRIMARY KEY (distribution_id, member)
);
CREATE INDEX idx_member_statements_member ON member_statements (community_id, member);
CREATE TRIGGER member_statements_append_only BEFORE UPDATE OR DELETE ON member_statements
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
