"""Rules that communities adopt by resolution, for energy after their adoption."""

from alembic import op

revision = "2026_11_25_60"
down_revision = "2026_11_25_50"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(RULES)
    op.execute("ALTER TABLE energy_communities ADD COLUMN parameter_sources jsonb NOT NULL DEFAULT '{}'")


def downgrade() -> None:
    op.execute("ALTER TABLE energy_communities DROP COLUMN parameter_sources")
    op.execute("DROP TABLE community_rules")


RULES = """
CREATE TABLE community_rules (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL REFERENCES energy_communities (id),
    adopted_at timestamptz NOT NULL,
    key varchar(100) NOT NULL,
    value_micro numeric NOT NULL CHECK (value_micro >= 0 AND value_micro = trunc(value_micro)),
    valid_from date,
    valid_to date CHECK (valid_to > valid_from),
    source varchar(200) NOT NULL CHECK (source <> ''),
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX idx_community_rules_community ON community_rules (community_id, adopted_at);
-- What a settlement was computed with must stay readable: a rule ends by a later one, never by a change.
CREATE TRIGGER community_rules_append_only BEFORE UPDATE OR DELETE ON community_rules
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
