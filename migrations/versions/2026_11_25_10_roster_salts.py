"""Salts of members in the roster on the ledger: without its salt nobody can tell whose an id was."""

from alembic import op

revision = "2026_11_25_10"
down_revision = "2026_11_25_02"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(SALTS)


def downgrade() -> None:
    op.execute("DROP TABLE roster_salts")


SALTS = """
CREATE TABLE roster_salts (
    community_id uuid NOT NULL REFERENCES energy_communities (id),
    member varchar(100) NOT NULL,
    salt bytea NOT NULL CHECK (octet_length(salt) = 32),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (community_id, member)
);
-- A salt is made once or deleted for good; another one would break the proofs that members hold.
CREATE TRIGGER roster_salts_never_change BEFORE UPDATE ON roster_salts
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
