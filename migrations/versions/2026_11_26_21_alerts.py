"""Alerts: what somebody must look at, open until it is resolved."""

from alembic import op

revision = "2026_11_26_21"
down_revision = "2026_11_25_90"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(ALERTS)


def downgrade() -> None:
    op.execute("DROP TABLE alerts")


ALERTS = """
CREATE TABLE alerts (
    id uuid PRIMARY KEY,
    kind varchar(40) NOT NULL CHECK (kind ~ '^[a-z][a-z0-9-]*$'),
    community_id uuid REFERENCES energy_communities (id),
    subject varchar(200) NOT NULL,
    sentence varchar(1000) NOT NULL,
    severity varchar(10) NOT NULL CHECK (severity IN ('note', 'warning', 'critical')),
    raised_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    resolved_at timestamptz,
    CONSTRAINT alerts_are_seen_after_they_are_raised CHECK (
        last_seen_at >= raised_at AND (resolved_at IS NULL OR resolved_at >= raised_at)
    )
);
-- One thing raises one alert, however often it is seen.
CREATE UNIQUE INDEX uq_alerts_open ON alerts (kind, community_id, subject)
    NULLS NOT DISTINCT WHERE resolved_at IS NULL;
CREATE INDEX idx_alerts_community ON alerts (community_id, raised_at);
"""
