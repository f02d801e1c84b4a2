"""What has to happen outside the database, written in the transaction that decided it."""

from alembic import op

revision = "2026_11_22_01e"
down_revision = "2026_11_22_01d"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(OUTBOX)


def downgrade() -> None:
    op.execute("DROP TABLE outbox")


OUTBOX = """
CREATE TABLE outbox (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL REFERENCES energy_communities (id),
    key varchar(255) NOT NULL UNIQUE,
    topic varchar(50) NOT NULL,
    payload jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    done_at timestamptz
);
CREATE INDEX idx_outbox_open ON outbox (community_id, id) WHERE done_at IS NULL;
CREATE TRIGGER outbox_message_is_fixed
    BEFORE DELETE OR UPDATE OF id, community_id, key, topic, payload ON outbox
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
